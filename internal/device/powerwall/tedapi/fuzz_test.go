package tedapi

import (
	"encoding/json"
	"math"
	"testing"
	"unicode/utf8"

	"home_exporter/internal/device/powerwall/protobuf"
)

// sane fails for texts that cannot be shown.
func sane(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !utf8.ValidString(s) || len(s) > 256 {
			t.Errorf("text %q is not fit to be shown", s)
		}
	}
}

func finite(t *testing.T, numbers ...*float64) {
	t.Helper()
	for _, v := range numbers {
		if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) {
			t.Errorf("%v is no reading", *v)
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	f.Add(unhex(f, vectorAnswer))
	f.Add([]byte(protobuf.Message{}.Data(1, infoAnswer())))
	config := protobuf.Message{}.Data(2, protobuf.Message{}.Data(1, protobuf.Message{}.Data(100, []byte(sampleConfig))))
	f.Add([]byte(protobuf.Message{}.Data(1, protobuf.Message{}.Data(payloadFileStore, config))))
	f.Fuzz(func(t *testing.T, b []byte) {
		b, err := unpack(b)
		if err != nil {
			return
		}
		envelope, err := openMessage(b)
		if err != nil {
			return
		}
		if content, err := openEnvelope(envelope, payloadCommon, systemInfo); err == nil {
			if info, err := ParseSystemInfo(content); err == nil {
				sane(t, info.DIN, info.Part, info.Serial, info.Version, info.GitHash)
			}
		}
		if content, err := openEnvelope(envelope, payloadCommon, networkingStatus); err == nil {
			networks, _ := ParseNetworks(content)
			for _, n := range networks {
				sane(t, n.SSID)
				finite(t, n.Signal)
			}
		}
		if content, err := openEnvelope(envelope, payloadGraphQL, queryResponse); err == nil {
			if _, err := parseQueryResponse(content); err != nil {
				sane(t, answerError(err).Error()[:1])
			}
		}
		if content, err := openEnvelope(envelope, payloadFileStore, readFileResponse); err == nil {
			_, _ = openFile(content)
		} else {
			_ = answerError(err).Error()
		}
	})
}

func FuzzRoutable(f *testing.F) {
	f.Add(unhex(f, vectorUnknownKey))
	f.Add([]byte(routable(0, infoAnswer())))
	f.Add([]byte(routable(0, []byte("authorization not verified"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		payload, err := openRoutable(b)
		if err == nil && len(payload) == 0 {
			t.Error("an empty answer passes")
		}
	})
}

func FuzzSiteConfig(f *testing.F) {
	f.Add([]byte(sampleConfig))
	f.Add([]byte(`{"vin":null,"battery_blocks":{},"site_info":[],"meters":[{"cts":7}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseSiteConfig(b)
		if (err == nil) && !json.Valid(b) {
			t.Error("what is no JSON passes")
		}
		if err != nil {
			return
		}
		sane(t, c.DIN, c.Mode, c.SiteName, c.GridCode, c.Country, c.State, c.Utility, c.ExportRule)
		finite(t, c.Reserve, c.NominalEnergy, c.NominalPower)
		if len(c.Blocks) > maxItems || len(c.Meters) > maxItems || len(c.Solars) > maxItems {
			t.Error("a list without bound")
		}
	})
}

func FuzzController(f *testing.F) {
	f.Add([]byte(sampleController))
	f.Add([]byte(`{"esCan":{"bus":{"THC":[{"packageSerialNumber":"A","x":{"a_b":1}}],"POD":7}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseController(b)
		if err != nil {
			return
		}
		finite(t, c.FullPack, c.Remaining)
		for _, d := range c.Devices {
			sane(t, d.ECU, d.Serial, d.Part)
			if len(d.Numbers)+len(d.Texts)+len(d.Flags) > maxSignals+4 || len(d.Alerts) > maxAlerts {
				t.Errorf("a device without bound: %d numbers, %d alerts", len(d.Numbers), len(d.Alerts))
			}
			for _, v := range d.Numbers {
				finite(t, &v)
			}
		}
	})
}

func FuzzComponents(f *testing.F) {
	f.Add([]byte(sampleComponents))
	f.Add([]byte(`{"components":{"bms":[{"signals":null}],"hvp":{},"pch":[7]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseComponents(b)
		if err != nil {
			return
		}
		u := c.Unit(ConfiguredBlock{Serial: "U1", Expansions: []Expansion{{Serial: "X1"}}})
		for _, line := range u.Strings {
			sane(t, line.State)
			finite(t, line.Watts())
		}
		for _, p := range u.Packs {
			finite(t, p.FullPack, p.Remaining)
		}
	})
}

func FuzzQueries(f *testing.F) {
	f.Add([]byte(`{"PW3Query": {"version": 1, "text": "x", "signature": "3006020101020101", "variables": {"a": 1}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		queries, err := ParseQueries(b)
		if err != nil {
			return
		}
		for name, q := range queries {
			if q.Text == "" || len(q.Signature) == 0 || !json.Valid([]byte(q.Variables)) {
				t.Errorf("%s: %+v passes", name, q)
			}
		}
	})
}

func FuzzKey(f *testing.F) {
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if key, err := ParseKey(b); err == nil {
			if _, err := (&signedRequest{din: "x"}).message(key); err != nil {
				t.Errorf("a key that cannot sign passes: %v", err)
			}
		}
	})
}
