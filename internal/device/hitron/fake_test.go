package hitron

import (
	"net/http"
	"net/http/httptest"
	"path"
	"sync"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	simhitron "home_exporter/sim/hitron"
)

// A fake serves the golden documents, and in place of some what the test says.
type fake struct {
	t      *testing.T
	modem  *modem
	now    time.Time
	shapes metric.Shapes

	mu   sync.Mutex
	said map[string]string
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{t: t, now: start, said: make(map[string]string)}
	server := httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(server.Close)
	d, err := specOf(t, entry{Address: server.URL, Timezone: "UTC", RequestGap: 1}).Open(device.Env{Spend: func(string) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	f.modem = d.(*modem)
	f.modem.now = func() time.Time { return f.now }
	return f
}

// say sets the document of a page, such as dsinfo.asp.
func (f *fake) say(page, body string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.said[page] = body
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	page := path.Base(r.URL.Path)
	f.mu.Lock()
	body, ok := f.said[page]
	f.mu.Unlock()
	if !ok {
		golden, err := simhitron.GoldenDocument(simhitron.Endpoint(page[:len(page)-len(path.Ext(page))]))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		body = string(golden)
	}
	w.Header().Set("Content-Type", "text/html")
	w.Write([]byte(body))
}

// poll asks so long after the last poll, where nothing may be wrong.
func (f *fake) poll(after time.Duration) series {
	f.t.Helper()
	f.now = f.now.Add(after)
	var b metric.Batch
	if err := f.modem.Poll(f.t.Context(), &b); err != nil {
		f.t.Fatal(err)
	}
	return seriesOf(f.t, &f.shapes, &b)
}
