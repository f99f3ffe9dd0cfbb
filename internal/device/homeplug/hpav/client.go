package hpav

import (
	"bytes"
	"context"
	"net"
	"slices"
	"time"
)

// Options is what a client asks for and how patiently.
type Options struct {
	// Destination is who is asked first: Local, Broadcast or one adapter. All others
	// are found through it.
	Destination MAC
	// Others looks for adapters of other makers too, by standard messages and those of
	// Broadcom, to everybody on the mains.
	Others bool
	// Statistics, Details and ToneMaps are the least time between two readings of link
	// counters, of attributes and neighbours, and of tone maps; zero leaves them out.
	Statistics, Details, ToneMaps time.Duration
	// Patience is how long an answer may take before the request is repeated, once.
	Patience time.Duration
	// Gap is left between two requests to one adapter.
	Gap time.Duration
	// Settle is how long a survey that looks for unknown adapters waits for the first
	// word of one more; Rediscover is how often one looks.
	Settle, Rediscover time.Duration
	// Forget is after what time an adapter that neither answers nor is listed is
	// forgotten.
	Forget time.Duration
	Trace  func(format string, args ...any)
}

// Defaults returns what serves most networks. 500 ms: remote adapters on a busy line
// take longer than 100 ms, and serock/pla-util found 250 ms too short.
func Defaults() Options {
	return Options{
		Destination: Local,
		Others:      true,
		Statistics:  5 * time.Minute,
		Details:     5 * time.Minute,
		Patience:    500 * time.Millisecond,
		Gap:         10 * time.Millisecond,
		Settle:      250 * time.Millisecond,
		Rediscover:  10 * time.Minute,
		Forget:      time.Hour,
	}
}

// A Client knows the adapters of one segment from survey to survey. It is not safe
// for concurrent use.
type Client struct {
	options    Options
	adapters   map[MAC]*Adapter
	counts     Counts
	discovered time.Time // when unknown adapters were last looked for; zero: at once
}

// New returns a client that knows no adapter.
func New(o Options) *Client {
	return &Client{options: o, adapters: make(map[MAC]*Adapter), counts: Counts{Received: make(map[Verdict]uint64)}}
}

// Survey asks every adapter of the segment, over conn, which carries whole frames to
// and from the interface with the address self; WriteTo is called without an address,
// which is in the frame. It ends as soon as all have answered or were given up, and
// returns them in the order of their addresses. The error is a SilentError when none
// said a word, that of conn, or that of ctx; adapters that answered before are returned
// beside it. Who told no networks, as a boot loader does, is returned without Answered.
func (c *Client) Survey(ctx context.Context, conn net.PacketConn, self MAC) ([]Adapter, error) {
	s := newSurvey(c, conn, self)
	err := s.run(ctx)
	c.settle(s)
	switch {
	case !s.anybody && err == nil:
		return nil, &SilentError{Destination: c.options.Destination}
	case !s.anybody:
		return nil, err
	}
	var all []Adapter
	for _, a := range c.adapters {
		all = append(all, a.snapshot())
	}
	slices.SortFunc(all, func(a, b Adapter) int { return bytes.Compare(a.MAC[:], b.MAC[:]) })
	return all, err
}

// settle draws the conclusions from a survey.
func (c *Client) settle(s *survey) {
	c.discovered = s.discovered()
	for mac, a := range c.adapters {
		d := s.dialogs[mac]
		switch {
		case a.Answered:
			a.missed = 0
			a.skipIgnored(d.ignored, s.now)
			a.dropOld(&c.options, s.now)
			a.prune()
			if s.askedLocals() {
				a.settleLocal(d.local)
			}
		case s.now.Sub(a.seen) > c.options.Forget:
			delete(c.adapters, mac)
		case d.failed > 0, d.waiting != nil && !d.heard: // also when the survey was cut short
			a.missed++
		}
	}
}
