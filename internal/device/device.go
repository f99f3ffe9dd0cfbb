// Package device is the contract between home_exporter and what it asks: all that
// the program has to know of a kind of device, and all that a kind may know of the
// program.
//
//	Kind     one device module, registered by one line in package all
//	Section  what stands under the kind's key in the configuration
//	Spec     one device to poll, as its section validated it
//	Device   the running thing: asked again and again, one poll at a time
//
// Every kind has the same inner shape, in files of the same names: a protocol
// package (wire.go, client.go, errors.go) that knows bytes and nothing of us, then
// reading.go (what one poll learns, typed), metrics.go (families, and Reading to
// samples) and <kind>.go (Kind, configuration, Open).
package device

import (
	"context"
	"log/slog"
	"time"

	"home_exporter/internal/metric"
)

// A Kind is one device module.
type Kind struct {
	// Name is the YAML key, the folder and the value of the kind label.
	Name string
	// Summary is one line for help texts and documents.
	Summary string
	// Example is a configuration that shows the kind's keys; it loads as it stands.
	Example string
	// Section returns a fresh, empty section to decode into.
	Section func() Section
	// Families is everything that the kind can ever emit.
	Families []*metric.Family
	// Labels names the labels of Spec.Labels, for documents and checks.
	Labels []string
	// Identified says that the labels of the kind's own series already tell its
	// devices apart. Where they do not, a device label is added as soon as the
	// configuration has two devices of the kind.
	Identified bool
	// Flags are the settings that make one entry without a file.
	Flags []Flag
	// FromFlags turns the given flags, by name, into a value of the same form as the
	// section has in YAML (maps, slices, scalars). It is decoded like one.
	FromFlags func(values map[string]string) any
	// BuildInfo names the program that the kind replaces, where dashboards read its
	// <name>_build_info. Empty for none.
	BuildInfo string
	// Probe returns the spec of one target of /probe, or of the command poll, that no
	// configuration names. Nil for a kind that asks only the devices it was told of,
	// as every kind with a password must.
	Probe func(Target) (Spec, error)
}

// A Flag is a command line flag of a kind: --<kind>.<name>, and its variable in the
// environment, HOME_EXPORTER_<KIND>_<NAME>.
type Flag struct {
	Name, Help string
	// Env names further variables, in falling order of precedence.
	Env []string
}

// A Section is the decoded configuration of one kind. It is decoded by its yaml
// tags, strictly; keys of type Secret may also be given as a file (see package
// config).
type Section interface {
	// Specs validates the section and returns its devices, in file order. It reads no
	// network. Every mistake is reported, joined, each wrapped by At; when there is
	// one, the specs do not count.
	Specs(Defaults) ([]Spec, error)
}

// A Spec is one device to poll.
type Spec struct {
	Kind, Name string
	// Digest changes when anything changes that Open depends on. The pace need not be
	// in it: a running device takes a new one over.
	Digest Digest
	// Labels are carried by every series of the device, before the series' own.
	Labels metric.Labels
	// Pace may be shared between specs and is read-only.
	Pace *Pace
	// Budgets bound the requests that the device may make. Read-only.
	Budgets []Budget
	// Place is where on the network the device is, host:port, of one that has budgets:
	// they are kept by it, whoever asks and whatever the entry is called.
	Place string
	// Swarm marks one of very many alike, such as a socket: our own families about it
	// are kept per kind and not per device.
	Swarm bool
	// Local marks a finder that reads nothing but files of this machine: a check of the
	// configuration asks it too.
	Local bool
	// Certificate tells where the device presents a certificate and where it is kept for
	// pinning; nil for a device without TLS.
	Certificate *Certificate
	// Open allocates the device. It must not talk to it.
	Open func(Env) (Device, error)
}

// Pace is how often and how patiently a device is asked.
type Pace struct {
	Interval time.Duration // from start to start
	Timeout  time.Duration // of one poll, at most Interval
	Keep     time.Duration // for how long readings are served when no newer ones come
	// MaxBackoff bounds the pause that repeated failures bring. Zero for a device whose
	// failure is a reading: it is asked at the same pace whatever happens.
	MaxBackoff time.Duration
	// OnScrape asks when Prometheus does, instead of by interval.
	OnScrape bool
}

// A Device is asked by one goroutine at a time, and closed when no poll is running.
type Device interface {
	// Poll asks once and adds what it learned to out. What was added is valid even
	// when err is not nil: the error tells what is missing. It returns soon after ctx
	// ends.
	//
	// An error from Down is itself a reading: the device has been asked and is not well.
	Poll(ctx context.Context, out *metric.Batch) error
	// Close releases what polls have opened. It may be called more than once.
	Close() error
}

// A Finder is a Device that yields further devices: a discovery, a list of targets
// in a file.
type Finder interface {
	Device
	// Found is called after each Poll. It returns the complete list of the devices to
	// poll, as Section.Specs would, or false when nothing has changed since it last
	// returned one.
	Found() ([]Spec, bool)
}

// Env is what the program gives a device at Open.
type Env struct {
	// Log carries kind and device. Failed polls are not for logging: return them.
	Log *slog.Logger
	// Trace notes what goes over the wire, for people. It is nil unless someone looks:
	// check before you format. Secrets are masked behind it.
	Trace func(format string, args ...any)
	// Spend takes one request from the named budget of the Spec, or returns an error
	// with reason rate_limited and the time to wait.
	Spend func(budget string) error
}

// Tracef calls e.Trace if there is one.
func (e Env) Tracef(format string, args ...any) {
	if e.Trace != nil {
		e.Trace(format, args...)
	}
}
