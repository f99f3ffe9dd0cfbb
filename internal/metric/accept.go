package metric

import (
	"strconv"
	"strings"
)

// A Clause is one alternative of an Accept or Accept-Encoding header (RFC 9110,
// section 12.5).
type Clause struct {
	Value   string
	Quality float64 // 1 when not given; 0 means not acceptable
	Params  map[string]string
}

// maxClauses bounds the work that a header can ask for.
const maxClauses = 64

// Clauses parses a header of weighted alternatives, in the order given. What is not
// understood is passed over.
func Clauses(header string) []Clause {
	var out []Clause
	for part := range strings.SplitSeq(header, ",") {
		fields := strings.Split(part, ";")
		c := Clause{Value: strings.ToLower(strings.TrimSpace(fields[0])), Quality: 1}
		if c.Value == "" {
			continue
		}
		if len(out) == maxClauses {
			break
		}
		for _, field := range fields[1:] {
			name, value, _ := strings.Cut(field, "=")
			name = strings.ToLower(strings.TrimSpace(name))
			value = strings.Trim(strings.TrimSpace(value), `"`)
			if name == "q" {
				q, err := strconv.ParseFloat(value, 64)
				if err != nil || !(q >= 0 && q <= 1) {
					q = 0
				}
				c.Quality = q
				continue
			}
			if c.Params == nil {
				c.Params = make(map[string]string)
			}
			c.Params[name] = value
		}
		out = append(out, c)
	}
	return out
}
