package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"home_exporter/internal/poll"
)

// maxFilters bounds the devices that one request can name: for each of them a set
// looks through all that it has.
const maxFilters = 100

// A query is the parameters of a request. Those that nobody asks for are ignored.
type query struct{ values url.Values }

func parseQuery(r *http.Request) (query, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return query{}, badRequest("the part after the ? cannot be read: %s", clean(err.Error(), maxEcho))
	}
	return query{values}, nil
}

// one returns the value of a parameter that may stand once, empty when it is absent.
func (q query) one(name string) (string, error) {
	switch values := q.values[name]; len(values) {
	case 0:
		return "", nil
	case 1:
		return values[0], nil
	}
	return "", badRequest("the parameter %s may stand only once", name)
}

// number returns a parameter that is a whole number from 0, and otherwise when it is
// absent or empty.
func (q query) number(name string, otherwise int) (int, error) {
	text, err := q.one(name)
	if err != nil || text == "" {
		return otherwise, err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, badRequest("%s=%s is no whole number from 0", name, clean(text, maxEcho))
	}
	return n, nil
}

// filter returns the kinds and devices that the query asks for. Unknown ones are a
// problem that lists the known ones.
func (h *Handler) filter(q query) (poll.Filter, error) {
	f := poll.Filter{Kinds: q.values["kind"], Devices: q.values["device"]}
	for _, name := range f.Kinds {
		if h.kind(name) == nil {
			return f, badRequest("kind %q is not known; known: %s", clean(name, maxEcho), list(h.kindNames()))
		}
	}
	if len(f.Devices) > maxFilters {
		return f, badRequest("a request can name at most %d devices, not %d", maxFilters, len(f.Devices))
	}
	if len(f.Devices) == 0 {
		return f, nil
	}
	known := h.set.Devices(f)
	for _, name := range f.Devices {
		if !slices.ContainsFunc(known, func(st poll.Status) bool { return st.Name == name }) {
			return f, badRequest("device %q is not known; known: %s", clean(name, maxEcho), list(h.names(f.Kinds)))
		}
	}
	return f, nil
}

// names returns the names of the devices of these kinds, all kinds when there are
// none.
func (h *Handler) names(kinds []string) []string {
	var names []string
	for _, k := range h.kinds {
		if len(kinds) == 0 || slices.Contains(kinds, k.Name) {
			names = append(names, h.set.Names(k.Name)...)
		}
	}
	return names
}

// states returns the states that the query asks for, none for all.
func (q query) states() ([]poll.State, error) {
	var states []poll.State
	for _, name := range q.values["state"] {
		i := slices.IndexFunc(poll.States, func(s poll.State) bool { return s.String() == name })
		if i < 0 {
			return nil, badRequest("state %q is not known; known: %s", clean(name, maxEcho), list(stateNames()))
		}
		states = append(states, poll.States[i])
	}
	return states, nil
}

func stateNames() []string {
	names := make([]string, len(poll.States))
	for i, s := range poll.States {
		names[i] = s.String()
	}
	return names
}
