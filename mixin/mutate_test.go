package mixin

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A mutant is a rule with one fault put in.
type mutant struct {
	fault string
	rule  rule
	// onlySilent leaves the fault to the tests that expect no alert.
	onlySilent bool
}

// mutants returns a rule's faulty versions: each of them must fail a test.
func mutants(r rule) []mutant {
	all := []mutant{{fault: "yields nothing", rule: withExpr(r, "vector(0) > 1")}}
	if r.Alert != "" {
		all = append(all, mutant{fault: "fires always", rule: withExpr(r, "vector(1)"), onlySilent: true})
	}
	if r.For != "" {
		all = append(all, mutant{fault: "fires at once", rule: withFor(r, "0s")})
		all = append(all, mutant{fault: "waits twice as long", rule: withFor(r, resized(r.For)[0])})
	}
	for _, fault := range exprFaults(r.Expr) {
		all = append(all, mutant{fault: fault.what, rule: withExpr(r, fault.expr)})
	}
	return all
}

func withExpr(r rule, expr string) rule {
	r.Expr = expr
	return r
}

func withFor(r rule, pause string) rule {
	r.For = pause
	return r
}

// tokens splits PromQL far enough to tell a number from the digits of a name, a string
// or a duration. The first alternative that fits wins.
var tokens = regexp.MustCompile(strings.Join([]string{
	`#[^\n]*`,                                // comment
	`"(?:[^"\\]|\\.)*"`,                      // string
	`\{[^}]*\}`,                              // matchers
	`(?:by|without|on|ignoring)\s*\([^)]*\)`, // list of labels
	`[a-zA-Z_:][\w:]*`,                       // name or keyword
	`\d+[smhdw]`,                             // duration
	`\d+(?:\.\d+)?`,                          // number
	`==|!=|<=|>=|<|>`,                        // comparison
}, "|"))

var (
	duration  = regexp.MustCompile(`^(\d+)([smhdw])$`)
	labelList = regexp.MustCompile(`^(\w+)\s*\((.*)\)$`)
)

type exprFault struct{ what, expr string }

// exprFaults turns comparisons round, swaps set operators, moves numbers and
// durations, and drops matchers and labels: one change at a time.
func exprFaults(expr string) []exprFault {
	var faults []exprFault
	for _, at := range tokens.FindAllStringIndex(expr, -1) {
		token := expr[at[0]:at[1]]
		for _, put := range replacements(token) {
			faults = append(faults, exprFault{
				what: fmt.Sprintf("%q at %d becomes %q", token, at[0], put),
				expr: expr[:at[0]] + put + expr[at[1]:],
			})
		}
	}
	return faults
}

func replacements(token string) []string {
	switch token {
	case "<", "<=":
		return []string{">"}
	case ">", ">=":
		return []string{"<"}
	case "==":
		return []string{"!="}
	case "!=":
		return []string{"=="}
	case "and", "or":
		return []string{"unless"}
	case "unless":
		return []string{"and"}
	}
	if token[0] == '{' {
		return []string{""}
	}
	if m := labelList.FindStringSubmatch(token); m != nil {
		return withoutEach(m[1], m[2])
	}
	if duration.MatchString(token) {
		return resized(token)
	}
	if n, err := strconv.ParseFloat(token, 64); err == nil {
		return moved(n)
	}
	return nil
}

// withoutEach returns the list of labels without its first, its second and so on.
func withoutEach(keyword, list string) []string {
	labels := regexp.MustCompile(`\w+`).FindAllString(list, -1)
	var lists []string
	for i := range labels {
		rest := slices.Delete(slices.Clone(labels), i, i+1)
		lists = append(lists, keyword+" ("+strings.Join(rest, ", ")+")")
	}
	return lists
}

// moved returns numbers a quarter above and below; a zero, which compares with states,
// becomes a number that no state has.
func moved(n float64) []string {
	if n == 0 {
		return []string{"7"}
	}
	return []string{
		strconv.FormatFloat(n*1.25, 'g', 10, 64),
		strconv.FormatFloat(n*0.75, 'g', 10, 64),
	}
}

// resized returns twice and half the duration.
func resized(token string) []string {
	s := seconds(token)
	return []string{fmt.Sprintf("%ds", 2*s), fmt.Sprintf("%ds", s/2)}
}

// seconds reads a duration of one number and one unit: our files have no others.
func seconds(token string) int {
	m := duration.FindStringSubmatch(token)
	if m == nil {
		panic(fmt.Sprintf("%q is not one number with one of the units s, m, h, d, w", token))
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		panic(err)
	}
	return n * map[string]int{"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[m[2]]
}

func TestExprFaults(t *testing.T) {
	tests := map[string]struct {
		expr string
		want []string
	}{
		"comparison and zero": {
			expr: `up == 0`,
			want: []string{`up != 0`, `up == 7`},
		},
		"threshold": {
			expr: `rate(x1_total[5m]) >= 0.8`,
			want: []string{`rate(x1_total[600s]) >= 0.8`, `rate(x1_total[150s]) >= 0.8`, `rate(x1_total[5m]) < 0.8`, `rate(x1_total[5m]) >= 1`, `rate(x1_total[5m]) >= 0.6`},
		},
		"matchers": {
			expr: `a{b="0",c!="1 < 2"} offset 1w`,
			want: []string{`a offset 1w`, `a{b="0",c!="1 < 2"} offset 1209600s`, `a{b="0",c!="1 < 2"} offset 302400s`},
		},
		"set operators and labels": {
			expr: `a and on (job, instance) b or on () absent(c)`,
			want: []string{
				`a unless on (job, instance) b or on () absent(c)`,
				`a and on (instance) b or on () absent(c)`,
				`a and on (job) b or on () absent(c)`,
				`a and on (job, instance) b unless on () absent(c)`,
			},
		},
		"aggregation":                    {expr: `sum without (to) (x)`, want: []string{`sum without () (x)`}},
		"strings and comments stay":      {expr: "label_replace(a, \"week\", \"1\", \"\", \"\") # 1 < 2 or 3"},
		"a name with digits and a colon": {expr: `connection:flaps:changes1h`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, fault := range exprFaults(tt.expr) {
				got = append(got, fault.expr)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("exprFaults(%s) (-want +got):\n%s", tt.expr, diff)
			}
		})
	}
}
