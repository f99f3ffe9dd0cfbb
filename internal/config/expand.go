package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand replaces ${NAME} by the environment variable and $$ by a dollar. What a
// variable brings is not looked at again. Errors quote nothing but the name of a
// variable, because the text may be a password.
func expand(text string, lookup func(string) (string, bool)) (string, error) {
	before, rest, found := strings.Cut(text, "$")
	if !found {
		return text, nil
	}
	var b strings.Builder
	for found {
		b.WriteString(before)
		switch {
		case strings.HasPrefix(rest, "$"):
			b.WriteByte('$')
			rest = rest[1:]
		case strings.HasPrefix(rest, "{"):
			name, after, closed := strings.Cut(rest[1:], "}")
			if !closed {
				return "", errors.New("${ without the closing }; write ${NAME} for an environment variable, $$ for a dollar")
			}
			value, err := variable(name, lookup)
			if err != nil {
				return "", err
			}
			b.WriteString(value)
			rest = after
		default:
			return "", errors.New("a $ on its own; write $$ for a dollar, ${NAME} for an environment variable")
		}
		before, rest, found = strings.Cut(rest, "$")
	}
	b.WriteString(before)
	return b.String(), nil
}

func variable(name string, lookup func(string) (string, bool)) (string, error) {
	if !variableName.MatchString(name) {
		return "", errors.New("what stands between ${ and } is no name of an environment variable: letters, digits and _ only; write $$ for a dollar")
	}
	value, ok := lookup(name)
	if !ok {
		return "", fmt.Errorf("the environment variable %s is not set", name)
	}
	if !utf8.ValidString(value) {
		return "", fmt.Errorf("the environment variable %s is not UTF-8 text", name)
	}
	return value, nil
}
