package poll

import (
	"errors"
	"fmt"
	"runtime/debug"

	"home_exporter/internal/device"
)

// guarded calls f, which is code of a kind. A panic in it is an error of that device,
// and no more.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &device.Error{
				Reason: device.Internal,
				Err:    newPanicError(p),
				Hint:   "this is a fault of the program: please report it with the log of this moment",
			}
		}
	}()
	return f()
}

// panicError is a panic of a kind. The stack goes to the log, not to the page.
type panicError struct {
	text  string
	stack []byte
}

// maxPanicText bounds what is kept of a panic's value, which may hold the bytes that
// caused it.
const maxPanicText = 500

// newPanicError keeps the text of the value and not the value, which may hold on to
// much, or panic when it is printed.
func newPanicError(value any) *panicError {
	text := fmt.Sprint(value)
	return &panicError{text: text[:min(len(text), maxPanicText)], stack: debug.Stack()}
}

func (e *panicError) Error() string { return "panic: " + e.text }

// takeStack returns the stack of a panic in err and removes it from there: errors
// are kept, stacks are logged once.
func takeStack(err error) []byte {
	if err == nil {
		return nil // the rule, and errors.As would allocate to find out
	}
	var p *panicError
	if !errors.As(err, &p) {
		return nil
	}
	stack := p.stack
	p.stack = nil
	return stack
}

func isPanic(err error) bool {
	if err == nil {
		return false
	}
	var p *panicError
	return errors.As(err, &p)
}
