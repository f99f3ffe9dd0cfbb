package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"home_exporter/internal/device"
)

// The keys at the top of a file that are no kinds. Keys that begin with extension are
// the writer's own, for anchors.
const (
	defaultsKey = "defaults"
	probeKey    = "probe"
	extension   = "x-"
)

// document decodes a whole file, and the flags that stand for parts of it.
func (d *decoder) document(data []byte, flags map[string]map[string]string, kinds []*device.Kind) *Config {
	c := &Config{Probe: newProbe(defaultAllow), held: new(contents)}
	root := d.parse(data)
	top := d.top(root, kinds)
	d.decodeDefaults(top[defaultsKey], &c.Defaults)
	d.decodeProbe(top[probeKey], &c.Probe)
	given := false
	for _, kind := range kinds {
		s := section{kind: kind, value: kind.Section()}
		n := top[kind.Name]
		switch {
		case len(flags[kind.Name]) > 0:
			d.flags = &origin{kind: kind, values: flags[kind.Name]}
			n.value = d.flags.node()
		case n.key == nil:
			continue
		}
		given = true
		c.Specs = append(c.Specs, d.section(s, n, c.Defaults)...)
		c.held.sections = append(c.held.sections, s)
		d.flags = nil
	}
	if !given && len(d.errs) == 0 {
		d.add(&Error{File: d.file, Err: nothing(d.file, data, root, kinds)})
	}
	return c
}

// top returns the pairs of the root by key.
func (d *decoder) top(root *yaml.Node, kinds []*device.Kind) map[string]pair {
	if root == nil {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		d.fail(root, fmt.Errorf("the file must be a mapping, with a kind of device and a colon at the beginning of a line; this is %s", kindOf(root)))
		return nil
	}
	known := []string{defaultsKey, probeKey}
	for _, kind := range kinds {
		known = append(known, kind.Name)
	}
	top := make(map[string]pair)
	for _, p := range d.pairs(root, nil) {
		switch {
		case slices.Contains(known, p.key.Value):
			top[p.key.Value] = p
		case !strings.HasPrefix(p.key.Value, extension):
			d.unknownKey(root, p, known, ", and any that begins with x-")
		}
	}
	return top
}

// nothing words that there is no kind in a configuration.
func nothing(file string, data []byte, root *yaml.Node, kinds []*device.Kind) error {
	names := make([]string, len(kinds))
	example := ""
	for i, kind := range kinds {
		names[i] = kind.Name
		if example == "" && len(kind.Flags) > 0 {
			example = fmt.Sprintf(", or give a device by flags, as --%s.%s", kind.Name, kind.Flags[0].Name)
		}
	}
	switch {
	case file == "":
		return fmt.Errorf("there is no configuration: name a file with --config.file%s", example)
	case len(strings.TrimSpace(string(data))) == 0:
		return fmt.Errorf("the file is empty: write at least one of %s at the beginning of a line%s", strings.Join(names, ", "), example)
	case root == nil:
		return fmt.Errorf("the file has only comments: write at least one of %s at the beginning of a line%s", strings.Join(names, ", "), example)
	}
	return fmt.Errorf("no devices: write at least one of %s at the beginning of a line%s", strings.Join(names, ", "), example)
}

// section decodes the section of a kind and returns its specs.
func (d *decoder) section(s section, n pair, defaults device.Defaults) []device.Spec {
	v := reflect.ValueOf(s.value)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic(fmt.Sprintf("config: the section of %s is not a pointer", s.kind.Name))
	}
	d.plans.check(v.Type().Elem(), v.Type(), "section")
	key := n.key
	if key == nil {
		key = new(yaml.Node) // flags have none
	}
	d.trail.push(step{key: s.kind.Name, node: key})
	defer d.trail.pop()
	noted := d.failures
	d.value(orEmpty(n.value, v.Type().Elem()), v.Elem())
	if located, ok := s.value.(interface{ SetDir(string) }); ok {
		located.SetDir(d.folder())
	}
	if d.nodes == 0 {
		return nil // what is missing is not the writer's mistake
	}
	return d.specs(s, n, defaults, noted)
}

// orEmpty returns an empty collection for a section without anything in it, so that
// the keys it needs are missed.
func orEmpty(n *yaml.Node, t reflect.Type) *yaml.Node {
	if !isNull(n) {
		return n
	}
	empty := *n
	empty.Kind, empty.Tag, empty.Value = yaml.MappingNode, "!!map", ""
	if t.Kind() == reflect.Slice {
		empty.Kind, empty.Tag = yaml.SequenceNode, "!!seq"
	}
	return &empty
}

// decodeDefaults decodes the defaults block. What is wrong in it is left out, so that
// no device is blamed for it.
func (d *decoder) decodeDefaults(n pair, to *device.Defaults) {
	if n.key == nil {
		return
	}
	d.trail.push(step{key: defaultsKey, node: n.key})
	defer d.trail.pop()
	d.value(n.value, reflect.ValueOf(to).Elem())
	// The rules are those of an entry that has these settings; but what is not set here
	// depends on the kind.
	entry, kind := device.Common{Timeout: to.Timeout}, device.Pace{Interval: 365 * 24 * time.Hour}
	if to.Interval != 0 {
		entry.Interval.Every, entry.Keep = to.Interval, to.Keep
	}
	_, err := entry.Pace(device.Defaults{}, kind)
	for _, one := range flatten(err) {
		at, ok := one.(*device.FieldError)
		if !ok {
			continue
		}
		d.report(locate(n.value, at.Path), join(defaultsKey, at.Path), at.Err, "")
		switch at.Path {
		case "interval":
			to.Interval = 0
		case "timeout":
			to.Timeout = 0
		case "keep":
			to.Keep = 0
		}
	}
}
