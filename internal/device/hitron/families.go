package hitron

import "home_exporter/internal/metric"

// The promised families are those of the Hitron-Coda56-Prometheus-Exporter, help
// texts included.
var (
	downstreamPower = &metric.Family{
		Name: "modem_downstream_power", Labels: channelLabel, Promised: true,
		Help: "Downstream Power Level (dBmV)",
	}
	downstreamSNR = &metric.Family{
		Name: "modem_downstream_snr", Labels: channelLabel, Promised: true,
		Help: "Downstream SNR (dB)",
	}
	downstreamCorrectables = &metric.Family{
		Name: "modem_downstream_correctables", Labels: channelLabel, Promised: true,
		Help: "Downstream Correctable Codewords",
	}
	downstreamUncorrectables = &metric.Family{
		Name: "modem_downstream_uncorrectables", Labels: channelLabel, Promised: true,
		Help: "Downstream Uncorrectable Codewords",
	}
	upstreamPower = &metric.Family{
		Name: "modem_upstream_power", Labels: channelLabel, Promised: true,
		Help: "Upstream Power Level (dBmV)",
	}
	ofdmPower = &metric.Family{
		Name: "modem_ofdm_power", Labels: channelLabel, Promised: true,
		Help: "OFDM Downstream Power Level (dBmV)",
	}
	ofdmSNR = &metric.Family{
		Name: "modem_ofdm_snr", Labels: channelLabel, Promised: true,
		Help: "OFDM Downstream SNR/MER (dB)",
	}
	ofdmCorrectable = &metric.Family{
		Name: "modem_ofdm_correctable", Labels: channelLabel, Promised: true,
		Help: "OFDM Correctable Codewords",
	}
	ofdmUncorrectable = &metric.Family{
		Name: "modem_ofdm_uncorrectable", Labels: channelLabel, Promised: true,
		Help: "OFDM Uncorrectable Codewords",
	}
	uptime = &metric.Family{
		Name: "modem_uptime", Promised: true,
		Help: "Modem uptime in seconds",
	}
	systemTime = &metric.Family{
		Name: "modem_system_time", Promised: true,
		Help: "Modem system time (unix timestamp)",
	}
	uptimeInfo = &metric.Family{
		Name: "modem_uptime_str_info", Labels: []string{"uptime"}, Promised: true,
		Help: "Modem uptime as string",
	}
)

// channelLabel is the DOCSIS channel ID of SC-QAM channels, and the number that the
// modem gives to its OFDM receivers and OFDMA channels.
var channelLabel = []string{"channel"}

// What the description of that exporter lists and its program does not have. The names
// follow its style.
var (
	downstreamFrequency = &metric.Family{
		Name: "modem_downstream_frequency", Labels: channelLabel,
		Help: "Downstream Frequency (Hz).",
	}
	upstreamFrequency = &metric.Family{
		Name: "modem_upstream_frequency", Labels: channelLabel,
		Help: "Upstream Frequency (Hz).",
	}
	upstreamModulation = &metric.Family{
		Name: "modem_upstream_modulation_info", Type: metric.Info, Labels: []string{"channel", "modulation", "mode"},
		Help: "Upstream Modulation Type (value is always 1).",
	}
	ofdmaState = &metric.Family{
		Name: "modem_ofdma_state", Labels: []string{"channel", "state"},
		Help: "OFDMA Reported State (1 for the state the modem reports).",
	}
	ofdmaOperational = &metric.Family{
		Name: "modem_ofdma_operational", Labels: channelLabel,
		Help: "OFDMA channel is operating (1) or not (0).",
	}
	wanInfo = &metric.Family{
		Name: "modem_wan_info", Type: metric.Info, Labels: []string{"config_name", "ip", "netmask", "gateway"},
		Help: "WAN Configuration (value is always 1): the modem's own, not the customer's.",
	}
	networkAccess = &metric.Family{
		Name: "modem_wan_network_access",
		Help: "Network access permitted (1) or denied (0).",
	}
	wanLease = &metric.Family{
		Name: "modem_wan_lease_duration_seconds", Unit: "seconds",
		Help: "Duration of the modem's DHCP lease.",
	}
)

// About the modem and its pages.
var (
	modemInfo = &metric.Family{
		Name: "modem_info", Type: metric.Info,
		Labels: []string{"model", "vendor", "hw_version", "sw_version", "serial", "rf_mac", "cert_sha256"},
		Help:   "Identity of the modem, and the fingerprint of the certificate that it presents.",
	}
	reboots = &metric.Family{
		Name: "modem_reboots_total", Type: metric.Counter,
		Help: "Times the uptime was found to have gone backwards by more than a minute.",
	}
	endpointUp = &metric.Family{
		Name: "modem_endpoint_up", Labels: []string{"endpoint"},
		Help: "Whether the last fetch of the page brought readings. The names are those of the CODA-56, whatever the model.",
	}
	endpointRequests = &metric.Family{
		Name: "modem_endpoint_requests_total", Type: metric.Counter, Labels: []string{"endpoint"},
		Help: "Requests sent for the page, repeated ones and those of a login included.",
	}
	endpointErrors = &metric.Family{
		Name: "modem_endpoint_errors_total", Type: metric.Counter, Labels: []string{"endpoint", "class"},
		Help: "Fetches of the page that failed, by class of error.",
	}
	endpointDuration = &metric.Family{
		Name: "modem_endpoint_duration_seconds", Unit: "seconds", Labels: []string{"endpoint"},
		Help: "How long the last fetch of the page took.",
	}
	endpointSuccess = &metric.Family{
		Name: "modem_endpoint_last_success_timestamp_seconds", Unit: "seconds", Labels: []string{"endpoint"},
		Help: "When the page was last fetched with success, in seconds since 1970.",
	}
	parseErrors = &metric.Family{
		Name: "modem_parse_errors_total", Type: metric.Counter, Labels: []string{"endpoint", "field"},
		Help: "Values that were neither what they should be nor a known way of saying that there is none.",
	}
)

// Channels.
var (
	downstreamChannels = &metric.Family{
		Name: "modem_downstream_channels",
		Help: "Locked downstream SC-QAM channels.",
	}
	upstreamChannels = &metric.Family{
		Name: "modem_upstream_channels",
		Help: "Upstream SC-QAM channels in use.",
	}
	channelChanges = &metric.Family{
		Name: "modem_channel_changes_total", Type: metric.Counter, Labels: []string{"direction"},
		Help: "Times the set of SC-QAM channels was another than at the poll before.",
	}
	downstreamQAM = &metric.Family{
		Name: "modem_downstream_modulation_qam", Labels: channelLabel,
		Help: "Points of the constellation: 256, 64 and so on.",
	}
	downstreamModulation = &metric.Family{
		Name: "modem_downstream_modulation_info", Type: metric.Info, Labels: []string{"channel", "modulation"},
		Help: "Downstream modulation.",
	}
	downstreamPort = &metric.Family{
		Name: "modem_downstream_port", Labels: channelLabel,
		Help: "Number of the receiver that is tuned to the channel.",
	}
	downstreamOctets = &metric.Family{
		Name: "modem_downstream_octets_total", Type: metric.Counter, Labels: channelLabel,
		Help: "Octets received on the channel.",
	}
	downstreamCorrected = &metric.Family{
		Name: "modem_downstream_correctable_codewords_total", Type: metric.Counter, Labels: channelLabel,
		Help: "Codewords received with errors that could be corrected; goes on where the modem's 32 bits wrap.",
	}
	downstreamUncorrected = &metric.Family{
		Name: "modem_downstream_uncorrectable_codewords_total", Type: metric.Counter, Labels: channelLabel,
		Help: "Codewords lost; goes on where the modem's 32 bits wrap.",
	}
	upstreamBandwidth = &metric.Family{
		Name: "modem_upstream_bandwidth", Labels: channelLabel,
		Help: "Width of the upstream channel (Hz).",
	}
	upstreamQAM = &metric.Family{
		Name: "modem_upstream_modulation_qam", Labels: channelLabel,
		Help: "Points of the constellation: 64, 16, 4.",
	}
)

// OFDM and OFDMA.
var (
	ofdmFrequency = &metric.Family{
		Name: "modem_ofdm_frequency", Labels: channelLabel,
		Help: "Frequency of subcarrier 0 (Hz).",
	}
	ofdmLock = &metric.Family{
		Name: "modem_ofdm_lock", Labels: []string{"channel", "lock"},
		Help: "Whether a stage of the OFDM receiver is locked: plc, ncp, mdc1.",
	}
	ofdmLocked = &metric.Family{
		Name: "modem_ofdm_locked", Labels: channelLabel,
		Help: "Whether all three stages are locked, so that data flows.",
	}
	ofdmInfo = &metric.Family{
		Name: "modem_ofdm_info", Type: metric.Info, Labels: []string{"channel", "fft"},
		Help: "Size of the OFDM receiver's Fourier transform.",
	}
	ofdmOctets = &metric.Family{
		Name: "modem_ofdm_octets_total", Type: metric.Counter, Labels: channelLabel,
		Help: "Octets received on the OFDM channel.",
	}
	ofdmCorrected = &metric.Family{
		Name: "modem_ofdm_correctable_codewords_total", Type: metric.Counter, Labels: channelLabel,
		Help: "Codewords received with errors that could be corrected, which is normal on OFDM.",
	}
	ofdmUncorrected = &metric.Family{
		Name: "modem_ofdm_uncorrectable_codewords_total", Type: metric.Counter, Labels: channelLabel,
		Help: "Codewords lost on the OFDM channel.",
	}
	ofdmWedged = &metric.Family{
		Name: "modem_ofdm_counters_wedged",
		Help: "Whether the modem has stopped counting on its OFDM page, as some firmware does before it reboots; the page is then left alone.",
	}
	ofdmaFrequency = &metric.Family{
		Name: "modem_ofdma_frequency", Labels: channelLabel,
		Help: "Frequency of the operating OFDMA channel (Hz).",
	}
	ofdmaBandwidth = &metric.Family{
		Name: "modem_ofdma_bandwidth", Labels: channelLabel,
		Help: "Width of the operating OFDMA channel (Hz).",
	}
	ofdmaPower = &metric.Family{
		Name: "modem_ofdma_power", Labels: channelLabel,
		Help: "Power of the whole operating OFDMA channel (dBmV).",
	}
	ofdmaPower1_6 = &metric.Family{
		Name: "modem_ofdma_power_1_6mhz", Labels: channelLabel,
		Help: "Power of the operating OFDMA channel in 1.6 MHz (dBmV).",
	}
	ofdmaAttenuation = &metric.Family{
		Name: "modem_ofdma_digital_attenuation", Labels: channelLabel,
		Help: "Digital attenuation of the operating OFDMA channel (dB).",
	}
)

// State of the modem in its network.
var (
	stageOK = &metric.Family{
		Name: "modem_provisioning_stage_ok", Labels: []string{"stage"},
		Help: "Whether a step of provisioning has succeeded.",
	}
	bpiInfo = &metric.Family{
		Name: "modem_bpi_info", Type: metric.Info, Labels: []string{"auth", "tek"},
		Help: "State of Baseline Privacy; start is normal on networks without it.",
	}
	linkUp = &metric.Family{
		Name: "modem_link_up", Labels: []string{"duplex"},
		Help: "Whether the Ethernet port has a link.",
	}
	linkSpeed = &metric.Family{
		Name: "modem_link_speed_bits_per_second",
		Help: "Speed of the Ethernet port.",
	}
	traffic = &metric.Family{
		Name: "modem_traffic_bytes_total", Type: metric.Counter, Unit: "bytes", Labels: []string{"network", "direction"},
		Help: "Bytes through a modem that is a router, as it prints them: rounded, so that they move in jumps.",
	}
	provisionedRate = &metric.Family{
		Name: "modem_provisioned_rate_bits_per_second", Labels: []string{"direction"},
		Help: "Data rate that the operator's configuration allows.",
	}
	events = &metric.Family{
		Name: "modem_event_log_events_total", Type: metric.Counter, Labels: []string{"kind", "priority"},
		Help: "Entries that have appeared in the DOCSIS event log since the program began.",
	}
	eventEntries = &metric.Family{
		Name: "modem_event_log_entries", Labels: []string{"kind", "priority"},
		Help: "Entries that are in the DOCSIS event log.",
	}
	eventLast = &metric.Family{
		Name: "modem_event_log_last_timestamp_seconds", Unit: "seconds", Labels: []string{"kind"},
		Help: "When the newest entry of the kind was made, by the modem's clock, in seconds since 1970.",
	}
	healthScore = &metric.Family{
		Name: "modem_health_score",
		Help: "Health of the connection, 0 to 100; 0 when the modem has no access, at most 40 when one component is at 0.",
	}
	healthComponent = &metric.Family{
		Name: "modem_health_component", Labels: []string{"component"},
		Help: "Health of one part, 0 to 1, from the worst quarter of its channels: ds_power, ds_snr, us_power, ofdm, errors.",
	}
)

// families is everything that the kind can emit.
var families = []*metric.Family{
	downstreamPower, downstreamSNR, downstreamCorrectables, downstreamUncorrectables, upstreamPower,
	ofdmPower, ofdmSNR, ofdmCorrectable, ofdmUncorrectable, uptime, systemTime, uptimeInfo,

	downstreamFrequency, upstreamFrequency, upstreamModulation, ofdmaState, ofdmaOperational,
	wanInfo, networkAccess, wanLease,

	modemInfo, reboots, endpointUp, endpointRequests, endpointErrors, endpointDuration, endpointSuccess, parseErrors,

	downstreamChannels, upstreamChannels, channelChanges, downstreamQAM, downstreamModulation, downstreamPort,
	downstreamOctets, downstreamCorrected, downstreamUncorrected, upstreamBandwidth, upstreamQAM,

	ofdmFrequency, ofdmLock, ofdmLocked, ofdmInfo, ofdmOctets, ofdmCorrected, ofdmUncorrected, ofdmWedged,
	ofdmaFrequency, ofdmaBandwidth, ofdmaPower, ofdmaPower1_6, ofdmaAttenuation,

	stageOK, bpiInfo, linkUp, linkSpeed, traffic, provisionedRate,
	events, eventEntries, eventLast, healthScore, healthComponent,
}
