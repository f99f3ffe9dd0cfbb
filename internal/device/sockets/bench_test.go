package sockets

import (
	"context"
	"net"
	"strconv"
	"testing"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// BenchmarkList reads a list of a hundred thousand sockets.
func BenchmarkList(b *testing.B) {
	f := newFolder(b)
	writeMany(f)
	for b.Loop() {
		l := f.open(manyEntry) // it takes some microseconds
		if err := l.Poll(b.Context(), nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/many, "ns/socket")
}

// BenchmarkPoll checks a listener on loopback, the reading included.
func BenchmarkPoll(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	accept(b, l, func(c net.Conn) { c.Close() })
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	for _, level := range levelNames {
		b.Run(level, func(b *testing.B) {
			d, err := mustSpecs(b, "- {name: a, host: 127.0.0.1, close: rst, port: "+port+", metrics: "+level+"}")[0].Open(device.Env{})
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
			defer cancel()
			var batch metric.Batch
			b.ReportAllocs()
			for b.Loop() {
				batch.Reset()
				if err := d.Poll(ctx, &batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAdd makes the samples of a reading.
func BenchmarkAdd(b *testing.B) {
	for i, name := range levelNames {
		b.Run(name, func(b *testing.B) {
			s := newTestSocket(b, level(i))
			r := connected(0)
			s.history.record(r, s.settings.interval)
			var batch metric.Batch
			b.ReportAllocs()
			for b.Loop() {
				batch.Reset()
				s.add(&batch, r)
			}
		})
	}
}
