package check

import (
	"bytes"
	"encoding/hex"
	"net"
	"net/netip"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/testenv"
)

const brief = 300 * time.Millisecond // for checks that end by silence

func TestUDPAnswered(t *testing.T) {
	p := listenDatagrams(t, "udp4", "127.0.0.1:0", echoes)
	for _, network := range []string{"udp", "udp4"} {
		r := check(t, patient, newTarget(t, network, p.host, p.port, nil), CheckerOptions{})
		wantClass(t, r, ClassOK)
		if !r.Answered || r.Addr.String() != p.LocalAddr().String() {
			t.Errorf("answered %t by %s, want true by %s", r.Answered, r.Addr, p.LocalAddr())
		}
		if r.Phases.Connect.Happened() || !r.Phases.Exchange.Happened() {
			t.Errorf("phases %+v, want only exchange", r.Phases)
		}
	}
	if diff := cmp.Diff([][]byte{[]byte("X"), []byte("X")}, p.received()); diff != "" {
		t.Errorf("the peer got (-want +got):\n%s", diff)
	}
}

func TestUDPClosed(t *testing.T) {
	tests := map[string]string{"udp": "127.0.0.1", "udp4": "127.0.0.1", "udp6": "::1"}
	for network, ip := range tests {
		t.Run(network, func(t *testing.T) {
			if network == "udp6" {
				testenv.NeedLoopback6(t)
			}
			host, port := closedUDPPort(t, network, ip)
			r := check(t, patient, newTarget(t, network, host, port, nil), CheckerOptions{})
			wantClass(t, r, ClassRefused, "ask: connection refused (the host is there, but nothing listens on this port)")
			if r.Answered {
				t.Error("an ICMP error is no answer")
			}
		})
	}
}

// Silence is up, as for nc, and says so; unless an answer is wanted.
func TestUDPSilent(t *testing.T) {
	p := listenDatagrams(t, "udp4", "127.0.0.1:0", silent)
	r := check(t, brief, newTarget(t, "udp", p.host, p.port, nil), CheckerOptions{})
	wantClass(t, r, ClassOK)
	if r.Answered {
		t.Error("answered, although nothing came back")
	}
	r = check(t, brief, newTarget(t, "udp", p.host, p.port, &Options{RequireAnswer: true}), CheckerOptions{})
	wantClass(t, r, ClassNoAnswer, "nothing came back")
	r = check(t, brief, newTarget(t, "udp", p.host, p.port, &Options{Expect: regexp.MustCompile("x")}), CheckerOptions{})
	wantClass(t, r, ClassNoAnswer)
}

func TestUDPPresetsAndExpect(t *testing.T) {
	dns := func(b []byte) []byte { return append(append([]byte{}, b[0], b[1], 0x81, 0x85), b[4:]...) }
	ntp := func([]byte) []byte { return append([]byte{0x24}, make([]byte, 47)...) }
	long := func([]byte) []byte { return append(bytes.Repeat([]byte("."), 2000), "end"...) }
	tests := map[string]struct {
		o      *Options
		answer func([]byte) []byte
		want   Class
		says   string
		sent   string // hex of the first datagram; "" = not looked at
	}{
		"dns, refused by the server": {&Options{Preset: PresetDNS}, dns, ClassOK, "", ""},
		"dns, own query back":        {&Options{Preset: PresetDNS}, echoes, ClassMismatch, "no response", ""},
		"dns, other id":              {&Options{Preset: PresetDNS}, func(b []byte) []byte { c := dns(b); c[0] ^= 1; return c }, ClassMismatch, "another id", ""},
		"dns, short":                 {&Options{Preset: PresetDNS}, func(b []byte) []byte { return dns(b)[:11] }, ClassMismatch, "11 bytes", ""},
		"ntp":                        {&Options{Preset: PresetNTP}, ntp, ClassOK, "", "23" + hexZeros(47)},
		"ntp, own request back":      {&Options{Preset: PresetNTP}, echoes, ClassMismatch, "mode 3", ""},
		"ntp, short":                 {&Options{Preset: PresetNTP}, func(b []byte) []byte { return ntp(b)[:47] }, ClassMismatch, "47 bytes", ""},
		"echo":                       {&Options{Preset: PresetEcho}, echoes, ClassOK, "", ""},
		"echo, altered":              {&Options{Preset: PresetEcho}, func(b []byte) []byte { return b[1:] }, ClassMismatch, "not an echo", ""},
		"send":                       {&Options{Send: []byte("status?")}, echoes, ClassOK, "", hex.EncodeToString([]byte("status?"))},
		"empty answer":               {nil, func([]byte) []byte { return []byte{} }, ClassOK, "", "58"},
		"expect":                     {&Options{Send: []byte("a"), Expect: regexp.MustCompile("^a$")}, echoes, ClassOK, "", ""},
		"expect, far back":           {&Options{Expect: regexp.MustCompile("end$")}, long, ClassOK, "", ""},
		"expect, other":              {&Options{Expect: regexp.MustCompile("^a$")}, echoes, ClassMismatch, `got "X"`, ""},
		"preset and expect":          {&Options{Preset: PresetNTP, Expect: regexp.MustCompile("^x")}, ntp, ClassMismatch, "does not match", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := listenDatagrams(t, "udp4", "127.0.0.1:0", tt.answer)
			r := check(t, patient, newTarget(t, "udp", p.host, p.port, tt.o), CheckerOptions{})
			wantClass(t, r, tt.want, tt.says)
			if !r.Answered {
				t.Error("not answered, although something came back")
			}
			if got := hex.EncodeToString(p.received()[0]); tt.sent != "" && got != tt.sent {
				t.Errorf("sent %s, want %s", got, tt.sent)
			}
		})
	}
}

func hexZeros(n int) string { return hex.EncodeToString(make([]byte, n)) }

// One address refuses, the other one answers.
func TestUDPAddressesInTurn(t *testing.T) {
	p := listenDatagrams(t, "udp4", "127.0.0.1:0", echoes)
	names := CheckerOptions{Resolver: resolvesTo("127.0.0.9", "127.0.0.1")}
	r := check(t, patient, newTarget(t, "udp", "meter", p.port, nil), names)
	wantClass(t, r, ClassOK)
	if !r.Answered || r.Addr.Addr().String() != "127.0.0.1" {
		t.Errorf("answered %t by %s, want true by 127.0.0.1", r.Answered, r.Addr)
	}
	_, port := closedUDPPort(t, "udp4", "127.0.0.1")
	r = check(t, patient, newTarget(t, "udp", "meter", port, nil), names)
	wantClass(t, r, ClassRefused, "ask to 127.0.0.9")
}

func TestUDPSource(t *testing.T) {
	p := listenDatagrams(t, "udp4", "127.0.0.1:0", echoes)
	o := &Options{Source: netip.MustParseAddr("127.0.0.77"), RequireAnswer: true}
	wantClass(t, check(t, patient, newTarget(t, "udp", p.host, p.port, o), CheckerOptions{}), ClassOK)
	o = &Options{Source: netip.MustParseAddr("198.51.100.1")}
	wantClass(t, check(t, patient, newTarget(t, "udp", p.host, p.port, o), CheckerOptions{}), ClassLocalAddress)
}

func TestUDPCanceled(t *testing.T) {
	ctx, cancel := testContext(t)
	p := listenDatagrams(t, "udp4", "127.0.0.1:0", func([]byte) []byte { cancel(); return nil })
	r := NewChecker(CheckerOptions{}).Check(ctx, newTarget(t, "udp", p.host, p.port, nil))
	wantClass(t, r, ClassCanceled)
}

func TestSendTimes(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	tests := []struct {
		t    time.Duration
		want []time.Duration
	}{
		{20 * s, []time.Duration{0, 5 * s, 10 * s}},
		{5 * s, []time.Duration{0, 1250 * ms, 2500 * ms}},
		{4 * s, []time.Duration{0, s, 2 * s}},
		{3 * s, []time.Duration{0, s, 2 * s}},
		{2250 * ms, []time.Duration{0, s, 2 * s}},
		{2 * s, []time.Duration{0, s}},
		{1250 * ms, []time.Duration{0, s}},
		{s, []time.Duration{0, 250 * ms, 500 * ms}},
		{200 * ms, []time.Duration{0, 50 * ms, 100 * ms}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, sendTimes(tt.t)); diff != "" {
			t.Errorf("sendTimes(%s) (-want +got):\n%s", tt.t, diff)
		}
	}
}

// In a bubble, so that seconds cost nothing: a pipe stands for the socket.
func TestAskSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer ours.Close()
		defer theirs.Close()
		start := time.Now()
		var at []time.Duration
		go func() {
			for buf := make([]byte, 8); ; {
				if _, err := theirs.Read(buf); err != nil {
					return
				}
				at = append(at, time.Since(start))
			}
		}()
		ctx, cancel := testContext(t)
		defer cancel()
		q := newQuestion(&defaultOptions)
		q.start, q.deadline, q.times = start, start.Add(5*time.Second), sendTimes(5*time.Second)
		var r Result
		if err := NewChecker(CheckerOptions{}).ask(ctx, ours, q, &r); err != errSilent {
			t.Errorf("ask: %v, want silence", err)
		}
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("silence was decided after %s, want 5s", took)
		}
		synctest.Wait()
		if diff := cmp.Diff(q.times, at); diff != "" {
			t.Errorf("datagrams at (-want +got):\n%s", diff)
		}
	})
}
