package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
)

var rowName = regexp.MustCompile(`<td class="device"><b>([^<]*)</b>`)

// rows returns the names of the devices on a page, in order.
func rows(page string) []string {
	var names []string
	for _, m := range rowName.FindAllStringSubmatch(page, -1) {
		names = append(names, html.UnescapeString(m[1]))
	}
	return names
}

func TestPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		fading := spec("lamps", "attic", func(ctx context.Context, out *batch) error {
			if n++; n > 1 {
				return dark(ctx, out)
			}
			return shine(ctx, out)
		})
		fading.Budgets = []device.Budget{{Name: "log in", Requests: 5, Per: time.Hour}}
		h := newHouse(t, nil, spec("lamps", "desk", shine), fading, spec("doors", "barn", half), spec("doors", "gate", shut),
			onScrape(spec("doors", "hatch", open)), withScout(spec("doors", "found", open)))
		time.Sleep(65 * time.Second)
		page := h.get("/")
		contains(t, "page", page,
			"<title>3 of 7 devices need attention – home_exporter</title>", "home_exporter</a> <span class=\"quiet\">1.2.3</span>",
			`<a class="chip failed" href="?state=failed"><span class="mark" aria-hidden="true">✕</span> failed <b>1</b></a>`,
			`<a class="chip ok" href="?state=ok"><span class="mark" aria-hidden="true">●</span> ok <b>3</b></a>`, "!chip stale",
			`<a href="metrics">`, `<a href="api/v1/devices">`, `<a href="config">`, `<a href="?refresh=10">follow</a>`,
			"<h2 id=\"lamps\">lamps <span class=\"quiet\">Lamps of all sorts</span></h2>", "Doors &amp; gates",
			"<b>auth</b> log in: wrong password", `<div class="hint">set the password</div>`, "log in: 5 of 5 per 1h left",
			"<b>refused</b> the door is shut", `<span class="quiet" title="since 2000-01-01 00:00:`, `<span class="tag">found by scout</span>`, `<span class="tag">finds others</span>`,
			`data-label="every">on scrape</td>`, "!http-equiv", "!<script", `!src=`, `!href="http`, "!url(")
		if got, want := rows(page), []string{"attic", "desk", "gate", "barn", "hatch", "found", "scout"}; !slices.Equal(got, want) {
			t.Errorf("devices %q, want %q: kinds in their order, in them the worst first", got, want)
		}
	})
}

func TestPageQueries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, spec("lamps", "desk", shine), spec("lamps", "hall", dark), spec("doors", "Hall", shut), spec("doors", "gate", open))
		time.Sleep(20 * time.Second)
		tests := map[string]struct {
			rows  []string
			parts []string
		}{
			"?kind=lamps":                 {[]string{"hall", "desk"}, []string{"1 of 2 devices of kind lamps need attention", "<option selected>lamps</option>", `<a href="./">show all</a>`}},
			"?kind=&state=&q=&offset=":    {[]string{"hall", "desk", "Hall", "gate"}, []string{"!show all"}},
			"?state=ok":                   {[]string{"desk", "gate"}, []string{`href="?state=ok" aria-current="true"`}},
			"?state=ok&state=down":        {[]string{"desk", "Hall", "gate"}, nil},
			"?state=partial":              {nil, []string{"No device matches.", "chip partial"}},
			"?q=HALL":                     {[]string{"hall", "Hall"}, []string{`value="HALL"`}},
			"?q=wrong+password":           {[]string{"hall"}, nil},
			"?q=refused":                  {[]string{"Hall"}, nil},
			"?q=%22%3E%3Cscript%3E":       {nil, []string{"&lt;script&gt;", "!<script"}},
			"?refresh=30":                 {[]string{"hall", "desk", "Hall", "gate"}, []string{`<meta http-equiv="refresh" content="30">`, `<a href="./">stop following</a>`, `href="?refresh=30&amp;state=ok"`}},
			"?refresh=1":                  {[]string{"hall", "desk", "Hall", "gate"}, []string{`content="2"`}},
			"?refresh=99999&kind=doors":   {[]string{"Hall", "gate"}, []string{`content="3600"`, `<a href="?kind=doors">stop following</a>`}},
			"?device=nobody":              {[]string{"hall", "desk", "Hall", "gate"}, nil},
			"?kind=doors&offset=1":        {[]string{"Hall", "gate"}, nil},
			"?kind=doors&offset=99999999": {[]string{"Hall", "gate"}, nil},
		}
		for query, want := range tests {
			page := h.get("/" + query)
			if got := rows(page); !slices.Equal(got, want.rows) {
				t.Errorf("%s: devices %q, want %q", query, got, want.rows)
			}
			contains(t, query, page, want.parts...)
		}
		for _, query := range []string{"?kind=x", "?state=x", "?offset=-1", "?offset=x", "?refresh=x", "?q=a&q=b", "?%"} {
			if w := h.do("GET", "/"+query); w.Code != http.StatusBadRequest {
				t.Errorf("%s = %d, want 400", query, w.Code)
			}
		}
	})
}

func TestHeadlines(t *testing.T) {
	tests := []struct {
		query string
		wait  time.Duration
		specs []device.Spec
		want  string
	}{
		{"", 0, nil, "No devices are configured yet"},
		{"?kind=doors", 0, []device.Spec{spec("lamps", "a", shine)}, "No devices of kind doors are configured"},
		{"", 0, []device.Spec{onScrape(spec("lamps", "a", shine)), onScrape(spec("lamps", "b", shine))}, "2 of 2 devices were not asked yet, all others are well"},
		{"", time.Minute, []device.Spec{spec("lamps", "a", shine)}, "The one device is well"},
		{"", time.Minute, []device.Spec{spec("lamps", "a", shine), spec("doors", "b", open)}, "All 2 devices are well"},
		{"", time.Minute, []device.Spec{spec("lamps", "a", shine), spec("doors", "b", half)}, "1 of 2 devices need attention"},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, nil, tt.specs...)
			time.Sleep(tt.wait)
			contains(t, "page", h.get("/"+tt.query), "<h1>"+tt.want+"</h1>")
		})
	}
}

// A long list is shown in parts, and every kind has its share of the first page.
func TestPagePaging(t *testing.T) {
	var specs []device.Spec
	for i := range 1203 {
		specs = append(specs, onScrape(spec("doors", fmt.Sprintf("door%04d", i), open)))
	}
	for i := range 300 {
		specs = append(specs, onScrape(spec("lamps", fmt.Sprintf("lamp%04d", i), shine)))
	}
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, specs...)
		tests := []struct {
			query       string
			n           int
			first, last string
			parts       []string
		}{
			{"", 500, "lamp0000", "door0249", []string{`250 of 300, the worst first · <a href="?kind=lamps">show all lamps</a>`, `250 of 1,203, the worst first · <a href="?kind=doors">show all doors</a>`}},
			{"?refresh=5", 500, "lamp0000", "door0249", []string{`<a href="?kind=doors&amp;refresh=5">show all doors</a>`}},
			{"?kind=lamps", 300, "lamp0000", "lamp0299", []string{`!class="pages"`}},
			{"?kind=doors", 500, "door0000", "door0499", []string{`1 to 500 of 1,203 · <a href="?kind=doors&amp;offset=500" rel="next">`, "!before"}},
			{"?kind=doors&offset=500", 500, "door0500", "door0999", []string{`501 to 1,000 of 1,203 · <a href="?kind=doors" rel="prev">before</a> · <a href="?kind=doors&amp;offset=1000" rel="next">`}},
			{"?kind=doors&offset=1000", 203, "door1000", "door1202", []string{`1,001 to 1,203 of 1,203 · <a href="?kind=doors&amp;offset=500" rel="prev">`, "!next"}},
			{"?kind=doors&offset=777", 500, "door0500", "door0999", nil},
			{"?kind=doors&offset=9999999", 203, "door1000", "door1202", nil},
			{"?q=door11", 100, "door1100", "door1199", nil},
			{"?q=door", 500, "door0000", "door0499", []string{`<a href="?kind=doors&amp;offset=500&amp;q=door" rel="next">`}},
			{"?state=new&kind=doors", 500, "door0000", "door0499", []string{`<a href="?kind=doors&amp;offset=500&amp;state=new" rel="next">`}},
		}
		for _, tt := range tests {
			page := h.get("/" + tt.query)
			got := rows(page)
			if len(got) != tt.n || got[0] != tt.first || got[len(got)-1] != tt.last {
				t.Errorf("%s: %d from %s to %s, want %d from %s to %s", tt.query, len(got), got[0], got[len(got)-1], tt.n, tt.first, tt.last)
			}
			contains(t, tt.query, page, tt.parts...)
		}
	})
}

func TestShares(t *testing.T) {
	tests := []struct{ totals, want []int }{
		{nil, []int{}},
		{[]int{7}, []int{7}},
		{[]int{700}, []int{500}},
		{[]int{100_000, 1, 2}, []int{497, 1, 2}},
		{[]int{300, 300, 300}, []int{166, 167, 167}},
		{[]int{1000, 10, 1000}, []int{245, 10, 245}},
	}
	for _, tt := range tests {
		if got := shares(tt.totals, 500); !slices.Equal(got, tt.want) {
			t.Errorf("shares(%v) = %v, want %v", tt.totals, got, tt.want)
		}
	}
}

// The browser is told to take the style by its hash, and nothing else.
func TestPagePolicy(t *testing.T) {
	h := newHouse(t, nil, spec("lamps", "desk", shine))
	for _, query := range []string{"", "?refresh=10", "?q=x"} {
		w := h.do("GET", "/"+query)
		style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(w.Body.String())
		if len(style) != 2 || !strings.Contains(style[1], "prefers-color-scheme: dark") {
			t.Fatalf("no style in %s", w.Body)
		}
		hash := sha256.Sum256([]byte(style[1]))
		want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
			"'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
		if got := w.Header().Get("Content-Security-Policy"); got != want {
			t.Errorf("policy\n%s, want\n%s", got, want)
		}
		contains(t, "page", w.Body.String(), "!style=", "!onclick", "!<script")
	}
}

func TestSpan(t *testing.T) {
	tests := map[time.Duration]string{
		-time.Second: "0 s", 0: "0 s", 999 * time.Microsecond: "<1 ms", 20 * time.Millisecond: "20 ms",
		time.Second: "1 s", 1500 * time.Millisecond: "1.5 s", 9 * time.Second: "9 s", 59 * time.Second: "59 s",
		time.Minute: "1 min", 61 * time.Second: "61 s", 2 * time.Minute: "2 min", 150 * time.Second: "2 min 30 s",
		time.Hour: "1 h", 90 * time.Minute: "1 h 30 min", 24 * time.Hour: "1 d", 49*time.Hour + time.Minute: "2 d 1 h",
		10 * 365 * 24 * time.Hour: "3650 d",
	}
	for d, want := range tests {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 100_008: "100,008", 1_234_567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
}
