package hitron

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

//go:embed testdata/golden
var goldenFiles embed.FS

// A golden source says what the documents say. It stands still; a reboot takes counters, uptime and log with it.
type golden struct {
	state State
}

// GoldenDocument is the document of that endpoint as firmware 7.2 of a CODA-56 writes it.
func GoldenDocument(name Endpoint) ([]byte, error) {
	return goldenFiles.ReadFile("testdata/golden/" + string(name) + ".asp")
}

func (g golden) at(now, boot time.Time, rebooted bool) State {
	state := g.state.clone()
	if !rebooted {
		return state
	}
	state.Uptime = max(0, now.Sub(boot).Truncate(time.Second))
	state.SystemTime = state.SystemTime.Add(state.Uptime)
	for i := range state.Downstream {
		c := &state.Downstream[i]
		c.Octets, c.Corrected, c.Uncorrected = 0, 0, 0
	}
	for i := range state.OFDM {
		c := &state.OFDM[i]
		c.Octets, c.Corrected, c.Uncorrected = 0, 0, 0
	}
	state.Log = state.Log[:1] // the one that each boot writes before the clock is set
	return state
}

// rows are the objects of a document, each value as text.
type rows []map[string]any

func (r rows) text(i int, key string) string { return strings.TrimSpace(fmt.Sprint(r[i][key])) }

// A goldenReader keeps the first error.
type goldenReader struct{ err error }

// readGolden turns the documents into numbers, so that switches can change them and other dialects say them.
func readGolden() (golden, error) {
	var r goldenReader
	var s State
	r.identity(&s)
	r.downstream(&s)
	r.upstream(&s)
	r.ofdm(&s)
	r.ofdma(&s)
	r.network(&s)
	r.log(&s)
	return golden{s}, r.err
}

func (r *goldenReader) read(name Endpoint) rows {
	content, err := GoldenDocument(name)
	if err == nil {
		var out rows
		if content[0] == '{' {
			content = []byte("[" + string(content) + "]")
		}
		if err = json.Unmarshal(content, &out); err == nil {
			return out
		}
	}
	r.fail(fmt.Errorf("golden %s: %w", name, err))
	return nil
}

func (r *goldenReader) fail(err error) {
	if r.err == nil && err != nil {
		r.err = err
	}
}

func (r *goldenReader) int(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	r.fail(err)
	return n
}

func (r *goldenReader) float(text string) float64 {
	f, err := strconv.ParseFloat(text, 64)
	r.fail(err)
	return f
}

// count reads "n" and "n * 2e32 + m", which means n * 2^32 + m.
func (r *goldenReader) count(text string) uint64 {
	high, low, big := strings.Cut(text, " * 2e32 + ")
	if !big {
		high, low = "0", text
	}
	return uint64(r.int(high))<<32 + uint64(r.int(low))
}

func (r *goldenReader) time(layout, text string) time.Time {
	t, err := time.Parse(layout, text)
	r.fail(err)
	return t
}

func (r *goldenReader) identity(s *State) {
	d := r.read(SysInfo)
	if len(d) == 0 {
		return
	}
	s.HwVersion, s.SwVersion = d.text(0, "hwVersion"), d.text(0, "swVersion")
	s.Serial, s.MAC = d.text(0, "serialNumber"), d.text(0, "rfMac")
	var h, m, sec int
	_, err := fmt.Sscanf(d.text(0, "systemUptime"), "%dh:%dm:%ds", &h, &m, &sec)
	r.fail(err)
	s.Uptime = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second
	s.SystemTime = r.time(systemTimeLayout, d.text(0, "systemTime"))
	if model := r.read(Model); len(model) > 0 {
		s.Model, s.Vendor = model.text(0, "modelName"), model.text(0, "vendorname")
	}
}

func (r *goldenReader) downstream(s *State) {
	d := r.read(DsInfo)
	for i := range d {
		s.Downstream = append(s.Downstream, Downstream{
			Port: int(r.int(d.text(i, "portId"))), Channel: int(r.int(d.text(i, "channelId"))),
			Frequency: r.int(d.text(i, "frequency")), Modulation: modulationOf(d.text(i, "modulation")),
			Power: r.float(d.text(i, "signalStrength")), SNR: r.float(d.text(i, "snr")),
			Octets:    r.count(d.text(i, "dsoctets")),
			Corrected: r.count(d.text(i, "correcteds")), Uncorrected: r.count(d.text(i, "uncorrect")),
		})
	}
}

func (r *goldenReader) upstream(s *State) {
	d := r.read(UsInfo)
	for i := range d {
		s.Upstream = append(s.Upstream, Upstream{
			Port: int(r.int(d.text(i, "portId"))), Channel: int(r.int(d.text(i, "channelId"))),
			Frequency: r.int(d.text(i, "frequency")), Bandwidth: r.int(d.text(i, "bandwidth")),
			Modulation: d.text(i, "modtype"), Mode: d.text(i, "scdmaMode"), Power: r.float(d.text(i, "signalStrength")),
		})
	}
}

func (r *goldenReader) ofdm(s *State) {
	d := r.read(DsOFDM)
	for i := range d {
		s.OFDM = append(s.OFDM, OFDM{
			Receiver: int(r.int(d.text(i, "receive"))), FFT: d.text(i, "ffttype"),
			Frequency: r.int(d.text(i, "Subcarr0freqFreq")),
			PLC:       d.text(i, "plclock") == "YES", NCP: d.text(i, "ncplock") == "YES", MDC1: d.text(i, "mdc1lock") == "YES",
			Power: r.float(d.text(i, "plcpower")), SNR: int(r.int(d.text(i, "SNR"))),
			Octets:    r.count(d.text(i, "dsoctets")),
			Corrected: r.count(d.text(i, "correcteds")), Uncorrected: r.count(d.text(i, "uncorrect")),
		})
	}
}

func (r *goldenReader) ofdma(s *State) {
	d := r.read(UsOFDM)
	for i := range d {
		s.OFDMA = append(s.OFDMA, OFDMA{
			Index: int(r.int(d.text(i, "uschindex"))), State: d.text(i, "state"), Frequency: r.int(d.text(i, "frequency")),
			Attenuation: r.float(d.text(i, "digAtten")), Backoff: r.float(d.text(i, "digAttenBo")),
			Bandwidth: r.float(d.text(i, "channelBw")), Power: r.float(d.text(i, "repPower")),
			PowerPer1600kHz: r.float(d.text(i, "repPower1_6")), FFT: d.text(i, "fftVal"),
		})
	}
}

func (r *goldenReader) network(s *State) {
	if d := r.read(WANInfo); len(d) > 0 {
		s.WAN = WAN{
			ConfigName: d.text(0, "Configname"), Access: d.text(0, "NetworkAccess"), Address: d.text(0, "CmIpAddress"),
			Netmask: d.text(0, "CmNetMask"), Gateway: d.text(0, "CmGateway"), Lease: leaseOfNetwork,
		}
	}
	if d := r.read(Init); len(d) > 0 {
		s.Stages = Stages{
			Hardware: d.text(0, "hwInit"), Downstream: d.text(0, "findDownstream"), Ranging: d.text(0, "ranging"),
			DHCP: d.text(0, "dhcp"), TimeOfDay: d.text(0, "timeOfday"), Config: d.text(0, "downloadCfg"),
			Registration: d.text(0, "registration"), EAE: d.text(0, "eaeStatus"), BPI: d.text(0, "bpiStatus"),
			Access: d.text(0, "networkAccess"), Traffic: d.text(0, "trafficStatus"),
		}
	}
	if d := r.read(LinkStatus); len(d) > 0 {
		s.Link = Link{d.text(0, "LinkStatus"), d.text(0, "LinkDuplex"), d.text(0, "LinkSpeed")}
	}
}

func (r *goldenReader) log(s *State) {
	d := r.read(EventLog)
	for i := range d {
		s.Log = append(s.Log, Event{
			At: r.time(logTimeLayout, d.text(i, "time")), ID: d.text(i, "type"),
			Priority: d.text(i, "priority"), Text: d.text(i, "event"),
		})
	}
}
