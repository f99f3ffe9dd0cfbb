package app

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/pin"
)

// check loads the configuration as serve would, and prints what would be polled. It
// reads local lists of devices too, and talks to no device.
func (p *Program) check(ctx context.Context, cl *commandLine) error {
	src, err := cl.source()
	if err != nil {
		return err
	}
	c, err := config.Load(src, p.Kinds)
	if err != nil {
		return err
	}
	specs := c.Specs
	var errs []error
	for _, spec := range c.Specs {
		if spec.Local {
			found, err := findLocal(ctx, spec)
			specs = append(specs, found...)
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	name := src.Path
	if name == "" {
		name = "the command line"
	}
	fmt.Fprintf(p.Stdout, "%s is valid: %d entries.\n\n", name, len(specs))
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KIND\tDEVICE\tINTERVAL\tTIMEOUT\tKEEP")
	for _, spec := range specs {
		interval := device.Duration(spec.Pace.Interval).String()
		if spec.Pace.OnScrape {
			interval = "scrape"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", spec.Kind, spec.Name, interval,
			device.Duration(spec.Pace.Timeout), device.Duration(spec.Pace.Keep))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return checkPins(specs)
}

// checkPins looks whether the certificates are there that entries compare with.
func checkPins(specs []device.Spec) error {
	var errs []error
	for _, spec := range specs {
		if spec.Certificate == nil || spec.Certificate.File == "" {
			continue
		}
		if _, err := pin.Open(spec.Certificate.File); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", qualified(spec), err))
		}
	}
	return errors.Join(errs...)
}

// findLocal asks a finder that reads only files.
func findLocal(ctx context.Context, spec device.Spec) ([]device.Spec, error) {
	d, err := spec.Open(device.Env{})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := d.Poll(ctx, new(metric.Batch)); err != nil {
		return nil, fmt.Errorf("%s %s: %w", spec.Kind, spec.Name, err)
	}
	if f, ok := d.(device.Finder); ok {
		specs, _ := f.Found()
		return specs, nil
	}
	return nil, nil
}
