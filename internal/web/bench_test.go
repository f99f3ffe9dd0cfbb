package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	"home_exporter/internal/poll"
)

// BenchmarkAnswers is what an answer about twenty thousand doors costs, in each coding.
func BenchmarkAnswers(b *testing.B) {
	const n = 20_000
	kinds := []*device.Kind{{Name: "doors", Families: []*metric.Family{doorOpen}, Identified: true}}
	set := poll.New(poll.Options{Kinds: kinds})
	defer set.Close()
	specs := make([]device.Spec, n)
	for i := range specs {
		specs[i] = spec("doors", fmt.Sprintf("door%05d", i), open)
		specs[i].Swarm = true
	}
	if err := set.Apply(specs); err != nil {
		b.Fatal(err)
	}
	for !set.Ready() {
		time.Sleep(10 * time.Millisecond)
	}
	h, err := New(Options{Set: set, Kinds: kinds, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"/metrics", "/sd", "/api/v1/devices", "/"} {
		for _, coding := range []string{"identity", "gzip", "zstd"} {
			b.Run(path+"/"+coding, func(b *testing.B) {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.Header.Set("Accept-Encoding", coding)
				b.ReportAllocs()
				size := 0
				for b.Loop() {
					w := counter{header: http.Header{}}
					h.ServeHTTP(&w, r)
					size = w.size
				}
				b.ReportMetric(float64(size), "bytes")
			})
		}
	}
}

// A counter counts what is written to it.
type counter struct {
	header http.Header
	size   int
}

func (c *counter) Header() http.Header { return c.header }
func (c *counter) WriteHeader(int)     {}

func (c *counter) Write(b []byte) (int, error) {
	c.size += len(b)
	return len(b), nil
}
