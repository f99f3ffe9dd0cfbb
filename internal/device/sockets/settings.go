package sockets

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
	_ "time/tzdata" // an image with nothing but the program in it knows no time zones

	"home_exporter/internal/device"
	"home_exporter/internal/device/sockets/check"
)

// settings is what sockets with the same options share. It is read-only.
type settings struct {
	digest   device.Digest // of all that it was made of
	checker  *check.Checker
	options  *check.Options
	level    level
	windows  windows
	interval time.Duration // at which a check is expected
}

// newSettings validates the options of a socket.
func newSettings(o *options, network string) (*settings, error) {
	st := &settings{level: standard}
	if i := slices.Index(levelNames, o.Metrics); i >= 0 {
		st.level = level(i)
	}
	var hours, asking error
	st.windows, hours = newWindows(o)
	st.options, asking = newOptions(o)
	return st, errors.Join(asking, st.options.Validate(network), hours)
}

func newWindows(o *options) (windows, error) {
	w := windows{zone: time.Local}
	var errs []error
	if o.Timezone != "" {
		zone, err := time.LoadLocation(o.Timezone)
		if err != nil {
			errs = append(errs, device.At("timezone", fmt.Errorf("%q is no time zone; write for example Europe/Berlin or UTC", o.Timezone)))
		} else {
			w.zone = zone
		}
	}
	add := func(key string, texts []string) (all []span) {
		for i, text := range texts {
			spans, err := parseSpans(text)
			errs = append(errs, device.At(key+device.Index(i), err))
			all = append(all, spans...)
		}
		return all
	}
	w.active = add("active", o.Active)
	w.away = add("downtime", o.Downtime)
	return w, errors.Join(errs...)
}

// newOptions translates o for package check.
func newOptions(o *options) (*check.Options, error) {
	out := &check.Options{
		Source:    o.Source,
		Interface: o.Interface,
		Reset:     o.Close == "rst",
		Send:      []byte(o.Send),
	}
	var errs []error
	if o.Expect != "" {
		re, err := regexp.Compile(o.Expect)
		if err != nil {
			errs = append(errs, device.At("expect", fmt.Errorf("%q is no regular expression: %w", o.Expect, err)))
		}
		out.Expect = re
	}
	if o.UDP != nil {
		preset, err := check.ParsePreset(o.UDP.Preset)
		errs = append(errs, device.At("udp.preset", err))
		out.Preset = preset
		out.RequireAnswer = o.UDP.RequireAnswer
	}
	if o.TLS != nil && (o.TLS.Enabled == nil || *o.TLS.Enabled) {
		out.TLS = &check.TLSOptions{ServerName: o.TLS.ServerName, Insecure: o.TLS.Insecure}
	}
	return out, errors.Join(errs...)
}
