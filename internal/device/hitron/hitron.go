// Package hitron is the device kind of Hitron's DOCSIS cable modems: the CODA-56 and
// its siblings.
//
// A modem serves a handful of pages, and its web server is fragile: parallel requests
// wedge it, and some firmware restarts after a few hundred fetches of the OFDM page.
// So there is one request at a time, with a gap between two; the pages that change
// slowly are asked for at a slower pace and kept in between; and the OFDM page has a
// budget, whatever the configured interval. A page that cannot be had costs its own
// readings and no others.
package hitron

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/hitron/coda"
	"home_exporter/internal/metric"
)

const kindName = "hitron"

//go:embed example.yaml
var example string

// Kind returns the device kind.
func Kind() *device.Kind {
	return &device.Kind{
		Name:     kindName,
		Summary:  "Hitron CODA cable modems",
		Example:  example,
		Section:  func() device.Section { return new(section) },
		Families: families,
		Flags: []device.Flag{{
			Name: "address",
			Help: "Address of a cable modem, such as 192.168.100.1 or http://192.168.0.1; several are separated by commas.",
			Env:  []string{"MODEM_IP"},
		}},
		FromFlags: fromFlags,
		Probe:     probe,
	}
}

// minPause is the least time between two polls that really ask: Prometheus may ask us
// as often as it likes. A tenth less will do, because polls do not come to the moment.
const minPause = 5 * time.Second

// A modem is one modem that is asked.
type modem struct {
	settings  *settings
	client    *coda.Client
	now       func() time.Time
	endpoints [coda.PageCount]endpoint
	log       *slog.Logger // may be nil
	polled    time.Time    // start of the last poll that the modem has answered, or failed to
	failure   error        // of that poll, where it brought nothing
	reading   Reading
	history   history
}

func open(env device.Env, s *settings) (device.Device, error) {
	m := &modem{settings: s, now: time.Now, log: env.Log, history: newHistory(s)}
	o := s.client
	o.Trace = env.Trace
	o.Spend = func() error { return env.Spend(ofdmBudget) }
	o.TLS = s.trust.config()
	if s.trust.blind() && env.Log != nil {
		env.Log.Warn("the modem's certificate is not checked; tls_cert_file pins it, and the command fetch-cert stores it")
	}
	m.client = coda.New(o)
	return m, nil
}

// goodbye bounds what Close waits for the modem to end a session.
const goodbye = 2 * time.Second

// Close ends the session at the modem. One that is away need not hear of it: the
// session ends by itself.
func (m *modem) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	_ = m.client.Close(ctx)
	return nil
}

// Poll asks for the pages that are due.
func (m *modem) Poll(ctx context.Context, out *metric.Batch) error {
	if now := m.now(); now.Sub(m.polled) >= minPause-minPause/10 {
		err := explain(m.ask(ctx, now), m.settings)
		var own *coda.Error
		if err != nil && !errors.As(err, &own) { // tells nothing of the modem
			return err
		}
		m.polled, m.failure = now, err
	}
	if m.failure != nil {
		return m.failure
	}
	m.add(out)
	return explain(m.complaints(), m.settings)
}

// ask fetches what is due. Its error means that there is nothing new at all.
func (m *modem) ask(ctx context.Context, now time.Time) error {
	defer m.client.EndPoll(ctx)
	var errs pageErrors
	fresh, hung := 0, 0
	for i, p := range pageOrder {
		switch {
		case i == len(fastPages) && fresh == 0: // nothing of what is asked for each time
			return cmp.Or(errs.join(), ctx.Err())
		case m.spared(p, now) || ctx.Err() != nil || hung == maxHung:
			m.expire(p, now)
			continue
		}
		err := m.fetch(ctx, p, now)
		var e *coda.Error
		switch {
		case err == nil:
			fresh, hung = fresh+1, 0
			continue
		case !errors.As(err, &e): // the program stops, or the modem leaves
			return err
		case e.Class == coda.ClassTimeout:
			hung++
		default:
			hung = 0
		}
		errs = append(errs, &pageError{p, err})
		if fresh == 0 && (e.Silent() || e.Rejected || hung == maxHung) {
			return errs.join()
		}
		if e.Rejected { // each further page would be another attempt
			break
		}
	}
	m.history.update(&m.reading, now)
	return nil
}

// maxHung is how many pages in a row may run into their time before a poll is ended:
// a web server that hangs is not helped by more requests.
const maxHung = 2

// spared reports whether a page is left alone for now.
func (m *modem) spared(p coda.Page, now time.Time) bool {
	return now.Before(m.endpoints[p].due) || p == coda.OFDM && m.history.wedge.closed(now)
}

// expire drops what is held of a page and has become too old.
func (m *modem) expire(p coda.Page, now time.Time) {
	every := m.settings.slow
	if isFast(p) {
		every = m.settings.interval
	}
	if p != coda.Model && now.Sub(m.endpoints[p].success) > 3*every {
		m.reading.drop(p)
	}
}

// fetch asks for one page and takes what it says. An error of another type than
// *coda.Error tells nothing of the modem.
func (m *modem) fetch(ctx context.Context, p coda.Page, now time.Time) error {
	e := &m.endpoints[p]
	sheet, err := m.client.Fetch(ctx, p)
	var failure *coda.Error
	switch {
	case err == nil:
		e.took = m.client.Took()
		m.reading.take(p, sheet, m.settings.zone)
		m.tell(p, sheet.Mistakes())
		e.succeeded(p, now, m.settings, sheet.Mistakes())
		m.history.page(m, p, now)
		return nil
	case errors.Is(err, coda.ErrNoPage):
		e.due = never
		return nil
	case errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &failure):
		failure = &coda.Error{Class: coda.ClassTimeout, Connected: true, Err: fmt.Errorf("the poll took too long: %w", err)}
	case !errors.As(err, &failure):
		return err
	case failure.Class == coda.ClassBudget: // not asked, and so nothing to complain of
		e.due = now.Add(max(device.RetryAfterOf(failure), m.settings.interval) - m.settings.interval/2)
		m.expire(p, now)
		return nil
	}
	e.took = m.client.Took()
	m.reading.drop(p)
	e.failed(p, now, m.settings, failure)
	// A modem that starts serves its pages one after the other, and at times one that had
	// a page answers that it has none.
	up := m.reading.uptime()
	if failure.Status == http.StatusNotFound && !isFast(p) && !e.had && (up == nil || *up > settling) {
		e.lacks(now, m.settings)
	}
	return failure
}

// tell logs values that made no sense, the first of each field.
func (m *modem) tell(p coda.Page, mistakes []coda.Mistake) {
	if m.log == nil {
		return
	}
	told := make(map[string]bool)
	for _, one := range mistakes {
		if m.endpoints[p].mistakes[one.Field] == 0 && !told[one.Field] {
			told[one.Field] = true
			m.log.Debug("a value makes no sense and is left out", "page", p.String(), "field", one.Field, "value", one.Text)
		}
	}
}
