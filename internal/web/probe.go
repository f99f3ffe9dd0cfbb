package web

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
)

// defaultProbeTimeout bounds a probe that a person asks for. The timeout of the
// device itself is mostly shorter.
const defaultProbeTimeout = time.Minute

// The families that a probe adds to those of the kind, named as everybody names them
// since the blackbox exporter.
var (
	probeSuccess = &metric.Family{
		Name: "probe_success",
		Help: "Whether the probe brought all readings and found the target well.",
	}
	probeDuration = &metric.Family{
		Name: "probe_duration_seconds", Unit: "seconds",
		Help: "How long the probe took, from being asked for to its last reading.",
	}
	probeFamilies = []*metric.Family{probeSuccess, probeDuration}
)

// A probe is what a client of /probe asks for.
type probe struct {
	kind   *device.Kind
	target string
	debug  bool
	query  query
	// device is the name of the device of the set that the target is, by name or by
	// place; empty for none.
	device string
	guard  *guard // nil when the target is a name of the set
	spec   device.Spec
}

// A finding is what came of a probe.
type finding struct {
	readings []metric.Group
	err      error
	took     time.Duration
}

// serveProbe asks one target now. A target that does not answer is no problem of the
// request: that is what probe_success tells.
func (h *Handler) serveProbe(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r)
	if err != nil {
		return err
	}
	p, err := h.parseProbe(q)
	if err != nil {
		return err
	}
	contentType, format := "text/plain; charset=utf-8", metric.Text
	if !p.debug {
		format = negotiateFormat(w, r)
		contentType = format.ContentType()
	}
	if r.Method == http.MethodHead {
		return h.send(w, r, answer{contentType: contentType})
	}
	leave, err := h.enter(h.probes, "probes")
	if err != nil {
		return err
	}
	defer leave()

	timeout, wait := scrapeTimeout(r.Header, defaultProbeTimeout)
	allow(w, timeout+stallTimeout)
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	steps := newTrace()
	found, err := h.ask(ctx, p, steps)
	if err != nil {
		return err
	}
	return h.send(w, r, answer{contentType: contentType, total: timeout, write: func(out io.Writer) error {
		if p.debug {
			if _, err := out.Write(explain(p, found, steps)); err != nil {
				return err
			}
		}
		if err := metric.WritePage(out, format, time.Now(), append(found.readings, found.own())); err != nil {
			return err
		}
		return format.End(out)
	}})
}

// parseProbe returns the probe that q asks for, or why it may not be.
func (h *Handler) parseProbe(q query) (*probe, error) {
	kind, err := q.one("kind")
	if err != nil {
		return nil, err
	}
	p := &probe{query: q, kind: h.kind(kind)}
	if p.target, err = q.one("target"); err != nil {
		return nil, err
	}
	debug, err := q.one("debug")
	if err != nil {
		return nil, err
	}
	if debug != "" {
		if p.debug, err = strconv.ParseBool(debug); err != nil {
			return nil, badRequest("debug=%s is neither true nor false", clean(debug, maxEcho))
		}
	}
	switch {
	case kind == "":
		return nil, badRequest("the parameter kind is missing; known kinds: %s", list(h.kindNames()))
	case p.kind == nil:
		return nil, badRequest("kind %q is not known; known: %s", clean(kind, maxEcho), list(h.kindNames()))
	case p.target == "":
		return nil, badRequest("the parameter target is missing; configured devices of kind %s: %s", kind, list(h.set.Names(kind)))
	}
	if len(h.set.Devices(poll.Filter{Kinds: []string{kind}, Devices: []string{p.target}})) > 0 {
		p.device = p.target
		return p, nil
	}
	if err := h.openProbe(p); err != nil {
		return p, err
	}
	// One that must be spared is not asked twice because it is called by its address.
	p.device = h.set.NameAt(kind, p.spec.Place)
	return p, nil
}

// openProbe makes the spec of a target that no configuration names.
func (h *Handler) openProbe(p *probe) (err error) {
	if p.kind.Probe == nil {
		return problemf(http.StatusForbidden, "kind %s asks only the devices that the configuration names: %s",
			p.kind.Name, list(h.set.Names(p.kind.Name)))
	}
	if p.guard, err = h.guardOf(p.target); err != nil {
		return err
	}
	target := device.Target{Address: p.target, Params: make(map[string][]string), Permit: p.guard.permit}
	for name, values := range p.query.values {
		if name != "kind" && name != "target" && name != "debug" {
			target.Params[name] = values
		}
	}
	if p.spec, err = p.kind.Probe(target); err != nil {
		return badRequest("the target %q is not one of kind %s: %s",
			clean(p.target, maxEcho), p.kind.Name, clean(err.Error(), maxError))
	}
	return nil
}

// ask carries out p. The error is a problem of the request; that of the poll is part
// of the finding.
func (h *Handler) ask(ctx context.Context, p *probe, steps *trace) (f finding, err error) {
	start := time.Now()
	if p.device != "" {
		f = h.askKnown(ctx, p)
		f.took = time.Since(start)
		return f, nil
	}
	env := device.Env{Log: h.log.With("kind", p.kind.Name, "target", clean(p.target, maxEcho))}
	if p.debug {
		env.Trace = steps.add
	}
	group, err := h.guests.Ask(ctx, p.kind, p.spec, env)
	if why := p.guard.refusal(); err != nil && why != nil {
		return f, notPermitted(p.target, why)
	}
	return finding{readings: []metric.Group{group}, err: err, took: time.Since(start)}, nil
}

// askKnown asks a device of the set. Its readings are part of the finding only if it
// gave them this time: a probe tells of now.
func (h *Handler) askKnown(ctx context.Context, p *probe) (f finding) {
	f.err = h.set.Ask(ctx, p.kind.Name, p.device)
	filter := poll.Filter{Kinds: []string{p.kind.Name}, Devices: []string{p.device}}
	if ctx.Err() != nil {
		return f
	}
	if known := h.set.Devices(filter); len(known) == 1 && known[0].Last.Result != poll.Failed {
		f.readings = h.set.Readings(filter)
	}
	return f
}

// own returns what is to say of the probe itself.
func (f *finding) own() metric.Group {
	var batch metric.Batch
	batch.AddBool(probeSuccess, f.err == nil)
	batch.Add(probeDuration, f.took.Seconds())
	var shapes metric.Shapes
	snapshot, _ := shapes.Freeze(&batch, nil)
	return metric.Group{Families: probeFamilies, Sources: []metric.Source{{Snapshot: snapshot}}}
}
