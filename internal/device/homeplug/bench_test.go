package homeplug

import (
	"encoding/binary"
	"errors"
	"os"
	"testing"
	"time"

	"home_exporter/internal/metric"
	simhomeplug "home_exporter/sim/homeplug"
)

// four is the house with one more adapter.
func four() simhomeplug.Options {
	o := newHouse()
	fourth := station(4)
	more := o.Adapters[2]
	more.MAC = fourth
	o.Adapters = append(o.Adapters, more)
	o.Networks[0].Members = append(o.Networks[0].Members, simhomeplug.Member{MAC: fourth, TEI: 4})
	for n := byte(1); n < 4; n++ {
		o.Links = append(o.Links, simhomeplug.Link{From: fourth, To: station(n), Rate: 90}, simhomeplug.Link{From: station(n), To: fourth, Rate: 70})
	}
	return o
}

// BenchmarkPoll compares a poll of four adapters, as it is again and again, with that of
// a program that takes a second of silence for the end.
func BenchmarkPoll(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		r := newRig(b, four())
		r.well() // who is there, and all details
		var batch metric.Batch
		for b.Loop() {
			batch.Reset()
			if err := r.segment.Poll(b.Context(), &batch); err != nil {
				b.Fatal(err)
			}
		}
		if s := seriesOf(b, &r.shapes, &batch); s["homeplug_devices"] != 4 || len(s.promised()) != 4+2*4*3 {
			b.Errorf("%v adapters, %d promised series", s["homeplug_devices"], len(s.promised()))
		}
	})
	b.Run("a second of silence", func(b *testing.B) {
		sim := simulate(b, four())
		var links int
		for b.Loop() {
			c := listen(b, sim.Socket())
			links = c.scrape(b)
			c.conn.Close()
		}
		if links != 4*3 {
			b.Errorf("%d links, want 12", links)
		}
	})
}

// quiet is for how long the homeplug_exporter waits for one more answer.
const quiet = time.Second

// A listener asks as the homeplug_exporter does.
type listener struct {
	conn *socketConn
	self [6]byte
}

func listen(b *testing.B, path string) *listener {
	b.Helper()
	l, err := openSocket(path)
	if err != nil {
		b.Fatal(err)
	}
	return &listener{conn: l.PacketConn.(*socketConn), self: l.self}
}

// scrape asks the local address, then each station that somebody lists, and counts the
// links that it learned of, until nobody has answered for a second.
func (l *listener) scrape(b *testing.B) (links int) {
	b.Helper()
	l.ask(b, simhomeplug.MAC{0x00, 0xb0, 0x52, 0x00, 0x00, 0x01})
	told := make(map[[6]byte]bool)
	buffer := make([]byte, 2048)
	for {
		if err := l.conn.SetReadDeadline(time.Now().Add(quiet)); err != nil {
			b.Fatal(err)
		}
		n, _, err := l.conn.ReadFrom(buffer)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return links
		} else if err != nil {
			b.Fatal(err)
		}
		f := buffer[:n]
		if n < 21 || f[14] != 0 || binary.LittleEndian.Uint16(f[15:]) != vsNetworkInfo+1 || told[[6]byte(f[6:12])] {
			continue
		}
		told[[6]byte(f[6:12])] = true
		for rest := f[21:]; len(rest) >= 18; {
			stations := int(rest[17])
			if rest = rest[18:]; len(rest) < 15*stations {
				b.Fatalf("cut: %x", f)
			}
			for range stations {
				l.ask(b, simhomeplug.MAC(rest[:6]))
				links++
				rest = rest[15:]
			}
		}
	}
}

// ask sends VS_NW_INFO in MMV 0.
func (l *listener) ask(b *testing.B, dst simhomeplug.MAC) {
	b.Helper()
	f := append(append(dst[:], l.self[:]...), 0x88, 0xe1, 0, 0x38, 0xa0, 0x00, 0xb0, 0x52)
	if _, err := l.conn.WriteTo(append(f, make([]byte, 60-len(f))...), nil); err != nil {
		b.Fatal(err)
	}
}
