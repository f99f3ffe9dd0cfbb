package coda

// A Page is one of the documents that a modem serves. Its name is that of dialect
// Data without its ending, whatever the dialect that is spoken.
type Page uint8

// The pages.
const (
	Downstream   Page = iota // SC-QAM receivers
	Upstream                 // SC-QAM transmitters
	System                   // uptime, clock, versions, traffic
	OFDM                     // downstream OFDM receivers
	OFDMA                    // upstream OFDMA channels
	WAN                      // the modem's own address and configuration file
	Provisioning             // how far the modem has come with registering
	Link                     // the Ethernet port
	Log                      // the DOCSIS event log
	Model                    // model, vendor, versions
	PageCount    = int(Model) + 1
)

// pages tells where each page is. Sources: hairyhenderson/hitron_coda (cm_types.go,
// router_types.go, apilist.yaml) for Device; anupcshan/coda56-exporter (main.go) and
// solentlabs/cable_modem_monitor (modems/hitron/coda56) for Data.
var pages = [PageCount]struct{ data, device string }{
	Downstream:   {"dsinfo", "CM/DsInfo"},
	Upstream:     {"usinfo", "CM/UsInfo"},
	System:       {"getSysInfo", "Router/SysInfo"},
	OFDM:         {"dsofdminfo", "CM/DsOfdm"},
	OFDMA:        {"usofdminfo", "CM/UsOfdm"},
	WAN:          {"getCmDocsisWan", "CM/SysInfo"},
	Provisioning: {"getCMInit", "CM/DocsisProvision"},
	Link:         {data: "getLinkStatus"},
	Log:          {"status_log", "CM/Log"},
	Model:        {"system_model", "CM/Version"},
}

func (p Page) String() string { return pages[p].data }

// Path returns where the page is, or false for one that the dialect does not have.
func (p Page) Path(d Dialect) (string, bool) {
	if d == Device {
		return "/1/Device/" + pages[p].device, pages[p].device != ""
	}
	return "/data/" + pages[p].data + ".asp", true
}

// isList tells pages with one row for each of many from those with a single one.
func (p Page) isList() bool {
	switch p {
	case Downstream, Upstream, OFDM, OFDMA, Log:
		return true
	}
	return false
}
