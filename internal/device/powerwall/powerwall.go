// Package powerwall is the device kind of the Tesla Powerwall, read through the local
// API of its gateway.
//
// A poll reads one document after the other over one connection. Each is taken for
// itself: one that cannot be had costs its own readings and no others, and one that
// this firmware does not have is remembered. The gateway locks out who logs in too
// often, so there is one login, and none for minutes after a refused one.
package powerwall

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/metric"
)

const kindName = "powerwall"

//go:embed example.yaml
var example string

// Kind returns the device kind.
func Kind() *device.Kind {
	return &device.Kind{
		Name:     kindName,
		Summary:  "Tesla Powerwall through its gateway",
		Example:  example,
		Section:  func() device.Section { return new(section) },
		Families: families,
		Flags: []device.Flag{
			{Name: "gateway-address", Help: "Name or address of a Powerwall gateway."},
			{Name: "login-email", Help: "E-mail address for the login; gateways take any."},
			{Name: "login-password", Help: "Password of the gateway's login. The environment or --powerwall.login-password-file keep it out of the list of processes."},
			{Name: "login-password-file", Help: "File with the password of the gateway's login."},
			{Name: "tls-cert-file", Help: "Certificate of the gateway, as fetch-cert stores it."},
		},
		FromFlags: fromFlags,
	}
}

// A site is one gateway that is asked.
type site struct {
	settings *settings
	client   *gateway.Client
	states   map[string]*docState // by path
	reading  Reading
	energies energies
	tedapi   *tedapiSource // nil for none
	meters   []document    // of the categories that the aggregates had last
}

// A docState is what is remembered of one document.
type docState struct {
	asked, ok bool
	absent    bool // this gateway does not have it, or does not let us read it
	due       time.Time
	took      time.Duration
	err       error
	errors    map[gateway.Class]uint64
}

func open(env device.Env, s *settings) (device.Device, error) {
	o := s.client
	o.Trace = env.Trace
	o.TLS = s.trust.config()
	if s.trust.blind() && env.Log != nil {
		env.Log.Warn("the gateway's certificate is not checked; tls_cert_file pins it, and the command fetch-cert stores it")
	}
	client := gateway.New(o)
	return &site{
		settings: s, client: client, states: make(map[string]*docState), energies: make(energies),
		tedapi: openTEDAPI(env, s, client, o),
	}, nil
}

// goodbye bounds what Close waits for the logout.
const goodbye = time.Second

// Close logs out.
func (s *site) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	s.tedapi.Close(ctx)
	s.client.Close(ctx)
	return nil
}

// Poll reads the documents that are due.
func (s *site) Poll(ctx context.Context, out *metric.Batch) error {
	now := time.Now()
	round := s.client.Round()
	fresh, over := 0, false
	var first, last error // of the documents that could not be had
	for todo := slicesOf(documents, s.settings.extra); len(todo) > 0; {
		d := &todo[0]
		todo = todo[1:]
		if st := s.state(d.path); !now.Before(st.due) {
			err := ctx.Err()
			if over = over || round.Away() || err != nil; over {
				first, last = cmp.Or(first, err), cmp.Or(last, err)
				s.skip(d, st, last)
			} else if err = s.read(ctx, round, d, st, now); err == nil {
				fresh++
			} else if errors.Is(err, context.Canceled) {
				return err
			} else {
				over = classOf(err) == gateway.ClassPin
				first, last = telling(first, err), err
			}
		}
		if d.path == aggregatesPath {
			todo = append(s.meterDocuments(), todo...)
		}
	}
	read, err := s.pollTEDAPI(ctx, round, now)
	if errors.Is(err, context.Canceled) {
		return err
	}
	if err != nil {
		first = telling(first, err)
	}
	if fresh += read; fresh == 0 {
		return s.explain(first)
	}
	s.add(out, now)
	return s.explainSome(s.complaints(), now)
}

// telling returns the first of two errors, unless it says only that this gateway does
// not have a document.
func telling(first, err error) error {
	if first == nil || absent(first) && !absent(err) {
		return err
	}
	return first
}

// absent reports whether this gateway does not have the document, or does not let us
// read it.
func absent(err error) bool {
	class := classOf(err)
	return class == gateway.ClassMissing || class == gateway.ClassDenied
}

// slicesOf returns the documents to read.
func slicesOf(all []document, extra bool) []document {
	var some []document
	for _, d := range all {
		if extra || !d.extra {
			some = append(some, d)
		}
	}
	return some
}

func (s *site) state(path string) *docState {
	st := s.states[path]
	if st == nil {
		st = &docState{errors: make(map[gateway.Class]uint64)}
		s.states[path] = st
	}
	return st
}

// slack is how much earlier than due a document is read: polls do not come to the
// second.
const slack = 5 * time.Second

// read reads one document and notes how that went. Its errors are of type *docError, or
// that of a canceled ctx.
func (s *site) read(ctx context.Context, round *gateway.Round, d *document, st *docState, now time.Time) error {
	began := time.Now()
	err := d.read(ctx, round, &s.reading)
	st.took = time.Since(began)
	if err == nil {
		st.asked, st.ok, st.absent, st.err = true, true, false, nil
		if d.every > 0 {
			st.due = now.Add(d.every - slack)
		}
		return nil
	}
	d.drop(&s.reading)
	var e *gateway.Error
	if !errors.As(err, &e) {
		return err
	}
	st.asked, st.ok, st.absent = true, false, absent(err)
	st.err = &docError{d.label(), err}
	if !st.absent || e.Status != 0 {
		st.errors[e.Class]++ // what is only remembered has been counted
	}
	return st.err
}

// skip gives a document up that is due and was not asked for, because of another one.
func (s *site) skip(d *document, st *docState, cause error) {
	d.drop(&s.reading)
	if st.absent {
		return
	}
	var of *docError
	if errors.As(cause, &of) {
		cause = of.err
	}
	st.ok, st.err = false, &docError{d.label(), cause}
}

// A docError says which document it was.
type docError struct {
	label string
	err   error
}

func (e *docError) Error() string { return e.label + ": " + e.err.Error() }

func (e *docError) Unwrap() error { return e.err }
