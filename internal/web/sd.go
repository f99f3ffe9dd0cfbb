package web

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"

	"home_exporter/internal/poll"
)

// jsonType is what Prometheus' http_sd insists on.
const jsonType = "application/json; charset=utf-8"

// metaPrefix begins the labels of a target, as those of Prometheus' own discoveries
// do: they are there to be relabelled, and vanish otherwise.
const metaPrefix = "__meta_home_exporter_"

// A targetGroup is what http_sd wants: here always one target.
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// serveSD lists the devices as targets for /probe. Finders are not among them: what
// they find is.
func (h *Handler) serveSD(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r)
	if err != nil {
		return err
	}
	filter, err := h.filter(q)
	if err != nil {
		return err
	}
	return h.send(w, r, answer{contentType: jsonType, write: func(out io.Writer) error {
		return writeList(out, "[", "]\n", func(yield func(any) bool) {
			for _, st := range h.set.Devices(filter) {
				if !st.Finder && !yield(groupOf(st)) {
					return
				}
			}
		})
	}})
}

func groupOf(st poll.Status) targetGroup {
	labels := map[string]string{metaPrefix + "kind": st.Kind, metaPrefix + "name": st.Name}
	if st.FoundBy != "" {
		labels[metaPrefix+"found_by"] = st.FoundBy
	}
	for name, value := range pairs(st.Labels) {
		labels[metaPrefix+"label_"+name] = value
	}
	return targetGroup{Targets: []string{st.Name}, Labels: labels}
}

// writeList writes elements as JSON, one per line, between before and after. It holds
// no more than one of them at a time.
func writeList(out io.Writer, before, after string, elements func(yield func(any) bool)) error {
	b := bufio.NewWriterSize(out, 64<<10)
	encoder := json.NewEncoder(b)
	b.WriteString(before) // bufio keeps the first error for Flush
	separator := "\n"
	var err error
	for element := range elements {
		b.WriteString(separator)
		if err = encoder.Encode(element); err != nil { // writes the line end too
			return err
		}
		separator = ","
	}
	b.WriteString(after)
	return b.Flush()
}
