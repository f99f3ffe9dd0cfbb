package config

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"home_exporter/internal/device"
)

// source returns the text of the scalar n, with its variables replaced. What the
// target is decides how the text is read, so that 80 can be a port or a name, quoted
// or not, and a variable can give either.
func (d *decoder) source(written, n *yaml.Node, expected string) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		d.fail(written, fmt.Errorf("%s is expected, not %s", expected, kindOf(n)))
		return "", false
	}
	if !d.knowsTag(written, n) {
		return "", false
	}
	if d.flags != nil {
		return n.Value, true
	}
	text, err := expand(n.Value, d.lookup)
	if err != nil {
		d.fail(written, err)
		return "", false
	}
	return text, true
}

// text decodes a scalar into a type that reads text itself.
func (d *decoder) text(written, n *yaml.Node, v reflect.Value, enum []string) {
	expected := "a single value"
	if v.Type() == secretType {
		expected = "a text"
	}
	text, ok := d.source(written, n, expected)
	if !ok {
		return
	}
	if v.Type() == secretType {
		d.setSecret(v, text)
		return
	}
	if !d.allows(written, enum, text) {
		return
	}
	fresh := reflect.New(v.Type())
	if err := fresh.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
		d.fail(written, err)
		return
	}
	v.Set(fresh.Elem())
}

// setSecret stores a secret and remembers it for masking.
func (d *decoder) setSecret(v reflect.Value, text string) {
	secret := device.NewSecret(text)
	v.Set(reflect.ValueOf(secret))
	if !secret.IsZero() {
		d.secrets = append(d.secrets, secret)
	}
}

// allows reports whether text is one of enum, if there is one, and notes the mistake.
func (d *decoder) allows(written *yaml.Node, enum []string, text string) bool {
	if len(enum) == 0 || slices.Contains(enum, text) {
		return true
	}
	d.note(written, d.trail.String(), fmt.Errorf("%q is not one of %s", text, strings.Join(enum, ", ")), nearest(text, enum))
	return false
}

// scalar decodes a scalar into a basic type.
func (d *decoder) scalar(written, n *yaml.Node, v reflect.Value, enum []string) {
	text, ok := d.source(written, n, expectation(v.Kind()))
	if !ok {
		return
	}
	if v.Kind() == reflect.String {
		if d.allows(written, enum, text) {
			v.SetString(text)
		}
		return
	}
	if err := setScalar(v, text); err != nil {
		d.fail(written, err)
		return
	}
	d.allows(written, enum, text)
}

// expectation names what a kind of value wants, for people.
func expectation(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "a whole number"
}

// setScalar sets v, which is no string, to what text says.
func setScalar(v reflect.Value, text string) error {
	switch v.Kind() {
	case reflect.Bool:
		switch text {
		case "true", "True", "TRUE":
			v.SetBool(true)
		case "false", "False", "FALSE":
			v.SetBool(false)
		default:
			return fmt.Errorf("%q is neither true nor false", text)
		}
		return nil
	case reflect.Float32, reflect.Float64:
		return setFloat(v, text)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return setInt(v, text)
	}
	return setUint(v, text)
}

func setFloat(v reflect.Value, text string) error {
	n, err := strconv.ParseFloat(text, v.Type().Bits())
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("%q is out of range", text)
	case err != nil || math.IsNaN(n) || math.IsInf(n, 0) || strings.ContainsAny(text, "xXpP_"):
		return fmt.Errorf("%q is no number", text)
	}
	v.SetFloat(n)
	return nil
}

func setInt(v reflect.Value, text string) error {
	if err := wholeNumber(text); err != nil {
		return err
	}
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil || v.OverflowInt(n) {
		bits := v.Type().Bits()
		return fmt.Errorf("%s is out of range: %d to %d", text, int64(math.MinInt64)>>(64-bits), int64(math.MaxInt64)>>(64-bits))
	}
	v.SetInt(n)
	return nil
}

func setUint(v reflect.Value, text string) error {
	if err := wholeNumber(text); err != nil {
		return err
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 0, 64)
	if err != nil || v.OverflowUint(n) {
		return fmt.Errorf("%s is out of range: 0 to %d", text, uint64(math.MaxUint64)>>(64-v.Type().Bits()))
	}
	v.SetUint(n)
	return nil
}

// wholeNumber accepts 80, -1, 0x50, 0o17 and 0b101. A leading zero is refused, because
// one version of YAML reads 010 as eight and the next one as ten.
func wholeNumber(text string) error {
	digits := strings.TrimLeft(text, "+-")
	if len(text)-len(digits) <= 1 && digits != "" {
		prefix, allowed := "", "0123456789"
		if len(digits) > 1 && digits[0] == '0' {
			prefix, allowed = digits[:2], numerals[digits[:2]]
		}
		rest := digits[len(prefix):]
		switch {
		case allowed != "" && rest != "" && strings.Trim(rest, allowed) == "":
			return nil
		case allowed == "" && strings.Trim(digits, "0123456789") == "":
			return fmt.Errorf("%q has a leading zero: leave it out, or write 0o for an octal number", text)
		}
	}
	return fmt.Errorf("%q is no whole number", text)
}

// numerals has the digits that may follow a prefix.
var numerals = map[string]string{
	"0x": "0123456789abcdefABCDEF",
	"0o": "01234567",
	"0b": "01",
}
