package hitron

import (
	"math"
	"math/rand/v2"
	"time"
)

// An alive source is a modem at home: levels that drift with the weather and the hour, counters that grow with the
// household's traffic. Counters are functions of the time since boot and never go back; levels are functions of the
// time of day. The same seed and times give the same state.
type alive struct {
	seed       uint64
	downstream []aliveChannel
	upstream   []aliveChannel
	ofdm       []aliveChannel
	ofdma      aliveChannel
}

// An aliveChannel is how one channel behaves.
type aliveChannel struct {
	id        int
	frequency int64
	power     drift
	snr       drift
	octets    growth
	corrected growth
	trouble   bursts
}

// The plan of the channels.
const (
	scqamChannels   = 32
	upstreamCount   = 4
	firstFrequency  = 555_000_000
	channelWidth    = 6_000_000
	primaryPosition = 6 // whose receiver comes first in the list, so that IDs are not sorted
	upstreamWidth   = 6_400_000
	ofdmaWidth      = 36.8 // MHz
	leaseOfNetwork  = 4*day + 9*time.Hour + 47*time.Minute + 10*time.Second
)

// snrSteps are the values that the demodulator can say; there are no others between.
var snrSteps = [...]float64{36.387, 36.610, 37.356, 37.636, 38.605, 38.983, 40.366, 40.946, 43.376}

func newAlive(seed uint64) alive {
	r := rand.New(rand.NewPCG(seed, 0x686974726f6e)) // any second word will do
	a := alive{seed: seed}
	for i := range scqamChannels {
		position := i
		switch {
		case i == 0:
			position = primaryPosition
		case i <= primaryPosition:
			position = i - 1
		}
		a.downstream = append(a.downstream, aliveChannel{
			id: position + 1, frequency: firstFrequency + int64(position)*channelWidth,
			power:     newDrift(r, 4.5-float64(position)*0.12+r.Float64(), 0.4), // less at higher frequencies, as on cable
			snr:       newDrift(r, 37.4+r.Float64()*3.6, 0.5),
			octets:    newGrowth(r, 2e3, 60e3),
			corrected: newGrowth(r, 0.002, 0.02),
			trouble:   newBursts(r, i%3 == 0),
		})
	}
	for i := range upstreamCount {
		a.upstream = append(a.upstream, aliveChannel{
			id: i + 1, frequency: 16_400_000 + int64(i)*upstreamWidth,
			power: newDrift(r, 40+r.Float64()*5, 0.6),
		})
	}
	for i := range 2 {
		a.ofdm = append(a.ofdm, aliveChannel{
			id: i, frequency: []int64{300_600_000, 806_600_000}[i],
			power:     newDrift(r, 2+4*r.Float64(), 0.4),
			snr:       newDrift(r, 38+2*r.Float64(), 0.7),
			octets:    newGrowth(r, 40e3, 90e3),
			corrected: newGrowth(r, 400, 900),
			trouble:   newBursts(r, true),
		})
	}
	a.ofdma = aliveChannel{frequency: 44_800_000, power: newDrift(r, 35.5+r.Float64()*2, 0.5)}
	return a
}

func (a alive) at(now, boot time.Time, _ bool) State {
	up := max(0, now.Sub(boot))
	s := State{
		HwVersion: "1A", SwVersion: "7.2.4.7.1b7", Serial: "253000000002", MAC: certificateName,
		Model: "CODA56", Vendor: "Hitron Technologies",
		Uptime: up.Truncate(time.Second), SystemTime: now.Truncate(time.Second),
		WAN: WAN{
			ConfigName: "bac1060001ffffff00000002", Access: "Permitted",
			Address: "10.64.12.35", Netmask: "255.255.224.0", Gateway: "10.64.0.1", Lease: leaseOfNetwork,
		},
		Stages: Stages{
			Hardware: "Success", Downstream: "Success", Ranging: "Success", DHCP: "Success", TimeOfDay: "Success",
			Config: "Success", Registration: "Success", EAE: "Disable", BPI: "AUTH:authorized, TEK:operational",
			Access: "Permitted", Traffic: "Enable",
		},
		Link: Link{"Up", "Full", "2500Mbps"},
		Log:  a.events(boot, up),
	}
	t, u := float64(now.UnixMilli())/1000, up.Seconds()
	for i, c := range a.downstream {
		s.Downstream = append(s.Downstream, Downstream{
			Port: i + 1, Channel: c.id, Frequency: c.frequency, Modulation: "256QAM",
			Power: roundTo(0.1, c.power.at(t)), SNR: quantised(c.snr.at(t)),
			Octets: c.octets.at(u), Corrected: c.corrected.at(u) % (1 << 32), Uncorrected: c.trouble.at(u) % (1 << 32),
		})
	}
	for i, c := range a.upstream {
		s.Upstream = append(s.Upstream, Upstream{
			Port: i + 1, Channel: c.id, Frequency: c.frequency, Bandwidth: upstreamWidth,
			Modulation: "64QAM", Mode: "ATDMA", Power: roundTo(0.25, c.power.at(t)),
		})
	}
	for _, c := range a.ofdm {
		s.OFDM = append(s.OFDM, OFDM{
			Receiver: c.id, FFT: "4K", Frequency: c.frequency, PLC: true, NCP: true, MDC1: true,
			Power: roundTo(1e-6, float64(float32(roundTo(0.1, c.power.at(t))))+1e-6), SNR: int(math.Round(c.snr.at(t))),
			Octets: c.octets.at(u), Corrected: c.corrected.at(u), Uncorrected: c.trouble.at(u),
		})
	}
	s.OFDMA = []OFDMA{a.operating(t), {Index: 1, State: "DISABLED", FFT: "2K"}}
	return s
}

// operating is the OFDMA channel that is in use. The power of the whole channel follows from that of 1.6 MHz.
func (a alive) operating(t float64) OFDMA {
	per := roundTo(0.25, a.ofdma.power.at(t))
	return OFDMA{
		Index: 0, State: "OPERATE", Frequency: a.ofdma.frequency, Attenuation: 0.2216, Backoff: 4.9125,
		Bandwidth: ofdmaWidth, Power: roundTo(1e-4, per+10*math.Log10(ofdmaWidth/1.6)), PowerPer1600kHz: per, FFT: "2K",
	}
}

// roundTo rounds to a multiple of step, and to what six decimals can say.
func roundTo(step, v float64) float64 {
	return math.Round(math.Round(v/step)*step*1e6) / 1e6
}

// quantised is the nearest value that the demodulator can say.
func quantised(snr float64) float64 {
	best := snrSteps[0]
	for _, step := range snrSteps {
		if math.Abs(step-snr) < math.Abs(best-snr) {
			best = step
		}
	}
	return best
}
