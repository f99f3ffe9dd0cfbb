package device

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func seconds(n float64) Duration { return Duration(n * float64(time.Second)) }

func TestPace(t *testing.T) {
	every := func(n float64) Interval { return Interval{Every: seconds(n)} }
	kind := Pace{Interval: 15 * time.Second, Timeout: 5 * time.Second, MaxBackoff: time.Minute}
	tests := map[string]struct {
		own      Common
		defaults Defaults
		kind     Pace
		want     Pace
	}{
		"nothing is set": {
			want: Pace{Interval: 30 * time.Second, Timeout: 10 * time.Second, Keep: 90 * time.Second},
		},
		"the kind knows": {
			kind: kind,
			want: Pace{Interval: 15 * time.Second, Timeout: 5 * time.Second, Keep: 45 * time.Second, MaxBackoff: time.Minute},
		},
		"the defaults before the kind": {
			defaults: Defaults{Interval: seconds(60), Timeout: seconds(20), Keep: seconds(600), MaxBackoff: seconds(7)}, kind: kind,
			want: Pace{Interval: 60 * time.Second, Timeout: 20 * time.Second, Keep: 600 * time.Second, MaxBackoff: 7 * time.Second},
		},
		"the entry before the defaults": {
			own:      Common{Interval: every(10), Timeout: seconds(1), Keep: seconds(11), MaxBackoff: seconds(100)},
			defaults: Defaults{Interval: seconds(60), Timeout: seconds(20), Keep: seconds(600), MaxBackoff: seconds(7)}, kind: kind,
			want: Pace{Interval: 10 * time.Second, Timeout: time.Second, Keep: 11 * time.Second, MaxBackoff: 100 * time.Second},
		},
		"no backoff where the kind has none": {
			own: Common{MaxBackoff: seconds(5)}, defaults: Defaults{MaxBackoff: seconds(5)},
			want: Pace{Interval: 30 * time.Second, Timeout: 10 * time.Second, Keep: 90 * time.Second},
		},
		"a default timeout gives way to a short interval": {
			own:  Common{Interval: every(2)},
			want: Pace{Interval: 2 * time.Second, Timeout: 2 * time.Second, Keep: 6 * time.Second},
		},
		"a default interval gives way to a long timeout": {
			own:  Common{Timeout: seconds(60)},
			want: Pace{Interval: 60 * time.Second, Timeout: 60 * time.Second, Keep: 180 * time.Second},
		},
		"a default keep gives way to a long interval": {
			own: Common{Interval: every(600)}, defaults: Defaults{Keep: seconds(90)},
			want: Pace{Interval: 600 * time.Second, Timeout: 10 * time.Second, Keep: 600 * time.Second},
		},
		"on scrape": {
			own: Common{Interval: Interval{OnScrape: true}, Timeout: seconds(120)}, kind: kind,
			want: Pace{Interval: 120 * time.Second, Timeout: 120 * time.Second, Keep: 360 * time.Second, MaxBackoff: time.Minute, OnScrape: true},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := tt.own.Pace(tt.defaults, tt.kind)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("pace (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPaceMistakes(t *testing.T) {
	tests := map[string]struct {
		own      Common
		defaults Defaults
		want     []string
	}{
		"timeout over interval": {
			own:  Common{Interval: Interval{Every: seconds(5)}, Timeout: seconds(6)},
			want: []string{"timeout: the timeout 6s is longer than the interval 5s"},
		},
		"timeout over the default interval": {
			own: Common{Timeout: seconds(90)}, defaults: Defaults{Interval: seconds(60)},
			want: []string{"timeout: the timeout 1m30s is longer than the interval 1m"},
		},
		"keep under interval": {
			own:  Common{Interval: Interval{Every: seconds(60)}, Keep: seconds(59)},
			want: []string{"keep: readings kept for 59s would vanish before the next poll: the interval is 1m"},
		},
		"timeout too short": {
			own:  Common{Timeout: seconds(0.009)},
			want: []string{"timeout: 9ms is too short; the shortest timeout is 10ms"},
		},
		"all together": {
			own: Common{Interval: Interval{Every: seconds(0.05)}, Timeout: seconds(0.06), Keep: seconds(0.01)},
			want: []string{
				"interval: 50ms is too short; the shortest interval is 100ms",
				"timeout: the timeout 60ms is longer than the interval 50ms",
				"keep: readings kept for 10ms would vanish before the next poll: the interval is 50ms",
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := tt.own.Pace(tt.defaults, Pace{})
			var got []string
			if joined, ok := err.(interface{ Unwrap() []error }); ok {
				for _, one := range joined.Unwrap() {
					if _, ok := one.(*FieldError); !ok {
						t.Errorf("%v is a %T", one, one)
					}
					got = append(got, one.Error())
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAt(t *testing.T) {
	cause := errors.New("no")
	tests := []struct {
		err  error
		want []string
	}{
		{At("a", nil), nil},
		{At("a", errors.Join()), nil},
		{At("a", cause), []string{"a: no"}},
		{At("", cause), []string{": no"}},
		{At(Index(2), At("tls", At("server_name", cause))), []string{"[2].tls.server_name: no"}},
		{At("devices", At(Index(0), cause)), []string{"devices[0]: no"}},
		{At(Index(1), At(Index(2), cause)), []string{"[1][2]: no"}},
		{At("a", At("", cause)), []string{"a: no"}},
		{At("", At("b", cause)), []string{"b: no"}},
		{At("a", errors.Join(At("b", cause), cause, At(Index(3), cause))), []string{"a.b: no", "a: no", "a[3]: no"}},
		{At("a", errors.Join(cause, errors.Join(At("b", cause), At("c", cause)))), []string{"a: no", "a.b: no", "a.c: no"}},
		{At("a", fmt.Errorf("outer: %w", At("b", cause))), []string{"a: outer: b: no"}},
	}
	for _, tt := range tests {
		var got []string
		for _, one := range leaves(tt.err) {
			got = append(got, one.Error())
			if _, ok := one.(*FieldError); !ok {
				t.Errorf("%v is a %T, want a *FieldError", one, one)
			}
			if !errors.Is(one, cause) {
				t.Errorf("%v has lost its cause", one)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// leaves returns the errors that err joins.
func leaves(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if err == nil {
			return nil
		}
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, leaves(one)...)
	}
	return all
}

// TestAtKeepsSentences places an error that only mentions others as one.
func TestAtKeepsSentences(t *testing.T) {
	err := At("host", fmt.Errorf("neither %w nor %w", errors.New("a name"), errors.New("an address")))
	if got, want := err.Error(), "host: neither a name nor an address"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
