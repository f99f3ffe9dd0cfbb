package tedapi

import (
	"encoding/json"
	"slices"
	"strings"

	"home_exporter/internal/device/powerwall/gateway"
)

// A bus is the devices on the CAN bus, as they are found.
type bus struct {
	devices       []gateway.VitalDevice
	gridConnected *bool
}

// newBus reads esCan.bus. THC, POD and PINV belong together by index, and so do PVAC
// and PVS; one without a serial number is an empty slot.
func newBus(n node) *bus {
	b := &bus{}
	pods, inverters := n.at("POD").items(), n.at("PINV").items()
	for i, thc := range n.at("THC").items() {
		part, serial := thc.at("packagePartNumber").text(), thc.at("packageSerialNumber").text()
		if serial == "" {
			continue
		}
		b.add("TETHC", part, serial, "", thc)
		b.add("TEPOD", part, serial, "", item(pods, i))
		b.add("TEPINV", part, serial, "", item(inverters, i))
	}
	rows := n.at("PVS").items()
	for i, pvac := range n.at("PVAC").items() {
		part, serial := pvac.at("packagePartNumber").text(), pvac.at("packageSerialNumber").text()
		if serial == "" {
			continue
		}
		b.add("PVAC", part, serial, "", pvac)
		b.add("PVS", part, serial, din("PVAC", part, serial), item(rows, i))
	}
	sync := n.at("SYNC")
	b.add("TESYNC", sync.at("packagePartNumber").text(), sync.at("packageSerialNumber").text(), "", sync, n.at("ISLANDER"))
	msa := n.at("MSA")
	b.add("TEMSA", msa.at("packagePartNumber").text(), msa.at("packageSerialNumber").text(), "", msa)
	for _, place := range []node{n.at("ISLANDER"), sync} {
		if word := place.at("ISLAND_GridConnection", "ISLAND_GridConnected").text(); word != "" && b.gridConnected == nil {
			on := word == "ISLAND_GridConnected_Connected"
			b.gridConnected = &on
		}
	}
	return b
}

func din(ecu, part, serial string) string { return ecu + "--" + part + "--" + serial }

// add adds a device with all that its sub-objects measure, unless there is nothing.
func (b *bus) add(ecu, part, serial, parent string, places ...node) {
	d := newDevice(ecu, part, serial)
	d.Parent = parent
	for _, n := range places {
		collect(&d, n)
	}
	if ecu == "PVAC" {
		rowPowers(&d)
	}
	if len(d.Numbers)+len(d.Texts)+len(d.Flags)+len(d.Alerts) > 0 {
		b.devices = append(b.devices, d)
	}
}

func newDevice(ecu, part, serial string) gateway.VitalDevice {
	return gateway.VitalDevice{
		ECU: ecu, DIN: din(ecu, part, serial), Part: part, Serial: serial,
		Numbers: make(map[string]float64), Texts: make(map[string]string), Flags: make(map[string]bool),
	}
}

// Bounds of one device.
const (
	maxSignals = 1024
	maxAlerts  = 256
)

// collect takes the measurements out of the sub-objects of a device: each name there
// has its own.
func collect(d *gateway.VitalDevice, n node) {
	object, _ := n.v.(map[string]any)
	if n.missing() {
		return
	}
	for group := range object {
		inner := n.at(group)
		if group == "alerts" {
			alert(d, inner.at("active"))
			continue
		}
		values, _ := inner.v.(map[string]any)
		for name, v := range values {
			take(d, name, v)
		}
	}
}

// take stores a value by its type. Names of measurements have capital letters and an
// underscore.
func take(d *gateway.VitalDevice, name string, v any) {
	if len(d.Numbers)+len(d.Texts)+len(d.Flags) >= maxSignals || !strings.Contains(name, "_") {
		return
	}
	name = gateway.Clean(name)
	switch v := v.(type) {
	case json.Number:
		if f := (node{v}).number(); f != nil {
			d.Numbers[name] = *f
		}
	case string:
		if s := gateway.Clean(v); s != "" {
			d.Texts[name] = s
		}
	case bool:
		d.Flags[name] = v
	}
}

// alert adds alerts: texts, or objects with a name.
func alert(d *gateway.VitalDevice, list node) {
	for _, n := range list.items() {
		name := n.text()
		if name == "" {
			name = n.at("name").text()
		}
		if name != "" && len(d.Alerts) < maxAlerts && !slices.Contains(d.Alerts, name) {
			d.Alerts = append(d.Alerts, name)
		}
	}
}

// rowPowers adds the power of each string, which the bus does not tell.
func rowPowers(d *gateway.VitalDevice) {
	for _, id := range []string{"A", "B", "C", "D"} {
		volts, known := d.Numbers["PVAC_PVMeasuredVoltage_"+id]
		amps, also := d.Numbers["PVAC_PVCurrent_"+id]
		if _, told := d.Numbers["PVAC_PVMeasuredPower_"+id]; known && also && !told {
			d.Numbers["PVAC_PVMeasuredPower_"+id] = power(volts, amps)
		}
	}
}

// power is that of a string. Open ones have some volts below zero, and no current.
func power(volts, amps float64) float64 {
	if amps == 0 {
		return 0 // and not -0
	}
	return volts * amps
}

// addComponents adds what components.msa tells: signals by name, of devices that are
// known by their serial number.
func (b *bus) addComponents(list node) {
	for _, n := range list.items() {
		part, serial := n.at("partNumber").text(), n.at("serialNumber").text()
		if serial == "" {
			continue
		}
		ecu := ""
		for _, s := range n.at("signals").items() {
			name := s.at("name").text()
			v := firstOf(s.at("value"), s.at("textValue"), s.at("boolValue"))
			if of := ecuOf(name); of != "" && v != nil {
				ecu = of
				take(b.device(ecu, part, serial), name, v)
			}
		}
		if ecu != "" {
			alert(b.device(ecu, part, serial), n.at("activeAlerts"))
		}
	}
}

// firstOf returns the first value that there is.
func firstOf(nodes ...node) any {
	for _, n := range nodes {
		if n.v != nil {
			return n.v
		}
	}
	return nil
}

// ecuOf tells whose a signal is.
func ecuOf(signal string) string {
	prefix, _, _ := strings.Cut(signal, "_")
	switch prefix {
	case "PVAC", "PVS":
		return prefix
	case "THC", "POD", "PINV":
		return "TE" + prefix
	case "METER", "MSA":
		return "TEMSA"
	}
	return ""
}

// device returns the device with that serial number, a new one where there is none.
func (b *bus) device(ecu, part, serial string) *gateway.VitalDevice {
	for i := range b.devices {
		if d := &b.devices[i]; d.ECU == ecu && d.Serial == serial {
			return d
		}
	}
	b.devices = append(b.devices, newDevice(ecu, part, serial))
	return &b.devices[len(b.devices)-1]
}
