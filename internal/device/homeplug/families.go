package homeplug

import "home_exporter/internal/metric"

// The promised families are those of the homeplug_exporter, help texts included.
var (
	networkInfo = &metric.Family{
		Name: "homeplug_network_info", Labels: []string{"device_addr", "nid", "snid", "tei", "role", "cco_addr", "cco_tei"}, Promised: true,
		Help: "Logical network information",
	}
	stationTX = &metric.Family{
		Name: "homeplug_station_tx_rate_bytes", Labels: linkLabels, Promised: true,
		Help: "Average PHY Tx data rate",
	}
	stationRX = &metric.Family{
		Name: "homeplug_station_rx_rate_bytes", Labels: linkLabels, Promised: true,
		Help: "Average PHY Rx data rate",
	}
)

// linkLabels name a link: the adapter that tells, the network, and the other end.
var linkLabels = []string{"device_addr", "nid", "peer_addr"}

// deviceLabel names an adapter.
var deviceLabel = []string{"device_addr"}

// Adapters.
var (
	adapters = &metric.Family{
		Name: "homeplug_devices",
		Help: "Adapters that answered.",
	}
	adapterUp = &metric.Family{
		Name: "homeplug_device_up", Labels: deviceLabel,
		Help: "Whether the adapter answered; 0 for one that others list, or that was seen before.",
	}
	adapterInfo = &metric.Family{
		Name: "homeplug_device_info", Type: metric.Info, Labels: []string{"device_addr", "chipset", "firmware", "vendor", "hfid"},
		Help: "Chip, firmware, the chip's maker, and the name that somebody gave the adapter.",
	}
	adapterLocal = &metric.Family{
		Name: "homeplug_device_local", Labels: deviceLabel,
		Help: "Whether the adapter is on this side of the power line.",
	}
	adapterIsolated = &metric.Family{
		Name: "homeplug_device_isolated", Labels: deviceLabel,
		Help: "Whether the adapter is in no network.",
	}
	adapterUptime = &metric.Family{
		Name: "homeplug_device_uptime_seconds", Unit: "seconds", Labels: deviceLabel,
		Help: "Time since the adapter started, which only chips of Broadcom tell.",
	}
	adapterLink = &metric.Family{
		Name: "homeplug_device_powerline_link_up", Labels: deviceLabel,
		Help: "Whether the adapter has a link to any other, as it says itself.",
	}
	mainsFrequency = &metric.Family{
		Name: "homeplug_device_mains_frequency_hertz", Unit: "hertz", Labels: deviceLabel,
		Help: "Frequency of the mains as the adapter sees it.",
	}
	zeroCross = &metric.Family{
		Name: "homeplug_device_zero_cross_detected", Labels: deviceLabel,
		Help: "Whether the adapter sees the zero crossing of the mains, which its modulation follows.",
	}
	ramBlocks = &metric.Family{
		Name: "homeplug_device_ram_blocks", Labels: []string{"device_addr", "pool"},
		Help: "Memory of the adapter for frames, in blocks: rx, tx, shared.",
	}
	ramBlocksFree = &metric.Family{
		Name: "homeplug_device_ram_blocks_free", Labels: []string{"device_addr", "pool"},
		Help: "Memory of the adapter for frames that is free, in blocks.",
	}
)

// Networks and links.
var (
	networkStations = &metric.Family{
		Name: "homeplug_network_stations", Labels: []string{"device_addr", "nid"},
		Help: "Other adapters of the network that the adapter lists.",
	}
	networkNeighbours = &metric.Family{
		Name: "homeplug_network_neighbours", Labels: deviceLabel,
		Help: "Foreign networks that the adapter hears on the same mains.",
	}
	defaultKey = &metric.Family{
		Name: "homeplug_network_default_key", Labels: []string{"nid"},
		Help: "Whether the network has a key with which adapters leave the factory, so that anybody on the same mains can join.",
	}
	stationTXRate = &metric.Family{
		Name: "homeplug_station_tx_phy_bytes_per_second", Labels: linkLabels,
		Help: "Average PHY rate towards the station, error correction taken off; about twice of what TCP reaches. 0 before any traffic.",
	}
	stationRXRate = &metric.Family{
		Name: "homeplug_station_rx_phy_bytes_per_second", Labels: linkLabels,
		Help: "Average PHY rate from the station, error correction taken off; about twice of what TCP reaches. 0 before any traffic.",
	}
	saturated = &metric.Family{
		Name: "homeplug_station_rate_saturated", Labels: []string{"device_addr", "nid", "peer_addr", "direction"},
		Help: "Whether the adapter tells 255 Mbit/s because its message can hold no more.",
	}
	coupling = &metric.Family{
		Name: "homeplug_station_alternate_coupling", Labels: []string{"device_addr", "nid", "peer_addr", "direction"},
		Help: "Whether the link uses the second pair of wires (MIMO).",
	}
	signalLevel = &metric.Family{
		Name: "homeplug_station_signal_level_decibels", Labels: []string{"device_addr", "peer_addr"},
		Help: "Level at which the adapter hears the station, relative to full power; the upper bound of a class 5 dB wide.",
	}
	bitLoading = &metric.Family{
		Name: "homeplug_station_bit_loading_bytes_per_second", Labels: []string{"device_addr", "peer_addr"},
		Help: "What the adapter estimates that the carriers from the station can bear.",
	}
	mpdus = &metric.Family{
		Name: "homeplug_link_mpdus_total", Type: metric.Counter, Labels: []string{"device_addr", "peer_addr", "direction", "result"},
		Help: "Frames on the power line (MPDUs): acked, collided, failed.",
	}
	phyBlocks = &metric.Family{
		Name: "homeplug_link_phy_blocks_total", Type: metric.Counter, Labels: []string{"device_addr", "peer_addr", "direction", "result"},
		Help: "Blocks of 520 bytes on the power line: passed, failed.",
	}
	bitErrors = &metric.Family{
		Name: "homeplug_link_bit_errors_total", Type: metric.Counter, Labels: []string{"device_addr", "peer_addr", "result"},
		Help: "Bit errors that the decoder met in received blocks that passed and that failed.",
	}
)

// Tone maps.
var (
	toneActive = &metric.Family{
		Name: "homeplug_tone_map_active_carriers", Labels: toneLabels,
		Help: "Carriers in use on the link, in one slot of the mains cycle.",
	}
	toneBits = &metric.Family{
		Name: "homeplug_tone_map_bits_per_carrier", Labels: toneLabels,
		Help: "Mean bits of the carriers in use.",
	}
	toneSNR = &metric.Family{
		Name: "homeplug_tone_map_snr_decibels", Labels: toneLabels,
		Help: "Mean nominal signal to noise ratio of the carriers in use.",
	}
	toneGain = &metric.Family{
		Name: "homeplug_tone_map_gain", Labels: toneLabels,
		Help: "Setting of the receiver's automatic gain control.",
	}
)

var toneLabels = []string{"device_addr", "peer_addr", "direction", "slot"}

// The wire.
var (
	framesSent = &metric.Family{
		Name: "homeplug_frames_sent_total", Type: metric.Counter, Labels: []string{"message"},
		Help: "Requests sent, repeated ones included.",
	}
	framesReceived = &metric.Family{
		Name: "homeplug_frames_received_total", Type: metric.Counter, Labels: []string{"result"},
		Help: "Frames received: ok, malformed, unexpected (nobody asked), foreign (for another host), duplicate, late.",
	}
	requestTimeouts = &metric.Family{
		Name: "homeplug_request_timeouts_total", Type: metric.Counter, Labels: []string{"message"},
		Help: "Requests that were not answered in time.",
	}
	retransmissions = &metric.Family{
		Name: "homeplug_retransmissions_total", Type: metric.Counter, Labels: []string{"message"},
		Help: "Requests that were sent again.",
	}
)

// families is everything that the kind can emit.
var families = []*metric.Family{
	networkInfo, stationTX, stationRX,
	adapters, adapterUp, adapterInfo, adapterLocal, adapterIsolated, adapterUptime, adapterLink,
	mainsFrequency, zeroCross, ramBlocks, ramBlocksFree,
	networkStations, networkNeighbours, defaultKey, stationTXRate, stationRXRate, saturated, coupling,
	signalLevel, bitLoading, mpdus, phyBlocks, bitErrors,
	toneActive, toneBits, toneSNR, toneGain,
	framesSent, framesReceived, requestTimeouts, retransmissions,
}
