package sockets

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"home_exporter/internal/device"
)

// A group is one element of a list in Prometheus' file_sd format.
type group struct {
	Targets []string          `json:"targets" yaml:"targets"`
	Labels  map[string]string `json:"labels" yaml:"labels"`
}

// apply sets in e what the labels of the group say.
func (g group) apply(e *entry) error {
	for _, name := range []string{"name", "protocol", "timeout", "interval"} {
		if text := g.Labels[name]; len(text) > maxText {
			return fmt.Errorf("the label %s has %d bytes, which is too long", name, len(text))
		}
	}
	e.Name = g.Labels["name"]
	if p := g.Labels["protocol"]; p != "" {
		e.Protocol = p
	}
	var errs []error
	if text := g.Labels["timeout"]; text != "" {
		errs = append(errs, device.At("the label timeout", e.Timeout.UnmarshalText([]byte(text))))
	}
	if text := g.Labels["interval"]; text != "" {
		errs = append(errs, device.At("the label interval", e.Interval.UnmarshalText([]byte(text))))
	}
	return errors.Join(errs...)
}

// A place is where a socket stands: in a group of a list, or in the configuration.
// Both count from zero; groups are shown to people from one.
type place struct {
	list string // empty for the configuration
	nth  int
}

func (p place) String() string {
	if p.list == "" {
		return kindName + device.Index(p.nth)
	}
	return fmt.Sprintf("%s: group %d", p.list, p.nth+1)
}

// readJSON hands each group over as it is read, so that a list of a hundred thousand
// groups is never in memory as a whole. An error of each ends the reading.
func readJSON(in io.Reader, each func(int, group) error) error {
	d := json.NewDecoder(in)
	d.DisallowUnknownFields()
	t, err := d.Token()
	var syntax *json.SyntaxError
	if err != nil && err != io.EOF && !errors.As(err, &syntax) {
		return err
	}
	if err != nil || t != json.Delim('[') {
		return errors.New("a list of groups is expected, as Prometheus' file_sd has it: [{\"targets\": [\"host:port\"]}]")
	}
	for nth := 0; d.More(); nth++ {
		var g group
		if err := d.Decode(&g); err != nil {
			return fmt.Errorf("group %d: %w", nth+1, jsonMistake(err))
		}
		if err := each(nth, g); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("the list does not end: %w", jsonMistake(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something stands behind the end of the list")
	}
	return nil
}

// jsonMistake words an error of the JSON decoder for people.
func jsonMistake(err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return fmt.Errorf("a %s stands where it cannot; targets is a list of texts, and labels has texts as values, in quotes", kind.Value)
	case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the file ends too early")
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return unknownField(strings.Trim(field, `"`))
	}
	return err
}

func unknownField(name string) error {
	return fmt.Errorf("unknown key %.80q; a group has targets and labels", name)
}

// readYAML reads the whole list before it hands over the first group.
func readYAML(in io.Reader, each func(int, group) error) error {
	groups, err := decodeYAML(in)
	if err != nil {
		return err
	}
	for nth, g := range groups {
		if err := each(nth, g); err != nil {
			return err
		}
	}
	return nil
}

func decodeYAML(in io.Reader) (groups []group, err error) {
	defer func() {
		if recover() != nil { // the parser is not ours
			err = errors.New("the YAML parser gave up on this file")
		}
	}()
	d := yaml.NewDecoder(in)
	d.KnownFields(true)
	if err := d.Decode(&groups); err != nil && err != io.EOF {
		return nil, yamlMistake(err)
	}
	if err := d.Decode(new(yaml.Node)); err == nil {
		return nil, errors.New("a second document begins behind the line with ---, and only one is read")
	} else if err != io.EOF {
		return nil, yamlMistake(err)
	}
	return groups, nil
}

var unknownYAML = regexp.MustCompile(`^(line \d+: )field (.*) not found in type `)

// yamlMistake words an error of the YAML decoder for people. Of many mistakes it keeps
// the first.
func yamlMistake(err error) error {
	var wrong *yaml.TypeError
	if !errors.As(err, &wrong) || len(wrong.Errors) == 0 {
		return errors.New(strings.TrimPrefix(strings.TrimPrefix(err.Error(), "yaml: "), "input error: "))
	}
	first := wrong.Errors[0]
	if m := unknownYAML.FindStringSubmatch(first); m != nil {
		return fmt.Errorf("%s%w", m[1], unknownField(m[2]))
	}
	if line, _, ok := strings.Cut(first, ": cannot unmarshal "); ok {
		return fmt.Errorf("%s: this does not fit; a list of groups is expected, with targets, a list of texts, and labels, which has texts as values", line)
	}
	return errors.New(first)
}
