package sockets

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/testenv"
)

func TestEachSocketIsFoundAsItSays(t *testing.T) {
	s := startHouse(t, Options{})
	pool := housePool(s)
	for _, socket := range s.Sockets() {
		t.Run(socket.Name, func(t *testing.T) {
			t.Parallel()
			want := socket.Class
			if want == "" {
				want = "ok"
			}
			for range 3 { // also when checked again
				if got := check(socket, pool); got != want {
					t.Errorf("check of %s %s = %s, want %s", socket.Protocol, socket.Address(), got, want)
				}
			}
			if (socket.Find == Down) != (socket.Class != "") {
				t.Errorf("find %s goes not with class %q", socket.Find, socket.Class)
			}
		})
	}
}

func TestHouseHasEverySocketOnLinux(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems lack some of the sockets")
	}
	testenv.NeedLoopback6(t)
	s := startHouse(t, Options{})
	if left := s.LeftOut(); len(left) > 0 {
		t.Errorf("left out: %v", left)
	}
	var names []string
	ports := map[string]string{}
	for _, socket := range s.Sockets() {
		names = append(names, socket.Name)
		if other, taken := ports[socket.Address()]; taken {
			t.Errorf("%s and %s are both at %s", other, socket.Name, socket.Address())
		}
		ports[socket.Address()] = socket.Name
		if ip := net.ParseIP(socket.Host); socket.Port != 0 && !ip.IsLoopback() {
			t.Errorf("%s is at %s, which other machines can reach", socket.Name, socket.Host)
		}
	}
	want := []string{
		"web", "nas", "nas-ftp", "mail", "printer", "boiler", "camera", "flaky-meter", "sleeping-meter", "door-bell",
		"router-dns", "clock", "thermostat", "heat-pump", "inverter", "old-radio",
		"shutter", "door-lock", "blinds",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("sockets of the house (-want +got):\n%s", diff)
	}
}

func TestStopAndStartAgain(t *testing.T) {
	s := startHouse(t, Options{})
	pool := housePool(s)
	for _, socket := range s.Sockets() {
		if socket.Find == Down && socket.Class != "timeout" {
			continue
		}
		t.Run(socket.Name, func(t *testing.T) {
			t.Parallel()
			before := check(socket, pool)
			stopped := "refused"
			if socket.Port == 0 {
				stopped = "not_found"
			}
			for round := range 3 {
				if err := s.Stop(socket.Name); err != nil {
					t.Fatal(err)
				}
				if got := check(socket, pool); got != stopped {
					t.Fatalf("round %d: check of the stopped socket = %s, want %s", round, got, stopped)
				}
				if err := s.StartAgain(socket.Name); err != nil {
					t.Fatal(err)
				}
				if got := check(socket, pool); got != before {
					t.Fatalf("round %d: check of the socket that was started again = %s, want %s", round, got, before)
				}
			}
		})
	}
}

func TestStopTwiceAndStartTwice(t *testing.T) {
	s := startHouse(t, Options{})
	web := socketNamed(t, s, "web")
	for _, step := range []struct {
		does func(string) error
		want string
	}{
		{s.StartAgain, "ok"}, {s.Stop, "refused"}, {s.Stop, "refused"}, {s.StartAgain, "ok"}, {s.StartAgain, "ok"},
	} {
		if err := step.does("web"); err != nil {
			t.Fatal(err)
		}
		if got := check(web, nil); got != step.want {
			t.Fatalf("check = %s, want %s", got, step.want)
		}
	}
	bell := socketNamed(t, s, "door-bell")
	for _, does := range []func(string) error{s.Stop, s.StartAgain} {
		if err := does("door-bell"); err != nil {
			t.Fatal(err)
		}
		if got := check(bell, nil); got != "refused" {
			t.Errorf("check of a socket that only refuses = %s", got)
		}
	}
}

// The side that closes first keeps the address for a minute (TIME_WAIT). Stop closes first.
func TestStopHangsUpAndTheAddressCanBeHadAgain(t *testing.T) {
	s := startHouse(t, Options{})
	web := socketNamed(t, s, "web")
	for round := range 3 {
		conn, err := net.Dial("tcp", web.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		awaitCounts(t, s, "web", func(c Counts) bool { return c.Accepts > uint64(round) })
		if err := s.Stop("web"); err != nil {
			t.Fatal(err)
		}
		conn.SetReadDeadline(time.Now().Add(answerWithin))
		if _, err := conn.Read(make([]byte, 1)); class(err) != "reset" {
			t.Errorf("round %d: read from the stopped socket = %v, want its end", round, err)
		}
		if err := s.StartAgain("web"); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
}

func TestPortsStayTakenWhileClosed(t *testing.T) {
	if !canShare {
		t.Skip("the port of a stopped socket can only be kept on Linux")
	}
	s := startHouse(t, Options{})
	for _, name := range []string{"web", "sleeping-meter", "door-bell", "heat-pump", "old-radio"} {
		t.Run(name, func(t *testing.T) {
			if err := s.Stop(name); err != nil {
				t.Fatal(err)
			}
			socket := socketNamed(t, s, name)
			kind, family := syscall.SOCK_STREAM, syscall.AF_INET
			if socket.Protocol == "udp" {
				kind = syscall.SOCK_DGRAM
			}
			fd, err := syscall.Socket(family, kind|syscall.SOCK_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer syscall.Close(fd)
			err = syscall.Bind(fd, &syscall.SockaddrInet4{Port: socket.Port, Addr: [4]byte{127, 0, 0, 1}})
			if !errors.Is(err, syscall.EADDRINUSE) {
				t.Errorf("bind to port %d = %v, want %v", socket.Port, err, syscall.EADDRINUSE)
			}
		})
	}
}

func TestUnknownName(t *testing.T) {
	s := startHouse(t, Options{})
	_, awaitErr := s.Await(t.Context(), "sauna", func(Counts) bool { return true })
	for what, err := range map[string]error{"stop": s.Stop("sauna"), "start": s.StartAgain("sauna"), "await": awaitErr} {
		if err == nil || !strings.Contains(err.Error(), `"sauna"`) {
			t.Errorf("%s: error %v does not name the socket", what, err)
		}
	}
	if _, ok := s.Socket("sauna"); ok {
		t.Error("there is a sauna")
	}
	if got := s.Seen("sauna"); got != (Counts{}) {
		t.Errorf("a socket that does not exist has seen %+v", got)
	}
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	s := startHouse(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Await(ctx, "web", func(Counts) bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("Await with a cancelled context = %v", err)
	}
}

func TestClose(t *testing.T) {
	for _, how := range []string{"twice", "at once from many sides", "by context"} {
		t.Run(how, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			dir := filepath.Join(t.TempDir(), "made", "by", "start")
			s, err := Start(ctx, Options{Dir: dir, After: never})
			if err != nil {
				t.Fatal(err)
			}
			held, err := net.Dial("tcp", socketNamed(t, s, "printer").Address())
			if err != nil {
				t.Fatal(err)
			}
			defer held.Close()

			closers := 1
			switch how {
			case "by context":
				cancel()
			case "at once from many sides":
				closers = 8
			}
			var wg sync.WaitGroup
			for range closers {
				wg.Go(func() {
					if err := s.Close(); err != nil {
						t.Errorf("close: %v", err)
					}
				})
			}
			wg.Wait()
			if err := s.Close(); err != nil {
				t.Errorf("close once more: %v", err)
			}
			for _, socket := range s.Sockets() {
				if got := check(socket, nil); socket.Protocol != "udp" && got != "refused" && got != "not_found" {
					t.Errorf("after Close, check of %s = %s", socket.Name, got)
				}
			}
			if err := s.Stop("web"); err == nil {
				t.Error("Stop after Close is no error")
			}
			if err := s.StartAgain("web"); err == nil {
				t.Error("StartAgain after Close is no error")
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left in the directory: %v, %v", left, err)
			}
		})
	}
}

func TestStartRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken := t.TempDir()
	if err := os.WriteFile(filepath.Join(taken, "shutter.sock"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 100))
	tests := map[string]struct {
		options Options
		want    string
	}{
		"no directory":                  {Options{}, "no directory"},
		"a file as directory":           {Options{Dir: file}, file},
		"a file where a socket belongs": {Options{Dir: taken}, "address already in use"},
		"a long path":                   {Options{Dir: long}, "choose a shorter directory"},
		"a negative period":             {Options{Dir: t.TempDir(), FlapUp: -time.Second}, "-1s up"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := Start(t.Context(), tt.options)
			if err == nil {
				s.Close()
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not contain %q", err, tt.want)
			}
		})
	}
	if kept, err := os.ReadFile(filepath.Join(taken, "shutter.sock")); err != nil || string(kept) != "mine" {
		t.Errorf("somebody's file is now %q, %v", kept, err)
	}
}

func TestStartWithEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Start(ctx, Options{Dir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		if err == nil {
			s.Close()
		}
		t.Errorf("Start = %v, want %v", err, context.Canceled)
	}
}

func TestStartRemovesSocketsOfAnEarlierRun(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"shutter", "door-lock"} {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: filepath.Join(dir, name+".sock")})
		if err != nil {
			t.Fatal(err)
		}
		l.SetUnlinkOnClose(false)
		l.Close()
	}
	s := startHouse(t, Options{Dir: dir})
	for _, name := range []string{"shutter", "door-lock"} {
		if got := check(socketNamed(t, s, name), nil); got != "ok" {
			t.Errorf("check of %s = %s, want ok", name, got)
		}
	}
}

func TestTwoHousesAtOnce(t *testing.T) {
	one, two := startHouse(t, Options{}), startHouse(t, Options{})
	if err := one.Stop("thermostat"); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"refused", "ok"} {
		s := []*Sim{one, two}[i]
		if got := check(socketNamed(t, s, "thermostat"), nil); got != want {
			t.Errorf("house %d: check = %s, want %s", i+1, got, want)
		}
	}
	taken := map[string]string{}
	for i, s := range []*Sim{one, two} {
		for _, socket := range s.Sockets() {
			key := socket.Protocol + " " + socket.Address()
			who := fmt.Sprintf("%s of house %d", socket.Name, i+1)
			if other, ok := taken[key]; ok {
				t.Errorf("%s and %s share %s", other, who, key)
			}
			taken[key] = who
		}
	}
}
