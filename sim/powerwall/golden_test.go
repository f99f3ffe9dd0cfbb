package powerwall

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGoldenDocumentsByteForByte(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	for name := range files {
		want, err := GoldenDocument(name)
		if err != nil {
			t.Fatal(err)
		}
		got := c.get(name)
		if diff := cmp.Diff(string(want), got.body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if got.header.Get("Content-Type") != jsonType || got.header.Get("Cache-Control") != "no-cache, no-store" || got.header.Get("Content-Length") == "" {
			t.Errorf("%s: header %v", name, got.header)
		}
	}
	if _, err := GoldenDocument("nothing"); err == nil {
		t.Error("an unknown document is no error")
	}
}

func TestDocumentsWithoutExample(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	for name, want := range map[Endpoint]string{
		MeterBattery: "null",
		MeterLoad:    "null",
		SiteName:     `{"site_name":"Example House","timezone":"Europe/Berlin"}`,
		Config:       `{"vin":"1232100-00-E--TG00000000GWEX"}`,
		ToggleAuth:   `{"toggle_auth_supported":true}`,
		PowerwallState: `{"enumerating":false,"updating":false,"checking_if_offgrid":false,"running_phase_detection":false,` +
			`"bubble_shedding":false,"grid_qualifying":false,"grid_code_validating":false,"phase_detection_not_available":true}`,
	} {
		if got := c.page(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestEveryDocumentIsServedSomewhere(t *testing.T) {
	for name := range writers {
		if !profiles[Firmware2144].serves(name) {
			t.Errorf("21.44 does not serve %s", name)
		}
	}
}

func TestPaths(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	tests := map[string]struct {
		status int
		name   Endpoint
	}{
		"/":                       {200, Root},
		"/api/nothing":            {404, Other},
		"/api/Status":             {404, Other},
		"/api/tedapi/din":         {404, Other},
		"/index.html":             {404, Other},
		"/status":                 {404, Other},
		"/tedapi/device//v1":      {404, Other},
		"/api/system_status/":     {404, Other},
		"/api/meters/busway":      {404, Other},
		"/api/troubleshooting":    {404, Other},
		"/tedapi/device/x--y/v2":  {404, Other},
		"/api/login/Basic":        {405, Login},
		"/api/system_status/soe":  {200, SOE},
		"/tedapi/v1r":             {404, TEDAPISigned},
		"/tedapi/device/x--y/v1":  {405, TEDAPIDevice},
		"/api/devices/vitals":     {200, Vitals},
		"/api/meters/aggregates":  {200, Aggregates},
		"/api/customer/register":  {404, Other},
		"/tedapi/v1":              {405, TEDAPI},
		"/api/site_info/timezone": {404, Other},
	}
	for path, want := range tests {
		before := s.Seen().Requests[want.name]
		got := c.do(http.MethodGet, path, "", nil)
		if got.status != want.status || s.Seen().Requests[want.name] != before+1 {
			t.Errorf("%s: %d %v, want %d as %q", path, got.status, got.err, want.status, want.name)
		}
	}
	got := c.do(http.MethodGet, "/api/nothing", "", nil)
	if want := `{"code":404,"error":"File Not Found","message":"The requested API does not exist"}`; got.body != want {
		t.Errorf("unknown path: %s, want %s", got.body, want)
	}
}

func TestGoldenStateIsWhatTheDocumentsSay(t *testing.T) {
	s := start(t, Options{})
	state := s.State()
	if state.SOE != 62.5 || state.Site.Power != 812.5 || state.Solar.Exported != 9876543.125 || len(state.Packs) != 2 ||
		state.Packs[1].Discharged != 1062500 || state.Uptime.String() != "1541h38m20.998412744s" ||
		len(state.GridFaults) != 1 || len(state.StatusFaults) != 0 || len(state.Inverter.Strings) != 2 {
		t.Errorf("state %+v", state)
	}
	if got := state.Site.Power + state.Battery.Power + state.Solar.Power; got != state.Load.Power {
		t.Errorf("the powers sum up to %v, want %v", got, state.Load.Power)
	}
}
