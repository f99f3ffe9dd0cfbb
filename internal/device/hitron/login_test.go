package hitron

import (
	"errors"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/hitron/coda"
	simhitron "home_exporter/sim/hitron"
)

// Planted credentials, found nowhere by accident.
const (
	plantedUser     = "planted-user-4711"
	plantedPassword = `plänted "pass" & word+0815`
)

// locked is a modem with a login, configured with its user and password.
func locked(t *testing.T, dialect simhitron.Dialect, configured string) *rig {
	t.Helper()
	o := simhitron.Options{Dialect: dialect, Username: plantedUser, Password: plantedPassword}
	r := newRig(t, o, func(e *entry) {
		e.Dialect, e.Username, e.Password = configured, plantedUser, device.NewSecret(plantedPassword)
	})
	t.Cleanup(func() { // whatever the test did
		for _, form := range []string{plantedPassword, `plänted \"pass`, "pl%C3%A4nted", "0815"} {
			if strings.Contains(r.trace.String()+r.log.String(), form) {
				t.Errorf("the password is in the trace, as %q", form)
			}
		}
	})
	return r
}

// discreet fails where the password is in an error or on a page.
func (r *rig) discreet(s series, err error) {
	r.t.Helper()
	text := strings.Join(keys(s, ""), "\n")
	if err != nil {
		text += err.Error() + device.HintOf(err)
	}
	for _, form := range []string{plantedPassword, "0815", "pl%C3%A4nted"} {
		if strings.Contains(text, form) {
			r.t.Errorf("the password is told, as %q", form)
		}
	}
}

// TestDeviceDialect reads a modem of the dialect device, whose one session is closed
// after each poll.
func TestDeviceDialect(t *testing.T) {
	t.Parallel()
	for _, configured := range []string{"device", "auto"} {
		t.Run(configured, func(t *testing.T) {
			r := locked(t, simhitron.Device, configured)
			for i := range 3 {
				s := r.well(10 * time.Minute)
				r.discreet(s, nil)
				s.want(t, series{
					"modem_downstream_channels": 31, `modem_downstream_power{channel="7"}`: 9.1, `modem_downstream_modulation_qam{channel="7"}`: 256,
					"modem_upstream_channels": 5, `modem_upstream_power{channel="5"}`: 37.75,
					`modem_ofdm_power{channel="0"}`: 2.000001, `modem_ofdma_operational{channel="0"}`: 1,
					"modem_uptime": 1727638, "modem_wan_network_access": 1,
					`modem_event_log_entries{kind="t3",priority="critical"}`: 1,
				})
				s.lack(t, `modem_endpoint_up{endpoint="getLinkStatus"}`, "modem_link_", "modem_endpoint_errors_total")
				if seen := r.sim.Seen(); seen.Logins != i+1 || seen.Logouts != i+1 || seen.Refused != 0 || seen.Peak != 1 {
					t.Errorf("after %d polls: %d logins, %d logouts, %d refused, %d at once", i+1, seen.Logins, seen.Logouts, seen.Refused, seen.Peak)
				}
			}
		})
	}
}

// TestLoginDialect reads a modem of the dialect data_login, within one session.
func TestLoginDialect(t *testing.T) {
	t.Parallel()
	for _, configured := range []string{"data_login", "auto"} {
		t.Run(configured, func(t *testing.T) {
			r := locked(t, simhitron.DataLogin, configured)
			for range 5 {
				s := r.well(10 * time.Minute)
				r.discreet(s, nil)
				s.want(t, series{"modem_downstream_channels": 31, `modem_downstream_power{channel="7"}`: 9.1, "modem_uptime": 1727638, `modem_upstream_power{channel="5"}`: 37.75})
				s.lack(t, "modem_downstream_octets_total", "modem_ofdm_power", "modem_ofdma_state", "modem_parse_errors_total")
				for _, name := range keys(s, "modem_endpoint_errors_total") { // pages that this firmware does not have
					if !strings.Contains(name, "ofdminfo") || s[name] != 1 {
						t.Errorf("%s %v", name, s[name])
					}
				}
			}
			if seen := r.sim.Seen(); seen.Logins != 1 || seen.Refused != 0 {
				t.Errorf("%d logins, %d refused, want one", seen.Logins, seen.Refused)
			}
			if err := r.modem.Close(); err != nil {
				t.Error(err)
			}
			if seen := r.sim.Seen(); seen.Logouts != 1 {
				t.Errorf("%d logouts at the end, want 1", seen.Logouts)
			}
		})
	}
}

// TestRenamedForm logs in where the operator has renamed the fields.
func TestRenamedForm(t *testing.T) {
	form := simhitron.LoginForm{Path: "/goform/in", UserField: "user", PasswordField: "pws", Cookie: "SID"}
	r := newRig(t, simhitron.Options{Dialect: simhitron.DataLogin, Login: form, Password: "x"}, func(e *entry) {
		e.Dialect, e.Username, e.Password = "data_login", "cusadmin", device.NewSecret("x")
		e.Login = &loginForm{Path: form.Path, UserField: form.UserField, PasswordField: form.PasswordField}
	})
	r.well(0).want(t, series{"modem_downstream_channels": 31})
}

// TestGuestSession opens a guest session where the firmware wants one.
func TestGuestSession(t *testing.T) {
	o := simhitron.Options{GuestSession: true}
	r := newRig(t, o, func(e *entry) { e.GuestSession = true })
	r.well(0)
	r.sim.ExpireSessions()
	r.well(time.Minute).lack(t, "modem_endpoint_errors_total")
	if seen := r.sim.Seen(); seen.Logins != 2 {
		t.Errorf("%d guest sessions, want 2", seen.Logins)
	}
	r.sim.SetLossPage(true)
	r.sim.ExpireSessions()
	r.well(time.Minute).lack(t, "modem_endpoint_errors_total")
	if seen := r.sim.Seen(); seen.Logins != 3 {
		t.Errorf("%d guest sessions after a loss that a page tells, want 3", seen.Logins)
	}
	r = newRig(t, o, func(e *entry) { e.Dialect = "data" })
	if err := r.failing(0); !strings.HasPrefix(device.HintOf(err), "The modem shows its login page instead: try guest_session: true") {
		t.Errorf("hint %q: %v", device.HintOf(err), err)
	}
}

// TestExpiredSession logs in once more when the session has ended, and loses nothing.
func TestExpiredSession(t *testing.T) {
	for _, byPage := range []bool{false, true} {
		r := locked(t, simhitron.DataLogin, "data_login")
		r.sim.SetLossPage(byPage)
		r.well(0)
		before := r.well(10 * time.Minute)
		r.sim.ExpireSessions()
		if gone, _, changed := compare(before, r.well(10*time.Minute)); gone != nil || changed != nil {
			t.Errorf("by page %t: gone %q, changed %q", byPage, gone, changed)
		}
		if seen := r.sim.Seen(); seen.Logins != 2 || seen.Refused != 0 {
			t.Errorf("by page %t: %d logins, %d refused, want 2 and none", byPage, seen.Logins, seen.Refused)
		}
	}
}

// TestSessionLostMidway loses the session of the dialect device during a poll.
func TestSessionLostMidway(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 401, 403} {
		r := locked(t, simhitron.Device, "device")
		r.well(0)
		before := r.well(10 * time.Minute)
		r.sim.SetLossStatus(status)
		r.before = func(request string) {
			if strings.HasSuffix(request, "/CM/UsInfo") {
				r.before = nil
				r.sim.ExpireSessions()
			}
		}
		if gone, _, changed := compare(before, r.well(10*time.Minute)); gone != nil || changed != nil {
			t.Errorf("status %d: gone %q, changed %q", status, gone, changed)
		}
	}
}

// TestWrongPassword tries a password that is wrong once, and asks for patience.
func TestWrongPassword(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		dialect    simhitron.Dialect
		configured string
		quiet      bool
	}{
		{simhitron.Device, "device", false}, {simhitron.Device, "device", true}, {simhitron.Device, "auto", false},
		{simhitron.DataLogin, "data_login", false}, {simhitron.DataLogin, "auto", false},
	} {
		t.Run(string(tt.dialect)+" "+tt.configured, func(t *testing.T) {
			r := locked(t, tt.dialect, tt.configured)
			r.sim.SetPassword("another")
			r.sim.SetQuietRefusal(tt.quiet)
			s, err := r.poll(0)
			r.discreet(s, err)
			if len(s) > 0 || device.ReasonOf(err) != device.Auth || device.RetryAfterOf(err) < 5*time.Minute {
				t.Errorf("%d series, reason %s, wait %s: %v", len(s), device.ReasonOf(err), device.RetryAfterOf(err), err)
			}
			if want := "Check username and password; the modem is left alone for five minutes, because some lock their login."; device.HintOf(err) != want {
				t.Errorf("hint %q", device.HintOf(err))
			}
			if got := r.sim.Seen().Refused; got != 1 {
				t.Errorf("%d attempts, want 1", got)
			}
			r.sim.SetPassword(plantedPassword)
			r.well(5*time.Minute).want(t, series{"modem_downstream_channels": 31})
		})
	}
}

// TestPasswordChangedMidway loses the session during a poll, when the password is
// another: one attempt, the readings had so far, and patience, whatever else is wrong.
func TestPasswordChangedMidway(t *testing.T) {
	r := locked(t, simhitron.DataLogin, "data_login")
	r.well(0)
	r.well(10 * time.Minute)
	r.sim.Break(simhitron.UsInfo, simhitron.NotFound())
	r.sim.BreakNext(simhitron.SysInfo, 1, simhitron.Redirect()) // the session is over
	r.sim.SetPassword("another")
	s, err := r.poll(10 * time.Minute)
	r.discreet(s, err)
	s.want(t, series{"modem_downstream_channels": 31})
	if device.ReasonOf(err) != device.Auth || device.RetryAfterOf(err) < lockout || !strings.Contains(err.Error(), "usinfo: ") {
		t.Errorf("reason %s, wait %s: %v", device.ReasonOf(err), device.RetryAfterOf(err), err)
	}
	if got := r.sim.Seen().Refused; got != 1 {
		t.Errorf("%d attempts, want 1", got)
	}
}

// TestOccupied leaves somebody else in his session, and says so.
func TestOccupied(t *testing.T) {
	r := locked(t, simhitron.DataLogin, "data_login")
	r.sim.Occupy()
	s, err := r.poll(0)
	var e *coda.Error
	if len(s) > 0 || device.ReasonOf(err) != device.Auth || !errors.As(err, &e) || e.Rejected {
		t.Errorf("%d series, reason %s: %v", len(s), device.ReasonOf(err), err)
	}
	if want := "Log out of the modem's web pages: it takes one user at a time."; device.HintOf(err) != want {
		t.Errorf("hint %q", device.HintOf(err))
	}
}
