package powerwall

import (
	"maps"
	"time"

	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/device/powerwall/tedapi"
)

// fillMeters adds the meters of categories that the local API has none of. The
// configuration tells which of their inputs measure what.
func (r *Reading) fillMeters(lacks func(path string) bool) {
	config, controller := r.TEDAPI.Config, r.TEDAPI.Controller
	if config == nil || controller == nil {
		return
	}
	local := r.Meters
	r.Meters = maps.Clone(local)
	for _, m := range config.Meters {
		_, told := local[m.Location]
		if len(local[m.Location]) > 0 || !told && !lacks("/api/meters/"+m.Location) || m.Location == "" || m.Serial == "" {
			continue
		}
		for i := range controller.Readings {
			if reading := &controller.Readings[i]; reading.Serial == m.Serial {
				if r.Meters == nil {
					r.Meters = make(map[string][]gateway.Meter)
				}
				r.Meters[m.Location] = append(r.Meters[m.Location], meterOf(m, reading))
			}
		}
	}
}

// meterOf is what a meter measures with the inputs that are meant.
func meterOf(m tedapi.ConfiguredMeter, reading *tedapi.MeterReading) gateway.Meter {
	c := &gateway.PhaseReading{Version: reading.Firmware}
	if !reading.At.IsZero() {
		c.LastCommunication = reading.At.Format(time.RFC3339Nano)
	}
	volts := []**float64{&c.Voltage1, &c.Voltage2, &c.Voltage3}
	watts := []**float64{&c.PowerA, &c.PowerB, &c.PowerC}
	vars := []**float64{&c.ReactivePowerA, &c.ReactivePowerB, &c.ReactivePowerC}
	phase := 0
	for i, ct := range reading.CTs {
		if i >= len(m.CTs) || !m.CTs[i] {
			continue
		}
		power := times(ct.Watts, m.Scale)
		sum(&c.Power, power)
		sum(&c.ReactivePower, times(ct.Vars, m.Scale))
		sum(&c.Exported, times(ct.Exported, 1./joulesPerWh))
		sum(&c.Imported, times(ct.Imported, 1./joulesPerWh))
		if phase < len(watts) {
			*volts[phase], *watts[phase], *vars[phase] = ct.Volts, power, times(ct.Vars, m.Scale)
		}
		phase++
	}
	meter := gateway.Meter{Type: m.Type, Cached: c}
	meter.Connection.Serial = m.Serial
	return meter
}

func times(v *float64, factor float64) *float64 {
	if v == nil {
		return nil
	}
	product := *v * factor
	return &product
}

// sum adds what is known.
func sum(to **float64, v *float64) {
	switch {
	case v == nil:
	case *to == nil:
		*to = v
	default:
		total := **to + *v
		*to = &total
	}
}
