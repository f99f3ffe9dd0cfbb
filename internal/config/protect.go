package config

import (
	"bytes"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Within [ ] and { } a brace is structure to YAML, so that {password: ${SECRET}} would
// not be what it looks like. The braces of variables are therefore exchanged for two
// characters without meaning before the parser sees them, and back in what it returns.
// Unicode keeps these for the internal use of programs, and isYAML refuses them in
// files. One character stands for one, so that columns stay right.
const (
	openBrace  = '\ufdd0'
	closeBrace = '\ufdd1'
)

var variableInText = regexp.MustCompile(`\$\{[^\s{}\[\]"',#]*\}`)

// protect exchanges the braces of variables in data, and reports whether there were
// any.
func protect(data []byte) ([]byte, bool) {
	if !bytes.Contains(data, []byte("${")) {
		return data, false
	}
	return variableInText.ReplaceAllFunc(data, func(v []byte) []byte {
		name := v[2 : len(v)-1]
		return []byte("$" + string(openBrace) + string(name) + string(closeBrace))
	}), true
}

var braces = strings.NewReplacer(string(openBrace), "{", string(closeBrace), "}")

// restore brings the braces back in every text under n.
func restore(n *yaml.Node) {
	n.Value = braces.Replace(n.Value)
	for _, inner := range n.Content {
		restore(inner)
	}
}
