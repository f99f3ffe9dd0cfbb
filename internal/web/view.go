package web

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/poll"
)

// A view is all that page.html shows.
type view struct {
	Version, Headline string
	Clock             string // the moment that the page shows
	Metrics           string // path of the exposition, relative to the page
	HasConfig         bool
	Refresh           int
	Follow, All       string // links
	Filtered          bool
	States            []stateView
	Search            string
	Kinds             []option
	Sections          []section
}

// A stateView is a state with the number of its devices, and a link to those.
type stateView struct {
	Name, Mark, Link string
	Count            int
	Current          bool
}

type option struct {
	Name    string
	Current bool
}

// A section is the devices of one kind that a page shows: from From to To of Total.
type section struct {
	Kind, Summary      string
	From, To, Total    int
	More, Before, Next string // links; empty when there is no such page
	Rows               []row
}

// A row is one device.
type row struct {
	State, Mark string
	For, Since  string // for how long it is in this state, and since when
	Name, Where string
	Finder      bool
	FoundBy     string
	Age, AgeOf  string
	Took, Last  string
	Every       string
	Slowed      string // the configured pace, when the present one is slower
	Series      int
	Budgets     []string
	fault
	Earlier []fault
}

// A fault is what was wrong with a poll.
type fault struct {
	When, Reason, Error, Hint string
}

// marks tell states apart where colours do not.
var marks = map[poll.State]string{
	poll.Stale: "✕", poll.Unreachable: "✕", poll.Down: "▼",
	poll.Incomplete: "◐", poll.Unasked: "○", poll.Well: "●",
}

func (h *Handler) viewOf(p pageQuery, all []poll.Status, now time.Time) view {
	counts := countStates(all)
	v := view{
		Version: h.version, Headline: headline(counts, len(all), p), Clock: now.Format("2006-01-02 15:04:05 MST"),
		Metrics: h.telemetry[1:], HasConfig: h.config != nil, Refresh: p.refresh, Search: p.search,
		Filtered: len(p.kinds) > 0 || len(p.states) > 0 || p.search != "",
	}
	follow := p
	follow.refresh = followSeconds
	if p.refresh > 0 {
		follow.refresh = 0
	}
	v.Follow = follow.href()
	v.All = pageQuery{refresh: p.refresh}.href()
	for _, s := range worstFirst {
		one := p
		one.states, one.offset = []poll.State{s}, 0
		current := len(p.states) == 1 && p.states[0] == s
		if n := counts[s.String()]; n > 0 || current {
			v.States = append(v.States, stateView{s.String(), marks[s], one.href(), n, current})
		}
	}
	for _, k := range h.kinds {
		v.Kinds = append(v.Kinds, option{k.Name, len(p.kinds) == 1 && p.kinds[0] == k.Name})
	}
	v.Sections = h.sections(p, all, now)
	return v
}

// headline says in one sentence how things are.
func headline(counts map[string]int, total int, p pageQuery) string {
	what, waiting := "devices", counts[poll.Unasked.String()]
	bad := total - waiting - counts[poll.Well.String()]
	if len(p.kinds) == 1 {
		what = "devices of kind " + p.kinds[0]
	}
	switch {
	case total == 0 && len(p.kinds) > 0:
		return "No " + what + " are configured"
	case total == 0:
		return "No devices are configured yet"
	case bad > 0:
		return fmt.Sprintf("%s of %s %s need attention", count(bad), count(total), what)
	case waiting > 0:
		return fmt.Sprintf("%s of %s %s were not asked yet, all others are well", count(waiting), count(total), what)
	case total == 1:
		return "The one device is well"
	}
	return fmt.Sprintf("All %s %s are well", count(total), what)
}

// sections returns what the page shows. With one kind the offset counts; with several
// each gets its share of the page, and a link to the rest.
func (h *Handler) sections(p pageQuery, all []poll.Status, now time.Time) []section {
	found := p.matches(all)
	totals := make([]int, len(found))
	for i, indexes := range found {
		totals[i] = len(indexes)
	}
	paged := len(found) == 1
	var sections []section
	for i, share := range shares(totals, pageRows) {
		kind := all[found[i][0]].Kind
		s := section{Kind: kind, Total: totals[i]}
		if k := h.kind(kind); k != nil {
			s.Summary = k.Summary
		}
		from := 0
		if paged {
			from = min(p.offset, max(0, totals[i]-1)) / pageRows * pageRows
		}
		to := min(from+share, totals[i])
		s.From, s.To = from+1, to
		s.link(p, paged)
		for _, index := range found[i][from:to] {
			s.Rows = append(s.Rows, rowOf(&all[index], now))
		}
		sections = append(sections, s)
	}
	return sections
}

// link sets the links to the devices that the section does not show.
func (s *section) link(p pageQuery, paged bool) {
	p.kinds = []string{s.Kind}
	if !paged {
		if p.offset = 0; s.To < s.Total {
			s.More = p.href()
		}
		return
	}
	if s.To < s.Total {
		p.offset = s.To
		s.Next = p.href()
	}
	if s.From > 1 {
		p.offset = s.From - 1 - pageRows
		s.Before = p.href()
	}
}

func rowOf(st *poll.Status, now time.Time) row {
	r := row{
		State: st.State.String(), Mark: marks[st.State], Name: clean(st.Name, maxEcho),
		Where: where(st), Finder: st.Finder, FoundBy: clean(st.FoundBy, maxEcho),
		Series: st.Series, fault: faultOf(st.Last, now),
	}
	if !st.Since.IsZero() && st.State != poll.Well {
		r.For = span(now.Sub(st.Since))
		r.Since = "since " + st.Since.Format(time.DateTime)
	}
	r.Every, r.Slowed = every(st)
	if !st.LastSuccess.IsZero() {
		r.Age = span(now.Sub(st.LastSuccess))
		r.AgeOf = "read " + st.LastSuccess.Format(time.DateTime)
		if st.Until.IsZero() {
			r.AgeOf += ", no longer shown to Prometheus"
		} else {
			r.AgeOf += ", shown until " + st.Until.Format(time.DateTime)
		}
	}
	if !st.Last.Start.IsZero() {
		r.Took = span(st.Last.Duration)
		r.Last = "last asked " + st.Last.Start.Format(time.DateTime)
	}
	for _, b := range st.Budgets {
		r.Budgets = append(r.Budgets, fmt.Sprintf("%s: %d of %d per %s left", b.Name, b.Left, b.Requests, device.Duration(b.Per)))
	}
	for _, o := range slices.Backward(st.Bad) {
		if !o.Start.Equal(st.Last.Start) { // the row tells of the last one itself
			r.Earlier = append(r.Earlier, faultOf(o, now))
		}
	}
	return r
}

func faultOf(o poll.Outcome, now time.Time) fault {
	f := fault{When: span(now.Sub(o.Start))}
	if o.Err != nil {
		f.Reason = string(o.Reason())
		f.Error = clean(o.Err.Error(), maxShownError)
		f.Hint = clean(device.HintOf(o.Err), maxShownError)
	}
	return f
}

// maxShownError is what of an error a row has room for.
const maxShownError = 400

// where returns what the labels tell beyond the name: mostly an address.
func where(st *poll.Status) string {
	text := ""
	for _, value := range pairs(st.Labels) {
		if value == "" || value == st.Name {
			continue
		}
		if text != "" {
			text += " · "
		}
		text += value
	}
	return clean(text, maxEcho)
}

// every tells the pace, and the configured one when that is another.
func every(st *poll.Status) (now, configured string) {
	switch {
	case st.OnScrape:
		return "on scrape", ""
	case st.Interval > st.Configured:
		return span(st.Interval), span(st.Configured)
	}
	return span(st.Configured), ""
}

// span writes a duration for people: one or two units, no more digits than mean
// something.
func span(d time.Duration) string {
	d = max(d, 0)
	const day = 24 * time.Hour
	switch {
	case d == 0:
		return "0 s"
	case d < time.Millisecond:
		return "<1 ms"
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < 10*time.Second && d%time.Second >= 50*time.Millisecond:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < 2*time.Minute && d%time.Minute != 0:
		return strconv.FormatInt(int64(d.Seconds()), 10) + " s"
	case d < time.Hour:
		return units(d, time.Minute, "min", time.Second, "s")
	case d < day:
		return units(d, time.Hour, "h", time.Minute, "min")
	}
	return units(d, day, "d", time.Hour, "h")
}

// units writes d in a large and a small unit, the small one only if there is some.
func units(d, large time.Duration, largeName string, small time.Duration, smallName string) string {
	text := strconv.FormatInt(int64(d/large), 10) + " " + largeName
	if rest := d % large / small; rest > 0 {
		text += " " + strconv.FormatInt(int64(rest), 10) + " " + smallName
	}
	return text
}

// count writes a number with its thousands apart.
func count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
