package powerwall

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"home_exporter/internal/device"
	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/metric"
	simpowerwall "home_exporter/sim/powerwall"
)

// said is what a gateway of FuzzDocuments says, by path.
type said struct {
	mu   sync.Mutex
	docs map[string][]byte
}

func (s *said) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	body, ok := s.docs[r.URL.Path]
	s.mu.Unlock()
	if r.Method == http.MethodPost {
		body, ok = []byte(`{"token":"x"}`), true
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Write(body)
}

// FuzzDocuments takes whatever a gateway may say to metrics: one document beside the
// golden ones, poll after poll. Nothing panics, and no sample is dropped as a duplicate
// or no number.
func FuzzDocuments(f *testing.F) {
	golden := make(map[string][]byte)
	var paths []string
	for _, d := range append(append([]document(nil), documents...), metersOf("site"), metersOf("solar"), metersOf("load")) {
		paths = append(paths, d.path)
		if doc, err := simpowerwall.GoldenDocument(simpowerwall.Endpoint(d.label())); err == nil {
			golden[d.path] = doc
		}
	}
	for i, path := range paths {
		f.Add(byte(i), golden[path], []byte("null"))
	}
	for path, seeds := range map[string][]string{
		"/api/status":                    {`{"up_time_seconds":"876000h","start_time":"9999-12-31 23:59:59 +0000","commission_count":-1}`},
		"/api/system_status/soe":         {`{"percentage":1.7976931348623157e+308}`},
		"/api/system_status":             {`{"battery_blocks":[{"PackageSerialNumber":"a","nominal_full_pack_energy":1e-320,"nominal_energy_remaining":1e300},{"PackageSerialNumber":"a "}]}`},
		aggregatesPath:                   {`{"load":{"instant_power":5e-324},"":{"instant_power":1},"../x":{}}`},
		"/api/meters/site":               {`[{"connection":{"device_serial":"a"},"Cached_readings":{"v_l1n":-0,"energy_exported_a":1e306}}]`},
		"/api/networks":                  {`[{"interface":"WifiType","network_name":"a","iface_network_info":{"network_name":"a","state":"x","signal_strength":1e308}},{"interface":"WifiType","network_name":"a"}]`},
		"/api/solars":                    {`[{"brand":"a","power_rating_watts":1.7e308},{"brand":"a","power_rating_watts":1.7e308},{"brand":"a","power_rating_watts":-1.7e308}]`},
		"/api/devices/vitals":            {"\n\x02\x12\x00", "\n\x0f\n\r\n\v\n\t\n\aTESYNC1"},
		"/api/solar_powerwall":           {`{"pvac_status":{"string_vitals":[{"string_id":1.5},{"string_id":-0},{"string_id":0},{"string_id":1e300}]},"pvs_alerts":{"":true,"a":true}}`},
		"/api/system_status/grid_faults": {`[{"alert_name":"a","timestamp":-1},{"alert_name":"a","ecu_type":"b","timestamp":1},{"alert_name":"a","timestamp":2}]`},
	} {
		for _, seed := range seeds {
			f.Add(byte(slices.Index(paths, path)), []byte(seed), golden[path])
		}
	}
	say := &said{docs: make(map[string][]byte)}
	server := httptest.NewUnstartedServer(say)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{*certificate(f, 0)}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	f.Cleanup(server.Close)
	s, err := (&entry{GatewayAddress: strings.TrimPrefix(server.URL, "https://"), LoginPassword: device.NewSecret("x"), LegacyTypeLabel: true}).settings()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, at byte, first, second []byte) {
		path := paths[int(at)%len(paths)]
		d, err := open(device.Env{}, s)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		var shapes metric.Shapes
		for _, body := range [][]byte{first, second} {
			say.mu.Lock()
			say.docs = make(map[string][]byte, len(golden)+1)
			for p, doc := range golden {
				say.docs[p] = doc
			}
			say.docs[path] = body
			say.mu.Unlock()
			for _, st := range d.(*site).states {
				st.due = st.due.AddDate(-1, 0, 0)
			}
			var b metric.Batch
			err := d.Poll(t.Context(), &b)
			if class := classOf(err); err != nil && class != gateway.ClassJSON && class != gateway.ClassLarge {
				t.Errorf("%s: class %q: %v", path, class, err)
			}
			if snapshot, dropped := shapes.Freeze(&b, nil); dropped > 0 {
				t.Errorf("%s: %d of %d samples were dropped", path, dropped, snapshot.Len()+dropped)
			}
		}
	})
}
