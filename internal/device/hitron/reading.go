package hitron

import (
	"time"

	"home_exporter/internal/device/hitron/coda"
)

// A Reading is what is known of a modem after a poll. A page that is not known is nil;
// a list without channels is empty and not nil.
type Reading struct {
	Downstream   []coda.DownstreamChannel
	Upstream     []coda.UpstreamChannel
	OFDM         []coda.OFDMChannel
	OFDMA        []coda.OFDMAChannel
	System       *coda.About
	Model        *coda.About
	WAN          *coda.WANInfo
	Provisioning *coda.ProvisioningInfo
	Link         *coda.LinkInfo
	Log          []coda.Event
}

// take reads a page into r.
func (r *Reading) take(p coda.Page, sheet *coda.Sheet, zone *time.Location) {
	switch p {
	case coda.Downstream:
		r.Downstream = notNil(sheet.Downstream())
	case coda.Upstream:
		r.Upstream = notNil(sheet.Upstream())
	case coda.OFDM:
		r.OFDM = notNil(sheet.OFDM())
	case coda.OFDMA:
		r.OFDMA = notNil(sheet.OFDMA())
	case coda.System:
		r.System = new(sheet.About(zone))
	case coda.Model:
		r.Model = new(sheet.About(zone))
	case coda.WAN:
		r.WAN = new(sheet.WAN())
	case coda.Provisioning:
		r.Provisioning = new(sheet.Provisioning())
	case coda.Link:
		r.Link = new(sheet.Link())
	case coda.Log:
		r.Log = notNil(sheet.Log(zone))
	}
}

// drop forgets a page.
func (r *Reading) drop(p coda.Page) {
	switch p {
	case coda.Downstream:
		r.Downstream = nil
	case coda.Upstream:
		r.Upstream = nil
	case coda.OFDM:
		r.OFDM = nil
	case coda.OFDMA:
		r.OFDMA = nil
	case coda.System:
		r.System = nil
	case coda.Model:
		r.Model = nil
	case coda.WAN:
		r.WAN = nil
	case coda.Provisioning:
		r.Provisioning = nil
	case coda.Link:
		r.Link = nil
	case coda.Log:
		r.Log = nil
	}
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// about merges what the pages System and Model say.
func (r *Reading) about() (coda.About, bool) {
	var a coda.About
	for _, from := range []*coda.About{r.System, r.Model} {
		if from == nil {
			continue
		}
		fill(&a.Model, from.Model)
		fill(&a.Vendor, from.Vendor)
		fill(&a.Hardware, from.Hardware)
		fill(&a.Software, from.Software)
		fill(&a.Serial, from.Serial)
		fill(&a.MAC, from.MAC)
	}
	if r.WAN != nil {
		fill(&a.MAC, r.WAN.MAC)
	}
	return a, r.System != nil || r.Model != nil
}

func fill(to *string, from string) {
	if *to == "" {
		*to = from
	}
}

// uptime is for how long the modem has run, nil where it did not say so lately.
func (r *Reading) uptime() *time.Duration {
	if r.System == nil {
		return nil
	}
	return r.System.Uptime
}

// access reports whether the operator's network lets the modem in, and
// whether anything is known of that.
func (r *Reading) access() (permitted, known bool) {
	switch {
	case r.WAN != nil && r.WAN.NetworkAccess != nil:
		return *r.WAN.NetworkAccess, true
	case r.Provisioning != nil && r.Provisioning.NetworkAccess != nil:
		return *r.Provisioning.NetworkAccess, true
	}
	return false, false
}
