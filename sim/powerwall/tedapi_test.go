package powerwall

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
)

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	out, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// dig follows fields into a message.
func dig(t *testing.T, from []byte, fields ...int) message {
	t.Helper()
	m, err := readMessage(from)
	for _, f := range fields {
		if err == nil {
			m, err = m.inner(f)
		}
	}
	if err != nil {
		t.Fatalf("%v in %x: %v", fields, from, err)
	}
	return m
}

const vectorDIN = "1232100-00-E--TG00000000GWEX"

func (c *client) ask(path, body string) reply {
	c.t.Helper()
	return c.do(http.MethodPost, path, "application/octet-string", unhex(c.t, body))
}

func nearby(t *testing.T, o Options) *client {
	t.Helper()
	o.OwnWiFi = true
	c := newClient(t, start(t, o))
	c.basic = "ABCDEEXMPL"
	return c
}

func TestVitalsVector(t *testing.T) {
	c := loggedIn(t, start(t, Options{}))
	got := c.get(Vitals)
	if hex.EncodeToString([]byte(got.body)) != vectorVitals || got.header.Get("Content-Type") != bytesType {
		t.Errorf("%x\nwant %s", got.body, vectorVitals)
	}
}

func TestAliveVitals(t *testing.T) {
	s := start(t, Options{Values: Alive, Now: newClock().Now})
	state, devices := s.State(), map[string]int{}
	for _, f := range dig(t, []byte(loggedIn(t, s).page(Vitals))) {
		device := dig(t, f.b, 1, 1)
		din := dig(t, device.bytes(1)).bytes(1)
		ecu, _, _ := strings.Cut(string(din), "--")
		devices[ecu]++
		for _, v := range dig(t, f.b) {
			if v.number != 2 {
				continue
			}
			one := dig(t, v.b)
			if string(one.bytes(1)) == "POD_nom_full_pack_energy" && one.number(4) == 0 {
				t.Errorf("%s: no capacity", din)
			}
		}
	}
	for ecu, n := range map[string]int{"STSTSM": 1, "TESYNC": 1, "NEURIO": 1, "TETHC": 2, "TEPOD": 2, "TEPINV": 2, "PVAC": 1, "PVS": 1} {
		if devices[ecu] != n {
			t.Errorf("%d of %s, want %d", devices[ecu], ecu, n)
		}
	}
	if got := vitalsOf(&state)[4].vitals[1]; got.value != state.Packs[0].Remaining {
		t.Errorf("%v, want %v", got, state.Packs[0].Remaining)
	}
}

func TestTEDAPIAccess(t *testing.T) {
	tests := map[string]struct {
		options  Options
		password string
		status   int
	}{
		"21.44 by route":   {Options{}, "ABCDEEXMPL", 200},
		"wrong password":   {Options{}, "EXMPL", 403},
		"no password":      {Options{}, "", 403},
		"25.10 by route":   {Options{Firmware: Firmware2510}, "ABCDEEXMPL", 403},
		"25.10 by Wi-Fi":   {Options{Firmware: Firmware2510, OwnWiFi: true}, "ABCDEEXMPL", 200},
		"another password": {Options{GatewayPassword: "ZYXWV98765"}, "ZYXWV98765", 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, start(t, tt.options))
			c.basic = tt.password
			din := c.do(http.MethodGet, "/tedapi/din", "", nil)
			info := c.ask("/tedapi/v1", vectorSystemInfoRequest)
			if din.status != tt.status || info.status != tt.status {
				t.Errorf("din %d, v1 %d, want %d", din.status, info.status, tt.status)
			}
			if tt.status == 200 && strings.TrimSpace(din.body) != vectorDIN {
				t.Errorf("din %q", din.body)
			}
			if tt.status == 403 && !strings.Contains(din.body, noRights) {
				t.Errorf("body %s", din.body)
			}
		})
	}
	c := loggedIn(t, start(t, Options{Firmware: Firmware2510}))
	if got := c.do(http.MethodGet, "/tedapi/din", "", nil); got.status != 200 {
		t.Errorf("din with a token: %d", got.status)
	}
}

func TestSystemInfo(t *testing.T) {
	c := nearby(t, Options{Firmware: Firmware2510})
	got := c.ask("/tedapi/v1", vectorSystemInfoRequest)
	info := dig(t, []byte(got.body), 1, 4, 3)
	version := dig(t, info.bytes(3))
	if string(info.bytes(2)) != vectorDIN || string(version.bytes(1)) != "25.10.1 9e8d7c6b" || info.number(6) != 4 {
		t.Errorf("info %q", got.body)
	}
	envelope := dig(t, []byte(got.body), 1)
	if envelope.number(1) != 1 || string(dig(t, envelope.bytes(2)).bytes(1)) != vectorDIN || dig(t, envelope.bytes(3)).number(3) != 1 ||
		dig(t, []byte(got.body), 2).number(1) != 1 {
		t.Errorf("envelope %x", got.body)
	}
}

func TestNetworkingStatus(t *testing.T) {
	c := nearby(t, Options{})
	request := strings.Replace(vectorSystemInfoRequest, "0a2a", "0a2b", 1)
	request = strings.Replace(request, "22021200", "2203b20100", 1)
	status := dig(t, []byte(c.ask("/tedapi/v1", request).body), 1, 4, 23)
	wifi := dig(t, status.bytes(2))
	if address := dig(t, wifi.bytes(4)).number(3); wifi.number(3) != 1 || address != 0xc0000214 {
		t.Errorf("Wi-Fi %v, address %x", wifi, address)
	}
	signal := dig(t, wifi.bytes(5), 4)
	if percent := dig(t, signal.bytes(2)).number(1); percent != 52 || signal.number(1) != 147 { // -74 dBm as sint32
		t.Errorf("signal %v, %d %%", signal, percent)
	}
}

func TestKnownHashSparesTheFile(t *testing.T) {
	c := nearby(t, Options{})
	first := dig(t, []byte(c.ask("/tedapi/v1", vectorConfigRequest).body), 1, 15, 2)
	ask := func(domain int64, name string, hash []byte) message {
		body := built(func(w *builder) {
			w.message(1, func(e *builder) {
				e.message(3, func(p *builder) { p.text(1, vectorDIN) })
				e.message(15, func(f *builder) {
					f.message(1, func(r *builder) { r.varint(1, domain).text(2, name).bytes(3, hash) })
				})
			})
		})
		return dig(t, []byte(c.ask("/tedapi/v1", hex.EncodeToString(body)).body), 1, 15, 2)
	}
	if got := ask(1, "config.json", first.bytes(2)); got.has(1) || !bytes.Equal(got.bytes(2), first.bytes(2)) {
		t.Errorf("with the hash that it has: %v", got)
	}
	if got := ask(1, "config.json", []byte("other")); !got.has(1) {
		t.Error("no file for another hash")
	}
	if got := ask(1, "passwd", nil); got.has(1) {
		t.Errorf("another file: %v", got)
	}
}

func TestConfigFile(t *testing.T) {
	c := nearby(t, Options{})
	got := c.ask("/tedapi/v1", vectorConfigRequest)
	response := dig(t, []byte(got.body), 1, 15, 2)
	file := dig(t, response.bytes(1))
	config, err := parse(file.bytes(100))
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(file.bytes(100))
	if string(file.bytes(1)) != "config.json" || !bytes.Equal(response.bytes(2), hash[:]) {
		t.Errorf("file %q, hash %x", file.bytes(1), response.bytes(2))
	}
	for path, want := range map[string]string{
		"vin": `"` + vectorDIN + `"`, "battery_blocks.1.type": `"SolarPowerwall"`, "site_info.backup_reserve_percent": "24",
		"battery_blocks.0.vin": `"2012170-25-E--TG00000000PW01"`, "meters.1.cts.2": "true",
	} {
		if got := config.rawAt(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	for _, secret := range Secrets() {
		if !strings.Contains(got.body, secret) {
			t.Errorf("%q is not in the file", secret)
		}
	}
}

func TestSilentGzip(t *testing.T) {
	c := nearby(t, Options{})
	c.http.Transport.(*http.Transport).DisableCompression = true
	plain := c.ask("/tedapi/v1", vectorSystemInfoRequest)
	c.sim.SetTEDAPIGzip(true)
	got := c.ask("/tedapi/v1", vectorSystemInfoRequest)
	z, err := gzip.NewReader(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != plain.body || got.header.Get("Content-Encoding") != "" {
		t.Errorf("%v %v", err, got.header)
	}
}

func TestQueryVector(t *testing.T) {
	c := nearby(t, Options{})
	got := c.ask("/tedapi/v1", vectorQueryRequest)
	if hex.EncodeToString([]byte(got.body)) != vectorQueryReply {
		t.Errorf("%x\nwant %s", got.body, vectorQueryReply)
	}
	if q := c.sim.Queries(); len(q) != 1 || q[0] != (Query{1, "query Q{system{time}}", "{}", vectorDIN}) {
		t.Errorf("queries %+v", q)
	}
	c.sim.SetQueryVersion(2)
	refused := dig(t, []byte(c.ask("/tedapi/v1", vectorQueryRequest).body), 1, 16, 2)
	if refused.number(1) != queryError || dig(t, refused.bytes(3)).number(2) != errorUnauthorized || len(refused.bytes(2)) != 0 {
		t.Errorf("after an exchange of the key: %v", refused)
	}
}

// query is a request with a signed query.
func query(din, text string, version uint64, signature []byte) string {
	return hex.EncodeToString(built(func(w *builder) {
		w.message(1, func(e *builder) {
			e.varint(1, 1)
			e.message(2, func(p *builder) { p.varint(3, 1) })
			e.message(3, func(p *builder) { p.text(1, din) })
			e.message(16, func(g *builder) {
				g.message(1, func(q *builder) { q.varint(1, 2).bytes(2, signedQuery(version, text)).bytes(3, signature) })
			})
		})
		w.message(2, func(e *builder) { e.varint(1, 1) })
	}))
}

func TestQuerySignature(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := nearby(t, Options{QueryKey: &key.PublicKey})
	const text = "query DeviceControllerQuery { control { systemStatus { full: nominalFullPackEnergyWh } } }"
	signature, err := SignQuery(key, 2, text)
	if err != nil {
		t.Fatal(err)
	}
	good := dig(t, []byte(c.ask("/tedapi/v1", query(vectorDIN, text, 2, signature)).body), 1, 16, 2)
	if got := string(good.bytes(2)); got != `{"control":{"systemStatus":{"full":27400}}}` || good.number(1) != querySuccess {
		t.Errorf("answer %s", got)
	}
	for name, body := range map[string]string{
		"one more blank": query(vectorDIN, text+" ", 2, signature), "another version": query(vectorDIN, text, 1, signature),
	} {
		if got := dig(t, []byte(c.ask("/tedapi/v1", body).body), 1, 16, 2); got.number(1) != queryError {
			t.Errorf("%s: %v", name, got)
		}
	}
	if len(c.sim.Queries()) != 1 {
		t.Error("a refused query is listed")
	}
}

func TestForeignRecipientAndDamage(t *testing.T) {
	c := nearby(t, Options{})
	got := c.ask("/tedapi/v1", query("1232100-00-E--OTHER", "query{system{time}}", 1, unhex(t, "3006020101020101")))
	if status := dig(t, []byte(got.body), 1, 4, 1, 1); status.number(1) != codeInvalid {
		t.Errorf("another recipient: %x", got.body)
	}
	for _, body := range []string{"ff", "0a05", "0a02ffff", "1203ffffff"} {
		if got := c.ask("/tedapi/v1", body); got.status != 400 {
			t.Errorf("%s: %d", body, got.status)
		}
	}
}

func TestTEDAPIViolations(t *testing.T) {
	envelope := func(payload int, content []byte) string {
		return hex.EncodeToString(built(func(w *builder) {
			w.message(1, func(e *builder) {
				e.message(3, func(p *builder) { p.text(1, vectorDIN) })
				e.bytes(payload, content)
			})
		}))
	}
	for name, body := range map[string]string{
		"file write":  envelope(15, built(func(w *builder) { w.bytes(3, nil) })),
		"command":     envelope(5, nil),
		"keys":        envelope(12, nil),
		"common 4":    envelope(4, built(func(w *builder) { w.bytes(4, nil) })),
		"mutation":    query(vectorDIN, "mutation { stop }", 1, unhex(t, "3006020101020101")),
		"unit's keys": envelope(10, []byte{1}),
	} {
		c := nearby(t, Options{})
		if got := c.ask("/tedapi/v1", body); got.status != 200 || len(c.sim.Violations()) != 1 {
			t.Errorf("%s: %d, violations %v", name, got.status, c.sim.Violations())
		}
	}
}

func TestPowerwall3Units(t *testing.T) {
	c := nearby(t, Options{Firmware: Powerwall3})
	leader, follower := "1707000-11-J--TG00000000PW01", "1707000-11-J--TG00000000PW02"
	dummy := unhex(t, "3006020101020101")
	const text = "query PW3Query { components { pch { serialNumber } hvp { serialNumber } bms { signals { name value } } } }"
	for path, want := range map[string]struct {
		din  string
		text string
	}{
		"/tedapi/v1": {leader, `{"components":{"pch":[{"serialNumber":"TG00000000PW01"}],"hvp":[{"serialNumber":"TG00000000PW01"},` +
			`{"serialNumber":"TG00000000EX01"},{"serialNumber":""}],`},
		"/tedapi/device/" + follower + "/v1": {follower,
			`{"components":{"pch":[{"serialNumber":"TG00000000PW02"}],"hvp":[{"serialNumber":"TG00000000PW02"},{"serialNumber":""}],` +
				`"bms":[{"signals":[{"name":"BMS_nominalEnergyRemaining","value":8.5},{"name":"BMS_nominalFullPackEnergy","value":13.6}]},`},
	} {
		got := c.ask(path, query(want.din, text, 1, dummy))
		data := string(dig(t, []byte(got.body), 1, 16, 2).bytes(2))
		if !strings.HasPrefix(data, want.text) {
			t.Errorf("%s: %s\nwant %s", path, data, want.text)
		}
	}
	if got := c.ask("/tedapi/device/1707000-11-J--NOBODY/v1", query("x", text, 1, dummy)); got.status != 404 {
		t.Errorf("unknown unit: %d", got.status)
	}
}
