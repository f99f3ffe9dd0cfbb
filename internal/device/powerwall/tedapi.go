package powerwall

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/device/powerwall/tedapi"
)

// A tedapiSource asks for what the local API does not tell.
type tedapiSource struct {
	client *tedapi.Client
	own    *gateway.Client // nil where the client of the local API carries it
	every  time.Duration
	due    time.Time
}

// A tedapiReading is what is known through TEDAPI.
type tedapiReading struct {
	System     *tedapi.SystemInfo
	Networks   []tedapi.Network
	Config     *tedapi.SiteConfig
	Controller *tedapi.Controller
	Units      map[string]*tedapi.Unit // Powerwall 3, by DIN
}

// openTEDAPI returns the source, nil for none. Where the address is that of the local
// API, it shares the connection.
func openTEDAPI(env device.Env, s *settings, shared *gateway.Client, o gateway.Options) *tedapiSource {
	t := s.tedapi
	if t == nil {
		return nil
	}
	source := &tedapiSource{every: t.every}
	carrier := shared
	if t.address != "" && t.address != o.Address {
		o.Address = t.address
		o.RetryTimeout = 0
		source.own = gateway.New(o)
		carrier = source.own
	}
	source.client = tedapi.New(tedapi.Options{
		Exchange: carrier.Exchange, Password: t.password, Key: t.key, Queries: t.queries,
	})
	if len(t.queries) == 0 && env.Log != nil {
		env.Log.Info("tedapi has no query_file: it tells firmware, networks and configuration, and no live readings")
	}
	return source
}

// Close logs out, where there is a connection of its own.
func (t *tedapiSource) Close(ctx context.Context) {
	if t != nil && t.own != nil {
		t.own.Close(ctx)
	}
}

// tedapiConfigPath names the document that tells the units.
const tedapiConfigPath = "tedapi/config"

// documents are what to ask the gateway itself for. Their paths are names for metrics
// and errors.
func (t *tedapiSource) documents() []document {
	all := []document{
		asked("tedapi/system_info", slowly, t.client.SystemInfo, func(r *tedapiReading) **tedapi.SystemInfo { return &r.System }),
		asked(tedapiConfigPath, slowly, t.client.SiteConfig, func(r *tedapiReading) **tedapi.SiteConfig { return &r.Config }),
		asked("tedapi/networks", slowly, t.client.Networks, func(r *tedapiReading) *[]tedapi.Network { return &r.Networks }),
	}
	if t.client.HasController() {
		all = append(all, asked("tedapi/controller", 0, t.client.Controller, func(r *tedapiReading) **tedapi.Controller { return &r.Controller }))
	}
	return all
}

// asked is something that TEDAPI tells.
func asked[T any](path string, every time.Duration, ask func(context.Context) (T, error), field func(*tedapiReading) *T) document {
	return document{
		path: path, extra: true, every: every,
		read: func(ctx context.Context, _ *gateway.Round, r *Reading) error {
			v, err := ask(ctx)
			if err == nil {
				*field(&r.TEDAPI) = v
			}
			return alone(err)
		},
		drop: func(r *Reading) { *field(&r.TEDAPI) = *new(T) },
	}
}

// maxUnits bounds the requests for components in one poll. Sites have up to four units.
const maxUnits = 16

// unitPrefix begins the paths of what units tell.
const unitPrefix = "tedapi/components/"

// units are the documents of the units that can be asked.
func (t *tedapiSource) units(c *tedapi.SiteConfig) []document {
	if c == nil || !t.client.HasComponents() {
		return nil
	}
	units := some(c.Units(), maxUnits)
	single := len(units) == 1
	var all []document
	for _, b := range t.client.Reachable(units) {
		all = append(all, document{
			path: unitPrefix + b.DIN, extra: true,
			read: func(ctx context.Context, _ *gateway.Round, r *Reading) error {
				u, err := t.client.Unit(ctx, b, single)
				if err == nil {
					if r.TEDAPI.Units == nil {
						r.TEDAPI.Units = make(map[string]*tedapi.Unit)
					}
					r.TEDAPI.Units[b.DIN] = u
				}
				return alone(err)
			},
			drop: func(r *Reading) { delete(r.TEDAPI.Units, b.DIN) },
		})
	}
	return all
}

// alone keeps an error from asking for patience with the local API too.
func alone(err error) error {
	var e *gateway.Error
	if !errors.As(err, &e) || e.RetryAfter == 0 {
		return err
	}
	patient := *e
	patient.RetryAfter = 0
	return &patient
}

// jitter is the part of an interval by which polls may come early.
const jitter = 10

// pollTEDAPI reads what is due through TEDAPI. It returns how much was read, and the
// first error.
func (s *site) pollTEDAPI(ctx context.Context, round *gateway.Round, now time.Time) (fresh int, first error) {
	t := s.tedapi
	if t == nil || now.Before(t.due) {
		return 0, nil
	}
	t.due = now.Add(t.every - t.every/jitter)
	var stopped error // why nothing more is asked for
	if t.own == nil && round.Away() {
		stopped = errAway
	}
	late := 0
	read := func(list []document) {
		for i := range list {
			d := &list[i]
			st := s.state(d.path)
			switch {
			case now.Before(st.due):
				continue
			case stopped != nil || ctx.Err() != nil:
				s.skip(d, st, cmp.Or(stopped, ctx.Err()))
				continue
			}
			err := s.read(ctx, round, d, st, now)
			if err == nil {
				fresh++
				continue
			}
			st.absent = false // it was asked for by name
			if first == nil {
				first = err
			}
			if classOf(err) == gateway.ClassTimeout {
				late++
			}
			if hopeless(err) || late > 1 {
				stopped = err
			}
		}
	}
	read(t.documents())
	s.forgetUnits()
	read(t.units(s.reading.TEDAPI.Config))
	return fresh, first
}

// forgetUnits drops what is known of units that the configuration does not have any
// more.
func (s *site) forgetUnits() {
	known := make(map[string]bool)
	c := s.reading.TEDAPI.Config
	if c != nil {
		for _, b := range c.Units() {
			known[b.DIN] = true
		}
	}
	maps.DeleteFunc(s.reading.TEDAPI.Units, func(din string, _ *tedapi.Unit) bool { return !known[din] })
	if c == nil {
		return // it is not known which ones there are
	}
	maps.DeleteFunc(s.states, func(path string, _ *docState) bool {
		din, ok := strings.CutPrefix(path, unitPrefix)
		return ok && !known[din]
	})
}

// errAway is why TEDAPI is not asked when the local API at the same address is away.
var errAway = &gateway.Error{Class: gateway.ClassConnect, Err: errors.New("not asked, because the gateway is away")}

// hopeless reports whether nothing else can be had through TEDAPI now.
func hopeless(err error) bool {
	var e *gateway.Error
	if errors.As(err, &e) && e.Login {
		return true
	}
	switch classOf(err) {
	case gateway.ClassConnect, gateway.ClassTLS, gateway.ClassPin, gateway.ClassAuth, gateway.ClassLimited:
		return true
	}
	return errors.Is(err, context.Canceled)
}

// lacks reports whether the gateway does not have the document at all, or does not let
// this login read it.
func (s *site) lacks(path string) bool {
	st := s.states[path]
	return st != nil && st.absent
}
