package config

import (
	"bytes"
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v3"

	"home_exporter/internal/device"
)

// Dump returns the configuration that runs, as YAML in the order of this program and
// with secrets masked. Without secrets in it, it loads as the same configuration.
func (c *Config) Dump() ([]byte, error) {
	e := encoder{plans: make(plans)}
	root := newMapping()
	if c.Defaults != (device.Defaults{}) {
		e.add(root, defaultsKey, reflect.ValueOf(c.Defaults))
	}
	allow := c.Probe.Allow
	if allow == nil {
		allow = []string{} // permits nothing, unlike a missing list
	}
	e.add(root, probeKey, reflect.ValueOf(map[string][]string{"allow": allow}))
	if c.held != nil {
		for _, s := range c.held.sections {
			e.add(root, s.kind.Name, reflect.ValueOf(s.value))
		}
	}
	if e.err != nil {
		return nil, e.err
	}
	var b bytes.Buffer
	out := yaml.NewEncoder(&b)
	out.SetIndent(2)
	if err := out.Encode(root); err != nil {
		return nil, fmt.Errorf("write the configuration: %w", err)
	}
	return b.Bytes(), out.Close()
}
