package sockets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/sockets/check"
	"home_exporter/internal/metric"
)

// listPace is how often lists are looked at. That costs a stat per file while
// nothing changes.
var listPace = device.Pace{Interval: 5 * time.Second, Timeout: 5 * time.Second, Keep: time.Minute}

// addList adds the finder of an entry with files.
func (b *builder) addList(e *entry, at place) error {
	p, badPace := b.paceOf(e)
	network, err := e.network()
	errs := []error{badPace, err}
	if err == nil {
		_, err = b.settings(&e.options, network, expectedInterval(p))
		errs = append(errs, err)
	}
	if e.Host != "" || e.Port != "" {
		errs = append(errs, device.At("files", errors.New("an entry has either a host or files; the sockets of the files have their own hosts")))
	}
	for i, pattern := range e.Files {
		errs = append(errs, device.At("files"+device.Index(i), validatePattern(pattern)))
	}
	name := e.Name
	if name == "" {
		name = "files " + strings.Join(e.Files, " ")
	}
	if _, ok := b.names[name]; ok {
		errs = append(errs, device.At("files", fmt.Errorf("another entry is called %q; give one of them a name", name)))
	}
	errs = append(errs, validateName(name))
	if err := errors.Join(errs...); err != nil {
		return err
	}
	b.names[name] = at
	b.lists = append(b.lists, len(b.specs))
	l := list{entry: *e, defaults: b.defaults, checker: b.checker, taken: b.seen}
	b.specs = append(b.specs, device.Spec{
		Kind:   kindName,
		Name:   name,
		Digest: device.DigestOf(l.entry, l.defaults),
		Pace:   &listPace,
		Local:  true,
		Open: func(device.Env) (device.Device, error) {
			fresh := l
			return &fresh, nil
		},
	})
	return nil
}

// tellLists makes the sockets of the configuration part of what its lists are: a list
// leaves them out, and must look again when there are others.
func (b *builder) tellLists() {
	if len(b.lists) == 0 {
		return
	}
	taken := device.DigestOf(slices.Sorted(maps.Keys(b.seen)))
	for _, i := range b.lists {
		b.specs[i].Digest = device.DigestOf(b.specs[i].Digest, taken)
	}
}

func validatePattern(pattern string) error {
	if pattern == "" {
		return errors.New("the name of a file is empty")
	}
	if _, err := filepath.Match(pattern, ""); err != nil {
		return fmt.Errorf("%q is no file pattern: a [ is not closed, or a \\ ends it", pattern)
	}
	return nil
}

// A list is a finder that watches files of sockets.
type list struct {
	entry    entry
	defaults device.Defaults
	checker  *check.Checker
	taken    map[metric.Labels]place // sockets of the configuration itself

	read    bool    // at least once
	stamps  []stamp // of the files as last read
	waited  int     // polls since a file began to change
	err     error   // of the last read; repeated while nothing changes
	found   []device.Spec
	changed bool // found has not been handed over yet
}

// maxWaits bounds for how many polls a list is left alone because someone seems to be
// writing it.
const maxWaits = 2

// Poll reads the files when one has changed. While any of them cannot be read, what
// runs goes on unchanged. A list is read to its end even past the deadline: that is
// work of our own and bounded, and half of a list would be worth nothing.
func (l *list) Poll(ctx context.Context, _ *metric.Batch) error {
	stamps, err := l.stat()
	if err != nil {
		l.stamps, l.err = nil, err
		return err
	}
	warm := slices.ContainsFunc(stamps, func(s stamp) bool { return s.warm(time.Now()) })
	switch {
	case l.read && l.stamps != nil && slices.EqualFunc(stamps, l.stamps, stamp.same):
		return l.err
	case l.read && warm && l.waited < maxWaits:
		l.waited++
		return l.err
	}
	specs, err := l.readFiles(ctx, stamps)
	if errors.Is(err, context.Canceled) {
		return err
	}
	l.read, l.waited, l.stamps, l.err = true, 0, stamps, err
	if warm {
		l.stamps = nil // it may change once more within the same tick of its clock
	}
	if err == nil {
		l.found, l.changed = specs, true
	}
	return err
}

// Found implements device.Finder.
func (l *list) Found() ([]device.Spec, bool) {
	specs, changed := l.found, l.changed
	l.found, l.changed = nil, false
	return specs, changed
}

// Close does nothing.
func (l *list) Close() error { return nil }

// readFiles makes the specs of all files.
func (l *list) readFiles(ctx context.Context, stamps []stamp) ([]device.Spec, error) {
	b := newBuilder(l.defaults, l.checker)
	b.listed = true
	b.taken = l.taken
	var wrong mistakes
	for _, s := range stamps {
		err := s.read(func(nth int, g group) error {
			if err := ctx.Err(); errors.Is(err, context.Canceled) {
				return err
			}
			return l.addGroup(b, place{s.path, nth}, g, &wrong)
		})
		if errors.Is(err, context.Canceled) {
			return nil, err
		}
		if err != nil {
			wrong.add(fmt.Errorf("%s: %w", s.path, err))
		}
	}
	if err := wrong.join(); err != nil {
		e := &device.Error{
			Reason: device.Parse,
			Err:    err,
			Hint:   "the sockets listed before go on being checked; mend the file, it is read again by itself",
		}
		if errors.Is(err, os.ErrPermission) {
			e.Reason = device.Permission
		}
		return nil, e
	}
	return b.specs, nil
}

// Bounds of a list.
const (
	maxListed = 1_000_000 // sockets
	maxText   = 1_000     // bytes of a target or a label
)

// addGroup adds the sockets of one group. Of its labels name, protocol, timeout and
// interval mean what the keys of an entry do; others are for Prometheus. The error is
// one that ends the reading.
func (l *list) addGroup(b *builder, at place, g group, wrong *mistakes) error {
	e := l.entry
	e.Files = nil
	if err := g.apply(&e); err != nil {
		for _, one := range flatten(err) {
			wrong.add(fmt.Errorf("%s: %w", at, one))
		}
		return nil
	}
	protocol := e.Protocol
	if protocol == "" {
		protocol = defaultNetwork
	}
	for _, target := range g.Targets {
		if len(b.specs) >= maxListed {
			return fmt.Errorf("more than %d sockets; split the list into several entries", maxListed)
		}
		if len(target) > maxText {
			wrong.add(fmt.Errorf("%s: a target of %d bytes is too long", at, len(target)))
			continue
		}
		one := e
		one.Protocol, one.Host, one.Port = splitTarget(target, protocol)
		if one.Name == "" {
			one.Name = addressOf(one.Host, one.Port)
		}
		for _, err := range flatten(b.addSocket(&one, at)) {
			wrong.add(fmt.Errorf("%s: target %q: %w", at, target, err))
		}
	}
	return nil
}
