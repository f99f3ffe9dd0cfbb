package hpav

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestSendingFails(t *testing.T) {
	for _, cause := range []error{syscall.ENETDOWN, syscall.ENXIO} {
		synctest.Test(t, func(t *testing.T) {
			g, _ := house(t, 2, 3*millisecond)
			c := New(only())
			for range 3 {
				g.refuses = cause
				all, took, err := g.survey(c)
				if !errors.Is(err, cause) || !strings.Contains(err.Error(), "software_version") && !strings.Contains(err.Error(), "network_info_1") || len(all) > 0 {
					t.Errorf("%v, error %v", all, err)
				}
				if took > 10*millisecond {
					t.Errorf("it took %s", took)
				}
				g.refuses = nil
				all, _ = g.mustSurvey(c)
				checkHouse(t, all, 2)
				time.Sleep(time.Minute)
			}
			// That is not the adapters' fault.
			if n := c.Counts(); n.Timeouts != [MessageCount]uint64{} {
				t.Errorf("counts %+v", n)
			}
		})
	}
}

func TestReadingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 3, 3*millisecond)
		g.stations[1].delay = 300 * millisecond
		time.AfterFunc(100*millisecond, func() { g.fail(syscall.ENETDOWN) })
		c := New(only())
		all, took, err := g.survey(c)
		if !errors.Is(err, syscall.ENETDOWN) || took != 100*millisecond || !of(t, all, tri).Answered || of(t, all, two).Answered {
			t.Errorf("adapters %+v, error %v, in %s", all, err, took)
		}
		// One that was pending from before the survey is no reason to give up.
		g.fail(nil)
		time.Sleep(time.Minute)
		all, _ = g.mustSurvey(c)
		checkHouse(t, all, 3)
	})
}

// pending fails once, as a socket does whose interface was down meanwhile.
type pending struct {
	*segment
	err error
}

func (p *pending) ReadFrom(b []byte) (n int, _ net.Addr, err error) {
	if err, p.err = p.err, nil; err != nil {
		return 0, nil, err
	}
	return p.segment.ReadFrom(b)
}

func TestPendingError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 2, 3*millisecond)
		all, err := New(only()).Survey(context.Background(), &pending{g, syscall.ENETDOWN}, host)
		if err != nil {
			t.Fatal(err)
		}
		checkHouse(t, all, 2)
	})
}

// noDeadline is a connection from which the reader could not be called back.
type noDeadline struct{ *segment }

func (noDeadline) SetReadDeadline(time.Time) error { return errors.ErrUnsupported }

func TestNoDeadline(t *testing.T) {
	g := newSegment(t)
	if _, err := New(only()).Survey(context.Background(), noDeadline{g}, host); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("error %v", err)
	}
}

// A deadline in the midst of a survey leaves what has answered.
func TestContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 3, 3*millisecond)
		g.stations[2].delay = 400 * millisecond
		ctx, cancel := context.WithTimeout(t.Context(), 200*millisecond)
		defer cancel()
		c := New(only())
		begun := time.Now()
		all, err := c.Survey(ctx, g, host)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != 200*millisecond {
			t.Errorf("error %v after %s", err, time.Since(begun))
		}
		if !of(t, all, one).Answered || !of(t, all, two).Answered || of(t, all, tri).Answered {
			t.Errorf("adapters %+v", all)
		}
		time.Sleep(time.Minute)
		all, _ = g.mustSurvey(c)
		checkHouse(t, all, 3)

		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		g.clear()
		if all, err := c.Survey(ctx, g, host); !errors.Is(err, context.Canceled) || len(all) > 0 || len(g.requests) > 0 {
			t.Errorf("%v, error %v, %d requests", all, err, len(g.requests))
		}
	})
}

// Who reads while a survey is done must not find its deadline.
func TestDeadlineIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 2, 3*millisecond)
		g.mustSurvey(New(only()))
		if !g.deadline.IsZero() {
			t.Errorf("the deadline is %s", g.deadline)
		}
	})
}

func TestSnapshotsDoNotChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 2, 3*millisecond)
		o := Defaults()
		o.Statistics = time.Second
		c := New(o)
		before, _ := g.mustSurvey(c)
		plugs[0].rates[two] = rate{5, 6}
		plugs[0].tei = 77
		time.Sleep(time.Minute)
		g.mustSurvey(c)
		checkHouse(t, before, 2)
		if got := before[0].Stats[two].TX.Acked; got != 1 {
			t.Errorf("the counter has become %d", got)
		}
		if n := c.Counts(); n.Received[Accepted] == 0 {
			t.Error("nothing was counted")
		} else {
			n.Received[Accepted] = 0
			if c.Counts().Received[Accepted] == 0 {
				t.Error("who changes counts changes the client's")
			}
		}
	})
}

func TestTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 1, 3*millisecond)
		var lines []string
		c := New(only(func(o *Options) { o.Trace = func(format string, args ...any) { lines = append(lines, format) } }))
		g.mustSurvey(c)
		if len(lines) != 4 {
			t.Errorf("%d lines, want 2 requests and 2 answers: %q", len(lines), lines)
		}
	})
}
