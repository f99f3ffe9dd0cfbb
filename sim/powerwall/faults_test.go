package powerwall

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
)

func wantStatus(status int, body string) func(reply) string {
	return func(r reply) string {
		if r.err != nil || r.status != status || r.body != body {
			return "another answer"
		}
		return ""
	}
}

// wantRaw compares what stands at the paths; the document must be JSON.
func wantRaw(pairs ...string) func(reply) string {
	return func(r reply) string {
		if !json.Valid([]byte(r.body)) {
			return "no JSON"
		}
		doc, err := parse([]byte(r.body))
		if err != nil {
			return err.Error()
		}
		for i := 0; i < len(pairs); i += 2 {
			if got := doc.rawAt(pairs[i]); got != pairs[i+1] {
				return pairs[i] + " is " + got + ", want " + pairs[i+1]
			}
		}
		return ""
	}
}

func wantError(end error) func(reply) string {
	return func(r reply) string {
		if r.status != 0 || !errors.Is(r.err, end) {
			return "want an end with " + end.Error()
		}
		return ""
	}
}

func wantInvalid(r reply) string {
	if r.status != 200 || r.err != nil || json.Valid([]byte(r.body)) {
		return "want 200 with no JSON"
	}
	return ""
}

func TestFaults(t *testing.T) {
	const rights = `{"code":403,"error":"Unable to GET to resource","message":"User does not have adequate access rights"}`
	const busy = `{"code":503,"error":"current config mode is busy","message":"current config mode is busy"}`
	tests := []struct {
		fault Fault
		name  Endpoint
		check func(reply) string
	}{
		{NotFound(), SOE, wantStatus(404, `{"code":404,"error":"File Not Found","message":"The requested API does not exist"}`)},
		{PlainNotFound(), SOE, wantStatus(404, "404 page not found\n")},
		{Denied(), Networks, wantStatus(403, rights)},
		{Code(401), Networks, wantStatus(401, `{"code":401,"message":"Token Expired"}`)},
		{Code(502), Aggregates, wantStatus(502, "")},
		{Code(500), Aggregates, wantStatus(500, `{"code":500,"error":"Internal Server Error"}`)},
		{Code(409), Powerwalls, wantStatus(409, `{"code":409,"error":"Conflict"}`)},
		{Limited(), SOE, wantStatus(429, tooManyBody)},
		{Busy(), SOE, wantStatus(503, busy)},
		{BadCredentials(), SOE, wantStatus(401, `{"code":401,"error":"bad credentials","message":"Login Error"}`)},
		{Page(), SOE, wantStatus(200, webPage)},
		{Empty(), SOE, wantStatus(200, "")},
		{Body("text/x", "abc"), SOE, wantStatus(200, "abc")},
		{Garbage(), SystemStatus, wantInvalid},
		{Truncated(), SystemStatus, wantInvalid},
		{Trailing(), SystemStatus, wantInvalid},
		{NaNNumbers(), SOE, wantStatus(200, `{"percentage":NaN}`)},
		{Drop(), SOE, wantError(io.EOF)},
		{Reset(), SOE, wantError(syscall.ECONNRESET)},
		{DropHalfway(), SystemStatus, func(r reply) string {
			if r.status != 200 || r.err == nil || len(r.body) == 0 || json.Valid([]byte(r.body)) {
				return "want half a body"
			}
			return ""
		}},
		{ContentType("text/plain"), SOE, func(r reply) string { return wantIs(r.header.Get("Content-Type"), "text/plain") }},
		{ContentType(""), SOE, wantStatus(200, `{"percentage":62.5}`)},
		{Oversized(3 << 20), SOE, func(r reply) string {
			if len(r.body) != 3<<20+len(`{"percentage":62.5}`) {
				return "wrong length"
			}
			return wantRaw("percentage", "62.5")(r)
		}},
		{Null("battery_blocks.1.p_out", "nothing.at.all", "battery_target_power"), SystemStatus,
			wantRaw("battery_blocks.1.p_out", "null", "battery_blocks.0.p_out", "-750", "battery_target_power", "null")},
		{Absent("battery_blocks.0.PackageSerialNumber", "nothing.here"), SystemStatus,
			wantRaw("battery_blocks.0.PackageSerialNumber", "", "battery_blocks.0.p_out", "-750")},
		{Set("start_time", "null"), Status, wantRaw("start_time", "null", "din", `"1232100-00-E--TG00000000GWEX"`)},
		{Set("battery_blocks.0.new", `{"a":[1]}`), SystemStatus, wantRaw("battery_blocks.0.new.a.0", "1")},
		{Set("0", "5"), MeterSite, wantStatus(200, "[5]")},
		{Set("", "[]"), MeterSite, wantStatus(200, "[]")},
		{Set("no.such", "1"), SOE, wantStatus(200, `{"percentage":62.5}`)},
		{Set("percentage", "00x"), SOE, wantStatus(200, `{"percentage":00x}`)},
		{NullAll(), GridStatus, wantStatus(200, `{"grid_status":null,"grid_services_active":null}`)},
		{NullLists(), SystemStatus, wantRaw("battery_blocks", "null", "grid_faults", "null", "primary", "true")},
		{NullLists(), Networks, wantStatus(200, "null")},
		{WrongTypes(), GridStatus, wantStatus(200, `{"grid_status":17,"grid_services_active":"false"}`)},
		{WrongTypes(), SOE, wantStatus(200, `{"percentage":{"is":62.5}}`)},
		{WrongTypes(), Update, wantRaw("estimated_bytes_per_second", "[]")},
		{TextNumbers(), SOE, wantStatus(200, `{"percentage":"62.5"}`)},
		{HugeNumbers(), SOE, wantStatus(200, `{"percentage":1e400}`)},
		{MaxNumbers(), SystemStatus, wantRaw("solar_real_power_limit", "1.7976931348623157e+308")},
		{ZeroCounters(), Aggregates, wantRaw("site.energy_exported", "0", "solar.energy_imported", "0", "site.instant_power", "812.5")},
		{ZeroCounters(), SystemStatus, wantRaw("battery_blocks.0.energy_charged", "0", "battery_blocks.1.energy_discharged", "0")},
		{NegativeCounters(), Aggregates, wantRaw("site.energy_exported", "-345678.25", "site.timeout", "1500000000")},
		{UnknownFields(), SystemStatus, wantRaw("battery_blocks.0.newNumber", "-1.5e3", "newIn9.a.1", "null", "battery_blocks.0.p_out", "-750")},
		{InvalidUTF8(), GridStatus, func(r reply) string {
			if utf8.ValidString(r.body) || !strings.Contains(r.body, "SystemGridConnected\xff\xfe") {
				return "want invalid UTF-8"
			}
			return ""
		}},
		{LongTexts(4000), GridStatus, wantRaw("grid_status", `"SystemGridConnected`+strings.Repeat("x", 4000)+`"`)},
		{Deep(3), SOE, wantStatus(200, `[[[{"percentage":62.5}]]]`)},
		{Twice(), MeterSite, wantRaw("1.connection.device_serial", `"VAH0000EX0001"`, "2", "")},
		{Twice(), SystemStatus, wantRaw("battery_blocks.2.PackageSerialNumber", `"TG00000000PW01"`)},
		{ManyFaults(300), GridFaults, wantRaw("300.alert_name", `"PINV_a299_many"`, "301", "")},
		{ManyFaults(2), SystemStatus, wantRaw("grid_faults.1.alert_name", `"PINV_a1_many"`)},
	}
	for _, tt := range tests {
		t.Run(tt.fault.String()+" "+string(tt.name), func(t *testing.T) {
			s := start(t, Options{})
			c := loggedIn(t, s)
			c.http.Transport.(*http.Transport).DisableKeepAlives = true // no repetition of what fails
			before := c.page(tt.name)
			s.Break(tt.name, tt.fault)
			for range 2 {
				if got := c.get(tt.name); tt.check(got) != "" {
					t.Errorf("%s: %d %v %.400s", tt.check(got), got.status, got.err, got.body)
				}
			}
			c.page(Operation)
			s.Mend(tt.name)
			if got := c.page(tt.name); got != before {
				t.Errorf("after mending: %s", got)
			}
		})
	}
}

func wantIs(got, want string) string {
	if got != want {
		return got + ", want " + want
	}
	return ""
}

func TestLoginFaults(t *testing.T) {
	s := start(t, Options{})
	c := newClient(t, s)
	s.BreakNext(Login, 1, Absent("token"))
	if got := c.login(goodPassword); strings.Contains(got.body, `"token"`) || len(got.header["Set-Cookie"]) != 2 {
		t.Errorf("without token: %s", got.body)
	}
	s.BreakNext(Login, 1, NoCookies())
	if got := c.login(goodPassword); !strings.Contains(got.body, `"token"`) || len(got.header["Set-Cookie"]) != 0 {
		t.Errorf("without cookies: %s", got.body)
	}
	s.BreakNext(Login, 1, WrongTypes())
	if got := c.login(goodPassword); !strings.Contains(got.body, `"token":17`) {
		t.Errorf("wrong types: %s", got.body)
	}
}

func TestBreakNextAndEvery(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	s.BreakNext(Every, 2, Busy())
	s.BreakNext(SOE, 3, NotFound())
	for i, want := range []int{404, 404, 404, 200} {
		if got := c.get(SOE); got.status != want {
			t.Errorf("request %d: %d, want %d", i, got.status, want)
		}
	}
	s.BreakNext(SOE, -1, Busy())
	c.page(SOE)
	s.Break(Every, Busy())
	if got := c.get(Networks); got.status != 503 {
		t.Errorf("Every: %d", got.status)
	}
	s.Mend()
	c.page(Networks)
}

func TestSlowAndHang(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	s.Break(SOE, Slow(time.Millisecond))
	c.page(SOE)
	s.Break(SOE, Hang())
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/api/system_status/soe", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: authCookie, Value: c.token})
	done := make(chan reply)
	go func() { done <- c.send(r) }()
	other := loggedIn(t, s)
	var seen Seen
	for seen.Peak < 2 { // until the one that hangs has come
		other.page(Networks)
		seen = s.Seen()
	}
	leave()
	if got := <-done; !errors.Is(got.err, context.Canceled) {
		t.Errorf("hung: %v", got.err)
	}
	await(t, s, func(seen Seen) bool { return seen.Requests[SOE] == 2 })
}

func TestEndConnection(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	for range 3 {
		c.page(SOE)
	}
	if got := s.Seen().Connections; got != 1 {
		t.Errorf("%d connections with keep-alive, want 1", got)
	}
	s.Break(SOE, EndConnection())
	for range 3 {
		c.page(SOE)
	}
	if got := s.Seen().Connections; got != 3 {
		t.Errorf("%d connections, want 3", got)
	}
}
