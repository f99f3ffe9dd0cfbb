package sockets

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"home_exporter/internal/device"
)

// many is the number of sockets that the program is built for.
const many = 100_000

// manyEntry is the entry of a configuration that has them.
const manyEntry = "- {files: [meters.json], interval: 60s, timeout: 10, metrics: minimal}"

// writeMany writes a list of many meters into a folder.
func writeMany(f *folder) {
	var text strings.Builder
	text.WriteString("[")
	for i := range many {
		if i > 0 {
			text.WriteString(",\n")
		}
		fmt.Fprintf(&text, `{"targets": ["10.%d.%d.%d:502"], "labels": {"name": "meter-%06d"}}`, i>>16, i>>8&255, i&255, i)
	}
	text.WriteString("]")
	f.write("meters.json", text.String())
}

// openMany returns the devices of the list, and keeps nothing else of it.
func openMany(t *testing.T, f *folder) []device.Device {
	l := f.open(manyEntry)
	if err := l.Poll(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	specs, _ := l.Found()
	if len(specs) != many {
		t.Fatalf("%d sockets, want %d", len(specs), many)
	}
	if last := specs[many-1]; last.Name != "meter-099999 (tcp 10.1.134.159:502)" {
		t.Errorf("the last one is %s", last.Name)
	}
	devices := make([]device.Device, 0, many)
	for _, spec := range specs {
		d, err := spec.Open(device.Env{})
		if err != nil {
			t.Fatal(err)
		}
		devices = append(devices, d)
	}
	return devices
}

// TestSize holds what a socket at the level minimal costs in memory: itself, its target
// and their texts. What the scheduler has of it is not among it.
func TestSize(t *testing.T) {
	const most = 300
	f := newFolder(t)
	writeMany(f)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	devices := openMany(t, f)
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := float64(after.HeapAlloc-before.HeapAlloc)/many - 16 // the interface in the slice
	t.Logf("%.0f bytes", each)
	if each > most {
		t.Errorf("a socket takes %.0f bytes, want at most %d", each, most)
	}
	runtime.KeepAlive(devices)
}
