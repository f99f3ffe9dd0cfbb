package web

import (
	"net/http"
	"time"
)

// How long a client may take. A request is a few hundred bytes. An answer that is
// streamed has a patience of its own (see patientWriter), because how long it may
// rightly take depends on what was asked; writeTimeout is for all others.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second
	// idleTimeout is longer than most scrape intervals, so that Prometheus keeps its
	// connection.
	idleTimeout = 3 * time.Minute
	// maxHeaderBytes is room for a request with a hundred device= filters. net/http
	// adds 4 KiB of its own.
	maxHeaderBytes = 28 << 10
)

// Server returns a server of h that no slow or endless client can hold up. The caller
// sets what belongs to the program: ErrorLog and BaseContext.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
}
