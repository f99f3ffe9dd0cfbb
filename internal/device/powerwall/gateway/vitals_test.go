package gateway

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device/powerwall/protobuf"
)

type message = protobuf.Message

// stringValue is a field of the type StringValue.
func stringValue(field uint64, text string) message {
	return message{}.Data(field, message{}.Data(1, []byte(text)))
}

// part is one device: its Device message, and what else is said of it.
func part(device message, rest ...message) message {
	b := message{}.Data(1, message{}.Data(1, device))
	for _, one := range rest {
		b = append(b, one...)
	}
	return message{}.Data(1, b)
}

// vital is a DeviceVital with a value that is written down already.
func vital(name string, value message) message {
	return message{}.Data(2, append(message{}.Data(1, []byte(name)), value...))
}

func integer(v int64) message { return message{}.Number(3, uint64(v)) }
func text(v string) message   { return message{}.Data(5, []byte(v)) }
func flag(v uint64) message   { return message{}.Number(6, v) }
func alert(v string) message  { return message{}.Data(3, []byte(v)) }
func double(v float64) message {
	return binary.LittleEndian.AppendUint64(message{4<<3 | 1}, math.Float64bits(v))
}

func vitals(t testing.TB, parts ...message) []VitalDevice {
	t.Helper()
	got, err := ParseVitals(slices.Concat(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// A device may be told of in several parts.
func TestVitalsMerge(t *testing.T) {
	pod := stringValue(1, "TEPOD--1--A")
	seen := func(seconds uint64) message { return message{}.Data(9, message{}.Number(1, seconds)) }
	got := vitals(t,
		part(append(slices.Clip(pod), append(stringValue(2, "1"), seen(1715000000)...)...), vital("a", integer(1)), vital("b", text("x")), alert("POD_w110_SW_EOC"), alert("POD_w110_SW_EOC")),
		part(stringValue(1, "PVS--2--B"), vital("a", integer(9))),
		part(append(slices.Clip(pod), append(stringValue(7, "fw"), append(stringValue(6, "TETHC--0"), seen(1700000000)...)...)...), vital("a", double(2.5)), vital("b", flag(1)), vital("c", flag(0)), alert("POD_w110_SW_EOC"), alert("other"), alert("")),
	)
	want := []VitalDevice{
		{ECU: "TEPOD", DIN: "TEPOD--1--A", Part: "1", Firmware: "fw", Parent: "TETHC--0", LastSeen: time.Unix(1715000000, 0),
			Numbers: map[string]float64{"a": 2.5}, Texts: map[string]string{}, Flags: map[string]bool{"b": true, "c": false},
			Alerts: []string{"POD_w110_SW_EOC", "other"}},
		{ECU: "PVS", DIN: "PVS--2--B", Numbers: map[string]float64{"a": 9}, Texts: map[string]string{}, Flags: map[string]bool{}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestVitalsLenient(t *testing.T) {
	din := stringValue(1, "X--1")
	tests := map[string]struct {
		rest []message
		want func(*VitalDevice)
	}{
		"no value":               {[]message{vital("a", nil)}, nil},
		"no name":                {[]message{vital("", integer(1)), message{}.Data(2, integer(1))}, nil},
		"last value counts":      {[]message{vital("a", append(integer(1), integer(2)...))}, func(d *VitalDevice) { d.Numbers["a"] = 2 }},
		"of another type, too":   {[]message{vital("a", append(integer(1), text("x")...))}, func(d *VitalDevice) { d.Texts["a"] = "x" }},
		"wrong wire type":        {[]message{vital("a", append(integer(1), message{}.Data(4, []byte("12345678"))...))}, func(d *VitalDevice) { d.Numbers["a"] = 1 }},
		"zero is a value":        {[]message{vital("a", integer(0)), vital("b", double(0)), vital("c", text("")), vital("d", flag(0))}, func(d *VitalDevice) { d.Numbers["a"], d.Numbers["b"], d.Texts["c"], d.Flags["d"] = 0, 0, "", false }},
		"below zero":             {[]message{vital("a", integer(-5)), vital("b", double(-256))}, func(d *VitalDevice) { d.Numbers["a"], d.Numbers["b"] = -5, -256 }},
		"no number":              {[]message{vital("a", double(math.NaN())), vital("b", double(math.Inf(-1))), vital("c", double(math.MaxFloat64))}, func(d *VitalDevice) { d.Numbers["c"] = math.MaxFloat64 }},
		"what nobody knows":      {[]message{message{}.Number(3, 7), message{}.Data(99, []byte{1}), message{}.Fixed32(2, 1), vital("a", append(message{}.Number(2, 1), integer(4)...))}, func(d *VitalDevice) { d.Numbers["a"] = 4 }},
		"texts are cleaned":      {[]message{vital("a\x00", text(" b\xff\n")), alert("\x1bc")}, func(d *VitalDevice) { d.Texts["a"], d.Alerts = "b\ufffd", []string{"c"} }},
		"nobody heard of it yet": {[]message{message{}.Data(1, message{}.Data(1, message{}.Data(9, message{}.Number(1, 1<<63))))}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			want := newVitalDevice()
			want.DIN, want.ECU = "X--1", "X"
			if tt.want != nil {
				tt.want(&want)
			}
			if d := cmp.Diff([]VitalDevice{want}, vitals(t, part(din, tt.rest...))); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
	if got := vitals(t, part(nil, vital("a", integer(1))), message{}.Number(1, 1), message{}.Data(2, []byte{255})); len(got) != 0 {
		t.Errorf("%v, want nothing: none has a DIN", got)
	}
}

func TestVitalsMalformed(t *testing.T) {
	good := document(t, "vitals.bin")
	for n := 1; n < len(good); n++ {
		if _, err := ParseVitals(good[:n]); !errors.Is(err, protobuf.ErrMalformed) {
			t.Errorf("first %d bytes: error %v, want %v", n, err, protobuf.ErrMalformed)
		}
	}
	for name, body := range map[string]message{
		"web page":    message("<html>"),
		"device":      part(message{0xff}),
		"vital":       part(stringValue(1, "X"), message{}.Data(2, []byte{0x0a, 9})),
		"connections": message{}.Data(1, message{}.Data(1, []byte{0x0b})),
	} {
		if _, err := ParseVitals(body); !errors.Is(err, protobuf.ErrMalformed) {
			t.Errorf("%s: error %v, want %v", name, err, protobuf.ErrMalformed)
		}
	}
}

func TestVitalsBounds(t *testing.T) {
	var parts []message
	for i := range maxVitalDevices + 3 {
		parts = append(parts, part(stringValue(1, fmt.Sprintf("X--%d", i))))
	}
	for i := range 3 { // of a device that there is room for
		var rest []message
		for j := range maxVitals - 24 {
			rest = append(rest, vital(fmt.Sprintf("v%d_%04d", i, j), integer(int64(j))), alert(fmt.Sprintf("a%d_%d", i, j)))
		}
		rest = append(rest, vital(strings.Repeat("n", 1000), text(strings.Repeat("t", 1000))))
		parts = append(parts, part(stringValue(1, "X--0"), rest...))
	}
	got := vitals(t, parts...)
	if len(got) != maxVitalDevices || len(got[0].Numbers)+len(got[0].Texts) != maxVitals || len(got[0].Alerts) != maxAlerts {
		t.Errorf("%d devices, %d and %d vitals, %d alerts", len(got), len(got[0].Numbers), len(got[0].Texts), len(got[0].Alerts))
	}
	if v, there := got[0].Numbers["v1_0022"]; !there || v != 22 {
		t.Error("the vitals are not the first ones")
	}
	walk(t, reflect.ValueOf(got[0].Texts))
}

func TestVitalsOverTheWire(t *testing.T) {
	h := newHouse()
	address, _ := h.start(t)
	r := newClient(t, address, nil).Round()
	devices, err := Vitals(t.Context(), r, "/api/devices/vitals")
	if err != nil || len(devices) != 1 || devices[0].ECU != "TETHC" {
		t.Errorf("%v, error %v; want one device TETHC", devices, err)
	}
	_, err = Vitals(t.Context(), r, "/api/operation")
	if e := isError(t, err, ClassJSON, "no protocol buffer"); e.Status != http.StatusOK {
		t.Errorf("status %d, want 200", e.Status)
	}
	_, err = Vitals(t.Context(), r, "/api/nothing")
	isError(t, err, ClassMissing)
}

func FuzzVitals(f *testing.F) {
	f.Add(document(f, "vitals.bin"))
	pod := stringValue(1, "TEPOD--1")
	f.Add([]byte(slices.Concat(part(pod, vital("a", double(1)), alert("x")), part(pod, vital("a", flag(1)), alert("x")), part(nil, vital("b", text("\xff\n"))))))
	f.Add([]byte("<html>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		devices, err := ParseVitals(body)
		if err != nil {
			if devices != nil || !errors.Is(err, protobuf.ErrMalformed) {
				t.Errorf("%v beside the error %v", devices, err)
			}
			return
		}
		dins := make(map[string]bool)
		for i := range devices {
			d := &devices[i]
			if d.DIN == "" || dins[d.DIN] || d.ECU == "" && !strings.HasPrefix(d.DIN, "--") {
				t.Errorf("DIN %q, ECU %q: empty, or twice", d.DIN, d.ECU)
			}
			dins[d.DIN] = true
			checkVitals(t, d)
		}
		// What is said twice says nothing more, but for the order within bounds.
		again, err := ParseVitals(append(slices.Clip(body), body...))
		if diff := cmp.Diff(devices, again); err != nil || diff != "" && !full(devices) {
			t.Errorf("error %v, once twice:\n%s", err, diff)
		}
	})
}

func full(devices []VitalDevice) bool {
	return slices.ContainsFunc(devices, func(d VitalDevice) bool {
		return len(d.Numbers)+len(d.Texts)+len(d.Flags) == maxVitals
	})
}

func checkVitals(t *testing.T, d *VitalDevice) {
	t.Helper()
	walk(t, reflect.ValueOf(d))
	names := make(map[string]bool)
	for name := range d.Numbers {
		names[name] = true
	}
	for name := range d.Texts {
		names[name] = true
	}
	for name := range d.Flags {
		names[name] = true
	}
	if total := len(d.Numbers) + len(d.Texts) + len(d.Flags); len(names) != total || total > maxVitals || names[""] {
		t.Errorf("%d values of %d names", total, len(names))
	}
	alerts := slices.Compact(slices.Sorted(slices.Values(d.Alerts)))
	if len(alerts) != len(d.Alerts) || len(alerts) > maxAlerts || slices.Contains(alerts, "") {
		t.Errorf("alerts %q: empty, twice or too many", d.Alerts)
	}
}
