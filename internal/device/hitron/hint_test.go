package hitron

import (
	"testing"
	"time"

	"home_exporter/internal/device"
	simhitron "home_exporter/sim/hitron"
)

// TestHints holds the cure for each way in which a page goes wrong on a modem without a
// session.
func TestHints(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault simhitron.Fault
		want  string
	}{
		{simhitron.NotFound(), "The modem does not have this page: check the address, or set the dialect of its firmware."},
		{simhitron.LoginPage(), "The modem shows its login page instead: try guest_session: true, or dialect: data_login with username and password."},
		{simhitron.Redirect(), "The modem shows its login page instead: try guest_session: true, or dialect: data_login with username and password."},
		{simhitron.Status(403, 0), "Log out of the modem's web pages: it takes one user at a time."},
		{simhitron.Status(400, 0), "The modem may want TLS there: write the address with https:// in front."},
		{simhitron.Status(500, 0), ""},
		{simhitron.Truncated(), ""},
		{simhitron.Drop(), ""},
	} {
		r := newRig(t, simhitron.Options{})
		r.well(0)
		r.sim.Break(simhitron.DsInfo, tt.fault)
		_, err := r.poll(time.Minute)
		if got := device.HintOf(err); got != tt.want {
			t.Errorf("%s: hint %q, want %q", tt.fault, got, tt.want)
		}
	}
}

// TestLoginHints holds the cures where a login is wanted: none of them is what the entry
// has already.
func TestLoginHints(t *testing.T) {
	t.Parallel()
	login := func(dialect string) func(*entry) {
		return func(e *entry) { e.Dialect, e.Username, e.Password = dialect, "cusadmin", device.NewSecret("password") }
	}
	guest := func(e *entry) { e.GuestSession = true }
	for _, tt := range []struct {
		name  string
		modem simhitron.Options
		entry func(*entry)
		fault simhitron.Fault // of dsinfo
		want  string
	}{
		{"data_login, nothing configured", simhitron.Options{Dialect: simhitron.DataLogin}, func(*entry) {}, simhitron.Fault{},
			"Configure username and password, or guest_session: true, or check that the address is the modem's."},
		{"guest session wanted, nothing configured", simhitron.Options{GuestSession: true}, func(*entry) {}, simhitron.Fault{},
			"Configure username and password, or guest_session: true, or check that the address is the modem's."},
		{"device, nothing configured", simhitron.Options{Dialect: simhitron.Device}, func(*entry) {}, simhitron.Fault{},
			"Check that the address is the modem's. If it is, configure username and password."},
		{"device, a guest session configured", simhitron.Options{Dialect: simhitron.Device}, guest, simhitron.Fault{},
			"Check that the address is the modem's. If it is, configure username and password."},
		{"data_login, a guest session configured", simhitron.Options{}, guest, simhitron.LoginPage(),
			"The modem wants a login in spite of the guest session: try dialect: data_login with username and password in its place."},
		{"data_login, its page does not come", simhitron.Options{Dialect: simhitron.DataLogin}, login("data_login"), simhitron.LoginPage(),
			"Log out of the modem's web pages: it takes one user at a time."},
		{"data, a login configured", simhitron.Options{}, login("auto"), simhitron.LoginPage(),
			"The modem shows a web page instead: try dialect: data_login."},
		{"device, a web page", simhitron.Options{Dialect: simhitron.Device}, login("device"), simhitron.LoginPage(),
			"The modem shows a web page instead: try dialect: data_login."},
		{"device, configured as data_login", simhitron.Options{Dialect: simhitron.Device}, login("data_login"), simhitron.Fault{},
			"The modem does not have this page: check the address, or set the dialect of its firmware."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, tt.modem, tt.entry)
			if tt.fault.String() != "" {
				r.sim.Break(simhitron.DsInfo, tt.fault)
			}
			_, err := r.poll(0)
			if got := device.HintOf(err); got != tt.want {
				t.Errorf("hint %q, want %q: %v", got, tt.want, err)
			}
		})
	}
}
