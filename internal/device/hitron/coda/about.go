package coda

import (
	"strings"
	"time"
)

// About is what a modem says of itself, from the pages System and Model; which of
// them has what differs between dialects. A text that was not said is empty.
type About struct {
	Model, Vendor, Hardware, Software, Serial, MAC string
	UptimeText                                     string // as sent
	Uptime                                         *time.Duration
	Clock                                          *time.Time
	// Traffic of router models, in bytes. Firmwares round it, so that it moves in jumps.
	Traffic []Traffic
}

// Traffic is a counter of bytes.
type Traffic struct {
	Network, Direction string // wan or lan; receive or transmit
	Bytes              float64
}

// trafficFields names the counters, in dialect Data and in dialect Device.
var trafficFields = []struct{ data, device, network, direction string }{
	{"WRecPkt", "wanRx", "wan", "receive"}, {"WSendPkt", "wanTx", "wan", "transmit"},
	{"LRecPkt", "lanRx", "lan", "receive"}, {"LSendPkt", "lanTx", "lan", "transmit"},
}

// About reads the pages System and Model. The clock of the modem has no zone of its
// own: it is taken to be in loc.
func (s *Sheet) About(loc *time.Location) About {
	r := s.only()
	a := About{
		Model:    r.text("modelName", "Model"),
		Vendor:   r.text("vendorname", "vendorName"),
		Hardware: r.text("hwVersion", "HwVersion"),
		Software: r.text("swVersion", "SoftwareVersion"),
		Serial:   r.text("serialNumber", "SerialNum"),
		MAC:      r.lower("rfMac"),
	}
	if s.page != System {
		return a
	}
	for _, field := range []string{"systemUptime", "systemLanUptime", "systemWanUptime"} {
		if a.Uptime = r.span(field); a.Uptime != nil {
			a.UptimeText = r.text(field)
			break
		}
	}
	for _, field := range []string{"systemTime", "sysTime"} {
		if a.Clock = r.moment(field, loc); a.Clock != nil {
			break
		}
	}
	for _, t := range trafficFields {
		v := read(r, t.data, parseBytes)
		if v == nil {
			v = read(r, t.device, parseBytes)
		}
		if v != nil {
			a.Traffic = append(a.Traffic, Traffic{t.network, t.direction, *v})
		}
	}
	return a
}

// span returns a length of time; one with dashes for digits is none.
func (r row) span(field string) *time.Duration {
	if strings.Contains(r.raw(field), "--") {
		return nil
	}
	return read(r, field, parseSpan)
}

func (r row) moment(field string, loc *time.Location) *time.Time {
	return read(r, field, func(text string) (time.Time, bool) { return parseMoment(text, loc) })
}
