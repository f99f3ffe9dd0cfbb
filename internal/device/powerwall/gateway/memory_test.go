package gateway

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// What asks for patience keeps everything from being asked.
func TestCoolDown(t *testing.T) {
	for _, tt := range []struct {
		status int
		after  string
		want   time.Duration
	}{{503, "", 5 * time.Minute}, {429, "", 5 * time.Minute}, {503, "60", 5 * time.Minute}, {429, "900", 15 * time.Minute}} {
		t.Run(fmt.Sprint(tt.status, tt.after), func(t *testing.T) {
			h := newHouse()
			h.page = on("/api/operation", func(w http.ResponseWriter, r *http.Request) {
				if tt.after != "" {
					w.Header().Set("Retry-After", tt.after)
				}
				says(tt.status, `{"code":503,"error":"current config mode is busy"}`)(w, r)
			})
			bubbled(t, h, nil, nil, func(t *testing.T, c *Client) {
				e := wantError(t, c.Round(), "/api/operation", ClassLimited, "asks for patience", "current config mode is busy")
				if e.RetryAfter != tt.want {
					t.Errorf("patience for %s, want %s", e.RetryAfter, tt.want)
				}
				h.set(func(h *house) { h.page, h.asked = nil, nil })
				time.Sleep(tt.want - time.Second)
				if good := poll(t, c); good != 0 {
					t.Errorf("%d documents while it rests, want none", good)
				}
				h.wantAsked(t)
				time.Sleep(time.Second)
				if good := poll(t, c); good != len(files) {
					t.Errorf("%d documents afterwards, want %d", good, len(files))
				}
			})
		})
	}
}

// A busy gateway is not asked for logins either.
func TestBusyLogin(t *testing.T) {
	h := newHouse()
	h.login = says(http.StatusServiceUnavailable, "")
	bubbled(t, h, nil, nil, func(t *testing.T, c *Client) {
		for range 20 {
			wantError(t, c.Round(), "/api/operation", ClassLimited)
			time.Sleep(15*time.Second - time.Nanosecond)
		}
		h.wantLogins(t, 1)
	})
}

// What a gateway does not have is asked for again after ten minutes.
func TestMissing(t *testing.T) {
	h := newHouse()
	h.page = on("/api/solars", says(http.StatusNotFound, "not found"))
	bubbled(t, h, nil, nil, func(t *testing.T, c *Client) {
		if e := wantError(t, c.Round(), "/api/solars", ClassMissing, "does not have it"); e.Status != http.StatusNotFound {
			t.Errorf("status %d, want 404", e.Status)
		}
		h.wantAsked(t, "POST /api/login/Basic 200", "GET /api/solars 404")
		h.set(func(h *house) { h.page = nil })
		time.Sleep(10*time.Minute - time.Second)
		if e := wantError(t, c.Round(), "/api/solars", ClassMissing); e.Status != 0 {
			t.Errorf("status %d, want none: it was not asked", e.Status)
		}
		h.wantAsked(t)
		time.Sleep(time.Second)
		mustGet(t, c.Round(), "/api/solars")
	})
}
