package coda

import (
	"math"
	"strconv"
	"strings"
)

// nothing is how firmwares write that there is no value.
var nothing = map[string]bool{
	"": true, "na": true, "n/a": true, "-": true, "--": true, "todo": true, "none": true, "unknown": true,
	"nan": true, "-nan": true, "+nan": true, "inf": true, "+inf": true, "-inf": true, "infinity": true, "-infinity": true, "+infinity": true,
}

func saysNothing(text string) bool {
	return nothing[strings.ToLower(strings.TrimSpace(text))]
}

// parseNumber reads a decimal number.
func parseNumber(text string) (float64, bool) {
	if strings.Trim(text, "0123456789+-.eE") != "" { // strconv also takes hexadecimal
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// parseCount reads a counter: a plain number or, above 2^32, the form
// "<hi> * 2e32 + <lo>", in which the firmware means 2 to the power of 32.
func parseCount(text string) (uint64, bool) {
	high, rest, isSum := strings.Cut(text, "*")
	if !isSum {
		return parseWhole(text)
	}
	factor, low, _ := strings.Cut(rest, "+")
	switch strings.TrimSpace(factor) {
	case "2e32", "2E32", "2^32", "2**32":
	default:
		return 0, false
	}
	hi, hiOK := parseDigits(strings.TrimSpace(high))
	lo, loOK := parseDigits(strings.TrimSpace(low))
	if !hiOK || !loOK || hi > math.MaxUint32 || lo > math.MaxUint64-hi<<32 {
		return 0, false
	}
	return hi<<32 + lo, true
}

// parseWhole reads a whole number, also one that came as a JSON number with an
// exponent.
func parseWhole(text string) (uint64, bool) {
	if n, ok := parseDigits(text); ok {
		return n, true
	}
	v, ok := parseNumber(text)
	if !ok || v < 0 || v > 1<<53 || v != math.Trunc(v) {
		return 0, false
	}
	return uint64(v), true
}

func parseDigits(text string) (uint64, bool) {
	if strings.Trim(text, "0123456789") != "" { // strconv also takes signs
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 64)
	return n, err == nil
}

// byteUnits are the steps of parseBytes.
const byteUnits = "KMGTPE"

// parseBytes reads what router models write for traffic, such as 1.05G Bytes, in
// steps of 1024, or a plain number. A fraction of a byte is cut off.
func parseBytes(text string) (float64, bool) {
	number, isText := strings.CutSuffix(strings.TrimSpace(text), "Bytes")
	if !isText {
		n, ok := parseCount(text)
		return float64(n), ok
	}
	number = strings.TrimSpace(number)
	factor := 1.0
	if number != "" {
		if i := strings.IndexByte(byteUnits, number[len(number)-1]); i >= 0 {
			number, factor = number[:len(number)-1], math.Pow(1024, float64(i+1))
		}
	}
	v, ok := parseNumber(strings.TrimSpace(number))
	if !ok || v < 0 || v*factor > math.MaxUint64 {
		return 0, false
	}
	return math.Floor(v * factor), true
}

// maxSpeed is more than any port has, in any unit.
const maxSpeed = 1e6

// parseSpeed reads the speed of an Ethernet port, such as 2500Mbps, in bits per
// second. Without a unit it is in Mbit/s.
func parseSpeed(text string) (float64, bool) {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789."))
	v, ok := parseNumber(text[:digits])
	if !ok || v > maxSpeed {
		return 0, false
	}
	switch strings.ToLower(strings.TrimSpace(text[digits:])) {
	case "", "mbps", "mb/s", "mbit/s", "m":
		return v * 1e6, true
	case "gbps", "gb/s", "gbit/s", "g":
		return v * 1e9, true
	}
	return 0, false
}

// parseYes reads the locks of OFDM receivers.
func parseYes(text string) (bool, bool) {
	switch strings.ToLower(text) {
	case "yes", "true", "1", "locked":
		return true, true
	case "no", "false", "0", "unlocked":
		return false, true
	}
	return false, false
}
