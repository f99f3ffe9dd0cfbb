package coda

import (
	"math/bits"
	"strconv"
	"strings"
)

// UnknownModulation stands for a modulation that we do not know.
const UnknownModulation = "unknown"

// downstreamCodes is what the number in dsinfo means.
var downstreamCodes = map[string]string{
	"0": "16QAM", "1": "64QAM", "2": "256QAM", "3": "1024QAM", "4": "32QAM", "5": "128QAM", "6": "QPSK",
}

// downstreamModulation reads a code, or the text that dialect Device has instead.
func downstreamModulation(text string) string {
	if name, ok := downstreamCodes[text]; ok {
		return name
	}
	if strings.Trim(text, "0123456789") == "" {
		return UnknownModulation
	}
	return modulation(text)
}

// modulation brings QAM256, 256-QAM and qam256 into one form, 256QAM.
func modulation(text string) string {
	t := strings.ToUpper(text)
	if t == "QPSK" {
		return t
	}
	order, isQAM := strings.CutPrefix(t, "QAM")
	if !isQAM {
		order, isQAM = strings.CutSuffix(t, "QAM")
	}
	n, err := strconv.ParseUint(strings.Trim(order, "- "), 10, 16)
	if !isQAM || err != nil || bits.OnesCount64(n) != 1 || n == 1 { // their orders are powers of two
		return UnknownModulation
	}
	return strconv.FormatUint(n, 10) + "QAM"
}

// Order returns how many points the constellation of a modulation has.
func Order(modulation string) (float64, bool) {
	if modulation == "QPSK" {
		return 4, true
	}
	digits, isQAM := strings.CutSuffix(modulation, "QAM")
	n, err := strconv.ParseUint(digits, 10, 16)
	return float64(n), isQAM && err == nil
}
