package gateway

import (
	"context"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"
)

// A VitalDevice is a part of the system as /api/devices/vitals tells of it: firmware
// before 23.44. Sources: jasonacox/pypowerwall (tesla.proto).
type VitalDevice struct {
	// ECU is the first part of the DIN: STSTSM, TETHC, TEPOD, TEPINV, TESYNC, PVAC, PVS,
	// TEMSA, NEURIO, TESLA.
	ECU, DIN, Part, Serial, Firmware string
	Parent                           string // DIN
	LastSeen                         time.Time
	// A name is in one of the three only.
	Numbers map[string]float64
	Texts   map[string]string
	Flags   map[string]bool
	Alerts  []string // without repetition
}

// Bounds of what is taken from one answer.
const (
	maxVitalDevices = 256
	maxVitals       = 1024 // of one device
	maxAlerts       = 256  // of one device
)

// Vitals reads and parses the vitals at path.
func Vitals(ctx context.Context, r *Round, path string) ([]VitalDevice, error) {
	body, err := r.get(ctx, path)
	if err != nil {
		return nil, err
	}
	devices, err := ParseVitals(body)
	if err != nil {
		return nil, &Error{Class: ClassJSON, Status: http.StatusOK, Err: err}
	}
	return devices, nil
}

func newVitalDevice() VitalDevice {
	return VitalDevice{Numbers: make(map[string]float64), Texts: make(map[string]string), Flags: make(map[string]bool)}
}

// claim makes room for a value of that name, of whatever type, and reports whether
// there is any.
func (d *VitalDevice) claim(name string) bool {
	delete(d.Numbers, name)
	delete(d.Texts, name)
	delete(d.Flags, name)
	return name != "" && len(d.Numbers)+len(d.Texts)+len(d.Flags) < maxVitals
}

func (d *VitalDevice) number(name string, v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) && d.claim(name) {
		d.Numbers[name] = v
	}
}

func (d *VitalDevice) text(name, v string) {
	if d.claim(name) {
		d.Texts[name] = v
	}
}

func (d *VitalDevice) flag(name string, v bool) {
	if d.claim(name) {
		d.Flags[name] = v
	}
}

func (d *VitalDevice) alert(name string) {
	if name != "" && len(d.Alerts) < maxAlerts && !slices.Contains(d.Alerts, name) {
		d.Alerts = append(d.Alerts, name)
	}
}

// merge takes over what another part of the answer says of the same device.
func (d *VitalDevice) merge(o *VitalDevice) {
	for field, text := range map[*string]string{&d.Part: o.Part, &d.Serial: o.Serial, &d.Firmware: o.Firmware, &d.Parent: o.Parent} {
		if text != "" {
			*field = text
		}
	}
	if o.LastSeen.After(d.LastSeen) {
		d.LastSeen = o.LastSeen
	}
	// In order, so that it is always the same ones that find no room.
	for _, name := range slices.Sorted(maps.Keys(o.Numbers)) {
		d.number(name, o.Numbers[name])
	}
	for _, name := range slices.Sorted(maps.Keys(o.Texts)) {
		d.text(name, o.Texts[name])
	}
	for _, name := range slices.Sorted(maps.Keys(o.Flags)) {
		d.flag(name, o.Flags[name])
	}
	for _, name := range o.Alerts {
		d.alert(name)
	}
}
