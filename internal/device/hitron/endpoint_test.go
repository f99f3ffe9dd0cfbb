package hitron

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device/hitron/coda"
	simhitron "home_exporter/sim/hitron"
)

// TestModelPage breaks the page that is asked for once: it is asked for until it has
// been had, and again after a restart.
func TestModelPage(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	r.sim.Break(simhitron.Model, simhitron.LoginPage())
	s, err := r.poll(0)
	if err == nil || err.Error() != "system_model: the answer is an HTML page instead of JSON" {
		t.Errorf("error %v", err)
	}
	if s.hasNone(`modem_info{model="",vendor="",hw_version="1A"`) {
		t.Error("without the page, modem_info does not tell what is known")
	}
	r.sim.Mend()
	s = r.well(30 * time.Second)
	if s.hasNone(`modem_info{model="CODA56",vendor="Hitron Technologies",hw_version="1A"`) {
		t.Error("the page is there again, and modem_info does not tell it")
	}
	r.well(48 * time.Hour)
	if got := r.sim.Seen().Requests[simhitron.Model]; got != 2 {
		t.Errorf("the page was asked for %d times, want 2", got)
	}
	r.sim.Reboot()
	r.well(30 * time.Second)
	if got := r.sim.Seen().Requests[simhitron.Model]; got != 3 {
		t.Errorf("after a restart the page was asked for %d times, want 3", got)
	}
}

// TestMissingPage asks for a page that the firmware does not have once a day.
func TestMissingPage(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	r.sim.Break(simhitron.LinkStatus, simhitron.NotFound())
	for range 23 {
		r.well(time.Hour)
	}
	if got := r.sim.Seen().Requests[simhitron.LinkStatus]; got != 1 {
		t.Errorf("the page was asked for %d times in a day, want 1", got)
	}
	r.sim.Mend()
	r.well(time.Hour)
	r.well(time.Hour).want(t, series{"modem_link_speed_bits_per_second": 2.5e9})
}

// TestNotFoundWhileStarting takes a 404 for what it is while the modem starts: the page
// comes, and is asked for until it does.
func TestNotFoundWhileStarting(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	r.well(0)
	uptime := 40 * time.Second
	r.sim.Edit(func(s *simhitron.State) { s.Uptime = uptime })
	slow := []simhitron.Endpoint{simhitron.DsOFDM, simhitron.EventLog, simhitron.Init}
	for _, name := range slow {
		r.sim.Break(name, simhitron.NotFound())
	}
	_, err := r.poll(2 * time.Minute)
	if want := "dsofdminfo: the modem answers 404 Not Found; getCMInit: the modem answers 404 Not Found; status_log: the modem answers 404 Not Found"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	r.sim.Mend()
	uptime += 30 * time.Second
	s := r.well(30 * time.Second)
	for _, name := range []string{"modem_ofdm_power", "modem_event_log_entries", "modem_provisioning_stage_ok"} {
		if s.hasNone(name) {
			t.Errorf("%s has not come back", name)
		}
	}
}

// TestPageThatGoes complains of a page that was had and is not found any more, and asks
// for it at the slow interval; it is missing for good when that is so after a restart.
func TestPageThatGoes(t *testing.T) {
	t.Parallel()
	uptime := 20 * time.Hour
	r := newRig(t, simhitron.Options{})
	r.sim.Edit(func(s *simhitron.State) { s.Uptime = uptime })
	r.well(0)
	r.sim.Break(simhitron.LinkStatus, simhitron.NotFound())
	before := r.sim.Seen().Requests[simhitron.LinkStatus]
	for range 12 {
		uptime += 5 * time.Minute
		if _, err := r.poll(5 * time.Minute); err == nil || err.Error() != "getLinkStatus: the modem answers 404 Not Found" {
			t.Fatalf("error %v", err)
		}
	}
	if got := r.sim.Seen().Requests[simhitron.LinkStatus] - before; got != 12 {
		t.Errorf("the page was asked for %d times in an hour, want 12", got)
	}
	uptime = time.Hour // new firmware
	for range 24 {
		r.well(5 * time.Minute)
		uptime += 5 * time.Minute
	}
	if got := r.sim.Seen().Requests[simhitron.LinkStatus] - before; got != 13 {
		t.Errorf("the page was asked for %d times after the restart, want once", got-12)
	}
}

// TestBackoff asks for a slow page that fails at longer and longer pauses, up to the
// slow interval.
func TestBackoff(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	r.sim.Break(simhitron.WANInfo, simhitron.LoginPage())
	var asked []int
	for i := range 41 {
		before := r.sim.Seen().Requests[simhitron.WANInfo]
		r.poll(30 * time.Second)
		if r.sim.Seen().Requests[simhitron.WANInfo] > before {
			asked = append(asked, i)
		}
	}
	if diff := cmp.Diff([]int{0, 1, 3, 7, 15, 25, 35}, asked); diff != "" {
		t.Errorf("polls that asked for it (-want +got):\n%s", diff)
	}
}

// TestSlowPages asks for the slow pages at their own pace and keeps what they said.
func TestSlowPages(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	first := r.well(0)
	for range 19 {
		if gone, _, changed := compare(first, r.well(30*time.Second)); gone != nil || changed != nil {
			t.Fatalf("gone %q, changed %q", gone, changed)
		}
	}
	got := r.sim.Seen().Requests
	for _, p := range pageOrder {
		want := 2 // in ten minutes
		switch {
		case p == coda.System:
			want = 21 // to find the dialect, too
		case isFast(p):
			want = 20
		case p == coda.Model:
			want = 1
		}
		if got[endpointOf[p]] != want {
			t.Errorf("%s was asked for %d times, want %d", p, got[endpointOf[p]], want)
		}
	}
}

// TestRequestsCounted compares the counter of requests with what the modem saw.
func TestRequestsCounted(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	var s series
	for range 15 {
		s = r.well(30 * time.Second)
	}
	seen := r.sim.Seen().Requests
	for _, p := range slices.Sorted(maps.Keys(endpointOf)) {
		s.want(t, series{fmt.Sprintf("modem_endpoint_requests_total{endpoint=%q}", p): float64(seen[endpointOf[p]])})
	}
}

// TestComplaintOfOldPage goes on telling of a slow page that is not due yet.
func TestComplaintOfOldPage(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	r.well(0)
	r.sim.BreakNext(simhitron.EventLog, 3, simhitron.LoginPage())
	if _, err := r.poll(5 * time.Minute); err == nil {
		t.Error("no error")
	}
	r.poll(30 * time.Second) // tried again
	_, err := r.poll(10 * time.Second)
	var page *pageError
	if !errors.As(err, &page) || page.page != coda.Log {
		t.Errorf("while the page rests, the error is %v", err)
	}
	r.poll(time.Minute)
	r.well(5 * time.Minute)
}
