package sockets

import (
	"math"
	"time"
)

// hoursOfWeek is the number of slots of a profile, Monday 00:00 first.
const hoursOfWeek = 7 * 24

const (
	// profileGain is the least weight that a new hour has against what was learned
	// before: a changed habit is learned within a few weeks.
	profileGain = 0.25
	// An hour counts when at least half of it is known.
	profileKnown = time.Hour / 2
	// distanceHours is over how many hours the distance from the profile is averaged.
	distanceHours = 24
	// A coming hour is expected to be good when it was up this often, at least twice.
	expectRatio = 0.8
	expectWeeks = 2
	// restOfSlot is how much of a running hour must be left to wait for it.
	restOfSlot = 10 * time.Minute
)

// A profile is the availability of a socket by hour of the week, as learned since
// the program began. It answers when a device that sleeps can be reached.
type profile struct {
	zone  *time.Location
	slots [hoursOfWeek]slot
	// The hour that runs:
	hour      time.Time // its beginning, zero before the first observation
	up, known time.Duration
	// Distances of the last known hours from what was expected, a ring.
	distances [distanceHours]float32
	measured  int // how many hours have been written to the ring, ever
}

// A slot is what was learned of one hour of the week.
type slot struct {
	p float32 // availability, 0 to 1
	n uint16  // weeks learned from
}

// slotOf is the hour of the week of t, Monday 00:00 being 0.
func (p *profile) slotOf(t time.Time) int {
	t = t.In(p.zone)
	return (int(t.Weekday())+6)%7*24 + t.Hour()
}

// hourOf is the beginning of the clock hour of t. Zones may be off by half hours.
func (p *profile) hourOf(t time.Time) time.Time {
	t = t.In(p.zone)
	into := time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	return t.Round(0).Add(-into) // on the wall clock: hours are of the calendar
}

// observe notes that the socket was up, or down, from one moment to another.
func (p *profile) observe(from, to time.Time, up bool) {
	for from.Before(to) {
		hour := p.hourOf(from)
		if !hour.Equal(p.hour) {
			p.finish()
			p.hour, p.up, p.known = hour, 0, 0
		}
		end := hour.Add(time.Hour)
		if to.Before(end) {
			end = to
		}
		part := end.Sub(from)
		p.known += part
		if up {
			p.up += part
		}
		from = end
	}
}

// finish learns from the hour that has run.
func (p *profile) finish() {
	if p.hour.IsZero() || p.known < profileKnown {
		return
	}
	x := p.up.Seconds() / p.known.Seconds()
	s := &p.slots[p.slotOf(p.hour)]
	if s.n > 0 {
		p.distances[p.measured%distanceHours] = float32(math.Abs(x - float64(s.p)))
		p.measured++
	}
	s.learn(x)
}

// learn brings the availability x of one more week into the slot: the mean of all
// weeks at first, later one that forgets.
func (s *slot) learn(x float64) {
	gain := max(profileGain, 1/(float64(s.n)+1))
	s.p += float32(gain * (x - float64(s.p)))
	if s.n < math.MaxUint16 {
		s.n++
	}
}

// expected returns the availability learned for the hour of t.
func (p *profile) expected(t time.Time) (ratio float64, ok bool) {
	s := p.slots[p.slotOf(t)]
	return float64(s.p), s.n > 0
}

// nextUp returns when the socket can next be expected to be up: now when it is, else
// the beginning of the first hour of the coming week that was good before.
func (p *profile) nextUp(now time.Time, isUp bool) (time.Time, bool) {
	if isUp {
		return now, true
	}
	hour := p.hourOf(now)
	first := 0
	if hour.Add(time.Hour).Sub(now) < restOfSlot {
		first = 1
	}
	for i := first; i < first+hoursOfWeek; i++ {
		t := hour.Add(time.Duration(i) * time.Hour)
		if s := p.slots[p.slotOf(t)]; s.n >= expectWeeks && s.p >= expectRatio {
			if i == 0 {
				return now, true
			}
			return t, true
		}
	}
	return time.Time{}, false
}

// distance is how far the last known hours were from what was expected, 0 to 1.
func (p *profile) distance() (float64, bool) {
	n := min(p.measured, distanceHours)
	if n == 0 {
		return 0, false
	}
	sum := 0.0
	for _, d := range p.distances[:n] {
		sum += float64(d)
	}
	return sum / float64(n), true
}
