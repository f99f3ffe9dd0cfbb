package hitron

// The documents of dialects Data and DataLogin. A habits value says in what they differ.

type habits struct {
	dialect  Dialect
	firmware Firmware
}

func (h habits) login() bool { return h.dialect == DataLogin }

func (h habits) dsInfo(s State) document {
	var rows []string
	for _, c := range s.Downstream {
		power, snr := decimals(3, c.Power), decimals(3, c.SNR)
		if c.Frequency == 0 {
			power, snr = "-", "-"
		}
		row := []field{
			text("portId", whole10(c.Port)), text("frequency", whole10(c.Frequency)),
			text("modulation", modulationCode(c.Modulation)), text("signalStrength", power), text("snr", snr),
		}
		if !h.login() {
			row = append(row, text("dsoctets", octets(c.Octets)),
				text("correcteds", whole10(c.Corrected)), text("uncorrect", whole10(c.Uncorrected)))
		}
		rows = append(rows, object(append(row, text("channelId", whole10(c.Channel)))...))
	}
	return array(rows...)
}

func (h habits) usInfo(s State) document {
	var rows []string
	for _, c := range s.Upstream {
		power, modulation := decimals(3, c.Power), c.Modulation
		if c.Frequency == 0 {
			power, modulation = "-", "QAM_NONE"
		}
		row := []field{
			text("portId", whole10(c.Port)), text("frequency", whole10(c.Frequency)), text("bandwidth", whole10(c.Bandwidth)),
		}
		if !h.login() {
			row = append(row, text("modtype", modulation))
		}
		row = append(row, text("scdmaMode", c.Mode), text("signalStrength", power), text("channelId", whole10(c.Channel)))
		rows = append(rows, object(row...))
	}
	return array(rows...)
}

func (h habits) dsOFDM(s State) document {
	var rows []string
	for _, c := range s.OFDM {
		row := []field{text("receive", whole10(c.Receiver))}
		row = append(row, c.common(decimals(6, c.Power))...)
		value := func(v string) string {
			if !c.PLC {
				return "NA"
			}
			return v
		}
		row = append(row, text("SNR", value(whole10(c.SNR))), text("dsoctets", value(whole10(c.Octets))),
			text("correcteds", value(whole10(c.Corrected))), text("uncorrect", value(whole10(c.Uncorrected))))
		rows = append(rows, object(row...))
	}
	return array(rows...)
}

// common are the fields that every dialect says of an OFDM receiver.
func (c OFDM) common(power string) []field {
	fft, frequency := c.FFT, padded(whole10(c.Frequency))
	if !c.PLC {
		fft, frequency, power = "NA", "NA", "NA"
	}
	return []field{
		text("ffttype", fft), text("Subcarr0freqFreq", frequency), text("plclock", yesNo(c.PLC)),
		text("ncplock", yesNo(c.NCP)), text("mdc1lock", yesNo(c.MDC1)), text("plcpower", power),
	}
}

func (h habits) usOFDM(s State) document {
	var rows []string
	for _, c := range s.OFDMA {
		row := []field{
			text("uschindex", whole10(c.Index)), text("state", padded(c.State)), text("frequency", whole10(c.Frequency)),
		}
		rows = append(rows, object(append(append(row, c.levels()...), text("fftVal", c.FFT))...))
	}
	return array(rows...)
}

// levels are the fields that every dialect says of an OFDMA channel.
func (c OFDMA) levels() []field {
	level := func(v float64) string { return padded(decimals(4, v)) }
	return []field{
		text("digAtten", level(c.Attenuation)), text("digAttenBo", level(c.Backoff)),
		text("channelBw", level(c.Bandwidth)), text("repPower", level(c.Power)), text("repPower1_6", level(c.PowerPer1600kHz)),
	}
}

// todo is what pure modems print for the router's half of a document.
const todo = "TODO"

func (h habits) sysInfo(s State) document {
	uptime, zone := clock(s.Uptime), "--"
	wan, lan := todo, todo
	received, sent := todo, todo
	switch {
	case h.login():
		uptime, zone = daysInWords(s.Uptime), "1"
		wan, lan = "203.0.113.1/24", "192.168.0.1/24"
		received, sent = "40.25M Bytes", "8.61M Bytes"
	case h.firmware == Firmware73:
		uptime = daysAndClock(s.Uptime)
	}
	row := []field{
		text("hwVersion", s.HwVersion), text("swVersion", h.version(s)), text("serialNumber", s.Serial), text("rfMac", s.MAC),
		text("wanIp", wan), text("systemUptime", uptime), text("systemTime", s.SystemTime.Format(systemTimeLayout)),
		text("timezone", zone), text("WRecPkt", received), text("WSendPkt", sent),
		text("lanIp", lan), text("LRecPkt", sent), text("LSendPkt", received),
	}
	if h.login() {
		row = append(row, text("aftrName", ""), text("aftrAddr", ""), text("delegatedPrefix", ""), text("lanIPv6Addr", ""))
	}
	return array(object(row...))
}

// version is the firmware that has these habits. The source knows the one of Data with 7.2.
func (h habits) version(s State) string {
	switch {
	case h.login():
		return "4.5.10.201-CD-UPC"
	case h.dialect == Device && h.firmware == Firmware71:
		return "7.1.1.2.2b9"
	case h.dialect == Device:
		return "7.2.4.5.2b8"
	case h.firmware == Firmware73:
		return "7.3.5.3.2b1"
	}
	return s.SwVersion
}

// model is the product that has these habits.
func (h habits) model(s State) string {
	switch h.dialect {
	case Device:
		return "CODA-4680"
	case DataLogin:
		return "CGNV4-FX4"
	}
	return s.Model
}

func (h habits) wan(s State) document {
	lease := "D: -- H: -- M: -- S: --"
	if h.login() {
		lease = daysInWords(s.WAN.Lease)
	}
	row := []field{text("Configname", s.WAN.ConfigName)}
	if !h.login() {
		row = append(row, text("ConfignameDisplay", s.WAN.ConfigName))
	}
	return array(object(append(row, text("NetworkAccess", s.WAN.Access), text("CmIpAddress", s.WAN.Address),
		text("CmNetMask", s.WAN.Netmask), text("CmGateway", s.WAN.Gateway), text("CmIpLeaseDuration", lease))...))
}

func (h habits) init(s State) document { return array(object(s.Stages.fields()...)) }

func (s Stages) fields() []field {
	return []field{
		text("hwInit", s.Hardware), text("findDownstream", s.Downstream), text("ranging", s.Ranging), text("dhcp", s.DHCP),
		text("timeOfday", s.TimeOfDay), text("downloadCfg", s.Config), text("registration", s.Registration),
		text("eaeStatus", s.EAE), text("bpiStatus", s.BPI), text("networkAccess", s.Access), text("trafficStatus", s.Traffic),
	}
}

func (h habits) link(s State) document {
	return array(object(text("LinkStatus", s.Link.Status), text("LinkDuplex", s.Link.Duplex), text("LinkSpeed", s.Link.Speed)))
}

func (h habits) systemModel(s State) document {
	return bare(object(text("modelName", h.model(s)), text("vendorname", s.Vendor), text("skipWizard", "1")))
}

func (h habits) log(s State) document {
	var rows []string
	for i, e := range s.Log {
		rows = append(rows, object(number("index", int64(i+1)), text("time", e.At.Format(logTimeLayout)),
			text("type", e.ID), text("priority", e.Priority), text("event", e.Text)))
	}
	return array(rows...)
}
