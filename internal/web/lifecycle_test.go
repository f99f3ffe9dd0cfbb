package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestConfig(t *testing.T) {
	h := newHouse(t, nil)
	w := h.do("GET", "/config")
	if got := w.Header().Get("Content-Type"); got != "text/yaml; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	if got, want := w.Body.String(), "lamps: [{name: desk, password: <secret>}]\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	none := newHouse(t, func(o *Options) { o.Config = nil })
	if w := none.do("GET", "/config"); w.Code != http.StatusNotFound {
		t.Errorf("without a configuration: %d, want 404", w.Code)
	}
	contains(t, "page", none.get("/"), "!href=\"config\"")
	broken := newHouse(t, func(o *Options) { o.Config = func() ([]byte, error) { return nil, errors.New("encode: no") } })
	w = broken.do("GET", "/config")
	if w.Code != http.StatusInternalServerError {
		t.Errorf("an error: %d, want 500", w.Code)
	}
	contains(t, "answer", w.Body.String(), "show the configuration: encode: no\n")
}

func TestHealthyAndReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, nil, spec("lamps", "desk", hang), spec("doors", "gate", open), onScrape(spec("doors", "barn", hang)))
		contains(t, "healthy", h.get("/-/healthy"), "healthy")
		time.Sleep(time.Second)
		w := h.do("GET", "/-/ready")
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("early: %d, want 503 with Retry-After", w.Code)
		}
		contains(t, "early", w.Body.String(), "not ready: 1 of 2 devices were not asked yet")
		time.Sleep(time.Minute)
		contains(t, "late", h.get("/-/ready"), "ready")
	})
}

func TestReload(t *testing.T) {
	var failure error
	reloads := 0
	h := newHouse(t, func(o *Options) {
		o.Reload = func(ctx context.Context) error {
			if _, ok := ctx.Deadline(); !ok {
				t.Error("a reload without a deadline")
			}
			reloads++
			return failure
		}
	})
	for _, method := range []string{"POST", "PUT"} {
		if w := h.do(method, "/-/reload"); w.Code != http.StatusOK || w.Body.String() != "configuration reloaded\n" {
			t.Errorf("%s = %d %q", method, w.Code, w.Body)
		}
	}
	failure = fmt.Errorf("config.yml:3: %w\nconfig.yml:9: \x1b[31mred", errors.New("unknown key intervall"))
	w := h.do("POST", "/-/reload")
	if w.Code != http.StatusInternalServerError {
		t.Errorf("a mistake = %d, want 500", w.Code)
	}
	contains(t, "mistake", w.Body.String(), "the one in force stays:\nconfig.yml:3: unknown key intervall\nconfig.yml:9: ", "!\x1b")
	failure = errors.New(strings.Repeat("mistake\n", 100_000))
	if n := h.do("POST", "/-/reload").Body.Len(); n > 2000 {
		t.Errorf("100,000 mistakes take %d bytes", n)
	}
	if reloads != 4 {
		t.Errorf("reloaded %d times, want 4", reloads)
	}
}

func TestReloadRefused(t *testing.T) {
	w := newHouse(t, nil).do("POST", "/-/reload")
	if w.Code != http.StatusForbidden {
		t.Errorf("not enabled: %d, want 403", w.Code)
	}
	contains(t, "not enabled", w.Body.String(), "--web.enable-lifecycle")

	enabled := newHouse(t, func(o *Options) {
		o.Reload = func(context.Context) error { t.Error("reloaded for another site"); return nil }
	})
	w = enabled.do("POST", "/-/reload", "Sec-Fetch-Site: cross-site", "Origin: https://evil.example")
	if w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d, want 403", w.Code)
	}
	r := httptest.NewRequest("GET", "/-/reload", nil)
	rec := httptest.NewRecorder()
	enabled.ServeHTTP(rec, r)
	if rec.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d, want 405", rec.Code)
	}
}
