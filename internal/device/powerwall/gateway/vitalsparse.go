package gateway

import (
	"strings"
	"time"

	"home_exporter/internal/device/powerwall/protobuf"
)

// ParseVitals reads the answer, a DevicesWithVitals. A device that is listed twice is
// merged; one without a DIN is none.
func ParseVitals(body []byte) ([]VitalDevice, error) {
	var all []VitalDevice
	at := make(map[string]int)
	for f, err := range protobuf.Fields(body) {
		if err != nil {
			return nil, err
		}
		if f.Number != 1 || f.Wire != protobuf.Bytes {
			continue
		}
		d := newVitalDevice()
		if err := d.parse(f.Bytes); err != nil {
			return nil, err
		}
		i, twice := at[d.DIN]
		switch {
		case d.DIN == "":
		case twice:
			all[i].merge(&d)
		case len(all) < maxVitalDevices:
			at[d.DIN] = len(all)
			all = append(all, d)
		}
	}
	return all, nil
}

// parse reads a DeviceWithVitals.
func (d *VitalDevice) parse(b []byte) error {
	for f, err := range protobuf.Fields(b) {
		if err != nil {
			return err
		}
		if f.Wire != protobuf.Bytes {
			continue
		}
		switch f.Number {
		case 1:
			err = d.parseConnected(f.Bytes)
		case 2:
			err = d.parseVital(f.Bytes)
		case 3:
			d.alert(clean(string(f.Bytes)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// parseConnected reads a ConnectedDevice, which wraps a Device.
func (d *VitalDevice) parseConnected(b []byte) error {
	for f, err := range protobuf.Fields(b) {
		if err != nil {
			return err
		}
		if f.Number == 1 && f.Wire == protobuf.Bytes {
			if err := d.parseDevice(f.Bytes); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *VitalDevice) parseDevice(b []byte) error {
	for f, err := range protobuf.Fields(b) {
		if err != nil {
			return err
		}
		if f.Wire != protobuf.Bytes {
			continue
		}
		switch f.Number {
		case 1:
			d.DIN = clean(f.Text())
			d.ECU, _, _ = strings.Cut(d.DIN, "--")
		case 2:
			d.Part = clean(f.Text())
		case 3:
			d.Serial = clean(f.Text())
		case 6:
			d.Parent = clean(f.Text())
		case 7:
			d.Firmware = clean(f.Text())
		case 9:
			d.LastSeen = timestamp(f.Bytes)
		}
	}
	return nil
}

// lastSecond is the last one of the year 9999, in seconds since 1970: the end of what
// a Timestamp may hold.
const lastSecond = 253402300799

// timestamp reads the seconds of a Timestamp.
func timestamp(b []byte) time.Time {
	var t time.Time
	for f, err := range protobuf.Fields(b) {
		if err == nil && f.Number == 1 && f.Wire == protobuf.Varint && f.Value > 0 && f.Value <= lastSecond {
			t = time.Unix(int64(f.Value), 0)
		}
	}
	return t
}

// parseVital reads a DeviceVital: a name and a value of one of four types. Without a
// value it says nothing.
func (d *VitalDevice) parseVital(b []byte) error {
	var name string
	var value protobuf.Field
	for f, err := range protobuf.Fields(b) {
		if err != nil {
			return err
		}
		switch {
		case f.Number == 1 && f.Wire == protobuf.Bytes:
			name = clean(string(f.Bytes))
		case isVital(f):
			value = f
		}
	}
	switch value.Number {
	case 3:
		d.number(name, float64(int64(value.Value)))
	case 4:
		d.number(name, value.Float())
	case 5:
		d.text(name, clean(string(value.Bytes)))
	case 6:
		d.flag(name, value.Value != 0)
	}
	return nil
}

// isVital reports whether f is one of the types that a vital can be of.
func isVital(f protobuf.Field) bool {
	switch f.Number {
	case 3, 6:
		return f.Wire == protobuf.Varint
	case 4:
		return f.Wire == protobuf.Fixed64
	case 5:
		return f.Wire == protobuf.Bytes
	}
	return false
}
