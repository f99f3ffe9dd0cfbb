package powerwall

import (
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	sim "home_exporter/sim/powerwall"
)

// allQueries are texts that the simulated gateway answers with all that it has.
var allQueries = map[string]string{"DeviceControllerQuery": "query D", "PW3Query": "query P"}

func withQueries(t *testing.T) func(*entry) {
	return func(e *entry) { e.TEDAPI.QueryFile = writeQueries(t, allQueries) }
}

// localOnly wants what the local API of a Powerwall 3 tells.
func localOnly(t *testing.T, page map[string]float64) {
	t.Helper()
	wantSeries(t, page, map[string]float64{
		"powerwall_charge_ratio":                             0.625,
		`powerwall_instant_power_watts{category="solar"}`:    3150.25,
		`powerwall_grid_status{state="SystemGridConnected"}`: 1,
	})
}

func TestPowerwall3(t *testing.T) {
	for _, c := range []struct {
		name string
		gzip bool
	}{{"plain", false}, {"packed", true}} {
		t.Run(c.name, func(t *testing.T) {
			r := newTEDAPIRig(t, sim.Options{Firmware: sim.Powerwall3, OwnWiFi: true}, withQueries(t))
			r.gateway.SetTEDAPIGzip(c.gzip)
			page := r.well()
			localOnly(t, page)
			wantSeries(t, page, map[string]float64{
				`powerwall_info{version="25.10.1 9e8d7c6b",git_hash="9e8d7c6b5a493827160f9e8d7c6b5a4938271605"}`: 1,
				`powerwall_battery_info{serial="TG00000000PW01",partno="1707000-11-J",version=""}`:               1,
				`powerwall_battery_info{serial="TG00000000EX01",partno="1807000-20-B",version=""}`:               1,
				`powerwall_battery_full_pack_joules{serial="TG00000000PW01"}`:                                    6900 * 3600,
				`powerwall_battery_full_pack_joules{serial="TG00000000EX01"}`:                                    6900 * 3600,
				`powerwall_battery_remaining_joules{serial="TG00000000PW02"}`:                                    8500 * 3600,
				`powerwall_battery_charge_ratio{serial="TG00000000EX01"}`:                                        0.625,
				`powerwall_battery_ambient_celsius{serial="TG00000000PW01"}`:                                     21.5,
				`powerwall_string_volts{inverter="TG00000000PW01",string="A"}`:                                   310.5,
				`powerwall_string_watts{inverter="TG00000000PW01",string="A"}`:                                   310.5 * 5.1,
				`powerwall_string_state{inverter="TG00000000PW01",string="A",state="Active"}`:                    1,
				`powerwall_string_state{inverter="TG00000000PW01",string="F",state="Standby"}`:                   1,
				`powerwall_inverter_output_watts{inverter="TG00000000PW01"}`:                                     3150,
				`powerwall_inverter_output_hz{inverter="TG00000000PW01"}`:                                        49.98,
				`powerwall_grid_side_volts{phase="a"}`:                                                           231.5,
				`powerwall_alert_active{ecu="STSTSM",serial="TG00000000PW01",alert="SystemConnectedToGrid"}`:     1,
				`powerwall_reserve_ratio`:                                               0.24,
				`powerwall_operation_mode{mode="self_consumption"}`:                     1,
				`powerwall_full_pack_joules`:                                            27400 * 3600,
				`powerwall_remaining_joules`:                                            17125 * 3600,
				`powerwall_network_signal_strength{type="WifiType",name="ExampleWifi"}`: 52,
				`powerwall_update_state{state="idle"}`:                                  1,
				`powerwall_dev_instant_power_watts{category="site",type="neurio_w2_tcp",serial="VAH0000EX0001"}`:          812.5,
				`powerwall_dev_phase_power_watts{category="solar",type="neurio_w2_tcp",serial="VAH0000EX0001",phase="a"}`: 3150.25,
				`powerwall_endpoint_success{endpoint="tedapi/config"}`:                                                    1,
			})
			if v := r.gateway.Violations(); len(v) > 0 {
				t.Errorf("requests that would change the gateway: %v", v)
			}
			seen := r.gateway.Seen()
			if seen.Connections != 1 || seen.Peak != 1 || seen.Logins != 1 {
				t.Errorf("%d connections, %d requests at once, %d logins; want one of each", seen.Connections, seen.Peak, seen.Logins)
			}
			if got := seen.Requests[sim.TEDAPIDevice]; got != 2 {
				t.Errorf("%d requests to the two units, want 2", got)
			}
		})
	}
}

// A Powerwall 2 tells most of it by itself, and that comes first.
func TestLocalFirst(t *testing.T) {
	r := newTEDAPIRig(t, sim.Options{Firmware: sim.Firmware2510, OwnWiFi: true}, withQueries(t))
	r.gateway.Break(sim.SOE, sim.Set("percentage", "50"))
	page := r.well()
	wantSeries(t, page, map[string]float64{
		"powerwall_charge_ratio": 0.5, // and not 17125 of 27400 Wh
		`powerwall_battery_info{serial="TG00000000PW01",partno="2012170-25-E",version="0a1b2c3d4e5f60"}`: 1,
		`powerwall_inverter_output_watts{inverter="TG00000000PW02"}`:                                     3150,
		`powerwall_inverter_fan_speed_rpm{inverter="TG00000000PW02",kind="actual"}`:                      1200,
		`powerwall_string_connected{inverter="TG00000000PW02",string="B"}`:                               0,
	})
	lacksSeries(t, page, `powerwall_network_enabled{type="GsmType",name=""}`, `powerwall_update_state{state="idle"}`)

	// What the local API fails to tell once comes from TEDAPI, in the same words.
	r.gateway.Break(sim.SOE, sim.Code(500))
	r.gateway.Break(sim.Networks, sim.Code(500))
	page, err := r.poll()
	if err == nil {
		t.Error("two failed documents are no error")
	}
	wantSeries(t, page, map[string]float64{"powerwall_charge_ratio": 0.625})
	lacksSeries(t, page, "powerwall_network_enabled")
}

func TestWithoutQueries(t *testing.T) {
	r := newTEDAPIRig(t, sim.Options{Firmware: sim.Powerwall3, OwnWiFi: true}, nil)
	page := r.well()
	localOnly(t, page)
	wantSeries(t, page, map[string]float64{
		`powerwall_info{version="25.10.1 9e8d7c6b",git_hash="9e8d7c6b5a493827160f9e8d7c6b5a4938271605"}`: 1,
		`powerwall_reserve_ratio`: 0.24,
		`powerwall_battery_info{serial="TG00000000EX01",partno="1807000-20-B",version=""}`: 1,
	})
	lacksSeries(t, page, "powerwall_string_", "powerwall_battery_full_pack", "powerwall_full_pack")
	r.well()
	if got := strings.Count(r.text(), "query_file"); got != 1 {
		t.Errorf("the log speaks of query_file %d times, want once:\n%s", got, r.text())
	}
}

// Whatever TEDAPI does, the readings of the local API stay, and the error says what to
// do.
func TestTEDAPIFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		near   bool
		broken func(*sim.Sim)
		edit   func(*entry)
		reason device.Reason
		want   []string
	}{
		{name: "not on the gateway's Wi-Fi", want: []string{"tedapi/config", "403", "gateway_password", "own Wi-Fi"}, reason: device.Permission},
		{
			name: "wrong password", near: true, reason: device.Permission, want: []string{"403", "gateway_password"},
			edit: func(e *entry) {
				e.LoginPassword = e.login()
				e.TEDAPI.GatewayPassword = device.NewSecret("PlantedWrongPassword")
			},
		},
		{
			name: "another model", near: true, reason: device.Protocol, want: []string{"does not have TEDAPI"},
			broken: func(s *sim.Sim) { s.Break(sim.TEDAPIDin, sim.PlainNotFound()) },
		},
		{
			name: "too often", near: true, reason: device.RateLimited, want: []string{"pause (429)"},
			broken: func(s *sim.Sim) { s.Break(sim.TEDAPIDin, sim.Limited()) },
		},
		{
			name: "garbage", near: true, reason: device.Parse, want: []string{"no protocol buffer"},
			broken: func(s *sim.Sim) { s.Break(sim.TEDAPI, sim.Body("application/octet-stream", "\xff\xff\xff")) },
		},
		{
			name: "nothing", near: true, reason: device.Parse, want: []string{"holds nothing"},
			broken: func(s *sim.Sim) { s.Break(sim.TEDAPI, sim.Body("application/octet-stream", "")) },
		},
		{
			name: "hangs up", near: true, want: []string{"closed the connection"}, reason: device.Protocol,
			broken: func(s *sim.Sim) { s.Break(sim.TEDAPIDin, sim.Drop()) },
		},
		{
			name: "key of the queries exchanged", near: true, reason: device.Permission, want: []string{"tedapi/controller", "query_file needs a newer query"},
			broken: func(s *sim.Sim) { s.SetQueryVersion(3) },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newTEDAPIRig(t, sim.Options{Firmware: sim.Powerwall3, OwnWiFi: c.near}, func(e *entry) {
				withQueries(t)(e)
				if c.edit != nil {
					c.edit(e)
				}
			})
			if c.broken != nil {
				c.broken(r.gateway)
			}
			page, err := r.poll()
			if err == nil {
				t.Fatal("no error")
			}
			localOnly(t, page)
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
			if got := device.ReasonOf(err); got != c.reason {
				t.Errorf("reason %s of %q, want %s", got, err, c.reason)
			}
			if wait := device.RetryAfterOf(err); wait != 0 {
				t.Errorf("the local API has to wait for %s because of TEDAPI", wait)
			}
		})
	}
}

// TEDAPI is left alone after 429, and after 403.
func TestTEDAPILeftAlone(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault sim.Fault
	}{{"limited", sim.Limited()}, {"busy", sim.Busy()}, {"denied", sim.Denied()}, {"missing", sim.PlainNotFound()}} {
		t.Run(c.name, func(t *testing.T) {
			r := newTEDAPIRig(t, sim.Options{Firmware: sim.Powerwall3, OwnWiFi: true}, withQueries(t))
			r.gateway.Break(sim.TEDAPIDin, c.fault)
			for range 3 {
				page, err := r.poll()
				if err == nil {
					t.Error("no error")
				}
				localOnly(t, page)
			}
			seen := r.gateway.Seen()
			if got := seen.Requests[sim.TEDAPIDin]; got != 1 {
				t.Errorf("%d requests to TEDAPI in three polls, want 1", got)
			}
			if got := seen.Requests[sim.SOE]; got != 3 {
				t.Errorf("%d requests to the local API in three polls, want 3", got)
			}
		})
	}
}

// One unit that fails costs its own readings.
func TestUnitFails(t *testing.T) {
	r := newTEDAPIRig(t, sim.Options{Firmware: sim.Powerwall3, OwnWiFi: true}, withQueries(t))
	r.well()
	r.gateway.BreakNext(sim.TEDAPIDevice, 1, sim.Code(500))
	page, err := r.poll()
	if err == nil || !strings.Contains(err.Error(), "tedapi/components/1707000-11-J--TG00000000PW01") {
		t.Errorf("error = %v, want that of the first unit", err)
	}
	lacksSeries(t, page, `powerwall_string_volts{inverter="TG00000000PW01"`)
	wantSeries(t, page, map[string]float64{`powerwall_string_volts{inverter="TG00000000PW02",string="A"}`: 0})
}

// TEDAPI has a pace of its own.
func TestTEDAPIPace(t *testing.T) {
	r := newTEDAPIRig(t, sim.Options{Firmware: sim.Powerwall3, OwnWiFi: true}, func(e *entry) {
		withQueries(t)(e)
		e.TEDAPI.Interval = device.Duration(time.Minute)
	})
	r.well()
	now := time.Now()
	before := r.gateway.Seen().Requests[sim.TEDAPI]
	for _, c := range []struct {
		after time.Duration
		want  int // controller only: the rest changes slowly
	}{{30 * time.Second, 0}, {60 * time.Second, 1}, {90 * time.Second, 0}, {120 * time.Second, 1}} {
		if _, err := r.site.pollTEDAPI(t.Context(), r.site.client.Round(), now.Add(c.after)); err != nil {
			t.Fatal(err)
		}
		after := r.gateway.Seen().Requests[sim.TEDAPI]
		if got := after - before; got != c.want {
			t.Errorf("%d requests %s after the first poll, want %d", got, c.after, c.want)
		}
		before = after
	}
}

// TEDAPI at another address has its own connection, and the local API may fail without
// it.
func TestOtherAddress(t *testing.T) {
	other, err := sim.Start(t.Context(), sim.Options{Firmware: sim.Powerwall3, OwnWiFi: true, GatewayPassword: labelPassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	r := newTEDAPIRig(t, sim.Options{Firmware: sim.Powerwall3}, func(e *entry) {
		withQueries(t)(e)
		e.TEDAPI.Address = other.Address()
	})
	r.well()
	if got := r.gateway.Seen().Requests[sim.TEDAPIDin]; got != 0 {
		t.Errorf("%d requests for TEDAPI at the gateway_address, want 0", got)
	}
	if got := other.Seen().Logins; got != 0 {
		t.Errorf("%d logins over the gateway's Wi-Fi, want 0", got)
	}
	if err := r.gateway.Off(); err != nil {
		t.Fatal(err)
	}
	page, err := r.poll()
	if err == nil {
		t.Error("the local API is gone, and there is no error")
	}
	wantSeries(t, page, map[string]float64{
		"powerwall_charge_ratio": 0.625,
		`powerwall_string_volts{inverter="TG00000000PW01",string="A"}`: 310.5,
		`powerwall_instant_power_watts{category="site"}`:               812.5,
	})
}

// A gateway that was away is told of as long as TEDAPI was not asked again.
func TestTEDAPIAway(t *testing.T) {
	r := newTEDAPIRig(t, sim.Options{Firmware: sim.Powerwall3, OwnWiFi: true}, withQueries(t))
	r.well()
	if err := r.gateway.Off(); err != nil {
		t.Fatal(err)
	}
	if page, err := r.poll(); err == nil || len(page) > 0 {
		t.Errorf("%d series (%v) of a gateway that is off", len(page), err)
	}
	if err := r.gateway.On(); err != nil {
		t.Fatal(err)
	}
	r.site.tedapi.every = time.Hour
	r.site.tedapi.due = time.Now().Add(time.Hour)
	var b metric.Batch
	if err := r.site.Poll(t.Context(), &b); err == nil || !strings.Contains(err.Error(), "tedapi/controller") {
		t.Errorf("error = %v, want what TEDAPI lacks", err)
	}
	if b.Len() == 0 {
		t.Error("no readings of the local API")
	}
	wantSeries(t, r.well(), map[string]float64{`powerwall_endpoint_success{endpoint="tedapi/controller"}`: 1})
}
