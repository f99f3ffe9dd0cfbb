package hitron

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"home_exporter/internal/device"
)

// fromFlags turns --hitron.address into a list of entries.
func fromFlags(values map[string]string) any {
	addresses := strings.FieldsFunc(values["address"], func(r rune) bool { return r == ',' || r == ' ' })
	if len(addresses) == 0 {
		addresses = []string{""} // which is told to be no address
	}
	var list []any
	for _, address := range addresses {
		list = append(list, map[string]any{"address": address})
	}
	return list
}

// probe makes the spec of a target of /probe.
func probe(t device.Target) (device.Spec, error) {
	for _, name := range slices.Sorted(maps.Keys(t.Params)) {
		return device.Spec{}, fmt.Errorf("the parameter %q is not known; a modem takes none", name)
	}
	e := entry{Address: t.Address}
	spec, err := e.spec(device.Defaults{}, t.Permit)
	if err != nil {
		return spec, err
	}
	scheme := "https" // the same modem has the same name, however it is written
	if spec.Certificate == nil {
		scheme = "http"
	}
	spec.Name = scheme + "://" + spec.Place
	return spec, nil
}
