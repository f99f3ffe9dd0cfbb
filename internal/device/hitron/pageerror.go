package hitron

import (
	"strings"

	"home_exporter/internal/device/hitron/coda"
)

// A pageError says which page it was.
type pageError struct {
	page coda.Page
	err  error
}

func (e *pageError) Error() string { return e.page.String() + ": " + e.err.Error() }

func (e *pageError) Unwrap() error { return e.err }

// pageErrors is what is wrong with several pages, in one line.
type pageErrors []*pageError

func (e pageErrors) Error() string {
	var all []string
	for _, one := range e {
		all = append(all, one.Error())
	}
	return strings.Join(all, "; ")
}

// Unwrap returns the errors of the pages.
func (e pageErrors) Unwrap() []error {
	var all []error
	for _, one := range e {
		all = append(all, one)
	}
	return all
}

// join returns e as one error, nil for none.
func (e pageErrors) join() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// complaints is what is wrong with the pages as they were last asked for.
func (m *modem) complaints() error {
	var errs pageErrors
	for _, p := range pageOrder {
		if err := m.endpoints[p].complaint(p); err != nil {
			errs = append(errs, err)
		}
	}
	return errs.join()
}

// complaint is what a poll has to say of the page: nil where all is as it should be.
func (e *endpoint) complaint(p coda.Page) *pageError {
	if e.err == nil || e.missing {
		return nil
	}
	return &pageError{page: p, err: e.err}
}
