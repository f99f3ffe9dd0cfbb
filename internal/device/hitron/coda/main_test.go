package coda

import (
	"io"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quiet is for servers whose clients misbehave.
var quiet = log.New(io.Discard, "", 0)

// dialectOf is the dialect that c knows the modem to speak.
func dialectOf(c *Client) Dialect {
	if !c.proven {
		return Auto
	}
	return c.dialect
}

func ptr[T any](v T) *T { return &v }

// document returns what a CODA-56 in good health serves for a page.
func document(t testing.TB, p Page) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", p.String()+".asp"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func parse(t testing.TB, p Page, d Dialect, body string) *Sheet {
	t.Helper()
	s, err := ParseSheet(p, d, []byte(body))
	if err != nil {
		t.Fatalf("%s: %v", p, err)
	}
	return s
}

func golden(t testing.TB, p Page) *Sheet {
	t.Helper()
	return parse(t, p, Data, string(document(t, p)))
}

// wantMistakes compares what was noted, each as "field=text".
func wantMistakes(t testing.TB, s *Sheet, want ...string) {
	t.Helper()
	var got []string
	for _, m := range s.Mistakes() {
		got = append(got, m.Field+"="+m.Text)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("mistakes %q, want %q", got, want)
	}
}

// field makes a sheet of one row with one field of the JSON value and returns the row.
func field(t testing.TB, value string) row {
	t.Helper()
	return parse(t, System, Data, `[{"f":`+value+`}]`).only()
}

// show writes a value that may be absent.
func show[T any](v *T, format func(T) string) string {
	if v == nil {
		return "absent"
	}
	return format(*v)
}

func float(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
func whole(v uint64) string  { return strconv.FormatUint(v, 10) }
