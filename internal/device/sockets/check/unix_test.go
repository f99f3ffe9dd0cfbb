//go:build unix

package check

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// socketPath is short: temporary folders may be deeper than a socket path can be.
func socketPath(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "check")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// words are the networks that this system has.
func words() []string {
	if runtime.GOOS == "darwin" {
		return []string{"unix", "unixgram"}
	}
	return []string{"unix", "unixgram", "unixpacket"}
}

// serveUnix opens a socket of that word at path.
func serveUnix(t testing.TB, word, path string) {
	t.Helper()
	if word == "unixgram" {
		listenDatagrams(t, word, path, silent)
		return
	}
	listen(t, word, path, nil)
}

// Each word against each kind of socket.
func TestUnixTypes(t *testing.T) {
	for _, served := range words() {
		path := socketPath(t)
		serveUnix(t, served, path)
		for _, asked := range words() {
			t.Run(asked+" to "+served, func(t *testing.T) {
				r := check(t, patient, newTarget(t, asked, path, "", nil), CheckerOptions{})
				if asked != served {
					wantClass(t, r, ClassWrongType, asked+" "+path+": connect: ", "try another of unix, unixgram and unixpacket")
					return
				}
				wantClass(t, r, ClassOK)
				if !r.Phases.Connect.Happened() || r.Addr.IsValid() {
					t.Errorf("phases %+v, addr %s, want connect and no address", r.Phases, r.Addr)
				}
			})
		}
	}
}

func TestUnixFailures(t *testing.T) {
	abandoned := socketPath(t)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: abandoned, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	regular := socketPath(t)
	if err := os.WriteFile(regular, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		path string
		want Class
		says string
	}{
		"no listener":    {abandoned, ClassRefused, "the file is there, but nothing listens on it"},
		"regular file":   {regular, ClassRefused, "nothing listens on it"},
		"no file":        {socketPath(t), ClassNotFound, "no such file or directory"},
		"file as folder": {filepath.Join(regular, "x"), ClassNotFound, "not a directory"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if name == "regular file" && runtime.GOOS != "linux" {
				t.Skip("other systems answer ENOTSOCK")
			}
			wantClass(t, check(t, patient, newTarget(t, "unix", tt.path, "", nil), CheckerOptions{}), tt.want, tt.says)
		})
	}
}

func TestUnixExpect(t *testing.T) {
	path := socketPath(t)
	listen(t, "unix", path, talk("hello\n", "PONG"))
	o := &Options{Send: []byte("PING"), Expect: regexp.MustCompile("PONG$")}
	r := check(t, patient, newTarget(t, "unix", path, "", o), CheckerOptions{})
	wantClass(t, r, ClassOK)
	if !r.Answered || !r.Phases.Exchange.Happened() {
		t.Errorf("answered %t, phases %+v", r.Answered, r.Phases)
	}
	o = &Options{Expect: regexp.MustCompile("^220")}
	r = check(t, brief, newTarget(t, "unix", path, "", o), CheckerOptions{})
	wantClass(t, r, ClassMismatch, `got "hello\n"`)
}

func TestUnixgramSends(t *testing.T) {
	path := socketPath(t)
	p := listenDatagrams(t, "unixgram", path, silent)
	wantClass(t, check(t, patient, newTarget(t, "unixgram", path, "", nil), CheckerOptions{}), ClassOK)
	wantClass(t, check(t, patient, newTarget(t, "unixgram", path, "", &Options{Send: []byte("ping")}), CheckerOptions{}), ClassOK)
	// Whatever the first check had sent would stand before this.
	listenDrained(t, p, "ping")
}

// listenDrained waits until the peer has got want, and checks that it got nothing else.
func listenDrained(t *testing.T, p *datagramPeer, want string) {
	t.Helper()
	conn, err := net.Dial("unixgram", p.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("last")); err != nil {
		t.Fatal(err)
	}
	var all string
	for !strings.HasSuffix(all, "last ") {
		runtime.Gosched()
		all = ""
		for _, b := range p.received() {
			all += fmt.Sprintf("%s ", b)
		}
	}
	if all != want+" last " {
		t.Errorf("the peer got %q, want %q", all, want+" last ")
	}
}
