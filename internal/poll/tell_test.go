package poll

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

func closedSocket(context.Context, *metric.Batch) error {
	return device.Down(device.Refused, errCold)
}

func half(ctx context.Context, out *metric.Batch) error {
	warm(ctx, out)
	return &device.Error{Reason: device.Parse, Err: errCold}
}

func broken(context.Context, *metric.Batch) error { panic("a bug") }

func TestLogTellsChangesOnly(t *testing.T) {
	const (
		isDown    = `level=INFO msg="device is down" kind=toy device=a reason=refused err="too cold" hint="turn the heating on"`
		isFailed  = `level=WARN msg="device is failed" kind=toy device=a reason=refused err="too cold" hint="turn the heating on"`
		isPartial = `level=WARN msg="device is partial" kind=toy device=a reason=parse err="too cold" hint="turn the heating on"`
	)
	again := func(was, after string) string {
		return fmt.Sprintf(`level=INFO msg="device answers again" kind=toy device=a was=%s for=%s`, was, after)
	}
	type script = func(context.Context, *metric.Batch) error
	cases := map[string]struct {
		polls []script
		want  []string
	}{
		"always well":             {[]script{warm, warm, warm}, nil},
		"fails and goes on so":    {[]script{cold, cold, cold, cold}, []string{isFailed}},
		"fails and recovers":      {[]script{warm, cold, cold, cold, warm, warm}, []string{isFailed, again("failed", "3m0s")}},
		"goes down and comes up":  {[]script{warm, closedSocket, closedSocket, warm}, []string{isDown, again("down", "2m0s")}},
		"through all states":      {[]script{half, cold, closedSocket, half, warm}, []string{isPartial, isFailed, isDown, isPartial, again("partial", "1m0s")}},
		"flaps":                   {[]script{warm, cold, warm, cold, warm}, []string{isFailed, again("failed", "1m0s"), isFailed, again("failed", "1m0s")}},
		"another reason, no news": {[]script{cold, hang, cold}, []string{isFailed}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log logBook
				set := newSet(Options{Log: log.logger()})
				defer mustClose(t, set)
				d := newToy(t, scripts(append([]script{warm}, c.polls...)...)) // the first poll is off the slots
				mustApply(t, set, d.spec("a", minutely))
				for d.polls() <= len(c.polls) {
					time.Sleep(time.Second)
				}
				time.Sleep(20 * time.Second)
				got := log.take()
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("log (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestStackIsLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log logBook
		set := newSet(Options{Log: log.logger()})
		defer mustClose(t, set)
		// It has failed before for another reason: the panic must be told all the same.
		d := newToy(t, scripts(cold, broken, broken, broken, cold, broken))
		mustApply(t, set, d.spec("a", minutely))
		stacks := func() int {
			n := 0
			for _, l := range log.take() {
				if strings.Contains(l, "poll.broken") {
					if !strings.Contains(l, `err="panic: a bug"`) || !strings.Contains(l, "hint=") {
						t.Errorf("a stack without what it is of: %s", l)
					}
					n++
				}
			}
			return n
		}
		for _, c := range []struct{ polls, want int }{{1, 0}, {2, 1}, {4, 0}, {5, 0}, {6, 1}, {20, 0}} {
			for d.polls() < c.polls {
				time.Sleep(time.Second)
			}
			synctest.Wait()
			if got := stacks(); got != c.want {
				t.Errorf("after poll %d: %d stacks, want %d", c.polls, got, c.want)
			}
		}
		last := status(t, set, "a").Last
		if got := last.Err.Error(); got != "panic: a bug" || last.Reason() != device.Internal {
			t.Errorf("the error that is kept: %s, %s", last.Reason(), got)
		}
	})
}

// A log that does not return must not hold up those who have nothing to tell.
func TestLogIsWrittenWithoutTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		set := newSet(Options{Log: (&logBook{}).logger()})
		set.log = slogTo(func() { <-stuck })
		d, other := newToy(t, cold), newToy(t, nil)
		mustApply(t, set, d.spec("a", minutely), other.spec("b", minutely))
		time.Sleep(10*time.Minute + time.Second)
		if other.polls() < 10 {
			t.Errorf("another device was asked %d times in ten minutes", other.polls())
		}
		page(t, set, Filter{})
		close(stuck)
		mustClose(t, set)
	})
}
