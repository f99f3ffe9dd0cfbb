package sockets

import (
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// collect returns all groups that a reader hands over.
func collect(read func(io.Reader, func(int, group) error) error, text string) ([]group, error) {
	var all []group
	err := read(strings.NewReader(text), func(nth int, g group) error {
		if nth != len(all) {
			return errors.New("groups are not counted")
		}
		all = append(all, g)
		return nil
	})
	return all, err
}

func TestReadJSON(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []group
		err        string
	}{
		{"two groups", `[{"targets": ["a:1", "b:2"], "labels": {"name": "x", "site": "cellar"}}, {"targets": ["c:3"]}]`,
			[]group{{[]string{"a:1", "b:2"}, map[string]string{"name": "x", "site": "cellar"}}, {Targets: []string{"c:3"}}}, ""},
		{"none", " [] \n", nil, ""},
		{"a group with nothing in it", "[{}]", []group{{}}, ""},
		{"nulls", `[{"targets": null, "labels": null}]`, []group{{}}, ""},
		{"empty", "", nil, `a list of groups is expected, as Prometheus' file_sd has it: [{"targets": ["host:port"]}]`},
		{"no list", `{"targets": ["a:1"]}`, nil, `a list of groups is expected, as Prometheus' file_sd has it: [{"targets": ["host:port"]}]`},
		{"not JSON", "- targets: [a:1]", nil, `a list of groups is expected, as Prometheus' file_sd has it: [{"targets": ["host:port"]}]`},
		{"cut off", `[{"targets": ["a:1"]}, {"targets": ["b`, []group{{Targets: []string{"a:1"}}}, "group 2: the file ends too early"},
		{"cut off between groups", `[{"targets": ["a:1"]}`, []group{{Targets: []string{"a:1"}}}, "the list does not end: the file ends too early"},
		{"a comma missing", `[{} {}]`, []group{{}}, "group 2: expected comma after array element"},
		{"unknown key", `[{"target": ["a:1"]}]`, nil, `group 1: unknown key "target"; a group has targets and labels`},
		{"a number for a text", `[{"targets": ["a:1"], "labels": {"name": 1}}]`, nil, "group 1: a number stands where it cannot; targets is a list of texts, and labels has texts as values, in quotes"},
		{"a text for a list", `[{"targets": "a:1"}]`, nil, "group 1: a string stands where it cannot; targets is a list of texts, and labels has texts as values, in quotes"},
		{"a text for a group", `["a:1"]`, nil, "group 1: a string stands where it cannot; targets is a list of texts, and labels has texts as values, in quotes"},
		{"more behind", `[] []`, nil, "something stands behind the end of the list"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := collect(readJSON, tt.text)
			if message := textOf(err); message != tt.err {
				t.Errorf("error %q, want %q", message, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("groups (-want +got):\n%s", diff)
			}
		})
	}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestReadYAML(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []group
		err        string
	}{
		{"two groups", "# meters\n- targets: [a:1, 'b:2']\n  labels: {name: x, site: cellar}\n- targets:\n  - c:3\n",
			[]group{{[]string{"a:1", "b:2"}, map[string]string{"name": "x", "site": "cellar"}}, {Targets: []string{"c:3"}}}, ""},
		{"JSON", `[{"targets": ["a:1"]}]`, []group{{Targets: []string{"a:1"}}}, ""},
		{"none", "[]", nil, ""},
		{"empty", "", nil, ""},
		{"comments only", "# nothing yet\n", nil, ""},
		{"numbers as texts", "- targets: [a:1]\n  labels: {name: 7, interval: 60}", []group{{[]string{"a:1"}, map[string]string{"name": "7", "interval": "60"}}}, ""},
		{"anchors", "- targets: &t [a:1]\n- targets: *t", []group{{Targets: []string{"a:1"}}, {Targets: []string{"a:1"}}}, ""},
		{"unknown key", "- targets: [a:1]\n- target: [a:1]\n", nil, `line 2: unknown key "target"; a group has targets and labels`},
		{"no list", "targets: [a:1]", nil, "line 1: this does not fit; a list of groups is expected, with targets, a list of texts, and labels, which has texts as values"},
		{"a list for a text", "- targets: [[a]]", nil, "line 1: this does not fit; a list of groups is expected, with targets, a list of texts, and labels, which has texts as values"},
		{"a key twice", "- targets: [a:1]\n  targets: [b:1]", nil, `line 2: mapping key "targets" already defined at line 1`},
		{"broken", "- targets: [a:1\n- b", nil, "line 2: did not find expected ',' or ']'"},
		{"a second document", "- targets: [a:1]\n---\n- targets: [b:1]", nil, "a second document begins behind the line with ---, and only one is read"},
		{"a second document that is broken", "- targets: [a:1]\n---\n- [", nil, "line 3: did not find expected node content"},
		{"not UTF-8", "- targets: [\"\xff\"]", nil, "invalid leading UTF-8 octet"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := collect(readYAML, tt.text)
			if message := textOf(err); message != tt.err {
				t.Errorf("error %q, want %q", message, tt.err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("groups (-want +got):\n%s", diff)
			}
		})
	}
}

// TestReadJSONIsAStream reads a hundred thousand groups and holds none of them.
func TestReadJSONIsAStream(t *testing.T) {
	const groups = 100_000
	in, out := io.Pipe()
	go func() {
		io.WriteString(out, "[")
		for i := range groups {
			if i > 0 {
				io.WriteString(out, ",\n")
			}
			io.WriteString(out, `{"targets": ["10.0.0.1:`+strconv.Itoa(i%65535+1)+`"], "labels": {"name": "meter-`+strconv.Itoa(i)+`"}}`)
		}
		io.WriteString(out, "]")
		out.Close()
	}()
	var before, most runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	err := readJSON(in, func(nth int, g group) error {
		if n++; len(g.Targets) != 1 || nth != n-1 {
			return errors.New("a group is not as it was written")
		}
		if n == groups*9/10 {
			runtime.GC()
			runtime.ReadMemStats(&most)
		}
		return nil
	})
	if err != nil || n != groups {
		t.Fatalf("%d groups, %v", n, err)
	}
	if held := int64(most.HeapAlloc) - int64(before.HeapAlloc); held > 1<<20 {
		t.Errorf("%d bytes are held in the middle of the list", held)
	}
}

// TestReadersStop finds that a reader ends with the error that it is told to end with.
func TestReadersStop(t *testing.T) {
	stop := errors.New("stop")
	for name, read := range map[string]func(io.Reader, func(int, group) error) error{"JSON": readJSON, "YAML": readYAML} {
		n := 0
		err := read(strings.NewReader("[{}, {}, {}]"), func(int, group) error {
			n++
			return stop
		})
		if err != stop || n != 1 {
			t.Errorf("%s: %v after %d groups", name, err, n)
		}
	}
}

var listSeeds = []string{
	`[{"targets": ["a:1", "b:2"], "labels": {"name": "x", "site": "cellar"}}, {"targets": ["c:3"]}]`,
	`[]`, `[{}]`, `[{"targets": null}]`, `[{"targets": ["` + "\\u0000" + `"]}]`, `[[`, `[{"targets": [{}]}]`, `{"a": 1}`, `[] []`,
	"- targets: [a:1, 'b:2']\n  labels: {name: x}\n- targets:\n  - c:3\n", "- targets: &t [a:1]\n- targets: *t\n", "- targets: [[a]]", "---\n---\n", "- <<: {targets: [a]}",
	"&a [*a]", "- targets: !!binary aGFsbG8=\n", "? - targets\n: x",
}

// FuzzReadJSON finds that what is read can be written and read again, as JSON and as
// YAML, which has JSON within it.
func FuzzReadJSON(f *testing.F) {
	for _, seed := range listSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := collect(readJSON, text)
		if err != nil {
			return
		}
		written, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if got == nil {
			written = []byte("[]")
		}
		again, err := collect(readJSON, string(written))
		if err != nil || !cmp.Equal(got, again) {
			t.Errorf("read again as JSON: %v, %v, not %v", again, err, got)
		}
		yaml, err := collect(readYAML, string(written))
		if err != nil {
			return // YAML refuses some control characters
		}
		if diff := cmp.Diff(got, yaml, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("read as YAML (-JSON +YAML):\n%s", diff)
		}
	})
}

// FuzzReadYAML finds no text that panics, and that what is read can be read again as
// the JSON that says the same.
func FuzzReadYAML(f *testing.F) {
	for _, seed := range listSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := collect(readYAML, text)
		if err != nil {
			if len(got) > 0 {
				t.Errorf("%d groups beside the error %v", len(got), err)
			}
			if strings.Contains(err.Error(), "sockets.group") {
				t.Errorf("the message speaks of Go: %v", err)
			}
			return
		}
		written, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if got == nil {
			written = []byte("[]")
		}
		again, err := collect(readJSON, string(written))
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		valid := cmp.Transformer("valid", func(s string) string { return strings.ToValidUTF8(s, "\ufffd") })
		if diff := cmp.Diff(got, again, cmpopts.EquateEmpty(), cmp.FilterValues(func(a, b string) bool { return a != b }, valid)); diff != "" {
			t.Errorf("read as JSON (-YAML +JSON):\n%s", diff)
		}
	})
}
