package web

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"home_exporter/internal/metric"
)

// codings are the content codings that we write, the best first: in about the time of
// gzip, zstd makes an exposition a third smaller or better (BenchmarkAnswers).
var codings = []string{"zstd", "gzip"}

// negotiate returns the content coding for an Accept-Encoding header, empty for none
// (RFC 9110, section 12.5.3). When even none is not acceptable we send it plain all
// the same, which every client understands.
func negotiate(accept string) string {
	quality := make(map[string]float64)
	for _, clause := range metric.Clauses(accept) {
		name := clause.Value
		if name == "x-gzip" {
			name = "gzip"
		}
		if _, ok := quality[name]; !ok {
			quality[name] = clause.Quality
		}
	}
	best, bestQuality := "", quality["identity"]
	if q, any := quality["*"]; any && bestQuality == 0 {
		if _, named := quality["identity"]; !named {
			bestQuality = q
		}
	}
	for _, name := range codings {
		q, ok := quality[name]
		if !ok {
			q = quality["*"]
		}
		// Among equals compression wins over none, but the first over the second.
		if q > bestQuality || q == bestQuality && q > 0 && best == "" {
			best, bestQuality = name, q
		}
	}
	return best
}

// A compressor is a writer that can be used again.
type compressor interface {
	io.WriteCloser
	Reset(io.Writer)
}

// compressors keeps compressors for the next answer: each has tables of a megabyte.
type compressors struct{ zstd, gzip sync.Pool }

func (c *compressors) of(coding string) *sync.Pool {
	if coding == "zstd" {
		return &c.zstd
	}
	return &c.gzip
}

// get returns a compressor to w, for put.
func (c *compressors) get(coding string, w io.Writer) compressor {
	z, ok := c.of(coding).Get().(compressor)
	if !ok {
		z = newCompressor(coding)
	}
	z.Reset(w)
	return z
}

func (c *compressors) put(coding string, z compressor) {
	z.Reset(nil) // do not hold the client's connection
	c.of(coding).Put(z)
}

// newCompressor returns a compressor at its fastest level: an exposition repeats
// itself so much that the others hardly gain anything.
func newCompressor(coding string) compressor {
	if coding == "zstd" {
		// One goroutine, ours, and a window that costs little memory at both ends.
		z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest),
			zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<19), zstd.WithLowerEncoderMem(true))
		if err != nil {
			panic(err) // the options are constant, and right
		}
		return z
	}
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // as above
	}
	return z
}

// An answer is what is streamed to a client.
type answer struct {
	contentType string
	total       time.Duration // for how long the client may take it; zero is answerTimeout
	write       func(io.Writer) error
}

// send answers r with status 200 and what a writes, compressed if the client wants
// that. A HEAD request gets the headers alone, and a.write is not called.
func (h *Handler) send(w http.ResponseWriter, r *http.Request, a answer) error {
	coding := negotiate(strings.Join(r.Header.Values("Accept-Encoding"), ","))
	header := w.Header()
	header.Set("Content-Type", a.contentType)
	header.Add("Vary", "Accept-Encoding")
	if coding != "" {
		header.Set("Content-Encoding", coding)
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	out := newPatientWriter(w, max(a.total, answerTimeout))
	if coding == "" {
		return a.write(out)
	}
	z := h.compress.get(coding, out)
	err := a.write(z)
	if err == nil {
		err = z.Close()
	}
	h.compress.put(coding, z)
	return err
}

// sendBytes answers r with status 200 and a body that is ready.
func (h *Handler) sendBytes(w http.ResponseWriter, r *http.Request, contentType string, body []byte) error {
	return h.send(w, r, answer{contentType: contentType, write: func(out io.Writer) error {
		_, err := out.Write(body)
		return err
	}})
}
