package web

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// serveTLS serves h over TLS on loopback until the test ends, and returns its URL and
// a client.
func serveTLS(t *testing.T, h http.Handler, http2 bool) (string, *http.Client) {
	// Of a stream that was cut, the handler may still run when the server has ended.
	var running sync.WaitGroup
	t.Cleanup(running.Wait)
	server := httptest.NewUnstartedServer(nil)
	server.Config = Server(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		running.Add(1)
		defer running.Done()
		h.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = http2
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, server.Client()
}
