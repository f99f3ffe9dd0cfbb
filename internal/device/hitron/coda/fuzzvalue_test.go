package coda

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func add(f *testing.F, texts ...string) {
	for _, text := range texts {
		f.Add(text)
	}
}

func FuzzNumber(f *testing.F) {
	add(f, "9.100", "-0.900", "NA", "1e400", "0x1p4", "nan", "+.5e-3", "")
	decimal := regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)
	f.Fuzz(func(t *testing.T, text string) {
		v, ok := parseNumber(text)
		if math.IsNaN(v) || ok && math.IsInf(v, 0) {
			t.Errorf("%q is %g", text, v)
		}
		if ok && !decimal.MatchString(text) {
			t.Errorf("%q passes for a number", text)
		}
	})
}

func FuzzCount(f *testing.F) {
	add(f, "4142950845", "1 * 2e32 + 426317386", "1 * 2E32 + 5", "53 * 2^32 + 1", "4294967295 * 2**32 + 4294967296", "1e+5", "-1", "")
	sum := regexp.MustCompile(`^\s*(\d+)\s*\*\s*2(?:[eE]|\^|\*\*)32\s*\+\s*(\d+)\s*$`)
	f.Fuzz(func(t *testing.T, text string) {
		v, ok := parseCount(text)
		if !ok && v != 0 {
			t.Errorf("%q is %d beside a refusal", text, v)
		}
		if !ok || !strings.Contains(text, "*") {
			return
		}
		parts := sum.FindStringSubmatch(strings.Join(strings.Fields(text), " "))
		if parts == nil {
			t.Fatalf("%q passes for a sum", text)
		}
		hi, _ := strconv.ParseUint(parts[1], 10, 64)
		lo, _ := strconv.ParseUint(parts[2], 10, 64)
		if hi > math.MaxUint32 || v != hi<<32+lo || v < lo {
			t.Errorf("%q is %d", text, v)
		}
	})
}

func FuzzSpan(f *testing.F) {
	add(f, "479h:53m:58s", "19 days 23h:40m:38s", "1d:02h:03m:04s", "10 Days,17 Hours,33 Minutes,47 Seconds", "468117",
		"D: 6 H: 09 M: 25 S: 55", "D: -- H: -- M: -- S: --", "soon", ":", "36500d:1s")
	f.Fuzz(func(t *testing.T, text string) {
		v, ok := parseSpan(text)
		switch {
		case v < 0 || v > maxSpan:
			t.Errorf("%q is %s", text, v)
		case ok && !strings.ContainsAny(text, "0123456789"):
			t.Errorf("%q has no digit and is %s", text, v)
		case v%time.Second != 0:
			t.Errorf("%q is %s, which is no whole number of seconds", text, v)
		}
	})
}

func FuzzMoment(f *testing.F) {
	add(f, "Tue Jan 20, 2026, 09:06:40", "2020-11-17 02:12:33", "11/15/2020 03:57:38", "01/19/26 20:14:55", "Time Not Established")
	f.Fuzz(func(t *testing.T, text string) {
		v, ok := parseMoment(text, time.UTC)
		if ok && (v.Year() < 0 || v.Year() > 9999) || !ok && !v.IsZero() {
			t.Errorf("%q is %s, %t", text, v, ok)
		}
		if ok && !strings.Contains(strings.Join(strings.Fields(text), " "), v.Format("04:05")) {
			t.Errorf("%q is %s, with other minutes and seconds", text, v)
		}
	})
}

func FuzzBytes(f *testing.F) {
	add(f, "1.05G Bytes", "989.1M Bytes", "512 Bytes", "12345", "1e308E Bytes", "Bytes", "1 * 2e32 + 1", "-1K Bytes")
	f.Fuzz(func(t *testing.T, text string) {
		v, _ := parseBytes(text)
		if math.IsNaN(v) || v < 0 || v > math.MaxUint64 || v != math.Floor(v) {
			t.Errorf("%q is %g", text, v)
		}
	})
}

func FuzzSpeed(f *testing.F) {
	add(f, "2500Mbps", "2.5Gbps", "10 Mb/s", "Mbps", "1e9Gbps", "99999999999999999999Gbps", "")
	f.Fuzz(func(t *testing.T, text string) {
		if v, _ := parseSpeed(text); math.IsNaN(v) || v < 0 || v > maxSpeed*1e9 {
			t.Errorf("%q is %g", text, v)
		}
	})
}

func FuzzModulation(f *testing.F) {
	add(f, "2", "QAM256", "256-QAM", "qpsk", "QAM_NONE", "65QAM", "99999QAM", "")
	form := regexp.MustCompile(`^(unknown|QPSK|[1-9][0-9]{0,4}QAM)$`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{downstreamModulation(text), modulation(text)} {
			n, ok := Order(name)
			if !form.MatchString(name) || ok == (name == UnknownModulation) || ok && (n < 2 || n > 1<<15) {
				t.Errorf("%q is %q of order %g", text, name, n)
			}
			if ok && modulation(name) != name {
				t.Errorf("%q is %q, which is %q", text, name, modulation(name))
			}
		}
	})
}
