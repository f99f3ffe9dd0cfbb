package hpav

import (
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestSilentError(t *testing.T) {
	var err error = &SilentError{Destination: Broadcast}
	if !errors.Is(err, ErrSilent) || errors.Is(err, errMalformed) {
		t.Error("a SilentError is not ErrSilent")
	}
	if got := home.String(); got != "52:de:ad:be:ef:00:01" {
		t.Errorf("the network is %s", got)
	}
}

// Nonsense makes no adapter, nor does it undo what was told.
func TestMalformedStrays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 2, 3*millisecond)
		g.stations[1].delay = 50 * millisecond
		g.later(5*millisecond, reply(SoftwareVersion, plugMAC(9), 1)) // it refuses
		g.later(20*millisecond,
			reply(SoftwareVersion, one, 1),             // a duplicate
			reply(NetworkInfo1, plugMAC(9)),            // nobody was asked that
			reply(NetworkInfo1, one, 0, 0, 0, 0, 0, 9)) // nine networks of zeros
		c := New(only())
		all, _ := g.mustSurvey(c)
		checkHouse(t, all, 2)
		if a := of(t, all, one); a.Version == nil || a.Version.Chip != "QCA7420" {
			t.Errorf("version %+v", a.Version)
		}
		if got := c.Counts().Received; got[Malformed] != 3 || got[Unexpected] != 1 {
			t.Errorf("received %v", got)
		}
	})
}

// Only the one that was asked can refuse, and only what it was asked.
func TestStrayErrorIndications(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 1, 50*millisecond)
		refusal := func(from MAC, m Message) []byte {
			f := forms[m]
			b := reply(StationCapability, from, 0, f.mmv, byte(f.mmtype), byte(f.mmtype>>8), 0, 0)
			b[15], b[16] = 0x46, 0x60
			return b
		}
		cut := refusal(one, NetworkInfo1)[:21]
		// The first question is answered after 50 ms, the second is on its way at 60 ms.
		g.later(60*millisecond, refusal(one, HumanID), refusal(two, NetworkInfo1), refusal(one, NetworkInfo0), cut)
		c := New(only())
		all, _ := g.mustSurvey(c)
		checkHouse(t, all, 1)
		if got := c.Counts().Received; got[Unexpected] != 4 || got[Accepted] != 2 {
			t.Errorf("received %v", got)
		}
	})
}

// What came before the interface went is taken.
func TestFramesBeforeAnError(t *testing.T) {
	for range 20 { // whichever of the two is seen first
		synctest.Test(t, func(t *testing.T) {
			g, plugs := house(t, 2, 3*millisecond)
			g.stations[1].deaf = true
			time.AfterFunc(100*millisecond, func() {
				g.deliver(reply(NetworkInfo1, one, plugs[0].entry(NetworkInfo1, nil)...))
				g.fail(syscall.ENETDOWN)
			})
			c := New(only())
			_, _, err := g.survey(c)
			if got := c.Counts().Received; !errors.Is(err, syscall.ENETDOWN) || got[Duplicate] != 1 {
				t.Errorf("error %v, received %v", err, got)
			}
		})
	}
}

// An answer that comes between two tries is one.
func TestAnswerBetweenTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := house(t, 1, 30*millisecond)
		c := New(only(func(o *Options) { o.Patience, o.Gap, o.Settle = 20*millisecond, 40*millisecond, 0 }))
		all, _ := g.mustSurvey(c)
		checkHouse(t, all, 1)
		n := c.Counts()
		if n.Timeouts[NetworkInfo1] != 1 || n.Repeats[NetworkInfo1] != 0 || n.Received[Accepted] < 2 {
			t.Errorf("counts %+v", n)
		}
	})
}

// A boot loader tells its name and nothing else: it is there, and costs one try
// of each kind.
func TestBootLoader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, plugs := house(t, 1, 3*millisecond)
		knows := plugs[0].knows
		plugs[0].knows = knows[:1]
		c := New(only())
		all, _ := g.mustSurvey(c)
		if a := of(t, all, one); a.Answered || a.Version == nil || a.Networks != nil {
			t.Errorf("%+v", a)
		}
		for range 4 {
			time.Sleep(30 * time.Second)
			g.clear()
			if _, took, err := g.survey(c); err != nil || took > 1020*millisecond || len(g.requests) > 3 {
				t.Errorf("%d requests in %s, error %v", len(g.requests), took, err)
			}
		}
		plugs[0].knows = knows[:2] // MMV 0 only
		for range 2 {
			time.Sleep(30 * time.Second)
			all, _ = g.mustSurvey(c)
		}
		if !of(t, all, one).Answered {
			t.Error("it has not told its networks")
		}
	})
}
