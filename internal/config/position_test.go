package config

import (
	"fmt"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestLocate(t *testing.T) {
	const text = `x-tls: &tls
  server_name: a
  depth: {x: 1}
list:
  - host: a
    tls: *tls
  - {host: b, <<: {port: 1, <<: [{wing: w}, {wing: v}]}}
  - short
  -
    password_file: f
    "a.b": {c: 1}
    a: {b: 2}
    empty:
    block:
      - 1
`
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(text), &root); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ path, want string }{
		{"list", "4:1"},
		{"list[0]", "5:5"},
		{"list[0].host", "5:11"},
		{"list[0].missing", "5:5"},
		{"list[0].tls", "6:10"},
		{"list[0].tls.server_name", "2:16"},
		{"list[0].tls.depth.x", "3:14"},
		{"list[0].tls.depth.y", "3:10"},
		{"list[1].port", "7:26"},
		{"list[1].wing", "7:41"},
		{"list[2].host", "8:5"},
		{"list[3].password", "10:20"},
		{"list[3].a.b.c", "11:16"},
		{"list[3].a", "12:8"},
		{"list[3].empty", "13:5"},
		{"list[3].block", "14:5"},
		{"list[3].block[0]", "15:9"},
		{"list[3].block[1]", "14:5"},
		{"list[4]", "4:1"},
		{"list[x]", "4:1"},
		{"list[", "4:1"},
		{"list.name", "4:1"},
		{"nothing", "1:1"},
		{"", "1:1"},
		{".", "1:1"},
		{"[0]", "1:1"},
	}
	for _, tt := range tests {
		n := locate(root.Content[0], tt.path)
		if got := fmt.Sprintf("%d:%d", n.Line, n.Column); got != tt.want {
			t.Errorf("locate(%q) = %s, want %s", tt.path, got, tt.want)
		}
	}
}

func TestLocateEndsInCycles(t *testing.T) {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte("a: &a {b: *a, <<: *a}\n"), &root); err != nil {
		t.Fatal(err)
	}
	path := "a"
	for range 5000 {
		path += ".b"
	}
	for _, p := range []string{path, "a.c"} {
		if n := locate(root.Content[0], p); n.Line != 1 {
			t.Errorf("locate(%.20q) = line %d", p, n.Line)
		}
	}
}

// TestLocateLooksOnceIntoEach searches mappings that merge the one before them twice,
// sixty times over.
func TestLocateLooksOnceIntoEach(t *testing.T) {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte("x-a: &a {host: a}\n"+merges(60)+"doors: [{<<: *m60}]\n"), &root); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"doors[0].host": 1, "doors[0].nowhere": 63} {
		if n := locate(root.Content[0], path); n.Line != want {
			t.Errorf("locate(%q) = line %d, want %d", path, n.Line, want)
		}
	}
}

func TestTrail(t *testing.T) {
	key := &yaml.Node{}
	tests := []struct {
		trail trail
		want  string
	}{
		{nil, ""},
		{trail{{key: "a", node: key}}, "a"},
		{trail{{key: "a", node: key}, {index: 2}, {key: "b", node: key}, {key: "c_d", node: key}}, "a[2].b.c_d"},
		{trail{{key: "with space", node: key}}, `"with space"`},
		{trail{{key: "", node: key}}, `""`},
		{trail{{key: "key:value", node: key}}, "key"},
		{trail{{key: "line\nbreak", node: key}}, `"line\nbreak"`},
	}
	for _, tt := range tests {
		if got := tt.trail.String(); got != tt.want {
			t.Errorf("String() = %s, want %s", got, tt.want)
		}
	}
}
