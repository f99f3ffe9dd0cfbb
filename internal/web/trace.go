package web

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"time"

	"home_exporter/internal/device"
)

// Bounds of a trace: what a device sends must not own our memory.
const (
	maxSteps    = 1000
	maxStepText = 2000
)

// A trace collects what a poll says of its steps. A kind may add to it from any
// goroutine.
type trace struct {
	start time.Time
	mu    sync.Mutex
	steps []string
	left  int // further steps, not kept
}

func newTrace() *trace { return &trace{start: time.Now()} }

// add notes a step with the time since the start. It is device.Env's Trace.
func (t *trace) add(format string, args ...any) {
	after := time.Since(t.start)
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.steps) == maxSteps {
		t.left++
		return
	}
	text := clean(fmt.Sprintf(format, args...), maxStepText)
	t.steps = append(t.steps, fmt.Sprintf("%8.3fs  %s\n", after.Seconds(), text))
}

// String returns the steps, a line each.
func (t *trace) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.Join(t.steps, "")
	if t.left > 0 {
		text += fmt.Sprintf("           and %d more steps\n", t.left)
	}
	return text
}

// explain tells a person what a probe did.
func explain(p *probe, f finding, steps *trace) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "probe of %s %s\n\n", p.kind.Name, clean(p.target, maxEcho))
	if p.device != "" {
		fmt.Fprintf(&b, "The target is a configured device, asked within its own session; for each step use\n"+
			"  home_exporter poll %s %q --trace\n", p.kind.Name, p.device)
	} else {
		b.WriteString(steps.String())
	}
	fmt.Fprintf(&b, "\nresult  %s, after %.3f s\n", f.worth(), f.took.Seconds())
	if f.err != nil {
		fmt.Fprintf(&b, "reason  %s\nerror   %s\n", device.ReasonOf(f.err), clean(f.err.Error(), maxError))
		if hint := device.HintOf(f.err); hint != "" {
			fmt.Fprintf(&b, "hint    %s\n", clean(hint, maxError))
		}
	}
	b.WriteString("\n")
	return b.Bytes()
}

// worth is a word for what came of a probe.
func (f *finding) worth() string {
	switch {
	case f.err == nil:
		return "ok"
	case device.IsDown(f.err):
		return "down"
	case len(f.readings) > 0 && len(f.readings[0].Sources) > 0:
		return "partial"
	}
	return "failed"
}
