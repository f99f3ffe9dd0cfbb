package homeplug

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
	"home_exporter/internal/device/homeplug/hpav"
)

var kinds = []*device.Kind{Kind()}

// parse reads a configuration as config.Load would.
func parse(text string) ([]device.Spec, error) {
	c, err := config.Parse("f.yml", []byte(text), config.Source{}, kinds)
	if err != nil {
		return nil, err
	}
	return c.Specs, nil
}

// mustSpecs returns the specs of a list of entries.
func mustSpecs(t testing.TB, entries string) []device.Spec {
	t.Helper()
	specs, err := parse("homeplug:\n" + entries)
	if err != nil {
		t.Fatal(err)
	}
	return specs
}

// TestMistakes holds the messages of what is refused, to the letter.
func TestMistakes(t *testing.T) {
	const (
		words   = ", or one of all, broadcast, local"
		several = "with several entries each has to name its interface: one that is found may be that of another entry"
	)
	for _, tt := range []struct{ name, entries, want string }{
		{"a long name", "- {interface: enx0123456789abcd}", `f.yml:2:15: homeplug[0].interface: "enx0123456789abcd" cannot be the name of a network interface`},
		{"a path", "- {interface: /dev/eth0}", `f.yml:2:15: homeplug[0].interface: "/dev/eth0" cannot be the name of a network interface`},
		{"a blank", "- {interface: 'eth 0'}", `f.yml:2:15: homeplug[0].interface: "eth 0" cannot be the name of a network interface`},
		{"no path", "- {interface: 'unix:'}", `f.yml:2:15: homeplug[0].interface: unix: needs the path of a socket`},
		{"a long path", "- {interface: 'unix:/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678'}",
			`f.yml:2:15: homeplug[0].interface: the path of a socket has at most 107 bytes; this has 110`},
		{"a word", "- {destination: remote}", `f.yml:2:17: homeplug[0].destination: "remote" is no MAC address; write for example 00:b0:52:12:34:56` + words},
		{"a word in capitals", "- {destination: LOCAL}", `f.yml:2:17: homeplug[0].destination: "LOCAL" is no MAC address; write for example 00:b0:52:12:34:56` + words},
		{"an EUI-64", "- {destination: '00:b0:52:ff:fe:12:34:56'}", `f.yml:2:17: homeplug[0].destination: "00:b0:52:ff:fe:12:34:56" has 8 bytes; an adapter's MAC address has 6` + words},
		{"a group", "- {destination: '01:80:c2:00:00:00'}", `f.yml:2:17: homeplug[0].destination: 01:80:c2:00:00:00 is a group, not an adapter`},
		{"nobody", "- {destination: '00:00:00:00:00:00'}", `f.yml:2:17: homeplug[0].destination: 00:00:00:00:00:00 is the address of nobody`},
		{"chips", "- {chips: qualcomm}", `f.yml:2:11: homeplug[0].chips: "qualcomm" is not one of all, atheros`},
		{"interval", "- {interval: 4s}", `f.yml:2:14: homeplug[0].interval: 4s is too short: the shortest interval is 5s`},
		{"request_timeout", "- {request_timeout: 49ms}", `f.yml:2:21: homeplug[0].request_timeout: 49ms is not between 50ms and 5s`},
		{"request_timeout above", "- {request_timeout: 6s}", `f.yml:2:21: homeplug[0].request_timeout: 6s is not between 50ms and 5s`},
		{"statistics_interval", "- {statistics_interval: 59s}", `f.yml:2:25: homeplug[0].statistics_interval: 59s is not between 1m and 24h`},
		{"details_interval", "- {details_interval: 25h}", `f.yml:2:22: homeplug[0].details_interval: 25h is not between 1m and 24h`},
		{"tone_map_interval", "- {tone_maps: true, tone_map_interval: 4m}", `f.yml:2:40: homeplug[0].tone_map_interval: 4m is not between 5m and 24h`},
		{"no tone maps", "- {tone_map_interval: 5m}", `f.yml:2:23: homeplug[0].tone_map_interval: tone maps are not read; set tone_maps: true`},
		{"forget", "- {forget: 1s}", `f.yml:2:12: homeplug[0].forget: 1s is not between 1m and 168h`},
		{"negative", "- {forget: -1h}", `f.yml:2:12: homeplug[0].forget: "-1h" is no duration; write for example 30s, 1m30s or 2.5 (seconds)`},
		{"timeout", "- {timeout: 1s}", `f.yml:2:13: homeplug[0].timeout: 1s is too short: one adapter that does not answer takes two requests of 500ms`},
		{"unknown key", "- {iface: eth0}", `f.yml:2:4: homeplug[0].iface: unknown key; the keys here are name, interval, timeout, keep, max_backoff, interface, destination, chips, request_timeout, statistics_interval, details_interval, tone_maps, tone_map_interval, forget`},
		{"one interface twice", "- {name: a, interface: eth0}\n- {name: b, interface: eth0}", `f.yml:3:24: homeplug[1].interface: eth0 is the one of entry 1, and each interface is asked once`},
		{"no interface twice", "- {name: a}\n- {name: b}", "f.yml:2:3: homeplug[0].interface: " + several + "\n" + "f.yml:3:3: homeplug[1].interface: " + several},
		{"one interface of two", "- {name: a, interface: eth0}\n- {name: b}", "f.yml:3:3: homeplug[1].interface: " + several},
		{"three times", "- {name: a, interface: x}\n- {name: b, interface: x}\n- {name: c, interface: x}",
			"f.yml:3:24: homeplug[1].interface: x is the one of entry 1, and each interface is asked once\n" +
				"f.yml:4:24: homeplug[2].interface: x is the one of entry 1, and each interface is asked once"},
		{"one name twice", "- {name: a, interface: x}\n- {name: a, interface: y}", `f.yml:3:10: homeplug[1].name: the name "a" is taken by the entry on line 2`},
		{"all at once", "- {interface: a/b, destination: x, interval: 1s, forget: 1s}",
			"f.yml:2:15: homeplug[0].interface: \"a/b\" cannot be the name of a network interface\n" +
				"f.yml:2:33: homeplug[0].destination: \"x\" is no MAC address; write for example 00:b0:52:12:34:56" + words + "\n" +
				"f.yml:2:46: homeplug[0].interval: 1s is too short: the shortest interval is 5s\n" +
				"f.yml:2:58: homeplug[0].forget: 1s is not between 1m and 168h"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parse("homeplug:\n" + tt.entries)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

// settingsOf opens a device and returns its settings.
func settingsOf(t *testing.T, spec device.Spec) *settings {
	t.Helper()
	d, err := spec.Open(device.Env{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d.(*segment).settings
}

// TestDefaults holds what an entry means that says nothing.
func TestDefaults(t *testing.T) {
	spec := mustSpecs(t, "- {}")[0]
	if want := (device.Pace{Interval: 30 * time.Second, Timeout: 10 * time.Second, Keep: 90 * time.Second, MaxBackoff: 2 * time.Minute}); *spec.Pace != want {
		t.Errorf("pace %+v, want %+v", *spec.Pace, want)
	}
	if spec.Name != "powerline" || spec.Kind != "homeplug" || spec.Labels != "" {
		t.Errorf("name %q, kind %q, labels %q", spec.Name, spec.Kind, spec.Labels)
	}
	s := settingsOf(t, spec)
	want := hpav.Defaults()
	if diff := cmp.Diff(want, s.client); diff != "" || s.port != "" {
		t.Errorf("interface %q, options (-want +got):\n%s", s.port, diff)
	}
	if want.Statistics != 5*time.Minute || want.Details != 5*time.Minute || want.ToneMaps != 0 || want.Forget != time.Hour ||
		want.Patience != 500*time.Millisecond || want.Destination != hpav.Local || !want.Others {
		t.Errorf("defaults %+v are not what the documents say", want)
	}
}

// TestResolved holds what keys become.
func TestResolved(t *testing.T) {
	specs := mustSpecs(t, `
- {interface: eth0, statistics_interval: 0, details_interval: 0, tone_maps: true, chips: atheros, request_timeout: 50ms}
- {name: x, interface: "unix:/run/line", chips: all, tone_maps: true, tone_map_interval: 1h, statistics_interval: 1m, details_interval: 2m, forget: 7d, interval: scrape}
`)
	if specs[0].Name != "eth0" || specs[1].Name != "x" || !specs[1].Pace.OnScrape {
		t.Errorf("names %q and %q, pace %+v", specs[0].Name, specs[1].Name, specs[1].Pace)
	}
	a, b := settingsOf(t, specs[0]), settingsOf(t, specs[1])
	if o := a.client; a.port != "eth0" || o.Statistics != 0 || o.Details != 0 || o.ToneMaps != 5*time.Minute || o.Others || o.Patience != 50*time.Millisecond {
		t.Errorf("settings %+v", a)
	}
	if o := b.client; b.port != "unix:/run/line" || o.Statistics != time.Minute || o.Details != 2*time.Minute || o.ToneMaps != time.Hour || !o.Others || o.Forget != 7*24*time.Hour {
		t.Errorf("settings %+v", b)
	}
}

// TestDestination reads words and the four spellings of addresses.
func TestDestination(t *testing.T) {
	adapter := hpav.MAC{0x00, 0xb0, 0x52, 0x12, 0x34, 0xab}
	for text, want := range map[string]hpav.MAC{
		"": hpav.Local, "local": hpav.Local, "all": hpav.Broadcast, "broadcast": hpav.Broadcast,
		"00:b0:52:12:34:ab": adapter, "00-B0-52-12-34-AB": adapter, "00b0.5212.34ab": adapter, "00b0521234ab": adapter,
		"00:b0:52:00:00:01": hpav.Local, "ff:ff:ff:ff:ff:ff": hpav.Broadcast,
	} {
		spec := mustSpecs(t, "- {destination: '"+text+"'}")[0]
		if got := settingsOf(t, spec).client.Destination; got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// TestDigest tells what opens a segment anew from what it takes over as it runs.
func TestDigest(t *testing.T) {
	const base = "name: m, interface: eth0"
	before := mustSpecs(t, "- {"+base+"}")[0]
	for _, tt := range []struct {
		name, entry string
		same        bool
	}{
		{"nothing", base, true},
		{"its place in the file", base + "}\n- {name: b, interface: eth1", true},
		{"interval", base + ", interval: 31s", true},
		{"timeout", base + ", timeout: 3", true},
		{"keep", base + ", keep: 10m", true},
		{"max_backoff", base + ", max_backoff: 1h", true},
		{"interface", "name: m, interface: eth1", false},
		{"destination", base + ", destination: all", false},
		{"chips", base + ", chips: atheros", false},
		{"request_timeout", base + ", request_timeout: 1s", false},
		{"statistics_interval", base + ", statistics_interval: 0", false},
		{"details_interval", base + ", details_interval: 0", false},
		{"tone_maps", base + ", tone_maps: true", false},
		{"tone_map_interval", base + ", tone_maps: true, tone_map_interval: 6m", false},
		{"forget", base + ", forget: 2h", false},
	} {
		after := mustSpecs(t, "- {"+tt.entry+"}")[0]
		if same := after.Digest == before.Digest; same != tt.same {
			t.Errorf("with a change of %s the digest is the same: %t, want %t", tt.name, same, tt.same)
		}
	}
}

// TestFlags makes one entry of the flags that are given.
func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values map[string]string
		want   any
	}{
		{"no values", nil, []any{map[string]any{}}},
		{"empty values", map[string]string{"interface": "", "destination": ""}, []any{map[string]any{}}},
		{"both", map[string]string{"interface": "eth0", "destination": "all"}, []any{map[string]any{"interface": "eth0", "destination": "all"}}},
	} {
		if diff := cmp.Diff(tt.want, fromFlags(tt.values)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestExample loads the example that the documents show.
func TestExample(t *testing.T) {
	specs, err := parse(Kind().Example)
	if err != nil || len(specs) != 2 {
		t.Errorf("%d devices, error %v, want two", len(specs), err)
	}
}
