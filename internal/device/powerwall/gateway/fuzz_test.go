package gateway

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// documents returns one of each type.
func documents() []any {
	return []any{
		new(Status), new(Charge), new(Operation), new(SiteMaster), new(Problems), new(SystemStatus), new(GridStatus),
		new([]GridFault), new(Aggregates), new([]Meter), new([]Network), new(SiteInfo), new(UpdateStatus), new([]Solar),
		new(SolarPowerwall), new(Powerwalls),
	}
}

// FuzzDocuments decodes a body as one of the types.
func FuzzDocuments(f *testing.F) {
	for i, name := range []string{"status", "soe", "operation", "sitemaster", "problems", "system_status", "grid_status", "grid_faults",
		"aggregates", "meters_site", "networks", "site_info", "update_status", "solars", "solar_powerwall", "powerwalls"} {
		f.Add(uint8(i), document(f, name+".json"))
	}
	for i, seed := range map[uint8]string{0: `{"version":"\u0000\ud800","din":3}`, 1: `{"percentage":1e400,"percentage":"x"}`, 3: "{}x", 4: `{"problems":[1,null,{}]}`,
		5: `{"battery_blocks":[{"p_out":null,"disabled_reasons":null},null]}`, 8: `{"site":{"instant_power":"1"},"SITE":[]}`,
		9: `[{"Cached_readings":{"v_l1n":null}}]`, 10: "null", 13: "[]", 14: `{"pvs_alerts":{"LastRxTime":"x","a":true}}`} {
		f.Add(i, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		i := int(which) % len(documents())
		doc := documents()[i]
		err := decode(body, doc)
		if err != nil && !sane((&Error{Err: err}).Error(), maxMessage) {
			t.Errorf("%T: error %q", doc, err)
		}
		valid := json.Valid(body)
		if valid != (err == nil) && (!valid || !strings.Contains(err.Error(), "belongs")) {
			t.Errorf("%T: error %v, valid %t", doc, err, valid)
		}
		walk(t, reflect.ValueOf(doc))
		if err == nil {
			compare(t, body, i)
		}
	})
}

// compare checks decode against a decoder of another build: one that has all of the
// document in memory.
func compare(t *testing.T, body []byte, i int) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		t.Fatalf("%q passes and is no JSON: %v", body, err)
	}
	once, err := json.Marshal(tree) // without names that stand twice
	if err != nil {
		t.Fatal(err)
	}
	got, want := documents()[i], documents()[i]
	if err := decode(once, got); err != nil {
		t.Fatalf("%s: %v", once, err)
	}
	plant(tree, reflect.ValueOf(want).Elem())
	if !reflect.DeepEqual(got, want) && !crowded(tree) {
		t.Errorf("%s, -want +got:\n%s", once, cmp.Diff(want, got))
	}
}

// crowded reports whether bounds, or names that are the same once cleaned, make the
// order of a map count.
func crowded(tree any) bool {
	switch v := tree.(type) {
	case []any:
		for _, one := range v {
			if crowded(one) {
				return true
			}
		}
		return len(v) > maxItems
	case map[string]any:
		names := make(map[string]bool)
		for name, one := range v {
			if names[clean(name)] || crowded(one) {
				return true
			}
			names[clean(name)] = true
		}
		return len(v) > maxItems
	}
	return false
}

// plant stores what fits of a JSON value.
func plant(value any, v reflect.Value) bool {
	kind := v.Kind()
	if kind == reflect.Pointer {
		p := reflect.New(v.Type().Elem())
		if value == nil || !plant(value, p.Elem()) {
			return false
		}
		v.Set(p)
		return true
	}
	if kind == reflect.Struct && v.NumField() == 0 {
		return true
	}
	switch x := value.(type) {
	case bool:
		if kind == reflect.Bool {
			v.SetBool(x)
		}
		return kind == reflect.Bool
	case string:
		if kind == reflect.String {
			v.SetString(clean(x))
		}
		return kind == reflect.String
	case json.Number:
		n, err := x.Float64()
		if kind == reflect.Float64 && err == nil {
			v.SetFloat(n)
		}
		return kind == reflect.Float64 && err == nil
	case []any:
		if kind != reflect.Slice {
			return false
		}
		v.Set(reflect.MakeSlice(v.Type(), 0, len(x)))
		for _, one := range x {
			item := reflect.New(v.Type().Elem()).Elem()
			if plant(one, item) {
				v.Set(reflect.Append(v, item))
			}
		}
		return true
	case map[string]any:
		if kind == reflect.Map {
			v.Set(reflect.MakeMap(v.Type()))
			for name, one := range x {
				item := reflect.New(v.Type().Elem()).Elem()
				if plant(one, item) {
					v.SetMapIndex(reflect.ValueOf(clean(name)), item)
				}
			}
			return true
		}
		if kind == reflect.Struct {
			for _, field := range reflect.VisibleFields(v.Type()) {
				if one, there := x[field.Tag.Get("json")]; there && !field.Anonymous {
					plant(one, v.FieldByIndex(field.Index))
				}
			}
			return true
		}
	}
	return false
}

// walk checks what a decoder made: texts are short and clean, numbers finite, lists
// bounded.
func walk(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walk(t, v.Elem())
		}
	case reflect.Slice:
		if v.Len() > maxItems {
			t.Errorf("%d of %s", v.Len(), v.Type())
		}
		for i := range v.Len() {
			walk(t, v.Index(i))
		}
	case reflect.Map:
		if v.Len() > maxItems {
			t.Errorf("%d of %s", v.Len(), v.Type())
		}
		for name, one := range v.Seq2() {
			walk(t, name)
			walk(t, one)
		}
	case reflect.Struct:
		if moment, ok := v.Interface().(time.Time); ok {
			if !moment.IsZero() && (moment.Unix() <= 0 || moment.UTC().Year() > 9999) {
				t.Errorf("the time %s", moment)
			}
			return
		}
		for i := range v.NumField() {
			walk(t, v.Field(i))
		}
	case reflect.String:
		if !sane(v.String(), maxText) {
			t.Errorf("the text %q is too long or not clean", v.String())
		}
	case reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			t.Errorf("the number %g", f)
		}
	}
}

// sane reports whether s is bounded and can be shown.
func sane(s string, most int) bool {
	return len(s) <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func FuzzUptime(f *testing.F) {
	for _, seed := range []string{"37s", "1m20s", "5d12h10.07s", "1541h38m20.998412744s", ".5h", "0", "1w", "5", "", "1 m", "1x", "h", "1.2.3s", "--1s", "1µs", "36500d1ns"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := ParseUptime(text)
		if got < 0 || got > maxUptime || !ok && got != 0 {
			t.Errorf("%q is %d, %t", text, got, ok)
		}
		trimmed := strings.TrimPrefix(strings.TrimSpace(text), "+")
		want, err := time.ParseDuration(trimmed)
		signed := strings.HasPrefix(trimmed, "-") || strings.HasPrefix(trimmed, "+")
		// Where there are only units that Go has, it is what Go reads, but for the sum
		// of fractions of a nanosecond.
		if err == nil && !signed && want <= maxUptime && (!ok || (got-want).Abs() > time.Duration(len(text))) {
			t.Errorf("%q is %d, %t; want %d", text, got, ok, want)
		}
		if ok && err != nil && !strings.ContainsAny(text, "dw") {
			t.Errorf("%q is %s, and to Go %v", text, got, err)
		}
		for _, moment := range []time.Time{ParseStartTime(text), ParseMoment(text)} {
			walk(t, reflect.ValueOf(moment))
		}
	})
}
