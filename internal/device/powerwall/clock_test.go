package powerwall

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/poll"
	simpowerwall "home_exporter/sim/powerwall"
)

// byClock runs a test in a bubble of testing/synctest, against a gateway outside of it
// that ends each connection with its answer. Whoever waits for the gateway holds the
// clock; when nobody does, it goes on by itself. So hours pass at once, and no poll
// loses time to a slow machine.
func byClock(t *testing.T, o simpowerwall.Options, test func(*rig), edit ...func(*entry)) {
	t.Helper()
	t.Parallel()
	sim := simulate(t, o)
	sim.Break(simpowerwall.Every, simpowerwall.EndConnection())
	outside := &elsewhere{do: make(chan func() error), done: make(chan error)}
	defer close(outside.do)
	go func() {
		for f := range outside.do {
			outside.done <- f()
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, sim: sim, outside: outside}
		r.open(edit...)
		test(r)
	})
}

// elsewhere is a goroutine outside of the bubble, where those of the gateway belong.
type elsewhere struct {
	do   chan func() error
	done chan error
}

// out runs f outside of the bubble.
func (r *rig) out(f func() error) {
	r.t.Helper()
	r.outside.do <- f
	if err := <-r.outside.done; err != nil {
		r.t.Error(err)
	}
}

// seen is what the gateway has seen.
func (r *rig) seen() (seen simpowerwall.Seen) {
	r.t.Helper()
	if r.outside == nil {
		return r.sim.Seen()
	}
	r.out(func() error { // it makes a channel
		seen = r.sim.Seen()
		return nil
	})
	return seen
}

// every polls at a pace for a while, and tells f how long it has been.
func (r *rig) every(pace, total time.Duration, f func(after time.Duration)) {
	for after := time.Duration(0); after < total; after += pace {
		f(after)
		time.Sleep(pace)
	}
}

// TestSlowDocuments reads what changes with the installation only every ten minutes.
func TestSlowDocuments(t *testing.T) {
	byClock(t, simpowerwall.Options{}, func(r *rig) {
		first := r.well()
		time.Sleep(5 * time.Minute)
		r.every(5*time.Minute, 25*time.Minute, func(time.Duration) { same(r.t, first, r.well()) })
		seen := r.seen()
		for name, want := range map[simpowerwall.Endpoint]int{
			simpowerwall.SiteInfo: 3, simpowerwall.Solars: 3, simpowerwall.Update: 3, simpowerwall.Powerwalls: 3,
			simpowerwall.SOE: 6, simpowerwall.MeterSolar: 6, simpowerwall.Vitals: 6,
		} {
			if got := seen.Requests[name]; got != want {
				r.t.Errorf("%s was asked for %d times in half an hour, want %d", name, got, want)
			}
		}
		if seen.Attempts() != 1 {
			r.t.Errorf("%d logins in half an hour, want 1", seen.Attempts())
		}
	})
}

// TestMissingAgain asks again every ten minutes for what a gateway does not have.
func TestMissingAgain(t *testing.T) {
	byClock(t, simpowerwall.Options{Firmware: simpowerwall.Firmware2344}, func(r *rig) {
		r.every(5*time.Minute, 30*time.Minute, func(time.Duration) { r.well() })
		if got := r.seen().Requests[simpowerwall.Vitals]; got != 3 {
			r.t.Errorf("asked for %d times in half an hour, want 3", got)
		}
		s := r.well()
		s.want(r.t, series{`powerwall_endpoint_errors_total{endpoint="devices/vitals",reason="missing"}`: 4})
		s.lack(r.t, `powerwall_endpoint_success{endpoint="devices/vitals"}`)
	})
}

// TestWrongPassword tries a wrong password once, and for longer and longer not again.
// What needs no login is there all the time.
func TestWrongPassword(t *testing.T) {
	byClock(t, simpowerwall.Options{}, func(r *rig) {
		r.sim.SetPassword("another")
		began := time.Now()
		var tried []time.Duration
		r.every(time.Minute, 100*time.Minute, func(after time.Duration) {
			s, err := r.poll()
			if device.ReasonOf(err) != device.Auth || device.RetryAfterOf(err) != 0 {
				r.t.Fatalf("reason %s, wait %s: %v", device.ReasonOf(err), device.RetryAfterOf(err), err)
			}
			s.want(r.t, series{`powerwall_info{version="21.44.1 0a1b2c3d",git_hash="0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"}`: 1,
				"powerwall_commission_count": 4, `powerwall_endpoint_success{endpoint="system_status/soe"}`: 0})
			s.lack(r.t, "powerwall_charge_ratio", "powerwall_battery_", "powerwall_instant_")
			if s["powerwall_login_blocked_until_timestamp_seconds"] <= float64(time.Now().Unix()) {
				r.t.Errorf("after %s logins are not blocked", after)
			}
			if got := r.seen().Attempts(); got > len(tried) {
				tried = append(tried, time.Since(began))
			}
		})
		if want := []time.Duration{0, 5 * time.Minute, 15 * time.Minute, 35 * time.Minute, 75 * time.Minute}; !slices.Equal(tried, want) {
			r.t.Errorf("logins after %v, want %v", tried, want)
		}
		r.sim.SetPassword(plantedPassword)
		time.Sleep(time.Hour)
		r.well().want(r.t, series{"powerwall_charge_ratio": 0.625, `powerwall_logins_total{result="denied"}`: 5,
			`powerwall_logins_total{result="ok"}`: 1, "powerwall_login_blocked_until_timestamp_seconds": 0})
	})
}

// TestLoginsLimited leaves a gateway that limits logins without any for as long as it
// asks for, and at least five minutes.
func TestLoginsLimited(t *testing.T) {
	for fault, want := range map[string][]time.Duration{
		"":      {0, 5 * time.Minute, 15 * time.Minute, 35 * time.Minute},
		"60s":   {0, 5 * time.Minute, 15 * time.Minute, 35 * time.Minute},
		"1200s": {0, 20 * time.Minute, 40 * time.Minute},
	} {
		t.Run("retry after "+fault, func(t *testing.T) {
			byClock(t, simpowerwall.Options{}, func(r *rig) {
				limit := simpowerwall.Limited()
				if d, err := time.ParseDuration(fault); err == nil {
					limit = simpowerwall.LimitedFor(d)
				}
				r.sim.Break(simpowerwall.Login, limit)
				began := time.Now()
				var tried []time.Duration
				r.every(time.Minute, time.Hour, func(time.Duration) {
					s, err := r.poll()
					if device.ReasonOf(err) != device.RateLimited || device.RetryAfterOf(err) != 0 || len(s.keys("powerwall_info")) != 1 {
						r.t.Fatalf("reason %s, wait %s: %v", device.ReasonOf(err), device.RetryAfterOf(err), err)
					}
					if got := r.seen().Requests[simpowerwall.Login]; got > len(tried) {
						tried = append(tried, time.Since(began))
					}
				})
				if !slices.Equal(tried, want) {
					r.t.Errorf("logins after %v, want %v", tried, want)
				}
			})
		})
	}
}

// TestPatience leaves a gateway alone that asks for it, with any document.
func TestPatience(t *testing.T) {
	for name, tt := range map[string]struct {
		fault simpowerwall.Fault
		want  time.Duration
	}{
		"429":                  {simpowerwall.Limited(), 5 * time.Minute},
		"503":                  {simpowerwall.Busy(), 5 * time.Minute},
		"429 with a long time": {simpowerwall.LimitedFor(20 * time.Minute), 20 * time.Minute},
		"429 with a short one": {simpowerwall.LimitedFor(7 * time.Second), 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			byClock(t, simpowerwall.Options{}, func(r *rig) {
				r.well()
				r.sim.BreakNext(simpowerwall.Operation, 1, tt.fault)
				asked := r.seen().Total()
				s, err := r.poll()
				s.want(r.t, series{"powerwall_charge_ratio": 0.625, `powerwall_endpoint_success{endpoint="networks"}`: 0})
				if device.ReasonOf(err) != device.RateLimited || device.RetryAfterOf(err) != tt.want {
					r.t.Errorf("reason %s, wait %s: %v", device.ReasonOf(err), device.RetryAfterOf(err), err)
				}
				time.Sleep(tt.want - time.Second)
				if err := r.failing(); device.ReasonOf(err) != device.RateLimited || device.RetryAfterOf(err) != time.Second {
					r.t.Errorf("reason %s, wait %s: %v", device.ReasonOf(err), device.RetryAfterOf(err), err)
				}
				if got := r.seen().Total() - asked; got != 3 {
					r.t.Errorf("%d requests, want status, soe and the one that was refused", got)
				}
				time.Sleep(time.Second)
				r.well().want(r.t, series{`powerwall_endpoint_success{endpoint="networks"}`: 1})
			})
		})
	}
}

// TestDropsOff loses nothing when the gateway is away for less than retry_timeout, and
// tells of it when it is longer.
func TestDropsOff(t *testing.T) {
	retry := func(e *entry) {
		e.RetryInterval, e.RetryTimeout = device.Duration(200*time.Millisecond), device.Duration(10*time.Second)
	}
	byClock(t, simpowerwall.Options{}, func(r *rig) {
		before := r.well()
		r.out(r.sim.Off)
		back := time.AfterFunc(9*time.Second, func() { r.out(r.sim.On) })
		defer back.Stop()
		began := time.Now()
		s := r.well()
		same(r.t, before, s)
		if took := time.Since(began); took < 9*time.Second || took > 9*time.Second+200*time.Millisecond {
			r.t.Errorf("the poll took %s", took)
		}
		if got := s["powerwall_retries_total"]; got < 40 || got > 47 {
			r.t.Errorf("%v attempts more, want one each 200ms", got)
		}

		r.out(r.sim.Off)
		began = time.Now()
		err := r.failing()
		if took := time.Since(began); took < 9*time.Second || took > 10*time.Second {
			r.t.Errorf("the poll took %s", took)
		}
		if device.ReasonOf(err) != device.Refused || !strings.HasPrefix(err.Error(), "status: dial tcp ") || !strings.Contains(device.HintOf(err), "retry_timeout") {
			r.t.Errorf("reason %s, hint %q: %v", device.ReasonOf(err), device.HintOf(err), err)
		}
		r.out(r.sim.On)
		same(r.t, before, r.well())
	}, retry)
}

// TestFirstConnections spoils the first three connections.
func TestFirstConnections(t *testing.T) {
	for _, how := range []simpowerwall.ConnectionFault{simpowerwall.ResetFirst, simpowerwall.EndHandshake} {
		t.Run(fmt.Sprint(how), func(t *testing.T) {
			byClock(t, simpowerwall.Options{}, func(r *rig) {
				r.sim.BreakConnections(3, how)
				r.well().want(r.t, series{"powerwall_charge_ratio": 0.625, "powerwall_retries_total": 3})
			}, func(e *entry) {
				e.RetryInterval, e.RetryTimeout = device.Duration(200*time.Millisecond), device.Duration(10*time.Second)
			})
		})
	}
}

// TestDeviceGone runs the poller by the clock. A gateway that is away for less than
// retry_timeout leaves no gap; longer, and it is down at once, while its readings stay
// for keep.
func TestDeviceGone(t *testing.T) {
	byClock(t, simpowerwall.Options{}, func(r *rig) {
		set := poll.New(poll.Options{Kinds: kinds})
		defer set.Close()
		e := entryOf(r.sim, func(e *entry) {
			e.Name, e.ExtraMetrics = "home", new(false)
			e.RetryTimeout, e.Keep = device.Duration(10*time.Second), device.Duration(2*time.Minute)
		})
		if err := set.Apply([]device.Spec{specOf(r.t, e)}); err != nil {
			r.t.Fatal(err)
		}
		up := `home_exporter_device_up{kind="powerwall",device="home"}`
		look := func() series { return pageOf(r.t, set) }
		time.Sleep(time.Minute)
		synctest.Wait()
		before := look()
		before.want(r.t, series{up: 1, "powerwall_charge_ratio": 0.625})

		for range 3 { // away for 8 seconds, in each phase of the interval
			r.out(r.sim.Off)
			time.Sleep(8 * time.Second)
			r.out(r.sim.On)
			time.Sleep(44 * time.Second)
			if s := look(); s[up] != 1 || s["powerwall_charge_ratio"] != 0.625 {
				r.t.Errorf("up %v, charge %v", s[up], s["powerwall_charge_ratio"])
			}
		}
		r.out(r.sim.Off)
		off := time.Now()
		var down, gone time.Duration
		for time.Since(off) < 3*time.Minute {
			time.Sleep(2 * time.Second)
			s := look()
			if down == 0 && s[up] == 0 {
				down = time.Since(off)
			}
			if _, ok := s["powerwall_charge_ratio"]; !ok && gone == 0 {
				gone = time.Since(off)
			}
		}
		if down == 0 || down > 42*time.Second || gone < 90*time.Second || gone > 2*time.Minute+2*time.Second {
			r.t.Errorf("down after %s, readings gone after %s", down, gone)
		}
		if errs := set.Devices(poll.Filter{}); len(errs) != 1 || device.ReasonOf(errs[0].Last.Err) != device.Refused {
			r.t.Errorf("devices %+v", errs)
		}
		r.out(r.sim.On)
		time.Sleep(6 * time.Minute) // the longest pause
		look().want(r.t, series{up: 1, "powerwall_charge_ratio": 0.625})
	})
}

// TestDeniedDevice keeps what needs no login on the page while logins are refused.
func TestDeniedDevice(t *testing.T) {
	byClock(t, simpowerwall.Options{}, func(r *rig) {
		r.sim.SetPassword("another")
		set := poll.New(poll.Options{Kinds: kinds})
		defer set.Close()
		if err := set.Apply([]device.Spec{specOf(r.t, entryOf(r.sim))}); err != nil {
			r.t.Fatal(err)
		}
		for range 40 {
			time.Sleep(10 * time.Second)
			if len(pageOf(r.t, set).keys("powerwall_info")) != 1 {
				r.t.Fatal("powerwall_info is missing")
			}
		}
		if got := r.seen().Attempts(); got != 2 {
			r.t.Errorf("%d logins in some seven minutes, want 2", got)
		}
		var own *device.Error
		if err := set.Devices(poll.Filter{})[0].Last.Err; !errors.As(err, &own) || own.Reason != device.Auth {
			r.t.Errorf("error %v", err)
		}
	})
}

// TestCounters notices energies that fall, and leaves out what is not known yet.
func TestCounters(t *testing.T) {
	t.Parallel()
	r := newRig(t, simpowerwall.Options{})
	r.sim.BreakNext(simpowerwall.Every, 1000, simpowerwall.ZeroCounters())
	s := r.well()
	energies := func(s series) []string {
		return slices.DeleteFunc(s.keys("powerwall_"), func(name string) bool {
			return !strings.Contains(name, "joules_total") || strings.Contains(name, "counter_resets")
		})
	}
	if got := energies(s); len(got) > 0 {
		t.Errorf("energies of a gateway that does not know them: %q", got)
	}
	r.sim.Mend()
	before := r.well()
	if got := len(energies(before)); got != 7+4+8 {
		t.Errorf("%d energies, want 19", got)
	}
	r.sim.Break(simpowerwall.Every, simpowerwall.NegativeCounters())
	if got := energies(r.well()); len(got) > 0 {
		t.Errorf("energies below zero: %q", got)
	}
	r.sim.Mend()
	r.sim.Edit(func(s *simpowerwall.State) { s.Solar.Exported = 1000 })
	_, _, changed := compare(before, r.well())
	want := map[string]bool{
		`powerwall_counter_resets_total{metric="powerwall_exported_joules_total"} 0 -> 1`:     true,
		`powerwall_counter_resets_total{metric="powerwall_dev_exported_joules_total"} 0 -> 1`: true,
	}
	for _, one := range changed {
		if strings.HasPrefix(one, "powerwall_counter_resets_total") {
			if !want[one] {
				t.Error(one)
			}
			delete(want, one)
		}
	}
	for one := range maps.Keys(want) {
		t.Errorf("%s is missing", one)
	}
}
