package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"home_exporter/internal/poll"
)

// serveConfig shows the running configuration.
func (h *Handler) serveConfig(w http.ResponseWriter, r *http.Request) error {
	if h.config == nil {
		return problemf(http.StatusNotFound, "this program runs without a configuration to show")
	}
	text, err := h.config()
	if err != nil {
		return problemf(http.StatusInternalServerError, "show the configuration: %s", clean(err.Error(), maxError))
	}
	w.Header().Set("Content-Type", "text/yaml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, err = w.Write(text)
	return err
}

// serveHealthy says that the program runs and answers.
func (h *Handler) serveHealthy(w http.ResponseWriter, r *http.Request) error {
	writeText(w, http.StatusOK, "home_exporter is healthy\n")
	return nil
}

// serveReady says whether every device was asked once, or had its time for it.
func (h *Handler) serveReady(w http.ResponseWriter, r *http.Request) error {
	if h.set.Ready() {
		writeText(w, http.StatusOK, "home_exporter is ready\n")
		return nil
	}
	p := problemf(http.StatusServiceUnavailable, "home_exporter is not ready: %s", h.waiting())
	p.header = http.Header{"Retry-After": {"1"}}
	return p
}

// waiting tells how many devices were not asked yet.
func (h *Handler) waiting() string {
	waiting, all := 0, 0
	for _, status := range h.set.Devices(poll.Filter{}) {
		if status.OnScrape {
			continue
		}
		all++
		if status.Last.Start.IsZero() {
			waiting++
		}
	}
	return strconv.Itoa(waiting) + " of " + strconv.Itoa(all) + " devices were not asked yet"
}

const (
	reloadTimeout = 2 * time.Minute // of who asked for it: a hundred thousand devices take a second
	maxMistakes   = 100             // of a file, in the answer; the command check shows all
)

// serveReload loads the configuration anew.
func (h *Handler) serveReload(w http.ResponseWriter, r *http.Request) error {
	if h.reloader == nil {
		return problemf(http.StatusForbidden, "reloading over HTTP is not enabled; start the program with --web.enable-lifecycle, or send it SIGHUP")
	}
	// A page of another site must not make a visitor's browser do this.
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return problemf(http.StatusForbidden, "reload: %s", clean(err.Error(), maxError))
	}
	allow(w, reloadTimeout+stallTimeout)
	ctx, cancel := context.WithTimeout(r.Context(), reloadTimeout)
	defer cancel()
	if err := h.reloader(ctx); err != nil {
		return problemf(http.StatusInternalServerError, "the configuration was not reloaded; the one in force stays:\n%s", mistakes(err))
	}
	writeText(w, http.StatusOK, "configuration reloaded\n")
	return nil
}

// mistakes returns the text of err, which may have a line for each mistake of a file.
func mistakes(err error) string {
	lines := strings.Split(err.Error(), "\n")
	if more := len(lines) - maxMistakes; more > 0 {
		lines = append(lines[:maxMistakes], "and "+strconv.Itoa(more)+" more")
	}
	for i, line := range lines {
		lines[i] = clean(line, maxError)
	}
	return strings.Join(lines, "\n")
}
