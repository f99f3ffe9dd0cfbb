package sockets

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"home_exporter/internal/device"
)

// splitTarget takes a target as people write it apart: tcp://host:port, host:port,
// ip://host, unix:///path. What is wrong with the parts, package check will tell.
func splitTarget(text, otherwise string) (network, host, port string) {
	network, rest, ok := strings.Cut(text, "://")
	if !ok {
		network, rest = otherwise, text
	}
	network = strings.ToLower(network)
	if strings.HasPrefix(network, "unix") {
		return network, rest, ""
	}
	rest = strings.TrimSuffix(rest, "/")
	host, port, err := net.SplitHostPort(rest)
	if err == nil {
		return network, host, port
	}
	if strings.HasPrefix(rest, "[") && strings.HasSuffix(rest, "]") {
		rest = rest[1 : len(rest)-1]
	}
	return network, rest, ""
}

// addressOf puts together what splitTarget has taken apart.
func addressOf(host, port string) string {
	if port == "" {
		return host
	}
	return net.JoinHostPort(host, port)
}

// fromFlags turns --sockets.target into a list of entries.
func fromFlags(values map[string]string) any {
	targets := strings.FieldsFunc(values["target"], func(r rune) bool { return r == ',' || r == ' ' })
	if len(targets) == 0 {
		targets = []string{""} // which is told to need a host
	}
	var list []any
	for _, text := range targets {
		network, host, port := splitTarget(text, defaultNetwork)
		list = append(list, map[string]any{"name": text, "host": host, "port": port, "protocol": network})
	}
	return list
}

// maxProbeTimeout bounds how long a client of /probe can keep us busy.
const maxProbeTimeout = time.Minute

// probe makes the spec of a target of /probe. Beside the address it takes the
// parameters protocol and timeout.
func probe(t device.Target) (device.Spec, error) {
	values, err := probeParams(t)
	if err != nil {
		return device.Spec{}, err
	}
	e := entry{Common: device.Common{Name: t.Address}}
	e.Protocol, e.Host, e.Port = splitTarget(t.Address, defaultNetwork)
	if p := strings.ToLower(values["protocol"]); p != "" {
		if strings.Contains(t.Address, "://") && p != e.Protocol {
			return device.Spec{}, fmt.Errorf("the target says %s and the parameter protocol %s; leave one of them out", e.Protocol, p)
		}
		e.Protocol, e.Host, e.Port = splitTarget(withoutScheme(t.Address), p)
	}
	if t.Permit != nil && strings.HasPrefix(e.Protocol, "unix") {
		return device.Spec{}, errors.New("unix sockets are asked only if the configuration names them: otherwise anybody could try the files of this machine")
	}
	if text := values["timeout"]; text != "" {
		if err := e.Timeout.UnmarshalText([]byte(text)); err != nil {
			return device.Spec{}, fmt.Errorf("timeout: %w", err)
		}
		if time.Duration(e.Timeout) > maxProbeTimeout {
			return device.Spec{}, fmt.Errorf("timeout: %s is too long; a probe can take up to %s", e.Timeout, device.Duration(maxProbeTimeout))
		}
	}
	b := newBuilder(device.Defaults{}, newChecker())
	b.permit = t.Permit
	if err := b.addSocket(&e, place{}); err != nil {
		return device.Spec{}, err
	}
	return b.specs[0], nil
}

// probeParams returns the parameters that probe takes.
func probeParams(t device.Target) (map[string]string, error) {
	known := []string{"protocol", "timeout"}
	values := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(t.Params)) {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("the parameter %q is not known; known: %s", name, strings.Join(known, ", "))
		}
		if len(t.Params[name]) > 1 {
			return nil, fmt.Errorf("the parameter %s stands more than once", name)
		}
		values[name] = t.Params.Get(name)
	}
	return values, nil
}

func withoutScheme(target string) string {
	if _, rest, ok := strings.Cut(target, "://"); ok {
		return rest
	}
	return target
}
