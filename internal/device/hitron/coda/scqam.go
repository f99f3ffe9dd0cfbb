package coda

// A DownstreamChannel is what one SC-QAM receiver is locked to.
type DownstreamChannel struct {
	Channel                        string   // DOCSIS channel ID, as sent
	Port                           *float64 // receiver, from 1
	Frequency                      *float64 // Hz, centre
	Power                          *float64 // dBmV
	SNR                            *float64 // dB
	Modulation                     string   // 256QAM, or UnknownModulation
	Octets, Corrected, Uncorrected *uint64  // since the modem started; codewords the latter two
}

// An UpstreamChannel is what one SC-QAM transmitter sends on.
type UpstreamChannel struct {
	Channel    string
	Frequency  *float64 // Hz, centre
	Bandwidth  *float64 // Hz
	Power      *float64 // dBmV, transmitted
	Modulation string   // 64QAM, or UnknownModulation
	Mode       string   // ATDMA, TDMA, SCDMA; empty where not said
}

// Downstream reads the page Downstream. Receivers that are not locked are left out.
func (s *Sheet) Downstream() []DownstreamChannel {
	var all []DownstreamChannel
	for _, r := range s.unique("channelId") {
		all = append(all, DownstreamChannel{
			Channel:     r.text("channelId"),
			Port:        r.number("portId"),
			Frequency:   r.number("frequency"),
			Power:       r.number("signalStrength"),
			SNR:         r.number("snr"),
			Modulation:  downstreamModulation(r.raw("modulation")),
			Octets:      r.count("dsoctets"),
			Corrected:   r.count("correcteds"),
			Uncorrected: r.count("uncorrect"),
		})
	}
	return all
}

// Upstream reads the page Upstream. Idle transmitters are left out.
func (s *Sheet) Upstream() []UpstreamChannel {
	var all []UpstreamChannel
	for _, r := range s.unique("channelId") {
		all = append(all, UpstreamChannel{
			Channel:    r.text("channelId"),
			Frequency:  r.number("frequency"),
			Bandwidth:  r.number("bandwidth"),
			Power:      r.number("signalStrength"),
			Modulation: modulation(r.text("modtype", "modulationType")),
			Mode:       r.text("scdmaMode"),
		})
	}
	return all
}

// unique returns the rows of channels in use, one for each id. Of two with the same
// id, as there are while a modem ranges anew, the first with a frequency counts.
func (s *Sheet) unique(id string) []row {
	var all []row
	at := make(map[string]int)
	for _, r := range s.rows {
		channel := r.text(id)
		first, twice := at[channel]
		switch {
		case r.idle():
			continue
		case channel == "":
			s.mistake(id, r.raw(id))
		case !twice:
			at[channel] = len(all)
			all = append(all, r)
		default:
			s.mistake(id, channel+" stands twice")
			if !all[first].tuned() && r.tuned() {
				all[first] = r
			}
		}
	}
	return all
}

// idle tells the placeholder of a port that is not in use: with a frequency of 0, with
// a dash for the power, or with words for both that say nothing.
func (r row) idle() bool {
	f, ok := parseNumber(r.raw("frequency"))
	return ok && f <= 0 || r.raw("signalStrength") == "-" || r.blank("frequency") && r.blank("signalStrength")
}

// blank reports whether a field is there and says nothing.
func (r row) blank(field string) bool {
	text, ok := r.values[field].(string)
	return ok && saysNothing(text)
}

func (r row) tuned() bool {
	f, ok := parseNumber(r.raw("frequency"))
	return ok && f > 0
}
