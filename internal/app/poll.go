package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
)

// poll asks once and prints the readings. It fails when a device that was asked gave
// no readings; a device that is down has given them.
func (p *Program) poll(ctx context.Context, cl *commandLine) error {
	kind := kindNamed(p.Kinds, cl.kind)
	specs, mask, err := p.pollSpecs(ctx, cl, kind)
	if err != nil {
		return err
	}
	env := device.Env{Log: cl.logger()}
	if cl.trace {
		env.Trace = tracer(p.Stderr, mask)
	}
	group := metric.Group{Families: kind.Families}
	var errs []error
	for _, spec := range specs {
		one, err := poll.Once(ctx, kind, spec, env)
		group.Sources = append(group.Sources, one.Sources...)
		if err == nil {
			continue
		}
		err = fmt.Errorf("%s: %w", spec.Name, err)
		if device.IsDown(err) {
			fmt.Fprintf(p.Stderr, "home_exporter: %v\n", err)
			continue
		}
		if hint := device.HintOf(err); hint != "" {
			err = fmt.Errorf("%w (%s)", err, hint)
		}
		errs = append(errs, err)
	}
	if err := metric.WritePage(p.Stdout, metric.Text, time.Now(), []metric.Group{group}); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// pollSpecs returns what the command names: configured devices, or an address.
func (p *Program) pollSpecs(ctx context.Context, cl *commandLine, kind *device.Kind) ([]device.Spec, []device.Secret, error) {
	src, err := cl.source()
	var c *config.Config
	if err == nil {
		c, err = config.Load(src, p.Kinds)
	}
	var all, named []device.Spec
	if err == nil {
		all, err = devicesOf(ctx, c.Specs, kind)
		for _, spec := range all {
			if cl.target == "" || spec.Name == cl.target {
				named = append(named, spec)
			}
		}
		if len(named) > 0 {
			return named, c.Secrets(), err
		}
	}
	if cl.target == "" || kind.Probe == nil {
		if err == nil {
			err = fmt.Errorf("no device of kind %s is configured under the name %q", kind.Name, cl.target)
		}
		return nil, nil, err
	}
	// An address needs no configuration, so it does not matter what is wrong with one.
	spec, err := kind.Probe(device.Target{Address: cl.target})
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w", kind.Name, cl.target, err)
	}
	return []device.Spec{spec}, nil, nil
}

// devicesOf returns the devices of a kind, those of local lists included.
func devicesOf(ctx context.Context, specs []device.Spec, kind *device.Kind) ([]device.Spec, error) {
	var all []device.Spec
	for _, spec := range specs {
		switch {
		case spec.Kind != kind.Name:
		case spec.Local:
			found, err := findLocal(ctx, spec)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		default:
			all = append(all, spec)
		}
	}
	return all, nil
}

func kindNamed(kinds []*device.Kind, name string) *device.Kind {
	for _, k := range kinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}
