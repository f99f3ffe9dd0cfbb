package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
	"home_exporter/internal/testenv"
)

const docPath = "../../docs/http.md"

func readDoc(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(docPath)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	connectionUp = &metric.Family{Name: "connection_status_up", Help: "Connection status of the socket."}
	batteryFull  = &metric.Family{Name: "powerwall_soe", Help: "State of energy."}
)

// docHouse is the house of the document: two sockets, and a gateway that has changed
// its password.
func docHouse(t *testing.T) *house {
	h := &house{t: t, registry: prometheus.NewRegistry()}
	kinds := []*device.Kind{
		{Name: "sockets", Families: []*metric.Family{connectionUp}, Identified: true, Probe: probeSocket},
		{Name: "powerwall", Families: []*metric.Family{batteryFull}},
	}
	logins := 0
	gateway := spec("powerwall", "home", func(_ context.Context, out *batch) error {
		if logins++; logins > 1 {
			time.Sleep(30 * time.Millisecond)
			return &device.Error{Reason: device.Auth, Err: errors.New("log in: 401 Unauthorized"), Hint: "check login_email and login_password"}
		}
		time.Sleep(40 * time.Millisecond)
		out.Add(batteryFull, 0.5)
		return nil
	})
	gateway.Budgets = []device.Budget{{Name: "log in", Requests: 5, Per: time.Hour}}
	gateway.Pace = &device.Pace{Interval: time.Minute, Timeout: 10 * time.Second, Keep: 3 * time.Minute}
	h.set = poll.New(poll.Options{Kinds: kinds})
	t.Cleanup(func() { h.set.Close() })
	if err := h.set.Apply([]device.Spec{gateway, socket("web", "tcp", "127.0.0.1", "80", nil), socket("dns", "udp", "127.0.0.1", "53", nil)}); err != nil {
		t.Fatal(err)
	}
	handler, err := New(Options{
		Set: h.set, Kinds: kinds, Gatherer: h.registry, Registerer: h.registry,
		Config: func() ([]byte, error) { return []byte("sockets:\n    - name: web\n      host: 127.0.0.1\n"), nil },
		Permit: func(host string) func(netip.Addr) error {
			return func(a netip.Addr) error {
				if a.IsPrivate() || a.IsLoopback() {
					return nil
				}
				return fmt.Errorf("%s is not in 127.0.0.0/8, 192.168.0.0/16", a)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Handler = handler
	return h
}

// socket is a socket that is open, or has what err says.
func socket(name, protocol, host, port string, err error) device.Spec {
	s := spec("sockets", name, nil)
	s.Swarm = true
	s.Labels = metric.EncodeLabels("name", name, "host", host, "port", port, "protocol", protocol)
	s.Open = func(env device.Env) (device.Device, error) {
		return toy(func(_ context.Context, out *batch) error {
			env.Tracef("connect to %s", net.JoinHostPort(host, port))
			time.Sleep(12 * time.Millisecond)
			out.AddBool(connectionUp, err == nil)
			return err
		}), nil
	}
	return s
}

func probeSocket(target device.Target) (device.Spec, error) {
	host, port, err := net.SplitHostPort(target.Address)
	if err != nil {
		return device.Spec{}, err
	}
	if port == "23" {
		err = device.Down(device.Refused, fmt.Errorf("connect to %s: connection refused", target.Address))
	}
	return socket(target.Address, "tcp", host, port, err), nil
}

// An example is a command of the document with what it prints.
type example struct{ command, output string }

var consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")

func examples(t *testing.T, text string) []example {
	t.Helper()
	var all []example
	for _, block := range consoleBlock.FindAllStringSubmatch(text, -1) {
		for part := range strings.SplitSeq("\n"+block[1], "\n$ ") {
			if command, output, ok := strings.Cut(part, "\n"); ok && command != "" {
				all = append(all, example{command, strings.TrimSuffix(output, "\n") + "\n"})
			}
		}
	}
	if len(all) < 10 {
		t.Fatalf("found %d examples, want all of the document", len(all))
	}
	return all
}

var curl = regexp.MustCompile(`^curl -s(w '%\{http_code\}\\n')?(?: -X (\w+))? '?http://localhost:10058([^' ]*)'?( \| jq \.)?$`)

// run carries out a command as curl would.
func (e example) run(t *testing.T, h *house) string {
	t.Helper()
	m := curl.FindStringSubmatch(e.command)
	if m == nil {
		t.Fatalf("this test does not understand %q", e.command)
	}
	method := "GET"
	if m[2] != "" {
		method = m[2]
	}
	w := h.do(method, m[3])
	if m[1] == "" && m[4] != "" && w.Code != 200 {
		t.Errorf("%s = %d", e.command, w.Code)
	}
	out := w.Body.String()
	if m[4] != "" {
		var b bytes.Buffer
		if err := json.Indent(&b, bytes.TrimSpace(w.Body.Bytes()), "", "  "); err != nil {
			t.Errorf("%s: %v", e.command, err)
		}
		out = b.String() + "\n"
	}
	if m[1] != "" {
		out += fmt.Sprintf("%d\n", w.Code)
	}
	return out
}

// moving is what depends on when in its interval a device is asked.
var moving = regexp.MustCompile(`"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"|"age_seconds": [0-9.]+`)

// matches reports whether got is what the document says, times aside; a line ...
// stands for any lines.
func (e example) matches(got string) bool {
	got = moving.ReplaceAllString(got, "T")
	parts := strings.Split(regexp.QuoteMeta(moving.ReplaceAllString(e.output, "T")), `\.\.\.`+"\n")
	return regexp.MustCompile(`(?s)\A` + strings.Join(parts, `(.*\n)?`) + `\z`).MatchString(got)
}

func TestDocumentExamples(t *testing.T) {
	all := examples(t, readDoc(t))
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)))
		h := docHouse(t)
		time.Sleep(90 * time.Second) // two polls of the gateway, wherever in its minute they fall
		for _, e := range all {
			if got := e.run(t, h); !e.matches(got) {
				t.Errorf("$ %s\n%s", e.command, cmp.Diff(e.output, got))
			}
		}
	})
}

// What can be asked for, what is answered and what is measured is in the document.
func TestDocumentIsComplete(t *testing.T) {
	text := readDoc(t)
	h := newHouse(t, nil)
	for _, path := range h.paths {
		contains(t, "document", text, "`"+path+"`")
	}
	for _, f := range []reflect.Type{reflect.TypeFor[deviceJSON](), reflect.TypeFor[budgetJSON](), reflect.TypeFor[pollJSON](), reflect.TypeFor[problemJSON]()} {
		for field := range f.Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && !strings.Contains(text, "`"+name+"`") {
				t.Errorf("the field %s of %s is not in the document", name, f)
			}
		}
	}
	families, err := h.registry.Gather()
	if err != nil || len(families) < 4 {
		t.Fatalf("%d families, %v", len(families), err)
	}
	for _, family := range families {
		contains(t, "document", text, "`"+family.GetName())
	}
	for _, s := range poll.States {
		contains(t, "document", text, "| `"+s.String()+"` |")
	}
	for _, r := range device.Reasons {
		contains(t, "document", text, "`"+string(r)+"`")
	}
	for _, limit := range []string{
		fmt.Sprintf("headers of a request | %g s", readHeaderTimeout.Seconds()),
		fmt.Sprintf("the whole request | %g s", readTimeout.Seconds()),
		fmt.Sprintf("taken by the client | %g s", stallTimeout.Seconds()),
		fmt.Sprintf("all of an answer | %g min", answerTimeout.Minutes()),
		fmt.Sprintf("without a request | %g min", idleTimeout.Minutes()),
		fmt.Sprintf("scrapes at the same time | %d,", DefaultMaxScrapes),
		fmt.Sprintf("probes at the same time | %d ", DefaultMaxProbes),
		fmt.Sprintf("in one request | %d ", maxFilters),
		fmt.Sprintf("more than %d KiB", maxBody>>10),
		fmt.Sprintf("more than %d KiB", (maxHeaderBytes>>10)+4),
		fmt.Sprintf("more than %d of a kind", pageRows),
		fmt.Sprintf("from %d to %d", minRefresh, maxRefresh),
	} {
		contains(t, "document", text, limit)
	}
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// Prometheus takes the scrape job of the document as it stands.
func TestDocumentScrapeJob(t *testing.T) {
	testenv.Need(t, "promtool")
	m := yamlBlock.FindStringSubmatch(readDoc(t))
	if m == nil {
		t.Fatal("there is no scrape job in the document")
	}
	file := filepath.Join(t.TempDir(), "prometheus.yml")
	if err := os.WriteFile(file, []byte(m[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "promtool", "check", "config", file).CombinedOutput(); err != nil {
		t.Errorf("promtool check config: %v\n%s", err, out)
	}
}
