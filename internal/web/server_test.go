package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"home_exporter/internal/device"
)

// A pipeListener gives a server connections without buffers: what the client does not
// read, the server cannot write.
type pipeListener struct {
	conns chan net.Conn
	ended chan struct{}
	close func() // closes ended, once
}

func newPipeListener() *pipeListener {
	l := &pipeListener{conns: make(chan net.Conn), ended: make(chan struct{})}
	l.close = sync.OnceFunc(func() { close(l.ended) })
	return l
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.ended:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.close()
	return nil
}

func (*pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// served serves h as the program does. The returned func connects to it.
func served(t *testing.T, h http.Handler) (dial func() net.Conn) {
	l := newPipeListener()
	server := Server(h)
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	done := make(chan error)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Close()
		<-done
		time.Sleep(time.Second) // net/http lingers half a second on what it has refused
	})
	return func() net.Conn {
		ours, theirs := net.Pipe()
		l.conns <- theirs
		t.Cleanup(func() { ours.Close() })
		return ours
	}
}

// manyDoors are enough for a page that no pipe swallows.
func manyDoors(n int) []device.Spec {
	specs := make([]device.Spec, n)
	for i := range specs {
		specs[i] = spec("doors", fmt.Sprintf("door%05d", i), open)
	}
	return specs
}

// Clients that hold a connection without taking or giving are cut off, each after the
// time that its phase allows.
func TestSlowClients(t *testing.T) {
	const request = "GET /metrics HTTP/1.1\r\nHost: x\r\n"
	tests := map[string]struct {
		send string
		// read is how the client takes the answer.
		read func(c net.Conn) error
		want time.Duration
	}{
		"says nothing":      {"", readAll, readHeaderTimeout},
		"stops in a header": {request + "X-", readAll, readHeaderTimeout},
		"stops in a body":   {request + "Content-Length: 10\r\n\r\nabc", readAll, readTimeout},
		"keeps alive":       {request + "\r\n", readAll, idleTimeout},
		"takes no answer":   {request + "\r\n", func(net.Conn) error { return nil }, stallTimeout},
		"takes a byte at a time": {request + "\r\n", func(c net.Conn) error {
			_, err := io.Copy(io.Discard, iotest.OneByteReader(slowly{c, time.Second}))
			return errors.Join(err, io.EOF)
		}, stallTimeout},
		"takes too long in all": {request + "\r\n", func(c net.Conn) error {
			_, err := io.CopyBuffer(io.Discard, onlyReader{slowly{c, 600 * time.Millisecond}}, make([]byte, 4096))
			return errors.Join(err, io.EOF)
		}, answerTimeout},
	}
	for name, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, nil, manyDoors(3000)...)
			time.Sleep(time.Minute)
			c := newWatched(served(t, h)())
			start := time.Now()
			if _, err := io.WriteString(c, tt.send); err != nil {
				t.Fatal(err)
			}
			if err := tt.read(c); err == nil {
				<-c.ended(t) // it takes nothing: wait for the server to give up
			}
			// The client looks up at most every second.
			if took := time.Since(start); took < tt.want || took > tt.want+time.Second {
				t.Errorf("%s: ended after %v, want %v", name, took, tt.want)
			}
		})
	}
}

// onlyReader hides what would make io.CopyBuffer go without its buffer.
type onlyReader struct{ io.Reader }

func readAll(c net.Conn) error {
	if _, err := io.Copy(io.Discard, c); err != nil {
		return err
	}
	return io.EOF
}

type watched struct{ net.Conn }

func newWatched(c net.Conn) watched { return watched{c} }

// ended is closed when the server has closed the connection: only then a write fails
// instead of waiting.
func (w watched) ended(t *testing.T) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			w.SetWriteDeadline(time.Now().Add(time.Second))
			if _, err := w.Write([]byte{0}); errors.Is(err, io.ErrClosedPipe) {
				return
			}
		}
	}()
	return done
}

// A client that takes its time but goes on gets all of a large answer, and a scrape
// that waits longer for its devices than the server's own timeout still ends well.
func TestPatientAnswers(t *testing.T) {
	tests := map[string]struct {
		path, timeout string
		pause         time.Duration // of the client, before each read of 4 KiB
	}{
		"slow reader":         {"/metrics", "10", 250 * time.Millisecond},
		"slow reader of JSON": {"/api/v1/devices", "", 250 * time.Millisecond},
		"long scrape timeout": {"/metrics", "300", 600 * time.Millisecond},
		"device that hangs":   {"/metrics", "100", 0},
		"probe of what hangs": {"/probe?kind=lamps&target=slow", "100", 0},
	}
	for name, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			slow := onScrape(spec("lamps", "slow", hang))
			slow.Pace.Timeout = 2 * writeTimeout
			h := newHouse(t, nil, append(manyDoors(3000), slow)...)
			time.Sleep(time.Minute)
			c := served(t, h)()
			fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nX-Prometheus-Scrape-Timeout-Seconds: %s\r\n\r\n", tt.path, tt.timeout)
			response, err := http.ReadResponse(bufio.NewReaderSize(slowly{c, tt.pause}, 4096), nil)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != 200 {
				t.Errorf("%s: status %d, %d bytes, %v", name, response.StatusCode, len(body), err)
			}
		})
	}
}

// Over HTTP/2 a stream is ended for good when its time is over, so it has to be given
// more before the wait for a device and not after it.
func TestPatientAnswersHTTP2(t *testing.T) {
	for _, path := range []string{"/metrics", "/probe?kind=lamps&target=slow"} {
		synctest.Test(t, func(t *testing.T) {
			slow := onScrape(spec("lamps", "slow", hang))
			slow.Pace.Timeout = 2 * writeTimeout
			dial := served(t, newHouse(t, nil, slow))
			transport := &http.Transport{
				DialContext: func(context.Context, string, string) (net.Conn, error) { return dial(), nil },
				Protocols:   new(http.Protocols),
			}
			transport.Protocols.SetUnencryptedHTTP2(true)
			defer transport.CloseIdleConnections()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://x"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", "100")
			start := time.Now()
			response, err := transport.RoundTrip(r)
			if err != nil {
				t.Fatalf("%s: %v after %v", path, err, time.Since(start))
			}
			body, err := io.ReadAll(response.Body)
			if err != nil || response.ProtoMajor != 2 || time.Since(start) != 2*writeTimeout {
				t.Errorf("%s: %d bytes by %s after %v, %v", path, len(body), response.Proto, time.Since(start), err)
			}
		})
	}
}

type slowly struct {
	net.Conn
	pause time.Duration
}

func (s slowly) Read(b []byte) (int, error) {
	time.Sleep(s.pause)
	return s.Conn.Read(b)
}

// A client that is cut off gives its slot back.
func TestSlowClientGivesItsSlotBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *Options) { o.MaxScrapes = 1 }, manyDoors(300)...)
		time.Sleep(time.Minute)
		c := served(t, h)()
		io.WriteString(c, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
		synctest.Wait()
		if code := h.do("GET", "/metrics").Code; code != http.StatusServiceUnavailable {
			t.Errorf("while it hangs: %d, want 503", code)
		}
		time.Sleep(stallTimeout)
		synctest.Wait()
		if code := h.do("GET", "/metrics").Code; code != http.StatusOK {
			t.Errorf("after it was cut off: %d, want 200", code)
		}
	})
}

func TestLongHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := served(t, newHouse(t, nil, spec("lamps", "desk", shine)))
		for _, tt := range []struct {
			request string
			want    int
		}{
			{"GET /metrics?" + strings.Repeat("device=desk&", maxFilters) + " HTTP/1.1\r\nHost: x\r\n\r\n", 200},
			{"GET /metrics?x=" + strings.Repeat("x", 40<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
			{"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: " + strings.Repeat("a,", 20<<10) + "\r\n\r\n", 431},
			{"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: " + strings.Repeat("a,", 10<<10) + "\r\n\r\n", 200},
			{"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
			{"nonsense\r\n\r\n", 400},
		} {
			c := dial()
			go io.WriteString(c, tt.request) // ends when it is read, or with the connection
			response, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Errorf("%.40s: %v", tt.request, err)
				continue
			}
			if response.StatusCode != tt.want {
				t.Errorf("%.40s = %d, want %d", tt.request, response.StatusCode, tt.want)
			}
			c.Close()
		}
	})
}

// The same on a real connection, over TLS with HTTP/2 too: deadlines reach the client
// through whatever lies between.
func TestDeadlinesReachTheConnection(t *testing.T) {
	h := newHouse(t, nil)
	h.routes["/late"] = &route{reading, func(w http.ResponseWriter, r *http.Request) error {
		allow(w, -time.Second)
		_, err := io.WriteString(w, strings.Repeat("x", 1<<20))
		if err == nil {
			err = http.NewResponseController(w).Flush()
		}
		return err
	}}
	h.routes["/fine"] = &route{reading, func(w http.ResponseWriter, r *http.Request) error {
		_, err := newPatientWriter(w, time.Minute).Write([]byte("fine"))
		return err
	}}
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			server, client := serveTLS(t, h, protocol == "HTTP/2.0")
			response, err := client.Get(server + "/fine")
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil || string(body) != "fine" || response.Proto != protocol {
				t.Errorf("fine: %q over %s, %v", body, response.Proto, err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			r, _ := http.NewRequestWithContext(ctx, "GET", server+"/late", nil)
			response, err = client.Do(r)
			if err == nil {
				_, err = io.ReadAll(response.Body)
			}
			if err == nil || ctx.Err() != nil {
				t.Errorf("late: %v, want the answer to be cut", err)
			}
		})
	}
}
