package coda

import "testing"

func TestDownstreamModulation(t *testing.T) {
	tests := map[string]string{
		"0": "16QAM", "1": "64QAM", "2": "256QAM", "3": "1024QAM", "4": "32QAM", "5": "128QAM", "6": "QPSK",
		"7": UnknownModulation, "22": UnknownModulation, "02": UnknownModulation, "-1": UnknownModulation, "": UnknownModulation,
		"QAM256": "256QAM", "256QAM": "256QAM", "256-QAM": "256QAM", "qam256": "256QAM", "QAM-64": "64QAM", "256 QAM": "256QAM", "qpsk": "QPSK",
	}
	for text, want := range tests {
		if got := downstreamModulation(text); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func TestModulation(t *testing.T) {
	tests := map[string]string{
		"64QAM": "64QAM", "16QAM": "16QAM", "QPSK": "QPSK", "4096QAM": "4096QAM", "QAM064": "64QAM",
		"QAM_NONE": UnknownModulation, "QAM": UnknownModulation, "": UnknownModulation, "64": UnknownModulation,
		"0QAM": UnknownModulation, "1QAM": UnknownModulation, "65QAM": UnknownModulation, "6QAM4": UnknownModulation,
		"QAM64QAM": UnknownModulation, "65536QAM": UnknownModulation, "8VSB": UnknownModulation,
	}
	for text, want := range tests {
		if got := modulation(text); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func TestOrder(t *testing.T) {
	tests := map[string]string{"QPSK": "4", "16QAM": "16", "256QAM": "256", "1024QAM": "1024",
		UnknownModulation: "absent", "": "absent", "QAM": "absent", "16": "absent"}
	for name, want := range tests {
		got := "absent"
		if v, ok := Order(name); ok {
			got = float(v)
		}
		if got != want {
			t.Errorf("Order(%q) = %s, want %s", name, got, want)
		}
	}
}
