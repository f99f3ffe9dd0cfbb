package check

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestUnixAbstract(t *testing.T) {
	name := fmt.Sprintf("@home_exporter-check-%d", os.Getpid())
	for _, word := range words() {
		serveUnix(t, word, name+word)
		wantClass(t, check(t, patient, newTarget(t, word, name+word, "", nil), CheckerOptions{}), ClassOK)
	}
	r := check(t, patient, newTarget(t, "unix", name+"nobody", "", nil), CheckerOptions{})
	wantClass(t, r, ClassRefused)
}

func TestUnixgramAnswer(t *testing.T) {
	path := socketPath(t)
	listenDatagrams(t, "unixgram", path, echoes)
	r := check(t, patient, newTarget(t, "unixgram", path, "", &Options{RequireAnswer: true}), CheckerOptions{})
	wantClass(t, r, ClassOK)
	if !r.Answered {
		t.Error("not answered")
	}
	o := &Options{Send: []byte("abc"), Expect: regexp.MustCompile("^xyz")}
	r = check(t, patient, newTarget(t, "unixgram", path, "", o), CheckerOptions{})
	wantClass(t, r, ClassMismatch, `got "abc"`)

	quiet := socketPath(t)
	listenDatagrams(t, "unixgram", quiet, silent)
	r = check(t, brief, newTarget(t, "unixgram", quiet, "", &Options{RequireAnswer: true}), CheckerOptions{})
	wantClass(t, r, ClassNoAnswer)
}

// A packet that is longer than a piece of a stream arrives whole.
func TestUnixpacketExpect(t *testing.T) {
	path := socketPath(t)
	listen(t, "unixpacket", path, func(c net.Conn) {
		c.Write([]byte(strings.Repeat(".", 3*pieceSize) + "end"))
		c.Read(make([]byte, 1))
	})
	o := &Options{Expect: regexp.MustCompile("end$")}
	wantClass(t, check(t, patient, newTarget(t, "unixpacket", path, "", o), CheckerOptions{}), ClassOK)
}

// fullUnix returns a listener with a full backlog.
func fullUnix(t testing.TB, path string) (fd int) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	for range 16 {
		conn, err := net.Dial("unix", path)
		if err != nil {
			return fd
		}
		t.Cleanup(func() { conn.Close() })
	}
	t.Fatal("the backlog does not fill up")
	return fd
}

func TestUnixBusy(t *testing.T) {
	path := socketPath(t)
	fullUnix(t, path)
	r := check(t, patient, newTarget(t, "unix", path, "", nil), CheckerOptions{})
	wantClass(t, r, ClassBusy, "the backlog of the listener is full")
	if took, _ := r.Phases.Connect.Duration(); took < busyPause {
		t.Errorf("gave up after %s, without a second try after %s", took, busyPause)
	}
	// The time is over before the second try.
	ctx, cancel := testContext(t)
	defer cancel()
	c := NewChecker(CheckerOptions{Trace: func(format string, _ ...any) {
		if strings.HasPrefix(format, "backlog full") {
			cancel()
		}
	}})
	r = c.Check(ctx, newTarget(t, "unix", path, "", nil))
	wantClass(t, r, ClassBusy)
}

// The second try succeeds when the listener has accepted meanwhile.
func TestUnixBusyOnce(t *testing.T) {
	path := socketPath(t)
	fd := fullUnix(t, path)
	trace := func(format string, _ ...any) {
		if strings.HasPrefix(format, "backlog full") {
			conn, _, err := syscall.Accept(fd)
			if err != nil {
				t.Error(err)
				return
			}
			syscall.Close(conn)
		}
	}
	wantClass(t, check(t, patient, newTarget(t, "unix", path, "", nil), CheckerOptions{Trace: trace}), ClassOK)
}

func TestUnixgramQueueFull(t *testing.T) {
	path := socketPath(t)
	p, err := net.ListenPacket("unixgram", path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	filler, err := net.Dial("unixgram", path)
	if err != nil {
		t.Fatal(err)
	}
	defer filler.Close()
	filler.SetWriteDeadline(time.Now().Add(brief))
	for err == nil {
		_, err = filler.Write([]byte("x"))
	}
	r := check(t, brief, newTarget(t, "unixgram", path, "", &Options{Send: []byte("x")}), CheckerOptions{})
	wantClass(t, r, ClassBusy, "queue is full")
}

func TestUnixDenied(t *testing.T) {
	path := socketPath(t)
	serveUnix(t, "unix", path)
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	target := newTarget(t, "unix", path, "", nil)
	if os.Geteuid() != 0 {
		wantClass(t, check(t, patient, target, CheckerOptions{}), ClassDenied, "this user may not write")
		return
	}
	// Root is never refused, so the thread that asks gives the right up.
	onThread(func() {
		dropCapability(t, unix.CAP_DAC_OVERRIDE)
		r := check(t, patient, target, CheckerOptions{})
		if r.Class != ClassDenied {
			t.Errorf("class %s (%v), want denied", r.Class, r.Err)
		}
	})
}
