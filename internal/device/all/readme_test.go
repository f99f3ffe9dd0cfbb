package all

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
)

// TestReadme holds the README of each kind to what it must have: every key, and
// examples that load.
func TestReadme(t *testing.T) {
	eachKind(t, func(t *testing.T, k *device.Kind) {
		file := filepath.Join("..", k.Name, "README.md")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		keys := make(map[string]string)
		collectKeys(reflect.TypeOf(k.Section()), keys)
		if len(keys) == 0 {
			t.Error("the section has no keys")
		}
		for key, doc := range keys {
			if !isSentence(doc) {
				t.Errorf("the key %s has the description %q, which is no sentence", key, doc)
			}
			if !strings.Contains(string(text), "`"+key+"`") {
				t.Errorf("the README does not tell of the key `%s`", key)
			}
		}
		loaded := 0
		for nth, block := range yamlBlocks(string(text)) {
			var top yaml.Node
			if err := yaml.Unmarshal([]byte(block), &top); err != nil {
				t.Errorf("YAML block %d: %v\n%s", nth+1, err, block)
				continue
			}
			if !hasKey(&top, k.Name) {
				continue // a list, or a configuration of another program
			}
			loaded++
			c, err := config.Parse(fmt.Sprintf("%s, block %d", file, nth+1), []byte(block),
				config.Source{LookupEnv: anyVariable}, []*device.Kind{k})
			if err != nil {
				t.Error(err)
				continue
			}
			for _, spec := range c.Specs {
				open(t, spec)
			}
		}
		if loaded == 0 {
			t.Errorf("no block of the README begins with ```yaml and has the key %s", k.Name)
		}
	})
}

// yamlBlocks returns the fenced blocks of a text that are YAML.
func yamlBlocks(text string) (blocks []string) {
	for _, part := range strings.Split(text, "\n```yaml\n")[1:] {
		block, _, _ := strings.Cut(part, "\n```")
		blocks = append(blocks, block+"\n")
	}
	return blocks
}

// hasKey reports whether the document is a mapping with the key at its top.
func hasKey(document *yaml.Node, key string) bool {
	if len(document.Content) == 0 || document.Content[0].Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i < len(document.Content[0].Content); i += 2 {
		if document.Content[0].Content[i].Value == key {
			return true
		}
	}
	return false
}

// collectKeys collects the keys that a section has, with their descriptions.
func collectKeys(t reflect.Type, keys map[string]string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		collectKeys(t.Elem(), keys)
		return
	case reflect.Struct:
	default:
		return
	}
	for i := range t.NumField() {
		field := t.Field(i)
		key, options, tagged := strings.Cut(field.Tag.Get("yaml"), ",")
		if key == "" && strings.Contains(options, "inline") {
			collectKeys(field.Type, keys)
		}
		if key == "" || key == "-" || !tagged && options != "" {
			continue
		}
		keys[key] = field.Tag.Get("doc")
		collectKeys(field.Type, keys)
	}
}
