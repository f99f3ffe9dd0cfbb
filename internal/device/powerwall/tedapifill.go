package powerwall

import (
	"maps"
	"slices"
	"strings"

	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/device/powerwall/tedapi"
)

// filled returns the reading with what the local API does not tell and TEDAPI does.
// What the local API tells stays. Nothing that r points to is changed.
//
// Some things have other words in TEDAPI. They are filled in only where the local API
// does not have them at all: series are not to change because it fails once.
func (r Reading) filled(lacks func(path string) bool) *Reading {
	r.fillIdentity()
	r.fillConfig()
	if lacks("/api/networks") {
		r.fillNetworks()
	}
	if i := r.TEDAPI.System; i != nil && i.UpdateStatus != "" && lacks("/api/system/update/status") {
		fill(&copied(&r.Update).State, i.UpdateStatus)
	}
	if c := r.TEDAPI.Controller; c != nil {
		r.fillController(c)
	}
	r.fillPacks(lacks)
	r.fillMeters(lacks)
	return &r
}

// fill sets what is not set.
func fill[T comparable](to *T, v T) {
	var none T
	if *to == none {
		*to = v
	}
}

// copied replaces a document by a copy of it, or by a new one.
func copied[T any](p **T) *T {
	doc := new(T)
	if *p != nil {
		*doc = **p
	}
	*p = doc
	return doc
}

func (r *Reading) fillIdentity() {
	if i := r.TEDAPI.System; i != nil {
		status := copied(&r.Status)
		fill(&status.DIN, i.DIN)
		fill(&status.Version, i.Version)
		fill(&status.GitHash, i.GitHash)
	}
	if c := r.TEDAPI.Config; c != nil && c.DIN != "" {
		fill(&copied(&r.Status).DIN, c.DIN)
	}
}

func (r *Reading) fillConfig() {
	c := r.TEDAPI.Config
	if c == nil {
		return
	}
	if c.Mode != "" || c.Reserve != nil {
		operation := copied(&r.Operation)
		if operation.Mode == "" {
			fill(&operation.RealMode, c.Mode)
		}
		fill(&operation.BackupReserve, c.Reserve)
	}
	site := copied(&r.SiteInfo)
	fill(&site.Name, c.SiteName)
	fill(&site.NominalEnergy, c.NominalEnergy)
	fill(&site.NominalPower, c.NominalPower)
	if site.GridCode == nil && c.GridCode != "" {
		g := copied(&site.GridCode)
		g.Code, g.Country, g.State, g.Utility = c.GridCode, c.Country, c.State, c.Utility
	}
	if r.Solars == nil {
		for _, s := range c.Solars {
			r.Solars = append(r.Solars, gateway.Solar{Brand: s.Brand, Model: s.Model, Power: s.Power})
		}
	}
}

// interfaces names what TEDAPI calls wifi, eth and gsm as the local API does.
var interfaces = map[string]string{"wifi": "WifiType", "eth": "EthType", "gsm": "GsmType"}

func (r *Reading) fillNetworks() {
	for _, n := range r.TEDAPI.Networks {
		network := gateway.Network{
			Name: n.SSID, Interface: interfaces[n.Kind], Enabled: n.Enabled, Active: n.Link, Primary: n.Route,
			TeslaConnected: n.Maker, InternetConnected: n.Internet,
		}
		if n.Signal != nil {
			info := copied(&network.Info)
			info.Name, info.SignalStrength = n.Kind, n.Signal
		}
		r.Networks = append(r.Networks, network)
	}
}

func (r *Reading) fillController(c *tedapi.Controller) {
	if c.FullPack != nil || c.Remaining != nil {
		system := copied(&r.System)
		fill(&system.FullPack, c.FullPack)
		fill(&system.Remaining, c.Remaining)
	}
	if r.Charge == nil && c.Remaining != nil && c.FullPack != nil && *c.FullPack > 0 {
		percentage := *c.Remaining / *c.FullPack / perCent
		r.Charge = &gateway.Charge{Percentage: &percentage}
	}
	if c.Running != nil {
		fill(&copied(&r.SiteMaster).Running, c.Running)
	}
	r.Aggregates = maps.Clone(r.Aggregates)
	for _, p := range c.Powers {
		if _, there := r.Aggregates[p.Category]; there || p.Watts == nil {
			continue
		}
		if r.Aggregates == nil {
			r.Aggregates = make(gateway.Aggregates)
		}
		r.Aggregates[p.Category] = gateway.Aggregate{Reading: gateway.Reading{Power: p.Watts}}
	}
	// The local vitals come first: a second device of the same name is not told.
	r.Vitals = slices.Clone(r.Vitals)
	for _, d := range c.Devices {
		if !r.TEDAPI.tellsInverter(&d) {
			r.Vitals = append(r.Vitals, d)
		}
	}
	if len(c.Alerts) > 0 {
		site := gateway.VitalDevice{ECU: "STSTSM", Alerts: c.Alerts}
		if r.Status != nil {
			_, site.Serial, _ = strings.Cut(r.Status.DIN, "--")
		}
		r.Vitals = append(r.Vitals, site)
	}
}

// tellsInverter reports whether the device is the inverter of a Powerwall 3 that tells of
// it by itself.
func (t *tedapiReading) tellsInverter(d *gateway.VitalDevice) bool {
	if d.ECU != "PVAC" && d.ECU != "PVS" {
		return false
	}
	for _, u := range t.Units {
		if u.Serial == d.Serial {
			return true
		}
	}
	return false
}
