package gateway

import (
	"context"
	"net/http"
	"testing"
	"time"
)

func TestCloseLogsOut(t *testing.T) {
	h := newHouse()
	address, _ := h.start(t)
	c := New(Options{Address: address, RequestTimeout: patient, Email: email, Password: func() string { return password }})
	c.Close(t.Context())
	h.wantAsked(t)
	mustGet(t, c.Round(), "/api/operation")
	c.Close(t.Context())
	c.Close(t.Context())
	h.wantAsked(t, "POST /api/login/Basic 200", "GET /api/operation 200", "GET /api/logout 204")
	h.set(func(h *house) {
		if h.token != "" {
			t.Error("the token is still good")
		}
	})
}

// A logout that hangs does not hold up the end.
func TestCloseHasAnEnd(t *testing.T) {
	h := newHouse()
	h.page = on("/api/logout", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	bubbled(t, h, nil, nil, func(t *testing.T, c *Client) {
		mustGet(t, c.Round(), "/api/operation")
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c.Close(ctx)
		if took := time.Since(began); took != time.Second {
			t.Errorf("closing took %s, want one second", took)
		}
	})
}
