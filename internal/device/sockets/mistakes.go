package sockets

import (
	"errors"
	"fmt"
)

// maxMistakes bounds how many mistakes of a list are told.
const maxMistakes = 10

// mistakes collects what is wrong with a list: the first few, and how many more.
type mistakes struct {
	errs []error
	more int
}

func (m *mistakes) add(err error) {
	if len(m.errs) < maxMistakes {
		m.errs = append(m.errs, err)
	} else {
		m.more++
	}
}

// join returns them as one error, nil for none.
func (m *mistakes) join() error {
	if m.more > 0 {
		return errors.Join(append(m.errs, fmt.Errorf("and %d more", m.more))...)
	}
	return errors.Join(m.errs...)
}
