package gateway

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// A thing has a field of every kind.
type thing struct {
	inner
	Text   string             `json:"text"`
	Number *float64           `json:"number"`
	Flag   *bool              `json:"flag"`
	List   []string           `json:"list"`
	Things []inner            `json:"things"`
	Map    map[string]float64 `json:"map"`
	Object *inner             `json:"object"`
	Count  *[]struct{}        `json:"count"`
	Nested struct {
		Deep *float64 `json:"deep"`
	} `json:"nested"`
}

type inner struct {
	Power *float64 `json:"power"`
	Kept  *float64 `json:"kept"`
}

func TestDecodeTakesWhatFits(t *testing.T) {
	kept := inner{Kept: new(7.0)} // beside what does not fit
	tests := map[string]struct {
		body string
		want thing
	}{
		"missing":           {`"other":1`, thing{}},
		"null":              {`"power":null,"text":null,"number":null,"flag":null,"list":null,"things":null,"map":null,"object":null,"count":null,"nested":null`, thing{Count: nil}},
		"text for number":   {`"number":"12"`, thing{}},
		"flag for number":   {`"number":true`, thing{}},
		"object for number": {`"number":{"number":3}`, thing{}},
		"list for number":   {`"number":[3]`, thing{}},
		"number for text":   {`"text":3`, thing{}},
		"list for text":     {`"text":["a",{"text":"b"}]`, thing{}},
		"number for flag":   {`"flag":1`, thing{}},
		"text for flag":     {`"flag":"true"`, thing{}},
		"object for list":   {`"list":{"a":"b"}`, thing{}},
		"text for list":     {`"list":"a"`, thing{}},
		"list for map":      {`"map":[1]`, thing{}},
		"list for object":   {`"object":[{"power":1}]`, thing{}},
		"text for object":   {`"object":"power"`, thing{}},
		"text for nested":   {`"nested":"deep"`, thing{}},
		"other case":        {`"Number":1,"NUMBER":2,"Text":"a"`, thing{}},
		"no name":           {`"":1`, thing{}},
		"values":            {`"text":"a","number":-0.5,"flag":false,"list":["a","b"],"map":{"x":1},"object":{"power":2}`, thing{Text: "a", Number: new(-0.5), Flag: new(false), List: []string{"a", "b"}, Map: map[string]float64{"x": 1}, Object: &inner{Power: new(2.0)}}},
		"embedded":          {`"power":12.5`, thing{inner: inner{Power: new(12.5)}}},
		"nested": {`"nested":{"deep":1,"power":2}`, thing{Nested: struct {
			Deep *float64 `json:"deep"`
		}{new(1.0)}}},
		"empty list and map":      {`"list":[],"things":[],"map":{},"count":[]`, thing{List: []string{}, Things: []inner{}, Map: map[string]float64{}, Count: &[]struct{}{}}},
		"odd items":               {`"list":["a",null,1,["b"],{"c":"d"},"e"],"things":[null,{"power":1},3,{"power":"x"}]`, thing{List: []string{"a", "e"}, Things: []inner{{Power: new(1.0)}, {}}}},
		"odd values in a map":     {`"map":{"a":1,"b":null,"c":"1","d":{"e":2},"f":[3],"g":4}`, thing{Map: map[string]float64{"a": 1, "g": 4}}},
		"whatever is counted":     {`"count":[{"a":[1,2]},null,"x",3,[4]]`, thing{Count: &[]struct{}{{}, {}, {}, {}, {}}}},
		"largest number":          {`"number":1.7976931348623157e+308`, thing{Number: new(math.MaxFloat64)}},
		"too large a number":      {`"number":1e400,"power":-1e400`, thing{}},
		"tiny number":             {`"number":1e-400`, thing{Number: new(0.0)}},
		"minus zero":              {`"number":-0`, thing{Number: new(math.Copysign(0, -1))}},
		"many digits":             {`"number":7654321.789,"power":` + strings.Repeat("9", 300), thing{Number: new(7654321.789), inner: inner{Power: new(1e300)}}},
		"a later one counts":      {`"number":1,"number":2`, thing{Number: new(2.0)}},
		"if it fits":              {`"number":1,"number":"x"`, thing{Number: new(1.0)}},
		"text is cleaned":         {`"text":" 1.40.2\n","list":["a\u0000\u001b[31mb\u0085","\ud800"]`, thing{Text: "1.40.2", List: []string{"a[31mb", "\ufffd"}}},
		"other values are passed": {`"x":[[[{"number":5}]],{"y":{}}],"number":6`, thing{Number: new(6.0)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			want := tt.want
			want.Kept = kept.Kept
			got := parsed[thing](t, []byte("{"+tt.body+`,"kept":7}`))
			if d := cmp.Diff(want, got, cmp.AllowUnexported(thing{}, inner{})); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := map[string]struct{ body, says string }{
		"empty":          {"", "no JSON document"},
		"space":          {" \n", "no JSON document"},
		"cut":            {`{"number":1,"te`, "no JSON document"},
		"web page":       {"<html></html>", "no JSON document"},
		"trailing text":  {`{} x`, "no JSON document"},
		"trailing brace": {`{}}`, "no JSON document"},
		"two documents":  {`{}{}`, "no JSON document"},
		"not a number":   {`{"number":NaN}`, "no JSON document"},
		"bad escape":     {`{"text":"\x"}`, "no JSON document"},
		"deep":           {strings.Repeat("[", 100000), "no JSON document"},
		"list":           {`[{"number":1}]`, "a JSON list, where an object belongs"},
		"text":           {`"ok"`, "a single JSON value, where an object belongs"},
		"flag":           {`true`, "a single JSON value, where an object belongs"},
	}
	for name, tt := range tests {
		var doc thing
		if err := decode([]byte(tt.body), &doc); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v, want one with %q", name, err, tt.says)
		}
	}
	var list []inner
	if err := decode([]byte(`{"power":1}`), &list); err == nil || !strings.Contains(err.Error(), "a JSON object, where a list belongs") {
		t.Errorf("object for a list: error %v", err)
	}
}

// A list or an object may be null instead of empty.
func TestDecodeNull(t *testing.T) {
	if got := parsed[[]Meter](t, []byte("null")); got != nil {
		t.Errorf("meters %v, want none", got)
	}
	if got := parsed[Aggregates](t, []byte(" null ")); got != nil {
		t.Errorf("aggregates %v, want none", got)
	}
	if d := cmp.Diff(Status{}, parsed[Status](t, []byte("null"))); d != "" {
		t.Errorf("status, -want +got:\n%s", d)
	}
}

// A pack that is switched off has null for nearly everything.
func TestDecodeDisabledPack(t *testing.T) {
	got := parsed[SystemStatus](t, []byte(`{"solar_real_power_limit":1.7976931348623157e+308,"nominal_full_pack_energy":1e999,
		"grid_faults":[{"decoded_alert":"[{\"name\":\"x\",\"value\":1.5}]"}],
		"battery_blocks":[null,{"PackageSerialNumber":"A","disabled_reasons":["DisabledExcessiveVoltageDrop"],"pinv_state":"","p_out":null,
		"v_out":null,"energy_charged":null,"off_grid":null,"nominal_full_pack_energy":13800},{"PackageSerialNumber":"B","disabled_reasons":null,"p_out":"1"}]}`))
	want := SystemStatus{SolarRealPowerLimit: new(math.MaxFloat64), Blocks: []Block{
		{Serial: "A", DisabledReasons: []string{"DisabledExcessiveVoltageDrop"}, FullPack: new(13800.0)}, {Serial: "B"},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestDecodeOlderFirmware(t *testing.T) {
	site := parsed[SiteInfo](t, []byte(`{"site_name":"Home","nominal_system_energy_kWh":13.5,"grid_code":"60Hz_240V_s_UL1741SA:2016_California"}`))
	if d := cmp.Diff(SiteInfo{Name: "Home", NominalEnergy: new(13.5)}, site); d != "" {
		t.Errorf("grid code as a text, -want +got:\n%s", d)
	}
	status := parsed[Status](t, []byte(`{"start_time":null,"up_time_seconds":null,"version":"1.40.2\n","commission_count":4.0,"can_reboot":true}`))
	if d := cmp.Diff(Status{Version: "1.40.2", CommissionCount: new(4.0)}, status); d != "" {
		t.Errorf("status, -want +got:\n%s", d)
	}
	master := parsed[SiteMaster](t, []byte(`{"can_reboot":true,"running":"yes","connected_to_tesla":true}`))
	if d := cmp.Diff(SiteMaster{Connected: new(true)}, master); d != "" {
		t.Errorf("site master, -want +got:\n%s", d)
	}
}

// What is too much is left out, and what comes after it is still read.
func TestDecodeBounds(t *testing.T) {
	items := strings.Repeat(`"x",`, maxItems) + `{"a":["x"]},["x"],null,"last"`
	var pairs strings.Builder
	for i := range maxItems + 5 {
		fmt.Fprintf(&pairs, `"k%04d":%d,`, i, i)
	}
	got := parsed[thing](t, []byte(`{"list":[`+items+`],"map":{`+pairs.String()+`"z":{"a":[1]}},"text":"`+strings.Repeat("ä", 200)+`","number":1}`))
	if len(got.List) != maxItems || len(got.Map) != maxItems {
		t.Errorf("%d items and %d pairs, want %d", len(got.List), len(got.Map), maxItems)
	}
	if _, there := got.Map["k1023"]; !there {
		t.Error("the pairs are not the first ones")
	}
	if len(got.Text) > maxText || len(got.Text) < maxText-1 || !utf8.ValidString(got.Text) {
		t.Errorf("text of %d bytes, valid %t", len(got.Text), utf8.ValidString(got.Text))
	}
	if got.Number == nil || *got.Number != 1 {
		t.Errorf("number %v, want 1", got.Number)
	}
}
