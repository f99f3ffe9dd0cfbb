// Package sockets is the device kind that asks whether a socket can be opened: one
// web server, or a hundred thousand meters behind modems that sleep.
//
// A closed socket is no failed poll but a reading, connection_status_up 0, with the
// class of what went wrong. A check that failed by our own doing (no descriptors, no
// permission to ping) is inconclusive: it is a failed poll, and the last reading
// stands until it is too old.
package sockets

import (
	"context"
	_ "embed"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/sockets/check"
	"home_exporter/internal/metric"
)

const kindName = "sockets"

//go:embed example.yaml
var example string

// Kind returns the device kind.
func Kind() *device.Kind {
	return &device.Kind{
		Name:       kindName,
		Summary:    `any socket: would "nc -z host port" succeed?`,
		Example:    example,
		Section:    func() device.Section { return new(section) },
		Families:   families,
		Labels:     []string{"name", "host", "port", "protocol"},
		Identified: true,
		Flags: []device.Flag{{
			Name: "target",
			Help: "Sockets to check, as tcp://host:port, udp://host:port, ip://host or unix:///path; several are separated by commas.",
		}},
		FromFlags: fromFlags,
		Probe:     probe,
	}
}

// A socket is one socket that is checked.
type socket struct {
	target   *check.Target
	settings *settings
	history  history
}

func open(env device.Env, target *check.Target, st *settings) *socket {
	if env.Trace != nil {
		traced := *st
		traced.checker = check.NewChecker(check.CheckerOptions{Trace: env.Trace})
		st = &traced
	}
	s := &socket{target: target, settings: st}
	if st.level == full {
		s.history.more = &more{profile: profile{zone: st.windows.zone}}
	}
	return s
}

// Poll checks the socket once.
func (s *socket) Poll(ctx context.Context, out *metric.Batch) error {
	now := time.Now()
	if !s.settings.windows.open(now) {
		s.history.rest(now, s.settings.interval)
		s.add(out, Reading{At: now})
		return nil
	}
	result := s.settings.checker.Check(ctx, s.target)
	r := Reading{At: time.Now(), Duration: time.Since(now), Scheduled: true, Result: result}
	if ctx.Err() == context.Canceled {
		return ctx.Err() // the program stops, or the socket leaves: that tells nothing of it
	}
	if result.Class.Inconclusive() {
		s.history.miss(result.Class)
		return &device.Error{Reason: reasonOf(result.Class), Err: result.Err}
	}
	s.history.record(r, s.settings.interval)
	s.add(out, r)
	if result.Class.Up() {
		return nil
	}
	return device.Down(reasonOf(result.Class), result.Err)
}

// Close does nothing: no connection outlives its check.
func (s *socket) Close() error { return nil }

// reasonOf maps the finer classes of sockets to the reasons that all kinds share.
func reasonOf(c check.Class) device.Reason {
	switch c {
	case check.ClassRefused, check.ClassBusy:
		return device.Refused
	case check.ClassTimeout:
		return device.Timeout
	case check.ClassUnreachable, check.ClassNotFound:
		return device.Unreachable
	case check.ClassDenied, check.ClassNotPermitted:
		return device.Permission
	case check.ClassDNSNotFound, check.ClassDNSTimeout, check.ClassDNSError:
		return device.DNS
	case check.ClassNoAnswer:
		return device.NoAnswer
	case check.ClassMismatch:
		return device.Parse
	case check.ClassTLS:
		return device.TLS
	case check.ClassResources, check.ClassLocalAddress, check.ClassConfig, check.ClassCanceled:
		return device.Internal
	}
	return device.Protocol
}
