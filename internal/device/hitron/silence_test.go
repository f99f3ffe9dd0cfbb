package hitron

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	simhitron "home_exporter/sim/hitron"
)

// impatient gives each page so little time that a test can wait for its end.
func impatient(e *entry) { e.RequestTimeout = device.Duration(250 * time.Millisecond) }

// forever is longer than any poll.
const forever = time.Hour

// requests counts what was sent, whoever was there to hear it.
func (r *rig) requests() int { return strings.Count(r.trace.String(), "> ") }

// failing polls where nothing can be had.
func (r *rig) failing(after time.Duration) error {
	r.t.Helper()
	s, err := r.poll(after)
	if err == nil || len(s) > 0 {
		r.t.Fatalf("error %v with %d series, want an error and no series", err, len(s))
	}
	return err
}

// TestOff asks a modem that is off once, and has all again when it is back.
func TestOff(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	before := r.well(0)
	if err := r.sim.Off(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		sent := r.requests()
		err := r.failing(30 * time.Second)
		if device.ReasonOf(err) != device.Refused || !strings.HasPrefix(err.Error(), "dsinfo: ") {
			t.Errorf("reason %s: %v", device.ReasonOf(err), err)
		}
		if want := "Nothing listens there: check the address and the port, and whether the modem wants https or http."; device.HintOf(err) != want {
			t.Errorf("hint %q", device.HintOf(err))
		}
		if got := r.requests() - sent; got > 2 { // a connection that was still open, and a new one
			t.Errorf("%d requests were sent", got)
		}
	}
	if err := r.sim.On(); err != nil {
		t.Fatal(err)
	}
	after := r.well(30 * time.Second)
	if gone, _, _ := compare(before, after); gone != nil {
		t.Errorf("gone: %q", gone)
	}
	after.want(t, series{`modem_endpoint_errors_total{endpoint="dsinfo",class="refused"}`: 2, "modem_reboots_total": 0})
}

// TestPauseAfterFailure asks no more often than every five seconds, also when there was no
// answer: in between the last error stands.
func TestPauseAfterFailure(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	if err := r.sim.Off(); err != nil {
		t.Fatal(err)
	}
	first := r.failing(0)
	for range 4 {
		if err := r.failing(time.Second); err.Error() != first.Error() || device.ReasonOf(err) != device.Refused {
			t.Errorf("reason %s: %v, want that of before, %v", device.ReasonOf(err), err, first)
		}
	}
	if got := r.requests(); got != 1 {
		t.Errorf("%d requests within five seconds, want 1", got)
	}
	if err := r.sim.On(); err != nil {
		t.Fatal(err)
	}
	r.well(time.Second)
}

// TestJitter asks at every poll of the shortest interval, though none comes to the
// moment.
func TestJitter(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	r.well(0)
	before := r.sim.Seen().Requests[simhitron.DsInfo]
	for i := range 10 {
		r.well(5*time.Second + []time.Duration{-400, 400}[i%2]*time.Millisecond)
	}
	if got := r.sim.Seen().Requests[simhitron.DsInfo] - before; got != 10 {
		t.Errorf("%d of 10 polls have asked", got)
	}
	r.well(4 * time.Second)
	if got := r.sim.Seen().Requests[simhitron.DsInfo] - before; got != 10 {
		t.Error("a poll after four seconds has asked")
	}
}

// TestOffFromTheStart asks a modem that has never answered.
func TestOffFromTheStart(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	if err := r.sim.Off(); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		r.failing(30 * time.Second)
		if got := r.requests(); got != i+1 {
			t.Errorf("%d requests in %d polls", got, i+1)
		}
	}
	if err := r.sim.On(); err != nil {
		t.Fatal(err)
	}
	r.well(30*time.Second).want(t, series{"modem_uptime": 1727638})
}

// TestSlowPage waits for a page no longer than it may take, and asks for the others.
func TestSlowPage(t *testing.T) {
	for _, p := range pageOrder {
		if endpointOf[p] == simhitron.Model {
			continue
		}
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, simhitron.Options{}, impatient)
			r.well(0)
			before := r.well(10 * time.Minute)
			r.sim.Break(endpointOf[p], simhitron.Slow(forever))
			after, err := r.poll(10 * time.Minute)
			if want := p.String() + ": no answer within 250ms"; err == nil || err.Error() != want || device.ReasonOf(err) != device.Timeout {
				t.Errorf("error %v, want %s", err, want)
			}
			after.want(t, series{`modem_endpoint_errors_total{endpoint="` + p.String() + `",class="timeout"}`: 1})
			gone, _, changed := compare(before, after)
			for _, name := range gone {
				if !begins(name, costOf[p]) {
					t.Errorf("%s is gone", name)
				}
			}
			if changed != nil {
				t.Errorf("changed: %q", changed)
			}
		})
	}
}

// TestHang ends a poll when two pages in a row hang.
func TestHang(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{}, impatient)
	r.well(0)
	r.sim.Break(simhitron.Every, simhitron.Slow(forever))
	sent := r.requests()
	err := r.failing(time.Minute)
	if want := "dsinfo: no answer within 250ms; usinfo: no answer within 250ms"; err.Error() != want || device.ReasonOf(err) != device.Timeout {
		t.Errorf("error %v, want %s", err, want)
	}
	if got := r.requests() - sent; got != 2 {
		t.Errorf("%d requests, want 2", got)
	}
	r.sim.Mend()
	r.well(time.Minute)
}

// TestHangOfSlowPages keeps the fast readings when the slow pages hang, and those of
// the pages that were spared.
func TestHangOfSlowPages(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{}, impatient)
	r.well(0)
	for _, name := range []simhitron.Endpoint{simhitron.DsOFDM, simhitron.UsOFDM, simhitron.WANInfo} {
		r.sim.Break(name, simhitron.Slow(forever))
	}
	sent := r.requests()
	s, err := r.poll(10 * time.Minute)
	if want := "dsofdminfo: no answer within 250ms; usofdminfo: no answer within 250ms"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if got := r.requests() - sent; got != 5 {
		t.Errorf("%d requests, want 5", got)
	}
	s.want(t, series{"modem_downstream_channels": 31, "modem_uptime": 1727638, "modem_link_speed_bits_per_second": 2.5e9})
	s.lack(t, "modem_ofdm_power", "modem_ofdma_state")
	s, _ = r.poll(6 * time.Minute) // what cannot be had again becomes too old
	s.lack(t, "modem_wan_info")
}

// TestNotInARow goes on where between two pages that hang another one answers.
func TestNotInARow(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{}, impatient)
	r.well(0)
	r.sim.Break(simhitron.DsInfo, simhitron.Slow(forever))
	r.sim.Break(simhitron.UsInfo, simhitron.NotFound())
	r.sim.Break(simhitron.SysInfo, simhitron.Slow(forever))
	sent := r.requests()
	err := r.failing(10 * time.Minute)
	if want := "dsinfo: no answer within 250ms; usinfo: the modem answers 404 Not Found; getSysInfo: no answer within 250ms"; err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if got := r.requests() - sent; got != 3 {
		t.Errorf("%d requests, want 3: without one of the pages that are asked for each time, the slow ones are spared", got)
	}
}

// TestExpired polls with no time left, which is no reading.
func TestExpired(t *testing.T) {
	r := newRig(t, simhitron.Options{})
	for _, after := range []time.Duration{0, time.Minute} {
		r.now = r.now.Add(after)
		for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
			ctx, cancel := context.WithCancel(t.Context())
			if cause == context.DeadlineExceeded {
				ctx, cancel = context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
			}
			cancel()
			var b metric.Batch
			if err := r.modem.Poll(ctx, &b); !errors.Is(err, cause) || b.Len() > 0 {
				t.Errorf("error %v with %d series, want %v and none", err, b.Len(), cause)
			}
			cancel()
		}
		r.well(0)
	}
}

// TestTooLate ends a poll with its time, and keeps what it had by then.
func TestTooLate(t *testing.T) {
	t.Parallel()
	r := newRig(t, simhitron.Options{})
	before := r.well(0)
	r.sim.Break(simhitron.DsOFDM, simhitron.Slow(forever))
	r.now = r.now.Add(6 * time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	var b metric.Batch
	err := r.modem.Poll(ctx, &b)
	if err == nil || !strings.HasPrefix(err.Error(), "dsofdminfo: the poll took too long") || device.ReasonOf(err) != device.Timeout {
		t.Errorf("error %v", err)
	}
	s := seriesOf(t, &r.shapes, &b)
	s.want(t, series{"modem_downstream_channels": 31, "modem_wan_network_access": 1})
	r.sim.Mend()
	if gone, _, _ := compare(before, r.well(time.Minute)); gone != nil {
		t.Errorf("gone: %q", gone)
	}
}

// TestSilentPeer asks an address that takes connections and says nothing.
func TestSilentPeer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	spec := specOf(t, entry{Address: l.Addr().String(), RequestTimeout: device.Duration(200 * time.Millisecond), RequestGap: 1})
	d, err := spec.Open(device.Env{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var b metric.Batch
	err = d.Poll(t.Context(), &b)
	if device.ReasonOf(err) != device.Timeout || b.Len() > 0 || !strings.HasPrefix(device.HintOf(err), "Is the modem on, and is there a route to it?") {
		t.Errorf("reason %s, hint %q: %v", device.ReasonOf(err), device.HintOf(err), err)
	}
}
