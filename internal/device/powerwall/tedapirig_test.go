package powerwall

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
	sim "home_exporter/sim/powerwall"
)

// The gateway password of the tests.
const labelPassword = "PlantedLabelPassword-WXYZ9"

// A tedapiRig is a simulated gateway and the device that asks it.
type tedapiRig struct {
	t       *testing.T
	gateway *sim.Sim
	site    *site
	shapes  metric.Shapes
	mu      sync.Mutex
	said    strings.Builder // log and trace
}

func (r *tedapiRig) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said.Write(p)
}

func (r *tedapiRig) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said.String()
}

// newTEDAPIRig starts a gateway that is close, and opens the device for it. The entry
// may be edited before.
func newTEDAPIRig(t *testing.T, o sim.Options, edit func(*entry)) *tedapiRig {
	t.Helper()
	o.GatewayPassword = labelPassword
	gateway, err := sim.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { gateway.Close() })
	e := entry{GatewayAddress: gateway.Address(), TEDAPI: &tedapiBlock{GatewayPassword: device.NewSecret(labelPassword)}}
	if edit != nil {
		edit(&e)
	}
	specs, err := section{e}.Specs(device.Defaults{})
	if err != nil {
		t.Fatal(err)
	}
	r := &tedapiRig{t: t, gateway: gateway}
	d, err := specs[0].Open(device.Env{
		Log:   slog.New(slog.NewTextHandler(r, nil)),
		Trace: func(format string, args ...any) { fmt.Fprintf(r, format+"\n", args...) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	r.site = d.(*site)
	return r
}

// poll asks as if all that is read now and then were due.
func (r *tedapiRig) poll() (map[string]float64, error) {
	r.t.Helper()
	if r.site.tedapi != nil {
		r.site.tedapi.due = time.Time{}
	}
	for _, st := range r.site.states {
		st.due = time.Time{}
	}
	ctx, cancel := context.WithTimeout(r.t.Context(), pace.Timeout)
	defer cancel()
	var b metric.Batch
	err := r.site.Poll(ctx, &b)
	snapshot, dropped := r.shapes.Freeze(&b, nil)
	if dropped > 0 {
		r.t.Errorf("%d samples were dropped", dropped)
	}
	page := make(map[string]float64)
	snapshot.Each(func(f *metric.Family, labels metric.Labels, v float64) {
		name := f.Name
		if labels != "" {
			name += "{" + string(labels) + "}"
		}
		page[name] = v
	})
	return page, err
}

func (r *tedapiRig) well() map[string]float64 {
	r.t.Helper()
	page, err := r.poll()
	if err != nil {
		r.t.Fatalf("poll: %v\n%s", err, r.text())
	}
	return page
}

// wantSeries compares some series with their values.
func wantSeries(t *testing.T, page, want map[string]float64) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		got, there := page[name]
		if d := got - want[name]; !there || d > 1e-6 || d < -1e-6 {
			t.Errorf("%s is %v (there: %t), want %v", name, got, there, want[name])
		}
	}
}

// lacksSeries fails for series that begin with one of the names.
func lacksSeries(t *testing.T, page map[string]float64, names ...string) {
	t.Helper()
	for _, series := range slices.Sorted(maps.Keys(page)) {
		for _, name := range names {
			if strings.HasPrefix(series, name) {
				t.Errorf("%s is there, and should not", series)
			}
		}
	}
}

// writeQueries writes a query file with texts by operation, and dummies of signatures.
func writeQueries(t *testing.T, texts map[string]string) string {
	t.Helper()
	file := make(map[string]any)
	for name, text := range texts {
		signature, _ := hex.DecodeString("3006020101020101")
		file[name] = map[string]any{"version": 2, "text": text, "signature": hex.EncodeToString(signature), "variables": map[string]any{}}
	}
	content, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return writeFile(t, "queries.json", content)
}

func writeFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
