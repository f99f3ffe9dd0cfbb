package homeplug

import (
	"bufio"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/metric"
	simhomeplug "home_exporter/sim/homeplug"
)

var update = flag.Bool("update", false, "write the golden files anew")

// varying are the series that depend on how fast the machine is: who answers a
// broadcast in time is not asked again.
var varying = regexp.MustCompile(`(?m)^(homeplug_(?:frames|request|retransmissions)\w*\{[^}]*\}) \S+$`)

// TestGolden holds the whole page of the house to the letter.
func TestGolden(t *testing.T) {
	t.Parallel()
	r := newRig(t, newHouse(), toneMaps)
	var b metric.Batch
	if err := r.segment.Poll(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	snapshot, dropped := r.shapes.Freeze(&b, nil)
	if dropped > 0 {
		t.Errorf("%d samples were dropped", dropped)
	}
	var page strings.Builder
	group := metric.Group{Families: families, Sources: []metric.Source{{Snapshot: snapshot}}}
	if err := metric.WritePage(&page, metric.Text, time.Now(), []metric.Group{group}); err != nil {
		t.Fatal(err)
	}
	got := varying.ReplaceAllString(page.String(), "$1 (frames)")
	path := filepath.Join("testdata", "golden.txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

// readTable reads lines of a series and its value. Lines that begin with # are remarks.
func readTable(t *testing.T, path string) series {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	table := make(series)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if !ok || name == "#" {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatalf("%s: %s: %v", path, name, err)
		}
		if _, twice := table[name]; twice {
			t.Fatalf("%s: %s stands twice", path, name)
		}
		table[name] = v
	}
	return table
}

// TestPromised compares with what the homeplug_exporter prints of the house, which asks
// in MMV 0: every promised series and no other of those names.
func TestPromised(t *testing.T) {
	t.Parallel()
	firmware := newHouse()
	for i := range firmware.Adapters {
		firmware.Adapters[i].Habits.Versions = simhomeplug.OnlyMMV0
	}
	for name, o := range map[string]simhomeplug.Options{"old chips": houseOf(simhomeplug.NewINT6400()), "old firmware": firmware} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRig(t, o, quick).well()
			want := readTable(t, filepath.Join("testdata", "promised.txt"))
			if len(want) != 15 {
				t.Errorf("the table has %d series, want 15", len(want))
			}
			if diff := cmp.Diff(want, s.promised()); diff != "" {
				t.Errorf("promised series (-want +got):\n%s", diff)
			}
			s.want(t, series{
				`homeplug_station_rate_saturated{device_addr="de:ad:be:ef:00:01",nid="52:de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:03",direction="tx"}`: 1,
				`homeplug_station_rate_saturated{device_addr="de:ad:be:ef:00:01",nid="52:de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:02",direction="tx"}`: 0,
			})
		})
	}
}

// TestWideRates has the rates of 16 bits in the promised series, where adapters tell
// them, and those only differ from what there was.
func TestWideRates(t *testing.T) {
	t.Parallel()
	s := newRig(t, newHouse()).well()
	want := readTable(t, filepath.Join("testdata", "promised.txt"))
	for name, v := range (series{
		rate("tx", one, three): 138936320, // 1060 Mbit/s
		rate("rx", three, one): 138936320,
		rate("rx", one, three): 39321600, // 300 Mbit/s
		rate("tx", three, one): 39321600,
	}) {
		if want[name] != 33423360 { // 255
			t.Errorf("the table has %v for %s", want[name], name)
		}
		want[name] = v
	}
	if diff := cmp.Diff(want, s.promised()); diff != "" {
		t.Errorf("promised series (-want +got):\n%s", diff)
	}
	for name := range s {
		if strings.HasPrefix(name, "homeplug_station_rate_saturated") && s[name] != 0 {
			t.Errorf("%s is %v, want 0", name, s[name])
		}
	}
}

// TestPromisedFamilies holds names, labels, type and help of the promised families.
func TestPromisedFamilies(t *testing.T) {
	want := map[string][2]string{
		"homeplug_network_info":          {"device_addr,nid,snid,tei,role,cco_addr,cco_tei", "Logical network information"},
		"homeplug_station_tx_rate_bytes": {"device_addr,nid,peer_addr", "Average PHY Tx data rate"},
		"homeplug_station_rx_rate_bytes": {"device_addr,nid,peer_addr", "Average PHY Rx data rate"},
	}
	got := make(map[string][2]string)
	for _, f := range families {
		if !f.Promised {
			continue
		}
		got[f.Name] = [2]string{strings.Join(f.Labels, ","), f.Help}
		if f.Type != metric.Gauge {
			t.Errorf("%s is of type %v, want a gauge", f.Name, f.Type)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("promised families (-want +got):\n%s", diff)
	}
}

// TestArithmetic holds what becomes of rates: a megabit is 2^20 bits in the promised
// series, and 10^6 in the others.
func TestArithmetic(t *testing.T) {
	const labels = `{device_addr="de:ad:be:ef:00:01",nid="52:de:ad:be:ef:00:01",peer_addr="de:ad:be:ef:00:02"}`
	for _, tt := range []struct {
		rate          uint16
		legacy, exact float64
	}{
		{0, 0, 0},
		{1, 131072, 125000},
		{9, 1.179648e+06, 1125000},
		{18, 2.359296e+06, 2250000},
		{142, 1.8612224e+07, 17750000},
		{255, 3.342336e+07, 31875000},
		{1060, 1.3893632e+08, 132500000},
		{65535, 8.58980352e+09, 8191875000},
	} {
		pageOf(t, adaptersWith(tt.rate)...).want(t, series{
			"homeplug_station_tx_rate_bytes" + labels:           tt.legacy,
			"homeplug_station_rx_rate_bytes" + labels:           tt.legacy,
			"homeplug_station_tx_phy_bytes_per_second" + labels: tt.exact,
			"homeplug_station_rx_phy_bytes_per_second" + labels: tt.exact,
		})
	}
}
