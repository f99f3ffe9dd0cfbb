package hitron

import (
	"fmt"
	"strings"
)

// The documents of dialect Device.

func (h habits) old() bool { return h.firmware == Firmware71 }

// listName is the key of a list that got a name of its own in later firmware.
func (h habits) listName(later string) string {
	if h.old() {
		return "Freq_List"
	}
	return later
}

func (h habits) deviceDsInfo(s State) document {
	var rows []string
	for _, c := range s.Downstream {
		power, snr := decimals(3, c.Power), decimals(3, c.SNR)
		if c.Frequency == 0 {
			power, snr = "-", "-"
		}
		modulation := c.Modulation
		if order, ok := strings.CutSuffix(modulation, "QAM"); ok {
			modulation = "QAM" + order
		}
		rows = append(rows, object(
			text("portId", whole10(c.Port)), text("frequency", whole10(c.Frequency)), text("modulation", modulation),
			text("signalStrength", power), text("snr", snr), text("channelId", whole10(c.Channel)),
			text("dsoctets", octets(c.Octets)), text("correcteds", whole10(c.Corrected)), text("uncorrect", whole10(c.Uncorrected)),
		))
	}
	return list("Freq_List", rows...)
}

func (h habits) deviceUsInfo(s State) document {
	var rows []string
	for _, c := range s.Upstream {
		power, modulation := decimals(3, c.Power), c.Modulation
		if c.Frequency == 0 {
			power, modulation = "-", "QAM_NONE"
		}
		row := []field{
			text("portId", whole10(c.Port)), text("frequency", whole10(c.Frequency)),
			text("modulationType", modulation), text("signalStrength", power),
			text("bandwidth", whole10(c.Bandwidth)), text("channelId", whole10(c.Channel)),
		}
		if !h.old() {
			row = append(row, number("symbolrate", c.Bandwidth*4/5/1000), texts("preEq")) // the rest of the width is roll-off
		}
		rows = append(rows, object(row...))
	}
	return list("Freq_List", rows...)
}

func (h habits) deviceDsOFDM(s State) document {
	var rows []string
	for _, c := range s.OFDM {
		row := []field{number("receive", int64(c.Receiver))}
		row = append(row, c.common(padded(decimals(6, c.Power)))...)
		if !h.old() {
			start := float64(c.Frequency) / 1e6
			row = append(row, text("plclocation", whole10(c.Frequency/1e6)),
				text("occupiedbw", fmt.Sprintf("%g ~ %g", start, start+190)), text("datasubcarriers", "3800"))
		}
		rows = append(rows, object(row...))
	}
	return list(h.listName("OFDMs_List"), rows...)
}

func (h habits) deviceUsOFDM(s State) document {
	var rows []string
	for _, c := range s.OFDMA {
		index := text("uschindex", whole10(c.Index))
		if h.old() {
			index = number("uschindex", int64(c.Index))
		}
		row := []field{index, text("state", padded(c.State))}
		rows = append(rows, object(append(append(row, c.levels()...), text("fftVal", padded(c.FFT)))...))
	}
	return list(h.listName("OFDMAs_List"), rows...)
}

// good is an answer without a list.
func good(fields ...field) document {
	return bare(object(append([]field{text("errCode", "000"), text("errMsg", "")}, fields...)...))
}

func (h habits) deviceWAN(s State) document {
	return good(text("ntAccess", s.WAN.Access), texts("ip", s.WAN.Address), text("subMask", s.WAN.Netmask),
		text("gw", s.WAN.Gateway), text("lease", lettersFirst(s.WAN.Lease)), text("Configname", s.WAN.ConfigName),
		text("DsDataRate", "1040000000"), text("UsDataRate", "52000000"), text("macAddr", s.MAC))
}

func (h habits) deviceVersion(s State) document {
	row := []field{
		text("deviceId", s.MAC), text("modelName", h.model(s)), text("vendorName", s.Vendor), text("SerialNum", s.Serial),
		text("HwVersion", s.HwVersion), text("ApiVersion", "1.11"), text("SoftwareVersion", h.version(s)),
	}
	if !h.old() {
		row = append(row, text("Model", h.model(s)), text("ModelReport", h.model(s)))
	}
	return good(row...)
}

func (h habits) deviceInit(s State) document { return good(s.Stages.fields()...) }

// priorities are the words of the event log in the order of their digits, from 1.
var priorities = [...]string{"emergency", "alert", "critical", "error", "warning", "notice", "information", "debug"}

func (h habits) deviceLog(s State) document {
	var rows []string
	for i, e := range s.Log {
		priority := e.Priority
		for digit, word := range priorities {
			if word == priority {
				priority = whole10(digit + 1)
			}
		}
		rows = append(rows, object(number("index", int64(i+1)), text("time", e.At.Format(longLogTimeLayout)),
			text("type", e.ID), text("priority", priority), text("event", e.Text)))
	}
	return list("Log_List", rows...)
}

// deviceRouter is the router's half, as it is in bridge mode: most counters are null.
func (h habits) deviceRouter(s State) document {
	uptime := fmt.Sprintf("%03d days %s", s.Uptime/day, clock(s.Uptime%day))
	if !h.old() {
		uptime = whole10(int64(s.Uptime.Seconds()))
	}
	return good(text("sysTime", s.SystemTime.Format("2006-01-02 15:04:05")), text("tz", "0"),
		text("lanName", ""), field{"lanRx", "null"}, field{"lanTx", "null"}, text("wanRx", "1.05G Bytes"), text("wanTx", "989.1M Bytes"),
		text("systemLanUptime", uptime), text("systemWanUptime", uptime), texts("wanIP", "0.0.0.0\n"))
}
