// Package homeplug is the device kind of HomePlug AV powerline adapters, those of
// Qualcomm Atheros and others. One device is one segment: an interface of this host,
// with all adapters that can be reached through it.
//
// A poll asks every adapter and ends when each has answered or was given up. The
// socket is opened for each poll and closed after it: that costs microseconds, finds
// an interface that was unplugged and came back, and leaves no stale answer behind.
package homeplug

import (
	"context"
	_ "embed"
	"errors"
	"log/slog"
	"slices"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/homeplug/hpav"
	"home_exporter/internal/metric"
)

const kindName = "homeplug"

//go:embed example.yaml
var example string

// Kind returns the device kind.
func Kind() *device.Kind {
	return &device.Kind{
		Name:     kindName,
		Summary:  "HomePlug AV powerline adapters",
		Example:  example,
		Section:  func() device.Section { return new(section) },
		Families: families,
		Flags: []device.Flag{
			{Name: "interface", Help: "Network interface that leads to the adapters; unix:/path is a segment on a datagram socket. Default: found by asking."},
			{Name: "destination", Help: "Who is asked first: a MAC address, local (default), all or broadcast."},
		},
		FromFlags: fromFlags,
		BuildInfo: "homeplug_exporter",
	}
}

// A segment is an interface with the adapters behind it.
type segment struct {
	settings *settings
	env      device.Env
	port     string                  // the interface in use; empty until one is chosen
	silent   int                     // polls in a row without an answer
	tried    string                  // interface at which the time of a search was over
	clients  map[string]*hpav.Client // by interface
}

func open(env device.Env, s *settings) (device.Device, error) {
	if env.Log == nil {
		env.Log = slog.New(slog.DiscardHandler)
	}
	return &segment{settings: s, env: env, port: s.port, clients: make(map[string]*hpav.Client)}, nil
}

// Close does nothing: no socket outlives its poll.
func (s *segment) Close() error { return nil }

// Poll asks every adapter of the segment.
func (s *segment) Poll(ctx context.Context, out *metric.Batch) error {
	adapters, err := s.survey(ctx)
	if len(adapters) == 0 {
		s.silent++
		if s.silent >= patience {
			s.port = s.settings.port // perhaps they are behind another one now
		}
		return explain(err, s)
	}
	s.silent = 0
	r := Reading{Adapters: adapters, Counts: s.clients[s.port].Counts()}
	r.add(out)
	return explain(err, s)
}

// errSpeechless is the error of a poll without a reading that is worth something.
var errSpeechless = errors.New("adapters are there, and none tells its networks")

// patience is after how many polls without an answer the interface is looked for anew.
const patience = 3

// survey asks the adapters behind the interface, and finds that first where none is
// configured: the first one behind which anybody answers.
func (s *segment) survey(ctx context.Context) ([]hpav.Adapter, error) {
	if s.port != "" {
		return s.ask(ctx, s.port)
	}
	ports, err := candidates()
	if err != nil {
		return nil, err
	}
	ports, s.tried = startAfter(ports, s.tried), ""
	var errs portErrors
	for _, port := range ports {
		adapters, err := s.ask(ctx, port)
		if len(adapters) > 0 {
			s.env.Log.Info("adapters found", "interface", port, "adapters", len(adapters))
			s.port = port
			return adapters, err
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			s.tried = port
			break
		}
		if device.ReasonOf(err) == device.Permission {
			break
		}
	}
	return nil, errs
}

// startAfter turns the list so that it begins behind one of its names, if it has that.
func startAfter(names []string, name string) []string {
	i := slices.Index(names, name) + 1
	return slices.Concat(names[i:], names[:i])
}

// ask asks the adapters behind one interface.
func (s *segment) ask(ctx context.Context, port string) ([]hpav.Adapter, error) {
	l, err := dial(port)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	// A segment that takes no frame, as a datagram socket that nobody reads, must not
	// hold up the poll for longer than it has.
	defer context.AfterFunc(ctx, func() { l.SetWriteDeadline(time.Unix(1, 0)) })()
	client := s.clients[port]
	if client == nil {
		o := s.settings.client
		o.Trace = s.env.Trace
		client = hpav.New(o)
		s.clients[port] = client
	}
	adapters, err := client.Survey(ctx, l, l.self)
	if err == nil && !slices.ContainsFunc(adapters, func(a hpav.Adapter) bool { return a.Answered }) {
		err = errSpeechless
	}
	if err != nil {
		err = &portError{port: port, err: err}
	}
	return adapters, err
}
