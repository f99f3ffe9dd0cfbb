package config

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// validate says where a value does not fit a schema, by the rules of JSON Schema
// 2020-12 for the keywords that we write. A keyword that it does not know is an error.
func validate(schema any, value any, at string) error {
	s, ok := schema.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: the schema is a %T", at, schema)
	}
	for keyword, rule := range s {
		var err error
		switch keyword {
		case "$schema", "title", "description", "additionalProperties", "patternProperties":
		case "type":
			err = validType(rule, value)
		case "enum":
			if !slices.Contains(rule.([]any), value) {
				err = fmt.Errorf("not in the enum")
			}
		case "pattern":
			if text, ok := value.(string); ok && !regexp.MustCompile(rule.(string)).MatchString(text) {
				err = fmt.Errorf("%q does not match %s", text, rule)
			}
		case "minimum", "maximum":
			err = validLimit(keyword, rule, value)
		case "anyOf":
			err = fmt.Errorf("none of anyOf")
			for _, one := range rule.([]any) {
				if validate(one, value, at) == nil {
					err = nil
				}
			}
		case "allOf":
			for _, one := range rule.([]any) {
				if e := validate(one, value, at); e != nil {
					err = e
				}
			}
		case "required":
			m, isMap := value.(map[string]any)
			for _, key := range rule.([]any) {
				if _, ok := m[key.(string)]; isMap && !ok {
					err = fmt.Errorf("%s is missing", key)
				}
			}
		case "items":
			list, _ := value.([]any)
			for i, one := range list {
				if e := validate(rule, one, fmt.Sprintf("%s[%d]", at, i)); e != nil {
					return e
				}
			}
		case "properties":
			if err := validProperties(s, value, at); err != nil {
				return err
			}
		default:
			err = fmt.Errorf("unknown keyword %s", keyword)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	if _, ok := s["properties"]; !ok && s["additionalProperties"] != nil {
		return validProperties(s, value, at)
	}
	return nil
}

func validProperties(s map[string]any, value any, at string) error {
	m, _ := value.(map[string]any)
	known, _ := s["properties"].(map[string]any)
	patterns, _ := s["patternProperties"].(map[string]any)
	for key, one := range m {
		rule := s["additionalProperties"]
		for pattern, r := range patterns {
			if regexp.MustCompile(pattern).MatchString(key) {
				rule = r
			}
		}
		if r, ok := known[key]; ok {
			rule = r
		}
		if rule == nil || rule == false {
			return fmt.Errorf("%s.%s: no such property", at, key)
		}
		if err := validate(rule, one, at+"."+key); err != nil {
			return err
		}
	}
	return nil
}

func validType(rule, value any) error {
	words, ok := rule.([]any)
	if !ok {
		words = []any{rule}
	}
	is := map[string]bool{}
	switch v := value.(type) {
	case nil:
		is["null"] = true
	case bool:
		is["boolean"] = true
	case int, uint64:
		is["integer"], is["number"] = true, true
	case float64:
		is["number"] = true
		is["integer"] = v == float64(int64(v))
	case string:
		is["string"] = true
	case []any:
		is["array"] = true
	case map[string]any:
		is["object"] = true
	default:
		return fmt.Errorf("a %T", value)
	}
	for _, word := range words {
		if is[word.(string)] {
			return nil
		}
	}
	return fmt.Errorf("%T is not of type %v", value, rule)
}

func validLimit(keyword string, rule, value any) error {
	limit, ok := new(big.Float).SetString(rule.(json.Number).String())
	if !ok {
		return fmt.Errorf("%s is %v", keyword, rule)
	}
	var n *big.Float
	switch v := value.(type) {
	case int:
		n = new(big.Float).SetInt64(int64(v))
	case uint64:
		n = new(big.Float).SetUint64(v)
	case float64:
		n = big.NewFloat(v)
	default:
		return nil
	}
	if keyword == "minimum" && n.Cmp(limit) < 0 || keyword == "maximum" && n.Cmp(limit) > 0 {
		return fmt.Errorf("%v is past the %s %v", value, keyword, rule)
	}
	return nil
}

func toySchema(t *testing.T) any {
	t.Helper()
	text, err := Schema(toys())
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var schema any
	if err := d.Decode(&schema); err != nil {
		t.Fatal(err)
	}
	return schema
}

// asEditors reads YAML as an editor does, which resolves anchors and merge keys.
func asEditors(t *testing.T, file string) any {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data, _ = protect(data)
	var value any
	if err := yaml.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	return asJSON(value)
}

// asJSON makes of a YAML value what JSON has for it.
func asJSON(value any) any {
	switch v := value.(type) {
	case string:
		return braces.Replace(v)
	case time.Time:
		return v.String()
	case []any:
		for i := range v {
			v[i] = asJSON(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = asJSON(v[key])
		}
	case map[any]any:
		m := make(map[string]any)
		for key, one := range v {
			m[fmt.Sprint(key)] = asJSON(one)
		}
		return m
	}
	return value
}

func TestSchemaAcceptsGoodFiles(t *testing.T) {
	schema := toySchema(t)
	for _, file := range cases(t, "testdata/good") {
		if err := validate(schema, asEditors(t, file), ""); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestSchemaRefusesBadFiles(t *testing.T) {
	schema := toySchema(t)
	t.Chdir("testdata/bad")
	for file, want := range map[string]string{
		"unknown_top_key.yml":         ".weather: no such property",
		"unknown_key.yml":             ".doors[0].colour: no such property",
		"unknown_key_nested.yml":      ".hub.devices[0]: none of anyOf",
		"mapping_for_list.yml":        ".doors: map[string]interface {} is not of type",
		"list_for_mapping.yml":        ".hub: []interface {} is not of type",
		"scalar_for_list.yml":         ".doors: string is not of type",
		"empty_list_item.yml":         ".doors[1]: <nil> is not of type",
		"empty_list_item_text.yml":    ".doors[0].hinges[1]",
		"scalar_for_entry.yml":        ".doors[0]: string is not of type",
		"required_missing.yml":        ".doors[0]: host is missing",
		"required_secret_missing.yml": ".hub: .hub: none of anyOf",
		"not_a_bool.yml":              ".meters.list[0].on: \"yes\" does not match",
		"no_file_form_of_map.yml":     ".meters.list[0].headers_file: no such property",
		"probe_not_a_list.yml":        ".probe.allow: string is not of type",
		"probe_unknown_key.yml":       ".probe.alow: no such property",
	} {
		err := validate(schema, asEditors(t, file), "")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", file, err, want)
		}
	}
}

func TestSchemaOfScalars(t *testing.T) {
	schema := toySchema(t)
	tests := []struct {
		text string
		want bool
	}{
		{"doors: [{host: a, port: 1}]", true},
		{"doors: [{host: a, port: 70000}]", false},
		{"doors: [{host: a, port: -1}]", false},
		{"doors: [{host: a, port: '80'}]", true},
		{"doors: [{host: a, port: '${PORT}'}]", true},
		{"doors: [{host: a, port: http}]", false},
		{"doors: [{host: a, port: 1.5}]", false},
		{"doors: [{host: a, protocol: tcp}]", true},
		{"doors: [{host: a, protocol: '${X}'}]", true},
		{"doors: [{host: a, protocol: tcp7}]", false},
		{"doors: [{host: a, hinges: [left, up]}]", false},
		{"doors: [{host: 10, timeout: 2}]", true},
		{"doors: [{host: a, timeout: 2.5}]", true},
		{"doors: [{host: a, timeout: 1m30s}]", true},
		{"doors: [{host: a, timeout: soon}]", false},
		{"doors: [{host: a, timeout: -1}]", false},
		{"doors: [{host: a, interval: scrape}]", true},
		{"doors: [{host: a, timeout: scrape}]", false},
		{"defaults: {interval: 1w}", true},
		{"defaults: {interval: scrape}", false},
		{"defaults: {retries: 1}", false},
		{"x-anything: {at: [all]}", true},
		{"y-anything: 1", false},
		{"hub: {user_name: u, password: p, devices: [a, 10.0.0.1, {host: b}]}", true},
		{"hub: {user_name: u, password: p, devices: [{name: b}]}", false},
		{"hub: {user_name: u, password: p, devices: [[a]]}", false},
		{"hub: {user_name: u, password_file: p, discovery: {enabled: true}}", true},
		{"hub: {user_name: u, password_file: p, discovery: {enabled: 'TRUE'}}", true},
		{"hub: {user_name: u, password_file: p, discovery: {enabled: 'on'}}", false},
		{"meters: {list: [{name: a, factor: 1e-3, headers: {a: b}, colours: {x: full}}]}", true},
		{"meters: {list: [{name: a, colours: {x: fuller}}]}", false},
		{"meters: {list: [{name: a, hours: [[256]]}]}", false},
		{"meters: {list: [{name: a, serial: 18446744073709551615}]}", true},
	}
	for _, tt := range tests {
		var value map[string]any
		if err := yaml.Unmarshal([]byte(tt.text), &value); err != nil {
			t.Fatal(err)
		}
		err := validate(schema, value, "")
		if (err == nil) != tt.want {
			t.Errorf("%s: %v, want valid %v", tt.text, err, tt.want)
		}
		// A schema that refuses what the decoder takes would cry wolf in editors.
		_, err = Parse("f.yml", []byte(tt.text+"\n"), Source{LookupEnv: environment}, toys())
		if !tt.want && err == nil {
			t.Errorf("%s: refused by the schema and accepted by the decoder", tt.text)
		}
	}
}

func TestSchemaIsStable(t *testing.T) {
	text, err := Schema(toys())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/schema.json", text)
}
