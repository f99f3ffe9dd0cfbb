package device

import (
	"errors"
	"fmt"
	"time"
)

// Common is what every entry of every kind can set. Kinds embed it, inline.
type Common struct {
	Name       string   `yaml:"name,omitempty" doc:"Name of the device in labels, on the page and in the API."`
	Interval   Interval `yaml:"interval,omitempty" doc:"Time from poll to poll, or the word scrape: then the device is asked when Prometheus asks."`
	Timeout    Duration `yaml:"timeout,omitempty" doc:"The longest that one poll may take."`
	Keep       Duration `yaml:"keep,omitempty" doc:"For how long the last readings are served when no newer ones come. Default: three intervals."`
	MaxBackoff Duration `yaml:"max_backoff,omitempty" doc:"The longest pause that repeated failures bring."`
}

// Defaults is the defaults block of a configuration: what an entry does not set and
// its kind does not know better.
type Defaults struct {
	Interval   Duration `yaml:"interval,omitempty" doc:"Time from poll to poll. Default: 30s, or what the kind's device bears."`
	Timeout    Duration `yaml:"timeout,omitempty" doc:"The longest that one poll may take. Default: 10s, or what the kind needs."`
	Keep       Duration `yaml:"keep,omitempty" doc:"For how long the last readings are served when no newer ones come. Default: three intervals."`
	MaxBackoff Duration `yaml:"max_backoff,omitempty" doc:"The longest pause that repeated failures bring. Default: 5m."`
}

// Limits of what can be configured.
const (
	MinInterval = 100 * time.Millisecond
	minTimeout  = 10 * time.Millisecond
)

// Pace resolves the pace of an entry: its own settings before the defaults block,
// and that before the kind's own pace, whose zero MaxBackoff stands for a kind that
// never backs off. Errors are wrapped by At with the key.
func (c Common) Pace(d Defaults, kind Pace) (Pace, error) {
	p := kind
	p.OnScrape = c.Interval.OnScrape
	p.Interval = first(c.Interval.Every, d.Interval, kind.Interval, 30*time.Second)
	p.Timeout = first(c.Timeout, d.Timeout, kind.Timeout, 10*time.Second)
	// Only what someone wrote down can contradict: the other one gives way.
	switch {
	case c.Timeout == 0:
		p.Timeout = min(p.Timeout, p.Interval)
	case c.Interval.Every == 0 && d.Interval == 0:
		p.Interval = max(p.Interval, p.Timeout)
	}
	p.Keep = first(c.Keep, d.Keep, 0, 3*p.Interval)
	if c.Keep == 0 {
		p.Keep = max(p.Keep, p.Interval)
	}
	if kind.MaxBackoff > 0 {
		p.MaxBackoff = first(c.MaxBackoff, d.MaxBackoff, kind.MaxBackoff, 5*time.Minute)
	}
	var errs []error
	if p.Interval < MinInterval {
		errs = append(errs, At("interval", fmt.Errorf("%s is too short; the shortest interval is %s", p.Interval, MinInterval)))
	}
	if c.Timeout != 0 && p.Timeout < minTimeout {
		errs = append(errs, At("timeout", fmt.Errorf("%s is too short; the shortest timeout is %s", p.Timeout, minTimeout)))
	}
	if p.Timeout > p.Interval && !p.OnScrape {
		errs = append(errs, At("timeout", fmt.Errorf("the timeout %s is longer than the interval %s", Duration(p.Timeout), Duration(p.Interval))))
	}
	if p.Keep < p.Interval && !p.OnScrape {
		errs = append(errs, At("keep", fmt.Errorf("readings kept for %s would vanish before the next poll: the interval is %s", Duration(p.Keep), Duration(p.Interval))))
	}
	return p, errors.Join(errs...)
}

// first returns the first duration that is set.
func first(own, defaults Duration, kind, otherwise time.Duration) time.Duration {
	switch {
	case own != 0:
		return time.Duration(own)
	case defaults != 0:
		return time.Duration(defaults)
	case kind != 0:
		return kind
	}
	return otherwise
}

// A FieldError is a mistake at one place of a section.
type FieldError struct {
	// Path leads from the section to the place, as in [2].tls.server_name.
	Path string
	Err  error
}

func (e *FieldError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns the mistake.
func (e *FieldError) Unwrap() error { return e.Err }

// At places err, which may be joined errors that have places of their own, under
// path: a key, or an index as Index writes it. It returns nil for nil.
func At(path string, err error) error {
	if err == nil {
		return nil
	}
	if parts := joined(err); parts != nil {
		var errs []error
		for _, one := range parts {
			errs = append(errs, At(path, one))
		}
		return errors.Join(errs...)
	}
	if inner, ok := err.(*FieldError); ok {
		return &FieldError{Path: joinPath(path, inner.Path), Err: inner.Err}
	}
	return &FieldError{Path: path, Err: err}
}

// joined returns the parts of errors that say no more than their parts do, as those
// of errors.Join; nil for all others.
func joined(err error) []error {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	parts := several.Unwrap()
	if errors.Join(parts...).Error() != err.Error() {
		return nil
	}
	return parts
}

// Index returns the path of the i-th element of a list.
func Index(i int) string { return fmt.Sprintf("[%d]", i) }

func joinPath(outer, inner string) string {
	if inner == "" || inner[0] == '[' || outer == "" {
		return outer + inner
	}
	return outer + "." + inner
}
