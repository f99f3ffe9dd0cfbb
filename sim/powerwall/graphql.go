package powerwall

import (
	"errors"
	"slices"
	"strings"
)

// A selection is one field that a GraphQL query asks for, with those inside of it.
type selection struct {
	name, as string
	inner    []selection
}

// ask answers a query from the whole data. Arguments, directives and variables are read over: each field is as the
// data have it. A text without a selection asks for all.
func ask(data *node, text string) (*node, []queryFault) {
	p := &queryParser{rest: text, fragments: map[string][]selection{}}
	wanted, err := p.document()
	if err != nil {
		return nil, []queryFault{{code: errorNoField, text: err.Error()}}
	}
	if wanted == nil {
		return data, nil
	}
	var faults []queryFault
	return project(data, wanted, nil, &faults), faults
}

// project takes from the data what is wanted. What there is not becomes null, and a fault.
func project(data *node, wanted []selection, path []string, faults *[]queryFault) *node {
	switch data.kind {
	case array:
		out := &node{kind: array}
		for _, item := range data.items {
			out.items = append(out.items, project(item, wanted, path, faults))
		}
		return out
	case scalar:
		return data
	}
	out := &node{kind: object}
	for _, want := range wanted {
		here := append(slices.Clone(path), want.name)
		found := data.child(want.name)
		switch {
		case found == nil:
			if len(*faults) < 16 {
				*faults = append(*faults, queryFault{here, errorNoField, "field not found"})
			}
			out.put(want.as, &node{raw: "null"})
		case len(want.inner) == 0:
			out.put(want.as, found)
		default:
			out.put(want.as, project(found, want.inner, here, faults))
		}
	}
	return out
}

var errQuery = errors.New("syntax error in query")

// A queryParser reads the part of GraphQL that queries of gateways use.
type queryParser struct {
	rest      string
	depth     int
	spread    int // fragments that were put in their places; those that contain themselves end with it
	fragments map[string][]selection
}

// document reads all definitions and returns the selection of the query; nil if it has none.
func (p *queryParser) document() ([]selection, error) {
	var query []selection
	for token := p.next(); token != ""; token = p.next() {
		fragment := ""
		if token == "fragment" {
			fragment = p.next()
		}
		for token != "{" && token != "" {
			if token == "(" && !p.skipParentheses() {
				return nil, errQuery
			}
			token = p.next()
		}
		if token == "" {
			break
		}
		wanted, err := p.selections()
		if err != nil {
			return nil, err
		}
		if fragment != "" {
			p.fragments[fragment] = wanted
			continue
		}
		query = wanted
	}
	return p.resolve(query, 0), nil
}

// selections reads up to the closing brace.
func (p *queryParser) selections() ([]selection, error) {
	const deepest = 32
	if p.depth++; p.depth > deepest {
		return nil, errQuery
	}
	defer func() { p.depth-- }()
	var out []selection
	for {
		token := p.next()
		switch {
		case token == "":
			return nil, errQuery
		case token == "}":
			return out, nil
		case token == "@":
			p.next() // its name
		case token == "(":
			if !p.skipParentheses() {
				return nil, errQuery
			}
		case token == ":":
			if len(out) == 0 {
				return nil, errQuery
			}
			out[len(out)-1].name = p.next()
		case token == "{":
			inner, err := p.selections()
			if err != nil || len(out) == 0 {
				return nil, errQuery
			}
			out[len(out)-1].inner = inner
		case token == "...":
			name := p.next()
			if name == "on" {
				p.next() // a type
				name = ""
			}
			out = append(out, selection{as: "..." + name})
		case isName(token):
			out = append(out, selection{name: token, as: token})
		default:
			return nil, errQuery
		}
	}
}

// resolve puts fragments in their places.
func (p *queryParser) resolve(in []selection, depth int) []selection {
	var out []selection
	for _, one := range in {
		name, fragment := strings.CutPrefix(one.as, "...")
		switch {
		case fragment && depth < 32 && p.spread < 1000:
			p.spread++
			inner := one.inner
			if name != "" {
				inner = p.fragments[name]
			}
			out = append(out, p.resolve(inner, depth+1)...)
		case !fragment:
			one.inner = p.resolve(one.inner, depth)
			out = append(out, one)
		}
	}
	return out
}

func isName(token string) bool {
	c := token[0]
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// skipParentheses reads over arguments, after the opening one.
func (p *queryParser) skipParentheses() bool {
	for open := 1; open > 0; {
		switch p.next() {
		case "":
			return false
		case "(":
			open++
		case ")":
			open--
		}
	}
	return true
}

// next is the next token: a name or number, a string, three dots, or one character. It is empty at the end.
func (p *queryParser) next() string {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n,\ufeff")
	for strings.HasPrefix(p.rest, "#") {
		_, p.rest, _ = strings.Cut(p.rest, "\n")
		p.rest = strings.TrimLeft(p.rest, " \t\r\n,")
	}
	if p.rest == "" {
		return ""
	}
	n := 1
	switch {
	case strings.HasPrefix(p.rest, "..."):
		n = 3
	case p.rest[0] == '"':
		for n < len(p.rest) && p.rest[n] != '"' {
			if p.rest[n] == '\\' {
				n++
			}
			n++
		}
		n = min(n+1, len(p.rest))
	case isName(p.rest):
		for n < len(p.rest) && (isName(p.rest[n:]) || p.rest[n] >= '0' && p.rest[n] <= '9') {
			n++
		}
	}
	token := p.rest[:n]
	p.rest = p.rest[n:]
	return token
}
