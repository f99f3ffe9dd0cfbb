package coda

// An OFDMChannel is a downstream OFDM receiver, locked or not.
type OFDMChannel struct {
	Channel string // number of the receiver, from 0
	FFT     string // 4K or 8K; empty while not locked
	// Frequency is that of subcarrier 0, in Hz.
	Frequency *float64
	// The stages of lock, in their order: physical link channel, next codeword pointer,
	// profile and data.
	PLC, NCP, MDC1                 *bool
	Power                          *float64 // dBmV, of the PLC
	SNR                            *float64 // dB, MER
	Octets, Corrected, Uncorrected *uint64  // since the modem started
}

// Locked reports whether all three stages are locked: data flows.
func (c *OFDMChannel) Locked() bool { return yes(c.PLC) && yes(c.NCP) && yes(c.MDC1) }

func yes(b *bool) bool { return b != nil && *b }

// An OFDMAChannel is an upstream OFDMA channel, in use or not.
type OFDMAChannel struct {
	Channel string // from 0
	State   string // as reported, trimmed and in lower case: operate, disabled
	// Operating says that the channel is in use. Otherwise nothing below is known: the
	// modem prints zeros then, which are no measurements.
	Operating   bool
	Frequency   *float64 // Hz
	Bandwidth   *float64 // Hz
	Power       *float64 // dBmV, of the whole channel
	Power1_6    *float64 // dBmV in 1.6 MHz
	Attenuation *float64 // dB, digital
}

// OFDM reads the page OFDM.
func (s *Sheet) OFDM() []OFDMChannel {
	var all []OFDMChannel
	for _, r := range s.once("receive") {
		all = append(all, OFDMChannel{
			Channel:     r.text("receive"),
			FFT:         r.upper("ffttype"),
			Frequency:   r.number("Subcarr0freqFreq"),
			PLC:         read(r, "plclock", parseYes),
			NCP:         read(r, "ncplock", parseYes),
			MDC1:        read(r, "mdc1lock", parseYes),
			Power:       r.number("plcpower"),
			SNR:         r.number("SNR"),
			Octets:      r.count("dsoctets"),
			Corrected:   r.count("correcteds"),
			Uncorrected: r.count("uncorrect"),
		})
	}
	return all
}

// OFDMA reads the page OFDMA.
func (s *Sheet) OFDMA() []OFDMAChannel {
	var all []OFDMAChannel
	for _, r := range s.once("uschindex") {
		c := OFDMAChannel{Channel: r.text("uschindex"), State: r.lower("state")}
		frequency, hasFrequency := parseNumber(r.raw("frequency"))
		switch c.State {
		case "operate", "enabled":
			c.Operating = !hasFrequency || frequency > 0
		}
		if c.Operating {
			c.Frequency = r.number("frequency")
			c.Bandwidth = r.scaled("channelBw", 1e6) // MHz here, unlike the page Upstream
			c.Power = r.number("repPower")
			c.Power1_6 = r.number("repPower1_6")
			c.Attenuation = r.number("digAtten")
		}
		all = append(all, c)
	}
	return all
}

// once returns the rows with an id, the first of those that share one.
func (s *Sheet) once(id string) []row {
	var all []row
	seen := make(map[string]bool)
	for _, r := range s.rows {
		channel := r.text(id)
		if channel == "" || seen[channel] {
			s.mistake(id, r.raw(id))
			continue
		}
		seen[channel] = true
		all = append(all, r)
	}
	return all
}
