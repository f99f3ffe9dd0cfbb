package mixin

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device/all"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
	"home_exporter/internal/testenv"
)

// A selector is a metric in an expression: its name, its matchers, and the function
// whose argument it is, if there is one.
type selector struct{ function, name, matchers string }

// words splits PromQL far enough to find the metrics in it. Lists of labels, strings and
// ranges are taken whole, so that what stands in them is not mistaken for a metric.
var words = regexp.MustCompile(strings.Join([]string{
	`#[^\n]*`,
	`"(?:[^"\\]|\\.)*"`,
	`\[[^\]]*\]`,
	`\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)`,
	`(?P<function>[a-zA-Z_:][\w:]*)\s*(?:(?:by|without)\s*\([^)]*\)\s*)?\(`,
	`(?P<name>[a-zA-Z_:][\w:]*)(?P<matchers>\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?`,
	`\d[\w.]*`,
}, "|"))

// keywords are names that are none of a metric.
var keywords = []string{"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right", "Inf", "NaN"}

// selectorsOf returns the metrics of an expression.
func selectorsOf(expr string) []selector {
	var all []selector
	part := func(m []int, group string) string {
		i := words.SubexpIndex(group)
		if m[2*i] < 0 {
			return ""
		}
		return expr[m[2*i]:m[2*i+1]]
	}
	function, end := "", 0
	for _, m := range words.FindAllStringSubmatchIndex(expr, -1) {
		if strings.TrimSpace(expr[end:m[0]]) != "" {
			function = ""
		}
		name := part(m, "name")
		if name != "" && !slices.Contains(keywords, name) {
			all = append(all, selector{function, name, strings.Trim(part(m, "matchers"), "{}")})
		}
		function, end = part(m, "function"), m[1]
		if slices.Contains(keywords, function) {
			function = ""
		}
	}
	return all
}

func TestSelectorsOf(t *testing.T) {
	tests := map[string]struct {
		expr string
		want []selector
	}{
		"bare":              {`up == 0`, []selector{{name: "up"}}},
		"matchers":          {`a_b{c=~"$d", e="x}y"} > 1e9`, []selector{{name: "a_b", matchers: `c=~"$d", e="x}y"`}}},
		"function":          {`round(increase(a_total{b="c"}[$__range]))`, []selector{{"increase", "a_total", `b="c"`}}},
		"aggregation":       {`sum by (job, le) (rate(a_bucket[5m]))`, []selector{{function: "rate", name: "a_bucket"}}},
		"function of all":   {`max by (a) (8 * b_total) or (c)`, []selector{{name: "b_total"}, {name: "c"}}},
		"aggregation after": {`sum(a) without (b)`, []selector{{function: "sum", name: "a"}}},
		"second argument":   {`histogram_quantile(0.9, a)`, []selector{{name: "a"}}},
		"joins": {
			"a * on (job) group_left (x) b:c:d offset 1w # e\nunless ignoring (y) f",
			[]selector{{name: "a"}, {name: "b:c:d"}, {name: "f"}},
		},
		"strings": {`label_replace(a, "week", "b", "", "")`, []selector{{function: "label_replace", name: "a"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, selectorsOf(tt.expr), cmp.AllowUnexported(selector{})); diff != "" {
				t.Errorf("selectorsOf(%s) (-want +got):\n%s", tt.expr, diff)
			}
		})
	}
}

// program are metrics of the program that no list of families has, and Prometheus' own.
var program = []string{"up", "home_exporter_build_info", "home_exporter_config_last_reload_successful", "process_open_fds", "process_max_fds"}

// metrics returns every name that an expression may use, with the labels of its series.
// The labels of records are not known.
func metrics(t *testing.T) map[string][]string {
	t.Helper()
	known := make(map[string][]string)
	for _, name := range program {
		known[name] = nil
	}
	families := slices.Clone(poll.Families)
	for _, k := range all.Kinds() {
		families = append(families, k.Families...)
	}
	for _, f := range families {
		labels := append([]string{"job", "instance", "device"}, f.Labels...)
		known[f.Name] = labels
		if f.Type == metric.Histogram {
			for _, suffix := range []string{"_bucket", "_sum", "_count"} {
				known[f.Name+suffix] = append(labels, "le")
			}
		}
	}
	for _, path := range glob(t, "rules/*.yml") {
		for _, g := range loadRules(t, path).Groups {
			for _, r := range g.Rules {
				known[r.Record] = nil
			}
		}
	}
	return known
}

var matcher = regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"`)

// checkNames looks for metrics, and labels of metrics, that nothing emits.
func checkNames(t *testing.T, where, expr string, known map[string][]string) {
	t.Helper()
	for _, s := range selectorsOf(expr) {
		labels, ok := known[s.name]
		if !ok {
			t.Errorf("%s: nothing emits %s", where, s.name)
			continue
		}
		for _, m := range matcher.FindAllStringSubmatch(s.matchers, -1) {
			if labels != nil && !slices.Contains(labels, m[1]) {
				t.Errorf("%s: %s has no label %s", where, s.name, m[1])
			}
		}
	}
}

func TestRulesUseWhatExists(t *testing.T) {
	known := metrics(t)
	for _, path := range ruleFiles(t) {
		for _, g := range loadRules(t, path).Groups {
			for _, r := range g.Rules {
				checkNames(t, path+" "+r.name(), r.Expr, known)
			}
		}
	}
}

func TestDashboardsUseWhatExists(t *testing.T) {
	known := metrics(t)
	eachDashboard(t, func(t *testing.T, _ string, d *dashboard) {
		for _, v := range d.Templating.List {
			if asked, ok := strings.CutPrefix(v.Definition, "label_values("); ok {
				metric := asked[:strings.LastIndex(asked, ",")]
				checkNames(t, "variable "+v.Name, metric, known)
			}
		}
		for _, q := range d.queries() {
			checkNames(t, q.where, q.expr, known)
			checkScope(t, q)
		}
	})
}

// overTime are the functions that a counter makes sense in.
var overTime = []string{"rate", "irate", "increase"}

// checkScope wants every metric of a query narrowed by the reader's choice, and counters
// as growth: a count since nobody knows when tells nothing.
func checkScope(t *testing.T, q query) {
	t.Helper()
	for _, s := range selectorsOf(q.expr) {
		for _, scope := range scopes {
			if want := fmt.Sprintf(`%s=~"$%s"`, scope.name, scope.name); !strings.Contains(s.matchers, want) {
				t.Errorf("%s: %s is not narrowed by %s", q.where, s.name, want)
			}
		}
		if strings.HasSuffix(s.name, "_total") && !slices.Contains(overTime, s.function) {
			t.Errorf("%s: the counter %s stands in %q, want one of %v", q.where, s.name, s.function, overTime)
		}
		if s.function == "rate" && !strings.Contains(q.expr, "[$__rate_interval]") {
			t.Errorf("%s: rate over something else than $__rate_interval", q.where)
		}
	}
}

// Grafana puts the variables in before it asks; so do we, and let promtool read the
// expressions as rules.
func TestDashboardQueriesAreValid(t *testing.T) {
	testenv.Need(t, "promtool")
	eachDashboard(t, func(t *testing.T, _ string, d *dashboard) {
		file := ruleFile{Groups: []group{{Name: d.UID}}}
		for i, q := range d.queries() {
			expr := substituted(q.expr, d)
			if strings.Contains(expr, "$") {
				t.Errorf("%s: a variable is not known: %s", q.where, expr)
				continue
			}
			t.Logf("query:%d is %s", i, q.where)
			file.Groups[0].Rules = append(file.Groups[0].Rules, rule{Record: fmt.Sprintf("query:%d", i), Expr: expr})
		}
		path := filepath.Join(t.TempDir(), "queries.yml")
		encode(t, path, file)
		promtool(t, []string{"check", "rules", path})
	})
}

// substituted returns the expression with the variables of the dashboard, and those that
// every dashboard has.
func substituted(expr string, d *dashboard) string {
	pairs := []string{"$__rate_interval", "2m", "$__interval", "30s", "$__range", "6h"}
	for _, v := range d.Templating.List {
		pairs = append(pairs, "$"+v.Name, "(one|another)")
	}
	return strings.NewReplacer(pairs...).Replace(expr)
}
