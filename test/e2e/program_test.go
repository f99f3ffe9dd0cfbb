// Package e2e runs the real programs against each other: home_exporter, the simulated
// house, and Prometheus from Debian. Everything is on loopback, on ports of the
// kernel's choice.
package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const root = "../.."

// patience is how long the tests wait for what must come. It is generous, because it
// is only ever used up by a failure.
const patience = 60 * time.Second

// binaries builds the programs once.
var binaries = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "home_exporter-e2e")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", dir+"/", "./cmd/home_exporter", "./cmd/home_sim")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := binaries(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// binary is the path of one of our programs.
func binary(t *testing.T, name string) string {
	t.Helper()
	dir, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// A program is a process that runs until the end of the test.
type program struct {
	t       *testing.T
	cmd     *exec.Cmd
	mu      sync.Mutex
	log     strings.Builder
	changed chan struct{} // closed and replaced when log grows
	ended   chan struct{}
	err     error
}

// start runs a program and collects what it writes. At the end of the test it is
// asked to stop, and must do so without an error.
func start(t *testing.T, path string, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: exec.Command(path, args...), changed: make(chan struct{}), ended: make(chan struct{})}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = write, write
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	go func() {
		for lines := bufio.NewScanner(read); lines.Scan(); {
			p.append(lines.Text())
		}
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.stop)
	return p
}

func (p *program) append(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log.WriteString(line + "\n")
	close(p.changed)
	p.changed = make(chan struct{})
}

// output is all that was written so far, and what tells of more.
func (p *program) output() (string, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String(), p.changed
}

// awaitLog waits for a line and returns its first group.
func (p *program) awaitLog(pattern string) string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	end := time.After(patience)
	for {
		text, more := p.output()
		if m := re.FindStringSubmatch(text); m != nil {
			return m[1]
		}
		select {
		case <-more:
		case <-p.ended:
			p.t.Fatalf("%s has ended (%v) without %q:\n%s", p.cmd.Path, p.err, pattern, text)
		case <-end:
			p.t.Fatalf("%s does not say %q:\n%s", p.cmd.Path, pattern, text)
		}
	}
}

// address waits until the program listens and returns where.
func (p *program) address() string {
	p.t.Helper()
	return p.awaitLog(`msg="Listening on" address=(\S+)`)
}

func (p *program) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.cmd.Process.Kill()
		<-p.ended
		p.t.Errorf("%s does not stop", p.cmd.Path)
	}
	if text, _ := p.output(); p.err != nil || p.t.Failed() {
		p.t.Logf("%s ended with %v and wrote:\n%s", filepath.Base(p.cmd.Path), p.err, text)
	}
	if p.err != nil {
		p.t.Errorf("%s: %v", p.cmd.Path, p.err)
	}
}

// get returns the body of a page, which must be there.
func get(t *testing.T, url string) string {
	t.Helper()
	code, body, err := fetch(url)
	if err != nil || code != http.StatusOK {
		t.Fatalf("GET %s: %d %v\n%s", url, code, err, body)
	}
	return body
}

func fetch(url string) (int, string, error) {
	resp, err := http.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// eventually asks until ok says so. It looks often, because what it waits for comes
// from processes of their own.
func eventually(t *testing.T, what string, ok func() (bool, string)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		done, saw := ok()
		if done {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s: still %s", what, saw)
		}
	}
}
