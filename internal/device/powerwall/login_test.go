package powerwall

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
	simpowerwall "home_exporter/sim/powerwall"
)

// TestCrowd asks for one gateway from many sides at once: one login, one connection, one
// request at a time.
func TestCrowd(t *testing.T) {
	t.Parallel()
	sim := simulate(t, simpowerwall.Options{})
	set := running(t, entryOf(sim, called("home")))
	var crowd sync.WaitGroup
	for range 16 {
		crowd.Go(func() {
			for range 3 {
				if err := set.Ask(t.Context(), kindName, "home"); err != nil {
					t.Error(err)
				}
				pageOf(t, set)
			}
		})
	}
	crowd.Wait()
	if seen := sim.Seen(); seen.Attempts() != 1 || seen.Connections != 1 || seen.Peak != 1 {
		t.Errorf("%d logins, %d connections, %d requests at once, want one of each", seen.Attempts(), seen.Connections, seen.Peak)
	}
}

// TestOnce asks once without a set, as the command poll does, and logs out.
func TestOnce(t *testing.T) {
	t.Parallel()
	sim := simulate(t, simpowerwall.Options{})
	group, err := poll.Once(t.Context(), Kind(), specOf(t, entryOf(sim)), device.Env{})
	if err != nil || len(group.Sources) != 1 || group.Sources[0].Snapshot.Len() < 200 {
		t.Fatalf("%d sources, error %v", len(group.Sources), err)
	}
	if seen := sim.Seen(); seen.Logins != 1 || seen.Logouts != 1 || seen.Tokens != 0 {
		t.Errorf("%d logins, %d logouts, %d tokens in use", seen.Logins, seen.Logouts, seen.Tokens)
	}
}

// TestTokenUses logs in as often as tokens end, and loses nothing.
func TestTokenUses(t *testing.T) {
	t.Parallel()
	want := newRig(t, simpowerwall.Options{}).well()
	for _, tt := range []struct{ uses, expired int }{{1, 401}, {5, 403}, {7, 401}} {
		t.Run(fmt.Sprintf("%d uses, then %d", tt.uses, tt.expired), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, simpowerwall.Options{})
			r.sim.SetTokenUses(tt.uses)
			r.sim.SetRefusals(http.StatusForbidden, tt.expired)
			for range 3 {
				same(t, want, r.well())
			}
			total := 0 // that took a token
			for _, q := range r.sim.History() {
				if q.Status == http.StatusOK && q.Endpoint != simpowerwall.Status && q.Endpoint != simpowerwall.Login {
					total++
				}
			}
			if got, want := r.seen().Logins, (total+tt.uses-1)/tt.uses; got != want || total < 45 {
				t.Errorf("%d logins for %d requests, want %d", got, total, want)
			}
		})
	}
}

// TestTokensExpire logs in once more after a reboot or when all tokens have ended.
func TestTokensExpire(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	before := r.well()
	r.sim.ExpireTokens()
	same(t, before, r.well())
	if got := r.seen().Attempts(); got != 2 {
		t.Errorf("%d logins, want 2", got)
	}
	r.sim.Reboot()
	_, _, changed := compare(before, r.well())
	for _, one := range changed {
		if !begins(one, []string{"powerwall_uptime", "powerwall_start_time", "powerwall_commission_count"}) {
			t.Error(one)
		}
	}
	if got := r.seen().Attempts(); got != 3 {
		t.Errorf("%d logins, want 3", got)
	}
}

// TestDeniedPath stays logged in when one document is not for this login.
func TestDeniedPath(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	r.sim.Break(simpowerwall.SiteInfo, simpowerwall.Denied())
	for range 3 {
		s := r.well()
		s.want(t, series{`powerwall_endpoint_errors_total{endpoint="site_info",reason="denied"}`: 1})
		s.lack(t, "powerwall_nominal_")
	}
	if got := r.seen().Attempts(); got > 2 {
		t.Errorf("%d logins, want at most one more", got)
	}
}

// TestLogout ends the session with the device, also when the gateway is away.
func TestLogout(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	r.well()
	for range 2 {
		if err := r.site.Close(); err != nil {
			t.Error(err)
		}
	}
	if seen := r.seen(); seen.Logouts != 1 || seen.Tokens != 0 {
		t.Errorf("%d logouts, %d tokens in use", seen.Logouts, seen.Tokens)
	}
	r.open()
	r.well()
	if err := r.sim.Off(); err != nil {
		t.Fatal(err)
	}
	if err := r.site.Close(); err != nil {
		t.Error(err)
	}
}

// TestReload keeps the session where nothing but the pace is new, and ends it with a
// new password, whose first try is not blocked by the old one.
func TestReload(t *testing.T) {
	t.Parallel()
	sim := simulate(t, simpowerwall.Options{})
	set := running(t, entryOf(sim, called("home")))
	ask := func() error { return set.Ask(t.Context(), kindName, "home") }
	reload := func(edit ...func(*entry)) error {
		t.Helper()
		if err := set.Apply([]device.Spec{specOf(t, entryOf(sim, edit...))}); err != nil {
			t.Fatal(err)
		}
		return ask()
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	err := reload(called("home"), func(e *entry) { e.Interval.Every, e.Keep = 7e9, 600e9 })
	if seen := sim.Seen(); err != nil || seen.Attempts() != 1 || seen.Logouts != 0 {
		t.Errorf("%d logins, %d logouts after a reload, want one login; error %v", seen.Attempts(), seen.Logouts, err)
	}
	err = reload(called("home"), func(e *entry) { e.LoginPassword = device.NewSecret("wrong") })
	if seen := sim.Seen(); err == nil || seen.Logins != 1 || seen.Refused != 1 || seen.Logouts != 1 {
		t.Errorf("%d logins, %d refused, %d logouts; error %v", seen.Logins, seen.Refused, seen.Logouts, err)
	}
	err = reload(called("home"))
	if seen := sim.Seen(); err != nil || seen.Logins != 2 || seen.Refused != 1 {
		t.Errorf("%d logins, %d refused; error %v", seen.Logins, seen.Refused, err)
	}
}

// TestRefusals holds what is said of a login that is refused.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		set    func(*simpowerwall.Sim)
		reason device.Reason
		text   string
		hint   string
		result string
	}{
		{"password", func(s *simpowerwall.Sim) { s.SetPassword("another") }, device.Auth,
			"the gateway refuses the login: it answers 401 (bad credentials, Login Error)", "Check login_password: it is that of the gateway's own web page", "denied"},
		{"the one from the factory", func(s *simpowerwall.Sim) { s.RefuseFactoryPassword(true) }, device.Auth,
			"(default password not supported, Login Error)", "Check login_password", "denied"},
		{"limit", func(s *simpowerwall.Sim) { s.Break(simpowerwall.Login, simpowerwall.Limited()) }, device.RateLimited,
			"the gateway limits logins: it answers 429 (Api Limit reached for this endpoint, API Limit Reached)", "asks the gateway too often", "rate_limited"},
		{"error", func(s *simpowerwall.Sim) { s.Break(simpowerwall.Login, simpowerwall.Code(500)) }, device.Protocol,
			"the login failed: it answers 500", "", "error"},
		{"no token", func(s *simpowerwall.Sim) {
			s.Break(simpowerwall.Login, simpowerwall.Body("application/json", "{}"), simpowerwall.NoCookies())
		}, device.Auth, "the gateway accepts the login and gives no token", "Check login_password", "error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, simpowerwall.Options{})
			tt.set(r.sim)
			s, err := r.poll()
			if device.ReasonOf(err) != tt.reason || !strings.Contains(err.Error(), tt.text) || !strings.Contains(device.HintOf(err), tt.hint) {
				t.Errorf("reason %s, hint %q: %v", device.ReasonOf(err), device.HintOf(err), err)
			}
			s.want(t, series{`powerwall_info{version="21.44.1 0a1b2c3d",git_hash="0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"}`: 1,
				`powerwall_logins_total{result="` + tt.result + `"}`: 1})
			s.lack(t, "powerwall_charge_ratio")
			if got := r.seen().Requests[simpowerwall.Login]; got != 1 {
				t.Errorf("%d logins, want 1", got)
			}
		})
	}
}

// TestPowerwall3Refused logs in once where even the status takes a login, and asks for
// patience when that is refused: nothing can be had without.
func TestPowerwall3Refused(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{Firmware: simpowerwall.Powerwall3})
	r.sim.SetPassword("another")
	for range 3 {
		err := r.failing()
		if wait := device.RetryAfterOf(err); device.ReasonOf(err) != device.Auth || wait <= 0 || wait > firstBlock {
			t.Errorf("reason %s, wait %s: %v", device.ReasonOf(err), wait, err)
		}
	}
	if got := r.seen().Attempts(); got != 1 {
		t.Errorf("%d logins, want 1", got)
	}
}

// firstBlock is for how long no login is tried after a first one that was refused.
const firstBlock = 5 * 60e9

// TestSecretsEchoed meets a gateway that repeats what it was told and what it gave: in
// errors, pages and cookies. None of it comes out again.
func TestSecretsEchoed(t *testing.T) {
	t.Parallel()
	const token = "planted-token-4711-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
	r := newRig(t, simpowerwall.Options{})
	r.sim.Break(simpowerwall.Login, simpowerwall.Body("application/json", `{"token":"`+token+`","email":"`+token+`"}`))
	echo := fmt.Sprintf(`{"code":401,"error":%q,"message":%q}`, token, plantedPassword)
	for name := range costOf {
		r.sim.Break(name, simpowerwall.Body("text/html", "<html>"+token+plantedPassword+echo))
	}
	r.sim.Break(simpowerwall.Operation, simpowerwall.Code(401))
	var text strings.Builder
	for range 2 {
		s, err := r.poll()
		fmt.Fprintf(&text, "%q\n%v\n%+v\n%#v\n%s\n", slices.Collect(maps.Keys(s)), err, err, err, device.HintOf(err))
	}
	for where, said := range map[string]string{"a page or an error": text.String(), "the trace": r.trace.String(), "the log": r.log.String()} {
		discreet(t, where, said)
		if strings.Contains(said, token) || strings.Contains(said, "planted-token") {
			t.Errorf("%s has the token:\n%.3000s", where, said)
		}
	}
	if !strings.Contains(r.trace.String(), "POST /api/login/Basic") {
		t.Error("the login is not in the trace")
	}
}

// TestSecretsFormatted prints all there is about a device, in every way.
func TestSecretsFormatted(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	r.well()
	spec := specOf(t, entryOf(r.sim))
	e := entryOf(r.sim)
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		discreet(t, form, fmt.Sprintf(form, spec)+fmt.Sprintf(form, e)+fmt.Sprintf(form, section{e})+fmt.Sprintf(form, r.site.settings))
	}
	var b metric.Batch
	if err := r.site.Poll(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.trace.String(), "GET /api/system_status/soe") {
		t.Error("nothing was traced")
	}
}
