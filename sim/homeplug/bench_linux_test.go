package homeplug_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/testenv"
	"home_exporter/sim/homeplug"
)

// A bench is a segment on a cable, with the programs of plc-utils at its other end.
type bench struct {
	sim   *homeplug.Sim
	cable testenv.Segment
}

// plugIn runs the segment on a cable of its own. The clock stands still, an hour after the start.
func plugIn(t testing.TB, o homeplug.Options, programs ...string) bench {
	t.Helper()
	testenv.Need(t, programs...)
	cable := testenv.NewSegment(t)
	o.Interface = cable.Device.Interface
	clock := newClock()
	o.Now = clock.now
	b := bench{cable: cable}
	err := cable.Device.Do(func() (err error) {
		b.sim, err = homeplug.Start(context.Background(), o)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.sim.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	clock.add(time.Hour)
	return b
}

// attempts is how often a program is run: it waits 50 ms for an answer and not longer, which a busy machine may take.
const attempts = 20

// run runs a program of the host until its output, reduced by read, is what is wanted.
func (b bench) run(t *testing.T, command string, read func(output string) string, want string) {
	t.Helper()
	words := strings.Fields(command)
	args := append([]string{"-i", b.cable.Host.Interface}, words[1:]...)
	var got, output string
	for range attempts {
		out, err := b.cable.Host.Command(t.Context(), words[0], args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", command, err, out)
		}
		output = string(out)
		if got = read(output); got == want {
			return
		}
	}
	t.Errorf("%s: -want +read:\n%s\nbeginning of its output:\n%.2000s", command,
		cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")), output)
}

// words joins the words of each line with single blanks.
func words(output string) string {
	var lines []string
	for line := range strings.Lines(output) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// only keeps the lines that contain one of the texts.
func only(texts ...string) func(string) string {
	return func(output string) string {
		var lines []string
		for line := range strings.Lines(words(output)) {
			for _, text := range texts {
				if strings.Contains(line, text) {
					lines = append(lines, strings.TrimSpace(line))
					break
				}
			}
		}
		return strings.Join(lines, "\n")
	}
}
