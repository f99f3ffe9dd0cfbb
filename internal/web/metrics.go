package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/expfmt"

	"home_exporter/internal/metric"
)

// serveMetrics answers a scrape.
func (h *Handler) serveMetrics(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r)
	if err != nil {
		return err
	}
	filter, err := h.filter(q)
	if err != nil {
		return err
	}
	format := negotiateFormat(w, r)
	if r.Method == http.MethodHead {
		return h.send(w, r, answer{contentType: format.ContentType()})
	}
	leave, err := h.enter(h.scrapes, "scrapes")
	if err != nil {
		return err
	}
	defer leave()
	defer h.tally.scrape()()

	timeout, wait := scrapeTimeout(r.Header, defaultScrapeTimeout)
	allow(w, timeout+stallTimeout)
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	h.set.Refresh(ctx, filter)

	groups := h.set.Collect(filter)
	var own []byte
	if filter.All() {
		own = h.ownMetrics(format)
	}
	return h.send(w, r, answer{
		contentType: format.ContentType(),
		total:       timeout,
		write: func(out io.Writer) error {
			if err := metric.WritePage(out, format, time.Now(), groups); err != nil {
				return err
			}
			if _, err := out.Write(own); err != nil {
				return err
			}
			return format.End(out)
		},
	})
}

// negotiateFormat returns the format of an exposition for r.
func negotiateFormat(w http.ResponseWriter, r *http.Request) metric.Format {
	w.Header().Add("Vary", "Accept")
	return metric.Negotiate(strings.Join(r.Header.Values("Accept"), ","))
}

// ownMetrics returns the program's own metrics. What of them cannot be had is left
// out and logged: a collector that fails does not cost the readings.
func (h *Handler) ownMetrics(format metric.Format) []byte {
	if h.gatherer == nil {
		return nil
	}
	families, err := h.gatherer.Gather()
	h.gathered(err)
	var page bytes.Buffer
	for _, family := range families {
		before := page.Len()
		if format == metric.Text {
			_, err = expfmt.MetricFamilyToText(&page, family)
		} else {
			_, err = expfmt.MetricFamilyToOpenMetrics(&page, family)
		}
		if err != nil {
			page.Truncate(before)
			h.log.Warn("own metric family is left out", "family", family.GetName(), "err", err)
		}
	}
	return page.Bytes()
}

// gathered logs the error of the Gatherer, nil for none, when it is another one than
// at the last scrape.
func (h *Handler) gathered(err error) {
	if err == nil {
		h.gatherFail.Store(nil)
		return
	}
	text := err.Error()
	if before := h.gatherFail.Swap(&text); before == nil || *before != text {
		h.log.Warn("own metrics are incomplete", "err", text)
	}
}

// A scrape that says nothing of its timeout is taken for one with Prometheus' own
// default. maxScrapeTimeout is longer than any that makes sense.
const (
	defaultScrapeTimeout = 10 * time.Second
	maxScrapeTimeout     = time.Hour
)

// scrapeTimeout returns the timeout of Prometheus as its header tells it, and for how
// long to wait for devices: less by what sending the page takes.
func scrapeTimeout(header http.Header, otherwise time.Duration) (timeout, wait time.Duration) {
	seconds, err := strconv.ParseFloat(header.Get("X-Prometheus-Scrape-Timeout-Seconds"), 64)
	if err != nil || !(seconds > 0 && seconds <= maxScrapeTimeout.Seconds()) {
		return otherwise, otherwise
	}
	timeout = time.Duration(seconds * float64(time.Second))
	if timeout < time.Second {
		return timeout, timeout - timeout/10
	}
	return timeout, timeout - 500*time.Millisecond
}
