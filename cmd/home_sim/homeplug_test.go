//go:build unix

package main

import (
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPowerlineOfTheHouse(t *testing.T) {
	dir, err := os.MkdirTemp("", "hs") // short, for the paths of Unix sockets
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	part, err := startHomeplug(t.Context(), surroundings{dir: dir, log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := part.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	entries, ok := part.section.([]powerlineEntry)
	if !ok || len(entries) != 1 || len(part.rows) != 1 {
		t.Fatalf("section %#v, rows %v, want one segment", part.section, part.rows)
	}
	path, ok := strings.CutPrefix(entries[0].Interface, "unix:")
	if !ok || entries[0].Destination != "local" || part.rows[0].address != entries[0].Interface {
		t.Fatalf("entry %+v, row %+v", entries[0], part.rows[0])
	}

	own := &net.UnixAddr{Name: filepath.Join(dir, "reader"), Net: "unixgram"}
	conn, err := net.ListenUnixgram("unixgram", own)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// VS_SW_VER to everybody: each of the four answers.
	request := append([]byte("\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\xaa\x01\x88\xe1\x00\x00\xa0\x00\xb0\x52"), make([]byte, 40)...)
	if _, err := conn.WriteToUnix(request, &net.UnixAddr{Name: path, Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	firmware := ""
	buffer := make([]byte, 2000)
	for range 4 {
		n, err := conn.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		text, _, _ := strings.Cut(string(buffer[23:n]), "\x00")
		firmware += text + "\n"
	}
	for part, want := range map[string]int{"MAC-QCA7420": 2, "MAC-QCA7550": 1, "INT6000-MAC": 1} {
		if got := strings.Count(firmware, part); got != want {
			t.Errorf("%d of %s answered, want %d:\n%s", got, part, want, firmware)
		}
	}
}
