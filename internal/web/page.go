package web

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
)

// pageRows is how many devices one page shows. More would be a burden for a browser,
// and nobody reads them: the counts tell of the rest.
const pageRows = 500

// A following page asks again after followSeconds, or what the parameter refresh says
// within these bounds.
const (
	followSeconds = 10
	minRefresh    = 2
	maxRefresh    = 3600
)

// worstFirst is the states in the order in which the page shows them.
var worstFirst = []poll.State{poll.Stale, poll.Unreachable, poll.Down, poll.Incomplete, poll.Unasked, poll.Well}

// A pageQuery is what part of the devices a page shows.
type pageQuery struct {
	kinds   []string
	states  []poll.State
	search  string
	offset  int
	refresh int // seconds; zero to stand still
}

// parsePageQuery reads the parameters of the page. Empty ones, which a form sends for
// what was not filled in, count as absent.
func (h *Handler) parsePageQuery(r *http.Request) (p pageQuery, err error) {
	q, err := parseQuery(r)
	if err != nil {
		return p, err
	}
	for name, values := range q.values {
		q.values[name] = slices.DeleteFunc(values, func(v string) bool { return v == "" })
	}
	delete(q.values, "device") // not for the page; a search does that
	filter, err := h.filter(q)
	if err != nil {
		return p, err
	}
	p.kinds = filter.Kinds
	if p.states, err = q.states(); err != nil {
		return p, err
	}
	if p.search, err = q.one("q"); err != nil {
		return p, err
	}
	if p.offset, err = q.number("offset", 0); err != nil {
		return p, err
	}
	p.refresh, err = q.number("refresh", 0)
	if p.refresh > 0 {
		p.refresh = min(max(p.refresh, minRefresh), maxRefresh)
	}
	return p, err
}

// href returns the link to the page that p describes.
func (p pageQuery) href() string {
	v := url.Values{"kind": p.kinds}
	for _, s := range p.states {
		v.Add("state", s.String())
	}
	if p.search != "" {
		v.Set("q", p.search)
	}
	if p.offset > 0 {
		v.Set("offset", strconv.Itoa(p.offset))
	}
	if p.refresh > 0 {
		v.Set("refresh", strconv.Itoa(p.refresh))
	}
	if text := v.Encode(); text != "" {
		return "?" + text
	}
	return "./"
}

// servePage shows the devices to a person.
func (h *Handler) servePage(w http.ResponseWriter, r *http.Request) error {
	p, err := h.parsePageQuery(r)
	if err != nil {
		return err
	}
	now := time.Now()
	v := h.viewOf(p, h.set.Devices(poll.Filter{Kinds: p.kinds}), now)
	var text bytes.Buffer
	if err := h.page.Execute(&text, v); err != nil {
		return problemf(http.StatusInternalServerError, "show the page: %s", err)
	}
	w.Header().Set("Content-Security-Policy", h.page.policy)
	return h.sendBytes(w, r, "text/html; charset=utf-8", text.Bytes())
}

// matches returns the devices of all that p selects, by kind in the order of all, the
// worst of a kind first, as indexes of all.
func (p pageQuery) matches(all []poll.Status) [][]int {
	var kinds [][]int
	for start := 0; start < len(all); {
		end := start
		byState := make(map[poll.State][]int)
		for ; end < len(all) && all[end].Kind == all[start].Kind; end++ {
			if st := &all[end]; p.wants(st) {
				byState[st.State] = append(byState[st.State], end)
			}
		}
		var found []int
		for _, s := range worstFirst {
			found = append(found, byState[s]...)
		}
		if len(found) > 0 {
			kinds = append(kinds, found)
		}
		start = end
	}
	return kinds
}

// wants reports whether p selects a device.
func (p pageQuery) wants(st *poll.Status) bool {
	if len(p.states) > 0 && !slices.Contains(p.states, st.State) {
		return false
	}
	if p.search == "" {
		return true
	}
	what := strings.ToLower(p.search)
	if strings.Contains(strings.ToLower(st.Name), what) || labelsContain(st.Labels, what) {
		return true
	}
	err := st.Last.Err
	return err != nil && (strings.Contains(string(st.Last.Reason()), what) ||
		strings.Contains(strings.ToLower(err.Error()), what))
}

// labelsContain reports whether the value of a label contains what, in lower case.
func labelsContain(l metric.Labels, what string) bool {
	for _, value := range pairs(l) {
		if strings.Contains(strings.ToLower(value), what) {
			return true
		}
	}
	return false
}

// shares returns how many of each list a page of n rows shows: all of the short
// ones, and of the long ones equally many.
func shares(totals []int, n int) []int {
	out := make([]int, len(totals))
	order := make([]int, len(totals))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return totals[a] - totals[b] })
	for nth, i := range order {
		out[i] = min(totals[i], n/(len(order)-nth))
		n -= out[i]
	}
	return out
}
