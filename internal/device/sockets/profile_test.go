package sockets

import (
	"math"
	"testing"
	"time"

	"home_exporter/internal/device/sockets/check"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestLearn(t *testing.T) {
	var s slot
	want := []float64{1, 0.5, 0.666667, 0.75, 0.6875, 0.765625}
	for i, x := range []float64{1, 0, 1, 1, 0.5, 1} {
		s.learn(x)
		if math.Abs(float64(s.p)-want[i]) > 1e-6 || int(s.n) != i+1 {
			t.Errorf("after week %d p = %v, n = %d, want %v, %d", i+1, s.p, s.n, want[i], i+1)
		}
	}
	s.n = math.MaxUint16
	s.learn(1)
	if s.n != math.MaxUint16 || s.p < 0 || s.p > 1 {
		t.Errorf("after the longest time p = %v, n = %d", s.p, s.n)
	}
}

// live lets the profile see hours that are up or not, one after the other.
func live(p *profile, from time.Time, hours int, isUp func(hour int) bool) time.Time {
	for h := range hours {
		next := from.Add(time.Hour)
		p.observe(from, next, isUp(h))
		from = next
	}
	return from
}

func TestDistance(t *testing.T) {
	p := profile{zone: time.UTC}
	if _, ok := p.distance(); ok {
		t.Error("a new profile has a distance")
	}
	night := func(h int) bool { return h%24 < 8 }
	now := live(&p, start, 7*24, night) // a week to learn from
	if d, ok := p.distance(); ok {
		t.Errorf("distance %v before any hour was expected to be something", d)
	}
	later := func(h int) bool { return 2 <= h%24 && h%24 < 10 }
	now = live(&p, now, 24, later)
	live(&p, now, 1, later) // ends the last hour
	if d, ok := p.distance(); !ok || math.Abs(d-4.0/24) > 1e-6 {
		t.Errorf("distance %v, %t, want 4/24: two hours missing, two more than expected", d, ok)
	}
	live(&p, now.Add(time.Hour), 8*24, func(h int) bool { return night(h + 1) })
	if d, _ := p.distance(); d > 0.25 {
		t.Errorf("distance %v after the old habit came back", d)
	}
}

func TestExpected(t *testing.T) {
	p := profile{zone: time.UTC}
	if _, ok := p.expected(start); ok {
		t.Error("something is expected before anything was seen")
	}
	p.observe(start, start.Add(45*time.Minute), true)
	p.observe(start.Add(45*time.Minute), start.Add(time.Hour), false)
	if _, ok := p.expected(start); ok {
		t.Error("an hour counts before it is over")
	}
	p.observe(start.Add(time.Hour), start.Add(61*time.Minute), true)
	if ratio, ok := p.expected(start.AddDate(0, 0, 7)); !ok || ratio != 0.75 {
		t.Errorf("expected %v, %t, want 0.75 a week later", ratio, ok)
	}
	if _, ok := p.expected(start.Add(time.Hour)); ok {
		t.Error("the hour after is expected to be something")
	}
}

func TestHoursThatCount(t *testing.T) {
	for _, tt := range []struct {
		name  string
		known time.Duration
		want  uint16
	}{
		{"a whole hour", time.Hour, 1},
		{"half an hour", 30 * time.Minute, 1},
		{"less than half", 30*time.Minute - 1, 0},
		{"nothing", 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := profile{zone: time.UTC}
			p.observe(start, start.Add(tt.known), true)
			p.observe(start.Add(5*time.Hour), start.Add(5*time.Hour+time.Minute), true)
			if got := p.slots[0].n; got != tt.want {
				t.Errorf("learned from %d weeks, want %d", got, tt.want)
			}
		})
	}
}

func TestNextUp(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return start.AddDate(0, 0, day).Add(clock(hour, minute)) }
	for _, tt := range []struct {
		name  string
		slots map[int]slot // by hour of the week
		now   time.Time
		isUp  bool
		want  time.Time // zero for none
	}{
		{name: "nothing known", now: at(0, 5, 0)},
		{name: "up now", now: at(0, 5, 3), isUp: true, want: at(0, 5, 3)},
		{name: "later today", slots: map[int]slot{8: {1, 2}}, now: at(0, 5, 3), want: at(0, 8, 0)},
		{name: "the first of several", slots: map[int]slot{8: {0.7, 9}, 9: {0.8, 2}, 10: {1, 9}}, now: at(0, 5, 3), want: at(0, 9, 0)},
		{name: "seen only once", slots: map[int]slot{8: {1, 1}}, now: at(0, 5, 3)},
		{name: "not often enough up", slots: map[int]slot{8: {0.79, 50}}, now: at(0, 5, 3)},
		{name: "the running hour is good", slots: map[int]slot{5: {1, 2}}, now: at(0, 5, 50), want: at(0, 5, 50)},
		{name: "the rest of it is too short", slots: map[int]slot{5: {1, 2}}, now: at(0, 5, 51), want: at(7, 5, 0)},
		{name: "the next hour, when the rest is too short", slots: map[int]slot{5: {1, 2}, 6: {1, 2}}, now: at(0, 5, 51), want: at(0, 6, 0)},
		{name: "over the end of the week", slots: map[int]slot{0: {1, 2}}, now: at(6, 23, 30), want: at(7, 0, 0)},
		{name: "six days ahead", slots: map[int]slot{4: {1, 2}}, now: at(0, 5, 30), want: at(7, 4, 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := profile{zone: time.UTC}
			for i, s := range tt.slots {
				p.slots[i] = s
			}
			got, ok := p.nextUp(tt.now, tt.isUp)
			if ok == tt.want.IsZero() || ok && !got.Equal(tt.want) {
				t.Errorf("got %v, %t, want %v", got, ok, tt.want)
			}
		})
	}
}

// clock is the time of day as a duration since midnight.
func clock(hour, minute int) time.Duration {
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
}

// TestHoursAreOfTheCalendar observes one hour, minute by minute, where clocks are set
// or zones are not a whole number of hours from UTC.
func TestHoursAreOfTheCalendar(t *testing.T) {
	const (
		monday = 0
		sunday = 6 * 24
	)
	for _, tt := range []struct {
		name, zone string
		from       time.Time // UTC
		minutes    int
		want       map[int]uint16 // weeks learned, by hour of the week
	}{
		{"winter", "Europe/Berlin", time.Date(2024, 1, 8, 6, 0, 0, 0, time.UTC), 121,
			map[int]uint16{monday + 7: 1, monday + 8: 1}},
		{"a clock set forward has no hour from 2 to 3", "Europe/Berlin", time.Date(2024, 3, 31, 0, 0, 0, 0, time.UTC), 181,
			map[int]uint16{sunday + 1: 1, sunday + 3: 1, sunday + 4: 1}},
		{"a clock set back has two", "Europe/Berlin", time.Date(2024, 10, 26, 23, 0, 0, 0, time.UTC), 241,
			map[int]uint16{sunday + 1: 1, sunday + 2: 2, sunday + 3: 1}},
		{"half an hour off", "Asia/Kolkata", time.Date(2024, 1, 7, 18, 30, 0, 0, time.UTC), 121,
			map[int]uint16{monday + 0: 1, monday + 1: 1}},
		{"a quarter off", "Asia/Kathmandu", time.Date(2024, 1, 7, 18, 15, 0, 0, time.UTC), 121,
			map[int]uint16{monday + 0: 1, monday + 1: 1}},
		{"set back by half an hour: the second half counts again", "Australia/Lord_Howe", time.Date(2024, 4, 6, 14, 0, 0, 0, time.UTC), 151,
			map[int]uint16{sunday + 1: 2, sunday + 2: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := profile{zone: zone(t, tt.zone)}
			for m := range tt.minutes {
				from := tt.from.Add(time.Duration(m) * time.Minute)
				p.observe(from, from.Add(time.Minute), true)
			}
			p.observe(tt.from.Add(100*time.Hour), tt.from.Add(100*time.Hour+time.Minute), false) // ends the last hour
			for i, s := range p.slots {
				if s.n != tt.want[i] {
					t.Errorf("hour %d of the week was learned from %d times, want %d", i, s.n, tt.want[i])
				}
				if s.n > 0 && s.p != 1 {
					t.Errorf("hour %d of the week has availability %v, want 1", i, s.p)
				}
			}
		})
	}
}

// TestObserveInParts finds the same profile whether time comes in one piece or many.
func TestObserveInParts(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	whole, parts := profile{zone: berlin}, profile{zone: berlin}
	end := start.AddDate(0, 6, 0) // over both changes of the clock
	whole.observe(start, end, true)
	for from := start; from.Before(end); {
		to := from.Add(17 * time.Minute)
		if to.After(end) {
			to = end
		}
		parts.observe(from, to, true)
		from = to
	}
	if whole != parts {
		t.Error("the profiles differ")
	}
}

// TestProfileOfAGap counts of a long gap the interval after the last check, and no more.
func TestProfileOfAGap(t *testing.T) {
	s := newTestSocket(t, full)
	s.settings.interval = 50 * time.Minute
	play(s, []step{{0, "up"}, {5 * 3600, "up"}, {5*3600 + 60, "up"}})
	p := &s.history.more.profile
	for hour := range 24 {
		want := uint16(0)
		if hour == 0 {
			want = 1
		}
		if p.slots[hour].n != want {
			t.Errorf("hour %d was learned from %d times, want %d", hour, p.slots[hour].n, want)
		}
	}
}

// TestProfileOfASocket lets a meter that is up from midnight to eight live for three
// weeks, checked every ten seconds but in its downtime.
func TestProfileOfASocket(t *testing.T) {
	s := newTestSocket(t, full)
	var b book
	var last Reading
	for second := 0; second <= 15*24*3600+9*3600; second += 10 {
		hour := second / 3600 % 24
		switch {
		case hour >= 20:
			last = Reading{At: after(float64(second))}
			s.history.rest(last.At, s.settings.interval)
			continue
		case hour < 8:
			last = reading(float64(second), check.ClassOK)
		default:
			last = reading(float64(second), check.ClassTimeout)
		}
		s.history.record(last, s.settings.interval)
	}
	b.file(t, s, last)
	got := b.values(t, last.At)
	for series, want := range map[string]float64{
		"connection_status_availability_expected_ratio when=now":  0,
		"connection_status_availability_expected_ratio when=next": 0,
		"connection_status_next_expected_up_timestamp_seconds":    float64(start.AddDate(0, 0, 16).Unix()),
		"connection_status_profile_distance":                      0,
	} {
		if v, ok := got[series]; !ok || math.Abs(v-want) > 0.01 {
			t.Errorf("%s is %v (there: %t), want %v", series, v, ok, want)
		}
	}
	for _, hour := range []int{20, 23} {
		if n := s.history.more.profile.slots[hour].n; n != 0 {
			t.Errorf("hour %d, in the downtime, was learned from %d weeks", hour, n)
		}
	}
}
