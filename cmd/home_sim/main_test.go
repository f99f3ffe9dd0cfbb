package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.yaml.in/yaml/v3"
)

// role makes this test binary behave as another program.
const role = "HOME_SIM_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		goleak.VerifyTestMain(m)
	case "home_sim":
		os.Setenv(role, "reader") // for what it runs
		main()
	case "reader":
		standIn()
	case "broken reader":
		fmt.Fprintln(os.Stderr, "the port is taken")
		os.Exit(3)
	case "short reader":
	case "stubborn reader":
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
		fmt.Println("reader has started")
		select {}
	}
}

// standIn is a reader that says what it was told, and each signal that it hears until one of them ends it.
func standIn() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	fmt.Printf("reader arguments %q\n", os.Args[1:])
	for _, arg := range os.Args[1:] {
		if path, ok := strings.CutPrefix(arg, "--config.file="); ok {
			content, err := os.ReadFile(path)
			fmt.Printf("reader read %d bytes, %v\n", len(content), err)
		}
	}
	fmt.Println("reader has started")
	fmt.Println("reader heard", <-signals)
	for {
		select {
		case s := <-signals:
			fmt.Println("reader heard also", s)
		case <-time.After(100 * time.Millisecond): // for a second signal to come, if one comes
			return
		}
	}
}

const patience = 20 * time.Second

// A screen keeps what is written and lets a test wait for a line.
type screen struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
	return s.text.Write(p)
}

func (s *screen) look() (string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.text.String(), s.changed
}

func (s *screen) await(t *testing.T, want string) string {
	t.Helper()
	late := time.After(patience)
	for {
		text, changed := s.look()
		if strings.Contains(text, want) {
			return text
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("no %q in:\n%s", want, text)
		}
	}
}

// runSim runs home_sim inside the test until stop is called.
func runSim(t *testing.T, args ...string) (out *screen, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out = &screen{}
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, args, out, out) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { stop() })
	return out, stop
}

func TestRun(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	path := filepath.Join(t.TempDir(), "house.yml")
	out, stop := runSim(t, "--config.out="+path)
	text := out.await(t, "Ctrl-C ends the simulation")

	var config struct {
		Defaults map[string]string
		Sockets  []struct {
			Name, Host, Protocol, Timeout, Interval, Metrics, Expect string
			Port                                                     int
			TLS                                                      map[string]any
			UDP                                                      map[string]any
		}
		Hitron    []struct{ Name, Address string }
		Homeplug  []struct{ Name, Interface, Destination string }
		Powerwall []map[string]string
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&config); err != nil {
		t.Fatalf("%v in:\n%s", err, content)
	}
	if len(config.Sockets) < 19 {
		t.Errorf("%d sockets, want 19 or more", len(config.Sockets))
	}
	var web string
	for _, s := range config.Sockets {
		if !strings.Contains(text, " "+s.Name+" ") || !strings.Contains(text, s.Host) {
			t.Errorf("%s at %s is not in the table:\n%s", s.Name, s.Host, text)
		}
		if s.Name == "web" {
			web = net.JoinHostPort(s.Host, fmt.Sprint(s.Port))
		}
	}
	if len(config.Hitron) != 1 || !strings.HasPrefix(config.Hitron[0].Address, "https://127.0.0.1:") ||
		!strings.Contains(text, config.Hitron[0].Address) {
		t.Errorf("modems %v, want one that is in the table:\n%s", config.Hitron, text)
	}
	if len(config.Homeplug) != 1 || !strings.Contains(text, config.Homeplug[0].Interface) {
		t.Errorf("powerline segments %v, want one that is in the table:\n%s", config.Homeplug, text)
	}
	if len(config.Powerwall) != 1 || !strings.Contains(text, config.Powerwall[0]["gateway_address"]) {
		t.Errorf("gateways %v, want one that is in the table:\n%s", config.Powerwall, text)
	}
	conn, err := net.Dial("tcp", web)
	if err != nil {
		t.Fatalf("web of the configuration: %v", err)
	}
	conn.Close()

	if err := stop(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	if conn, err := net.Dial("tcp", web); err == nil {
		conn.Close()
		t.Error("web is still there after the end")
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestStateDirIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a $HOME of its own")
	path := filepath.Join(t.TempDir(), "house.yml")
	out, stop := runSim(t, "--config.out="+path, "--state.dir="+dir)
	out.await(t, "Ctrl-C ends the simulation")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(filepath.Join(dir, "shutter.sock"), "$", "$$")
	if !strings.Contains(string(content), want) {
		t.Errorf("no %s, with each dollar doubled, in:\n%s", want, content)
	}
	if _, err := os.Stat(filepath.Join(dir, "shutter.sock")); err != nil {
		t.Error(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("want the folder, empty; it has %v, %v", left, err)
	}
}

func TestRunRefuses(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing", "house.yml")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		args []string
		want string
	}{
		"unknown flag":           {[]string{"--confg.out=x"}, "--confg.out"},
		"short period":           {[]string{"--flap.period=10ms"}, "1s or more"},
		"period without unit":    {[]string{"--flap.period=10"}, "--help"},
		"no output":              {[]string{"--config.out="}, "--config.out"},
		"arguments for nobody":   {[]string{"--", "--log.level=debug"}, "--run"},
		"no such output folder":  {[]string{"--config.out=" + missing}, missing[:len(missing)-len("/house.yml")]},
		"state dir is a file":    {[]string{"--state.dir=" + file}, file},
		"program does not exist": {[]string{"--config.out=" + file, "--run=./no-such-program"}, "no-such-program"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			err := run(ctx, tt.args, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want one with %q", err, tt.want)
			}
			if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "house.yml")
	for _, content := range []string{"first, and longer than the other\n", "second\n"} {
		if err := replaceFile(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != content {
			t.Errorf("file = %q, %v, want %q", got, err, content)
		}
	}
	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(taken, []byte("x")); err == nil {
		t.Error("a folder was replaced by a file")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("the folder has %v, %v, want house.yml and taken", left, err)
	}
}

func TestPageURL(t *testing.T) {
	for listen, want := range map[string]string{
		":10058":         "http://localhost:10058/",
		"0.0.0.0:1":      "http://localhost:1/",
		"[::]:2":         "http://localhost:2/",
		"127.0.0.1:3":    "http://127.0.0.1:3/",
		"[fd00::1]:4":    "http://[fd00::1]:4/",
		"house.lan:http": "http://house.lan:http/",
		"nonsense":       "http://nonsense/",
	} {
		if got := pageURL(listen); got != want {
			t.Errorf("pageURL(%q) = %q, want %q", listen, got, want)
		}
	}
}
