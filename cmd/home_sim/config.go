package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// configHead gives the pace: fast enough that something happens while one looks.
const configHead = `# Written by home_sim: reads the simulated house that is running now.
defaults: {interval: 5s}
`

// config is the configuration that reads the house, one line for each device.
func (h *house) config() ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(configHead)
	for _, p := range parts {
		fragment, err := yaml.Marshal(map[string]any{p.kind: h.parts[p.kind].section})
		if err != nil {
			return nil, fmt.Errorf("%s: write its configuration: %w", p.kind, err)
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(fragment, &doc); err != nil {
			return nil, fmt.Errorf("%s: read its configuration back: %w", p.kind, err)
		}
		oneLineEach(&doc)
		keepDollars(&doc)
		if err := encode(&out, &doc); err != nil {
			return nil, fmt.Errorf("%s: write its configuration: %w", p.kind, err)
		}
	}
	return out.Bytes(), nil
}

// oneLineEach writes the entries of each list in the short form: - {name: web, port: 80}.
func oneLineEach(n *yaml.Node) {
	for _, child := range n.Content {
		if n.Kind == yaml.SequenceNode {
			child.Style = yaml.FlowStyle
			continue
		}
		oneLineEach(child)
	}
}

// keepDollars doubles each dollar: ${NAME} in a configuration is the environment, and a folder may be named so.
func keepDollars(n *yaml.Node) {
	n.Value = strings.ReplaceAll(n.Value, "$", "$$")
	for _, child := range n.Content {
		keepDollars(child)
	}
}

func encode(out *bytes.Buffer, doc *yaml.Node) error {
	e := yaml.NewEncoder(out)
	e.SetIndent(2)
	if err := e.Encode(doc); err != nil {
		return err
	}
	return e.Close()
}

// writeConfig writes the configuration so that a reader sees the old file or the new one, whole.
func (h *house) writeConfig(path string) error {
	content, err := h.config()
	if err != nil {
		return err
	}
	if err := replaceFile(path, content); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}

func replaceFile(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(0o644) // there is no secret in it, and another user may run the reader
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
