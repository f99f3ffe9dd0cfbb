package web

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"slices"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/poll"
)

// deviceJSON is a device in the API. Fields are added, never renamed, and absent when
// there is nothing to say.
type deviceJSON struct {
	Kind   string            `json:"kind"`
	Name   string            `json:"name"`
	State  string            `json:"state"`
	Since  time.Time         `json:"since,omitzero"`
	Labels map[string]string `json:"labels,omitempty"`
	problemJSON
	LastPoll                  time.Time    `json:"last_poll,omitzero"`
	LastSuccess               time.Time    `json:"last_success,omitzero"`
	AgeSeconds                *float64     `json:"age_seconds,omitempty"`
	DurationSeconds           *float64     `json:"duration_seconds,omitempty"`
	OnScrape                  bool         `json:"on_scrape,omitempty"`
	IntervalSeconds           float64      `json:"interval_seconds,omitempty"`
	ConfiguredIntervalSeconds float64      `json:"configured_interval_seconds,omitempty"`
	ReadingsUntil             time.Time    `json:"readings_until,omitzero"`
	Series                    int          `json:"series"`
	Finder                    bool         `json:"finder,omitempty"`
	FoundBy                   string       `json:"found_by,omitempty"`
	Budgets                   []budgetJSON `json:"budgets,omitempty"`
	Good                      []pollJSON   `json:"good,omitempty"`
	Bad                       []pollJSON   `json:"bad,omitempty"`
}

// problemJSON is what was wrong with a poll.
type problemJSON struct {
	Reason device.Reason `json:"reason,omitempty"`
	Error  string        `json:"error,omitempty"`
	Hint   string        `json:"hint,omitempty"`
}

type budgetJSON struct {
	Name       string  `json:"name"`
	Left       int     `json:"left"`
	Limit      int     `json:"limit"`
	PerSeconds float64 `json:"per_seconds"`
}

type pollJSON struct {
	Start           time.Time `json:"start"`
	DurationSeconds float64   `json:"duration_seconds"`
	problemJSON
}

// serveDevices answers with the devices as JSON.
func (h *Handler) serveDevices(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r)
	if err != nil {
		return err
	}
	filter, err := h.filter(q)
	if err != nil {
		return err
	}
	states, err := q.states()
	if err != nil {
		return err
	}
	offset, err := q.number("offset", 0)
	if err != nil {
		return err
	}
	limit, err := q.number("limit", math.MaxInt)
	if err != nil {
		return err
	}
	return h.send(w, r, answer{contentType: jsonType, write: func(out io.Writer) error {
		now := time.Now()
		all := h.set.Devices(filter)
		counts := countStates(all)
		if len(states) > 0 {
			all = slices.DeleteFunc(all, func(st poll.Status) bool { return !slices.Contains(states, st.State) })
		}
		before, err := apiHead(counts, len(all))
		if err != nil {
			return err
		}
		shown := all[min(offset, len(all)):]
		shown = shown[:min(limit, len(shown))]
		return writeList(out, before, "]}\n", func(yield func(any) bool) {
			for i := range shown {
				if !yield(deviceOf(&shown[i], now)) {
					return
				}
			}
		})
	}})
}

// apiHead returns the document up to its first device.
func apiHead(counts map[string]int, total int) (string, error) {
	states, err := json.Marshal(counts)
	if err != nil {
		return "", err
	}
	n, err := json.Marshal(total)
	if err != nil {
		return "", err
	}
	return `{"states":` + string(states) + `,"total":` + string(n) + `,"devices":[`, nil
}

// countStates returns how many devices are in each state, every state included.
func countStates(all []poll.Status) map[string]int {
	counts := make(map[string]int, len(poll.States))
	for _, s := range poll.States {
		counts[s.String()] = 0
	}
	for i := range all {
		counts[all[i].State.String()]++
	}
	return counts
}

func deviceOf(st *poll.Status, now time.Time) deviceJSON {
	d := deviceJSON{
		Kind: st.Kind, Name: st.Name, State: st.State.String(), Since: moment(st.Since), Labels: labelMap(st.Labels),
		problemJSON: problemOf(st.Last),
		LastPoll:    moment(st.Last.Start), LastSuccess: moment(st.LastSuccess), ReadingsUntil: moment(st.Until),
		OnScrape: st.OnScrape, Series: st.Series, Finder: st.Finder, FoundBy: st.FoundBy,
		Good: pollsOf(st.Good), Bad: pollsOf(st.Bad),
	}
	if !st.OnScrape {
		d.IntervalSeconds = seconds(st.Interval)
		d.ConfiguredIntervalSeconds = seconds(st.Configured)
	}
	if !st.LastSuccess.IsZero() {
		age := seconds(now.Sub(st.LastSuccess))
		d.AgeSeconds = &age
	}
	if !st.Last.Start.IsZero() {
		took := seconds(st.Last.Duration)
		d.DurationSeconds = &took
	}
	for _, b := range st.Budgets {
		d.Budgets = append(d.Budgets, budgetJSON{b.Name, b.Left, b.Requests, seconds(b.Per)})
	}
	return d
}

func pollsOf(outcomes []poll.Outcome) []pollJSON {
	var all []pollJSON
	for _, o := range outcomes {
		all = append(all, pollJSON{moment(o.Start), seconds(o.Duration), problemOf(o)})
	}
	return all
}

func problemOf(o poll.Outcome) problemJSON {
	if o.Err == nil {
		return problemJSON{}
	}
	return problemJSON{
		Reason: o.Reason(),
		Error:  clean(o.Err.Error(), maxError),
		Hint:   clean(device.HintOf(o.Err), maxError),
	}
}

// moment returns t as the API shows it: UTC, to the millisecond.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// seconds returns d to the microsecond.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1e6) / 1e6 }
