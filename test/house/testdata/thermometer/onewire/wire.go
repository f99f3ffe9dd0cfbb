// Package onewire speaks to a thermometer that answers one line to one line, on TCP:
//
//	-> T?\n
//	<- T=21.50 H=48\n      degrees Celsius, percent; H only where there is a sensor
package onewire

import (
	"fmt"
	"strconv"
	"strings"
)

// request asks for all values.
const request = "T?\n"

// maxLine bounds an answer.
const maxLine = 256

// Values is an answer, in the units of the wire.
type Values struct {
	Celsius float64
	Percent *float64 // nil when the thermometer has no such sensor
}

// ParseValues parses an answer without its line end.
func ParseValues(line string) (Values, error) {
	var v Values
	found := false
	for _, field := range strings.Fields(line) {
		name, text, _ := strings.Cut(field, "=")
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return Values{}, fmt.Errorf("%w: %q", ErrAnswer, field)
		}
		switch name {
		case "T":
			v.Celsius, found = n, true
		case "H":
			v.Percent = &n
		}
	}
	if !found {
		return Values{}, fmt.Errorf("%w: no temperature in %q", ErrAnswer, line)
	}
	return v, nil
}
