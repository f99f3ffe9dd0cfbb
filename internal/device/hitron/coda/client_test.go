package coda

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// All pages over one connection, one after the other, whatever they are labelled.
func TestFetch(t *testing.T) {
	for _, overTLS := range []bool{false, true} {
		t.Run(fmt.Sprintf("TLS %t", overTLS), func(t *testing.T) {
			m := newModem(t, overTLS, healthy(t))
			c := newClient(t, m.URL, nil)
			var want []string
			for i := range PageCount {
				mustFetch(t, c, Page(i))
				path, _ := Page(i).Path(Data)
				want = append(want, "GET "+path)
				if got := c.Requests(Page(i)); got != 1 {
					t.Errorf("%d requests for %s, want 1", got, Page(i))
				}
			}
			if got := len(mustFetch(t, c, Downstream).Downstream()); got != 31 {
				t.Errorf("%d channels, want 31", got)
			}
			m.wantAsked(t, append(want, "GET /data/dsinfo.asp")...)
			m.wantConnections(t, 1)
			if leaf := c.Certificate(); (leaf != nil) != overTLS || overTLS && sha256.Sum256(leaf.Raw) != sha256.Sum256(m.Certificate().Raw) {
				t.Errorf("certificate %v, want that of the modem: %t", leaf, overTLS)
			}
			if c.Requests(Downstream) != 2 || dialectOf(c) != Data {
				t.Errorf("%d requests, dialect %s", c.Requests(Downstream), dialectOf(c))
			}
		})
	}
}

// What a modem without login is asked with: no body, no cookie, no name of a user.
func TestRequest(t *testing.T) {
	got := make(chan *http.Request, 1)
	m := newModem(t, false, func(w http.ResponseWriter, r *http.Request) {
		got <- r
		fmt.Fprint(w, "[]")
	})
	mustFetch(t, newClient(t, m.URL, nil), Downstream)
	r := <-got
	if r.ContentLength != 0 || len(r.TransferEncoding) != 0 || r.Header.Get("Content-Type") != "" || r.Header.Get("Referer") != "" ||
		r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" || r.Header.Get("Accept-Encoding") != "" || r.Proto != "HTTP/1.1" {
		t.Errorf("request %+v", r)
	}
}

// The statuses and bodies that are no pages.
func TestAnswers(t *testing.T) {
	tests := map[string]struct {
		serve  http.HandlerFunc
		want   Class
		status int
		says   string
	}{
		"404":       {http.NotFound, ClassStatus, 404, "404 Not Found"},
		"500":       {says(500, `[{}]`), ClassStatus, 500, "500"},
		"204":       {says(204, ""), ClassStatus, 204, "204"},
		"401":       {says(401, ""), ClassAuth, 401, "401"},
		"403":       {says(403, ""), ClassAuth, 403, "403"},
		"redirect":  {http.RedirectHandler("/login.html", http.StatusFound).ServeHTTP, ClassRedirect, 302, `302 and points to "/login.html"`},
		"moved":     {http.RedirectHandler("https://other.example/", http.StatusMovedPermanently).ServeHTTP, ClassRedirect, 301, "other.example"},
		"HTML":      {says(200, "<html>"), ClassHTML, 0, "HTML"},
		"text":      {says(200, "busy"), ClassJSON, 0, "busy"},
		"cut off":   {says(200, `[{"a":`), ClassJSON, 0, "no whole JSON"},
		"empty":     {says(200, ""), ClassEmpty, 0, "empty"},
		"code":      {says(200, `{"errCode":"003","errMsg":"no"}`), ClassStatus, 0, `"003"`},
		"expired":   {says(200, `{"errCode":"401"}`), ClassAuth, 0, "401"},
		"too large": {says(200, "["+strings.Repeat("0,", maxBody)+"0]"), ClassTooLarge, 0, "1048576"},
		"for ever": {func(w http.ResponseWriter, _ *http.Request) {
			for err := error(nil); err == nil; {
				_, err = w.Write(make([]byte, 1<<16))
			}
		}, ClassTooLarge, 0, "1048576"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := newModem(t, false, tt.serve)
			e := wantError(t, newClient(t, m.URL, nil), Downstream, tt.want, tt.says)
			if e.Status != tt.status || e.Silent() || e.Rejected {
				t.Errorf("status %d, silent %t, rejected %t; want %d, false, false", e.Status, e.Silent(), e.Rejected, tt.status)
			}
			m.wantAsked(t, "GET /data/dsinfo.asp") // none of them is asked again
		})
	}
}

// After each failure the next answer counts.
func TestFailureLeavesNothingBehind(t *testing.T) {
	m := newModem(t, false, says(503, "busy"))
	c := newClient(t, m.URL, nil)
	wantError(t, c, System, ClassStatus)
	m.becomes(healthy(t))
	mustFetch(t, c, System)
}

func TestRedirectIsNotFollowed(t *testing.T) {
	other := newModem(t, false, healthy(t))
	m := newModem(t, false, http.RedirectHandler(other.URL+"/data/dsinfo.asp", http.StatusTemporaryRedirect).ServeHTTP)
	wantError(t, newClient(t, m.URL, nil), Downstream, ClassRedirect)
	other.wantAsked(t)
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]string{"120": "2m0s", "0": "0s", "": "0s", "soon": "0s", "-5": "0s", "86400": "1h0m0s", "99999999999": "0s",
		"Wed, 21 Oct 2026 07:28:00 GMT": "0s"} {
		m := newModem(t, false, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", text)
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		if e := wantError(t, newClient(t, m.URL, nil), Downstream, ClassStatus); e.RetryAfter.String() != want {
			t.Errorf("%q is %s, want %s", text, e.RetryAfter, want)
		}
	}
}

// The page that wears out some firmware is asked for with leave only.
func TestSpend(t *testing.T) {
	m := newModem(t, false, healthy(t))
	left := 1
	c := newClient(t, m.URL, func(o *Options) {
		o.Spend = func() error {
			if left--; left < 0 {
				return errors.New("spent")
			}
			return nil
		}
	})
	mustFetch(t, c, OFDM)
	wantError(t, c, OFDM, ClassBudget, "spent")
	mustFetch(t, c, OFDMA) // costs nothing
	m.wantAsked(t, "GET /data/dsofdminfo.asp", "GET /data/usofdminfo.asp")
	if got := c.Requests(OFDM); got != 1 {
		t.Errorf("%d requests, want 1: a refused one is none", got)
	}
}

func TestPermit(t *testing.T) {
	m := newModem(t, false, healthy(t))
	var got []string
	allowed := errors.New("not there")
	c := newClient(t, m.URL, func(o *Options) {
		o.Permit = func(a netip.Addr) error { got = append(got, a.String()); return allowed }
	})
	wantError(t, c, Downstream, ClassOther, "not there")
	m.wantConnections(t, 0)
	allowed = nil
	mustFetch(t, c, Downstream)
	if d := cmp.Diff([]string{"127.0.0.1", "127.0.0.1"}, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestSource(t *testing.T) {
	from := make(chan string, 1)
	m := newModem(t, false, func(w http.ResponseWriter, r *http.Request) {
		from <- r.RemoteAddr
		fmt.Fprint(w, "[]")
	})
	mustFetch(t, newClient(t, m.URL, func(o *Options) { o.Source = netip.MustParseAddr("127.0.0.3") }), Downstream)
	if got := <-from; !strings.HasPrefix(got, "127.0.0.3:") {
		t.Errorf("connected from %s, want 127.0.0.3", got)
	}
}

func TestNoSuchPage(t *testing.T) {
	m := newModem(t, false, deviceModem(nil))
	c := newClient(t, m.URL, deviceOptions)
	if _, err := fetch(t, c, Link); !errors.Is(err, ErrNoPage) {
		t.Errorf("error %v, want %v", err, ErrNoPage)
	}
}

// The end of a poll says nothing of the modem, wherever it comes.
func TestPollEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := newModem(t, false, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	c := newClient(t, m.URL, nil)
	for range 2 { // in an answer, and before a request
		if _, err := c.Fetch(ctx, Downstream); err != context.Canceled {
			t.Errorf("error %v, want %v itself", err, context.Canceled)
		}
	}
	m.wantAsked(t, "GET /data/dsinfo.asp")
}

func TestTrace(t *testing.T) {
	m := newModem(t, false, says(200, "[{\"a\":\"b\x1b[2J\"}]"))
	var lines []string
	c := newClient(t, m.URL, func(o *Options) {
		o.Trace = func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	})
	fetch(t, c, Downstream)
	all := strings.Join(lines, "\n")
	if !strings.Contains(all, "> GET "+m.URL+"/data/dsinfo.asp") || !strings.Contains(all, `< "200 OK"`) || strings.Contains(all, "\x1b") {
		t.Errorf("trace:\n%s", all)
	}
}
