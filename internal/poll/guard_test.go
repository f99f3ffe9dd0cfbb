package poll

import (
	"errors"
	"strings"
	"testing"

	"home_exporter/internal/device"
)

// angry panics when it is printed.
type angry struct{}

func (angry) String() string { panic("do not touch") }

func TestGuarded(t *testing.T) {
	if err := guarded(func() error { return nil }); err != nil {
		t.Errorf("no error: got %v", err)
	}
	if err := guarded(func() error { return errCold }); err != error(errCold) {
		t.Errorf("an error: got %v, want it unchanged", err)
	}
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"text":        {"a bug", "panic: a bug"},
		"error":       {errors.New("an error"), "panic: an error"},
		"angry value": {angry{}, "panic: %!v(PANIC=String method: do not touch)"},
		"long":        {strings.Repeat("x", 1<<20), "panic: " + strings.Repeat("x", maxPanicText)},
	} {
		t.Run(name, func(t *testing.T) {
			err := guarded(func() error { panic(c.value) })
			if err == nil || err.Error() != c.want {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			if device.ReasonOf(err) != device.Internal || !isPanic(err) || device.HintOf(err) == "" {
				t.Errorf("reason %s, a panic: %t, hint %q", device.ReasonOf(err), isPanic(err), device.HintOf(err))
			}
			if stack := takeStack(errors.Join(nil, err)); !strings.Contains(string(stack), "TestGuarded") {
				t.Errorf("the stack does not lead here:\n%s", stack)
			}
			if takeStack(err) != nil {
				t.Error("the stack is kept")
			}
		})
	}
	if takeStack(nil) != nil || takeStack(errCold) != nil || isPanic(errCold) {
		t.Error("a stack out of nothing")
	}
}
