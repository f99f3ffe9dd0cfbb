package powerwall

import "home_exporter/internal/device/powerwall/gateway"

// A Reading is what is known of a site after a poll. A document that is not known is
// nil.
type Reading struct {
	Status         *gateway.Status
	Charge         *gateway.Charge
	Operation      *gateway.Operation
	SiteMaster     *gateway.SiteMaster
	Problems       *gateway.Problems
	System         *gateway.SystemStatus
	Aggregates     gateway.Aggregates
	Meters         map[string][]gateway.Meter // by category
	Networks       []gateway.Network
	GridStatus     *gateway.GridStatus
	GridFaults     []gateway.GridFault
	SiteInfo       *gateway.SiteInfo
	Update         *gateway.UpdateStatus
	Solars         []gateway.Solar
	SolarPowerwall *gateway.SolarPowerwall
	Powerwalls     *gateway.Powerwalls
	Vitals         []gateway.VitalDevice
	TEDAPI         tedapiReading
}
