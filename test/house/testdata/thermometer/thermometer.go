// Package thermometer is the device kind of docs/adding-a-device.md: a thermometer
// that answers on TCP.
package thermometer

import (
	"context"
	"errors"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/thermometer/onewire"
	"home_exporter/internal/metric"
)

// Kind returns the device kind.
func Kind() *device.Kind {
	return &device.Kind{
		Name:     "thermometer",
		Summary:  "thermometers that answer on TCP",
		Section:  func() device.Section { return new(section) },
		Families: families,
		Flags:    []device.Flag{{Name: "address", Help: "Address of a thermometer, host:port."}},
		FromFlags: func(v map[string]string) any {
			return []any{map[string]any{"name": "thermometer", "address": v["address"]}}
		},
	}
}

type section []entry

type entry struct {
	device.Common `yaml:",inline"`
	Address       string `yaml:"address" required:"true" doc:"Address of the thermometer, host:port."`
}

// Specs implements device.Section.
func (s section) Specs(d device.Defaults) ([]device.Spec, error) {
	var specs []device.Spec
	var errs []error
	for i, e := range s {
		pace, err := e.Pace(d, device.Pace{MaxBackoff: 5 * time.Minute})
		errs = append(errs, device.At(device.Index(i), err))
		specs = append(specs, device.Spec{
			Kind: "thermometer", Name: e.Name, Digest: device.DigestOf(e), Pace: &pace,
			Open: func(device.Env) (device.Device, error) { return thermometer{e.Address}, nil },
		})
	}
	return specs, errors.Join(errs...)
}

type thermometer struct{ address string }

func (t thermometer) Poll(ctx context.Context, out *metric.Batch) error {
	values, err := onewire.Ask(ctx, t.address)
	if err != nil {
		return err
	}
	readingOf(values).add(out)
	return nil
}

func (t thermometer) Close() error { return nil }
