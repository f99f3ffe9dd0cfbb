package config

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"

	"home_exporter/internal/device"
)

// variablePattern allows a text with a variable in it where a number is expected, and
// the number itself in quotes.
const variablePattern = `\$\{`

// durationPattern is what device.ParseDuration reads, given or taken whether the
// number fits.
const durationPattern = `^\s*(\+?[0-9.]+([eE][+-]?[0-9]+)?|([0-9.]+(ns|us|µs|μs|ms|s|m|h|d|w))+)\s*$|` + variablePattern

// scalarSchema returns the schema of a value that stands in YAML as a scalar.
func scalarSchema(t reflect.Type, enum []string) schema {
	if len(enum) > 0 {
		allowed := schema{Enum: make([]any, len(enum))}
		for i, word := range enum {
			allowed.Enum[i] = word
		}
		return schema{AnyOf: []schema{allowed, {Type: types{"string"}, Pattern: variablePattern}, {Type: types{"null"}}}}
	}
	switch {
	case t == reflect.TypeFor[device.Duration]():
		return schema{Type: types{"number", "string", "null"}, Pattern: durationPattern, Minimum: "0"}
	case t == reflect.TypeFor[device.Interval]():
		return schema{Type: types{"number", "string", "null"}, Pattern: `^scrape$|` + durationPattern, Minimum: "0"}
	case isText(t), t.Kind() == reflect.String:
		return schema{Type: types{"string", "number", "boolean", "null"}}
	}
	switch t.Kind() {
	case reflect.Bool:
		return schema{Type: types{"boolean", "string", "null"}, Pattern: `^(true|True|TRUE|false|False|FALSE)$|` + variablePattern}
	case reflect.Float32, reflect.Float64:
		return schema{Type: types{"number", "string", "null"}, Pattern: `^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$|` + variablePattern}
	}
	low, high := limits(t)
	return schema{
		Type: types{"integer", "string", "null"}, Minimum: low, Maximum: high,
		Pattern: `^[+-]?(0|[1-9][0-9]*|0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+)$|` + variablePattern,
	}
}

// limits returns the least and the greatest value of an integer type.
func limits(t reflect.Type) (low, high json.Number) {
	unused := 64 - t.Bits()
	switch t.Kind() {
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "0", json.Number(strconv.FormatUint(math.MaxUint64>>unused, 10))
	}
	return json.Number(strconv.FormatInt(math.MinInt64>>unused, 10)), json.Number(strconv.FormatInt(math.MaxInt64>>unused, 10))
}
