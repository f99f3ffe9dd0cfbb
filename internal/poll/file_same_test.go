package poll

import (
	"errors"
	"testing"
	"time"

	"home_exporter/internal/device"
)

func TestSameError(t *testing.T) {
	refused := func(text string) error { return device.Down(device.Refused, errors.New(text)) }
	before := refused("a")
	patient := &device.Error{Reason: device.Refused, Err: errors.New("a"), RetryAfter: time.Minute}
	for _, c := range []struct {
		name        string
		before, err error
		wantBefore  bool
	}{
		{"says the same", before, refused("a"), true},
		{"says something else", before, refused("b"), false},
		{"for another reason", before, device.Down(device.Timeout, errors.New("a")), false},
		{"asks for patience", before, patient, false},
		{"nothing before", nil, before, false},
		{"nothing now", before, nil, false},
	} {
		got := sameError(c.before, c.err)
		want := c.err
		if c.wantBefore {
			want = c.before
		}
		if got != want {
			t.Errorf("%s: got another error", c.name)
		}
	}
}
