package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// serveTLS serves h over TLS on loopback, and returns its URL and a client.
func serveTLS(t *testing.T, h http.Handler, http2 bool) (string, *http.Client) {
	server := httptest.NewUnstartedServer(nil)
	server.Config = Server(h)
	server.EnableHTTP2 = http2
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, server.Client()
}
