package thermometer

import "home_exporter/internal/metric"

var families = []*metric.Family{temperature, humidity}

var (
	temperature = &metric.Family{
		Name: "thermometer_temperature_celsius", Unit: "celsius",
		Help: "Temperature, from T of the answer.",
	}
	humidity = &metric.Family{
		Name: "thermometer_humidity_ratio", Unit: "ratio",
		Help: "Relative humidity, 0 to 1, from H of the answer, which is in percent.",
	}
)

func (r Reading) add(out *metric.Batch) {
	out.Add(temperature, r.Celsius)
	if r.HumidityPercent != nil {
		out.Add(humidity, *r.HumidityPercent/100)
	}
}
