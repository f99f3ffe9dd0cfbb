package thermometer

import "home_exporter/internal/device/thermometer/onewire"

// A Reading is what one poll learned.
type Reading struct {
	Celsius         float64
	HumidityPercent *float64 // nil when not reported
}

func readingOf(v onewire.Values) Reading {
	return Reading{Celsius: v.Celsius, HumidityPercent: v.Percent}
}
