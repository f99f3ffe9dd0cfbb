package sockets

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"home_exporter/internal/device"
	"home_exporter/internal/device/sockets/check"
	"home_exporter/internal/metric"
	"home_exporter/internal/testenv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ask polls the only socket of a list of entries once, and returns its samples by
// series, without the labels that all have.
func ask(t *testing.T, ctx context.Context, entries string) (map[string]float64, error) {
	t.Helper()
	specs := mustSpecs(t, entries)
	return askSpec(t, ctx, specs[0])
}

func askSpec(t *testing.T, ctx context.Context, spec device.Spec) (map[string]float64, error) {
	t.Helper()
	d, err := spec.Open(device.Env{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx, cancel := context.WithTimeout(ctx, spec.Pace.Timeout)
	defer cancel()
	var batch metric.Batch
	err = d.Poll(ctx, &batch)
	if batch.Len() == 0 {
		return nil, err
	}
	var b book
	b.keep(t, &batch)
	return b.values(t, time.Now()), err
}

func TestPollTCP(t *testing.T) {
	port := strconv.Itoa(listen(t, "127.0.0.1:0").Port)
	for _, tt := range []struct {
		name, entry string
		up          float64
		reason      device.Reason // empty: no error
		series      []string      // that are there
	}{
		{"listening", "host: 127.0.0.1, port: " + port, 1, "", []string{
			"connection_status_phase_duration_seconds phase=connect", "connection_status_address_info ip=127.0.0.1",
			"connection_status_last_success_timestamp_seconds", "connection_status_scheduled"}},
		{"with rst", "host: 127.0.0.1, close: rst, port: " + port, 1, "", nil},
		{"from an address", "host: 127.0.0.1, source: 127.0.0.2, port: " + port, 1, "", nil},
		{"closed", "host: 127.0.0.1, port: " + closedPort(t), 0, device.Refused, []string{
			"connection_status_failures_total class=refused", "connection_status_last_failure_info class=refused"}},
		{"not what is expected", "host: 127.0.0.1, expect: hello, timeout: 0.5, port: " + port, 0, device.NoAnswer, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ask(t, t.Context(), "- {name: a, "+tt.entry+"}")
			if v, ok := got["connection_status_up"]; !ok || v != tt.up {
				t.Errorf("connection_status_up is %v (there: %t), want %v; error %v", v, ok, tt.up, err)
			}
			if tt.reason == "" && err != nil || tt.reason != "" && (!device.IsDown(err) || device.ReasonOf(err) != tt.reason) {
				t.Errorf("error %v, want down with reason %q", err, tt.reason)
			}
			for _, series := range tt.series {
				if _, ok := got[series]; !ok {
					t.Errorf("no %s in %v", series, got)
				}
			}
		})
	}
}

func TestPollIPv6(t *testing.T) {
	testenv.NeedLoopback6(t)
	port := strconv.Itoa(listen(t, "[::1]:0").Port)
	for _, host := range []string{`"::1"`, `"[::1]"`} {
		got, err := ask(t, t.Context(), "- {name: a, host: "+host+", port: "+port+"}")
		if err != nil || got["connection_status_up"] != 1 {
			t.Errorf("host %s: %v, %v", host, got, err)
		}
	}
}

func TestPollUDP(t *testing.T) {
	echo := datagrams(t, func(b []byte) []byte { return b })
	silent := datagrams(t, func([]byte) []byte { return nil })
	wrong := datagrams(t, func([]byte) []byte { return []byte("no") })
	for _, tt := range []struct {
		name, entry   string
		up, confirmed float64
		reason        device.Reason
	}{
		{"answers", "port: " + echo, 1, 1, ""},
		{"silent", "port: " + silent + ", timeout: 0.3", 1, 0, ""},
		{"silent, and must answer", "port: " + silent + ", timeout: 0.3, udp: {require_answer: true}", 0, 0, device.NoAnswer},
		{"answers as it should", "port: " + echo + ", udp: {preset: echo}", 1, 1, ""},
		{"answers something else", "port: " + wrong + ", udp: {preset: echo}", 0, 1, device.Parse},
		{"what is sent comes back", "port: " + echo + ", send: ping, expect: ^ping$$", 1, 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ask(t, t.Context(), "- {name: a, host: 127.0.0.1, protocol: udp, "+tt.entry+"}")
			if got["connection_status_up"] != tt.up || got["connection_status_udp_confirmed"] != tt.confirmed {
				t.Errorf("up %v, confirmed %v, want %v, %v; error %v", got["connection_status_up"], got["connection_status_udp_confirmed"], tt.up, tt.confirmed, err)
			}
			if tt.reason == "" && err != nil || tt.reason != "" && (!device.IsDown(err) || device.ReasonOf(err) != tt.reason) {
				t.Errorf("error %v, want down with reason %q", err, tt.reason)
			}
		})
	}
}

func TestPollUnix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	accept(t, l, func(c net.Conn) { c.Close() })
	specs := mustSpecs(t, "- {name: a, host: "+path+", protocol: unix}")
	if want := `name="a",host="` + path + `",port="",protocol="unix"`; string(specs[0].Labels) != want {
		t.Errorf("labels %s, want %s", specs[0].Labels, want)
	}
	got, err := askSpec(t, t.Context(), specs[0])
	if err != nil || got["connection_status_up"] != 1 {
		t.Errorf("%v, %v", got, err)
	}
	for series := range got {
		if strings.HasPrefix(series, "connection_status_address_info") || strings.HasPrefix(series, "connection_status_udp_confirmed") {
			t.Errorf("a unix socket has %s", series)
		}
	}
	got, err = ask(t, t.Context(), "- {name: a, host: "+path+"x, protocol: unix}")
	if got["connection_status_up"] != 0 || device.ReasonOf(err) != device.Unreachable || got["connection_status_failures_total class=not_found"] != 1 {
		t.Errorf("no such file: %v, %v", got, err)
	}
}

func TestPollTLS(t *testing.T) {
	expiry := time.Now().Add(24 * time.Hour).Truncate(time.Second)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate(t, expiry)}})
	if err != nil {
		t.Fatal(err)
	}
	accept(t, l, func(c net.Conn) {
		c.(*tls.Conn).Handshake()
		c.Close()
	})
	_, port, _ := net.SplitHostPort(l.Addr().String())
	for _, tt := range []struct {
		name, tls string
		up        float64
		expires   bool
	}{
		{"accepted", "{insecure: true}", 1, true},
		{"nobody signed it", "{server_name: nas.test}", 0, true},
		{"switched off", "{enabled: false}", 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ask(t, t.Context(), "- {name: a, host: 127.0.0.1, port: "+port+", tls: "+tt.tls+"}")
			if got["connection_status_up"] != tt.up {
				t.Errorf("up %v, want %v; %v", got["connection_status_up"], tt.up, err)
			}
			if tt.up == 0 && device.ReasonOf(err) != device.TLS {
				t.Errorf("reason %s of %v, want tls", device.ReasonOf(err), err)
			}
			v, ok := got["connection_status_certificate_expiry_timestamp_seconds"]
			if ok != tt.expires || ok && v != float64(expiry.Unix()) {
				t.Errorf("expiry %v (there: %t), want %v (there: %t)", v, ok, expiry.Unix(), tt.expires)
			}
		})
	}
}

// TestPollInconclusive asks from an address that this machine does not have: that says
// nothing about the socket, so its reading stands.
func TestPollInconclusive(t *testing.T) {
	port := strconv.Itoa(listen(t, "127.0.0.1:0").Port)
	specs := mustSpecs(t, "- {name: a, host: 127.0.0.1, port: "+port+"}")
	d, err := specs[0].Open(device.Env{})
	if err != nil {
		t.Fatal(err)
	}
	s := d.(*socket)
	var batch metric.Batch
	if err := s.Poll(t.Context(), &batch); err != nil {
		t.Fatal(err)
	}
	good := *s.settings
	bad := good
	bad.options = &check.Options{Source: netip.MustParseAddr("192.0.2.77")} // RFC 5737: nobody has it
	if s.target, err = check.NewTarget("tcp", "127.0.0.1", port, bad.options); err != nil {
		t.Fatal(err)
	}
	before := s.history
	batch.Reset()
	err = s.Poll(t.Context(), &batch)
	var failed *device.Error
	if !errors.As(err, &failed) || failed.Reason != device.Internal || device.IsDown(err) || batch.Len() != 0 {
		t.Errorf("error %v with %d samples, want a failed poll, internal, without any", err, batch.Len())
	}
	if s.history.state != up || s.history.last != before.last || s.history.consecutive != 0 {
		t.Errorf("the socket is now %v since %v", stateNames[s.history.state], s.history.last)
	}
	if s.target, err = check.NewTarget("tcp", "127.0.0.1", port, good.options); err != nil {
		t.Fatal(err)
	}
	batch.Reset()
	if err := s.Poll(t.Context(), &batch); err != nil {
		t.Fatal(err)
	}
	var b book
	b.keep(t, &batch)
	got := b.values(t, time.Now())
	if got["connection_status_probe_errors_total class=local_address"] != 1 || got["connection_status_probes_total"] != 3 {
		t.Errorf("the inconclusive check is not counted: %v", got)
	}
}

func TestPollCanceled(t *testing.T) {
	silent := datagrams(t, func([]byte) []byte { return nil })
	specs := mustSpecs(t, "- {name: a, host: 127.0.0.1, protocol: udp, port: "+silent+"}")
	d, err := specs[0].Open(device.Env{})
	if err != nil {
		t.Fatal(err)
	}
	s := d.(*socket)
	for _, tt := range []struct {
		name string
		ctx  func() (context.Context, context.CancelFunc)
		want device.Reason
		miss bool // counted as a check that told nothing
	}{
		{"before it begins", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return ctx, cancel
		}, device.Internal, false},
		{"as it waits", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			return ctx, cancel
		}, device.Internal, false},
		{"too late to begin", func() (context.Context, context.CancelFunc) {
			return context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		}, device.Internal, true},
	} {
		ctx, cancel := tt.ctx()
		before := s.history.probes
		var batch metric.Batch
		err := s.Poll(ctx, &batch)
		cancel()
		if err == nil || device.IsDown(err) || device.ReasonOf(err) != tt.want || batch.Len() > 0 {
			t.Errorf("%s: error %v, reason %s, %d samples; want a failed poll, %s", tt.name, err, device.ReasonOf(err), batch.Len(), tt.want)
		}
		if s.history.state != unknown || !s.history.last.IsZero() {
			t.Errorf("%s: the socket is taken for %s", tt.name, stateNames[s.history.state])
		}
		if counted := s.history.probes > before; counted != tt.miss {
			t.Errorf("%s: counted as a check: %t, want %t", tt.name, counted, tt.miss)
		}
	}
}

func TestPollInDowntime(t *testing.T) {
	accepted := make(chan struct{}, 1)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accept(t, l, func(c net.Conn) {
		accepted <- struct{}{}
		c.Close()
	})
	_, port, _ := net.SplitHostPort(l.Addr().String())
	for _, hours := range []string{"downtime: ['00:00-24:00']", "active: [" + other(time.Now()) + "]"} {
		got, err := ask(t, t.Context(), "- {name: a, host: 127.0.0.1, port: "+port+", timezone: UTC, "+hours+"}")
		if err != nil {
			t.Errorf("%s: %v", hours, err)
		}
		if v, ok := got["connection_status_scheduled"]; !ok || v != 0 {
			t.Errorf("%s: connection_status_scheduled is %v (there: %t), want 0", hours, v, ok)
		}
		if v, ok := got["connection_status_up"]; ok {
			t.Errorf("%s: connection_status_up is %v, want none", hours, v)
		}
	}
	select {
	case <-accepted:
		t.Error("the socket was asked in its downtime")
	default:
	}
}

// other returns a day of the week that neither now nor the next minutes are on.
func other(now time.Time) string {
	return now.UTC().AddDate(0, 0, 3).Weekday().String()[:3]
}

func TestReasons(t *testing.T) {
	want := map[check.Class]device.Reason{
		check.ClassRefused: device.Refused, check.ClassBusy: device.Refused,
		check.ClassReset: device.Protocol, check.ClassWrongType: device.Protocol, check.ClassOther: device.Protocol,
		check.ClassTimeout:     device.Timeout,
		check.ClassUnreachable: device.Unreachable, check.ClassNotFound: device.Unreachable,
		check.ClassDenied: device.Permission, check.ClassNotPermitted: device.Permission,
		check.ClassDNSNotFound: device.DNS, check.ClassDNSTimeout: device.DNS, check.ClassDNSError: device.DNS,
		check.ClassNoAnswer: device.NoAnswer, check.ClassMismatch: device.Parse, check.ClassTLS: device.TLS,
		check.ClassResources: device.Internal, check.ClassLocalAddress: device.Internal,
		check.ClassConfig: device.Internal, check.ClassCanceled: device.Internal,
	}
	for _, c := range check.Classes() {
		if c == check.ClassOK {
			continue
		}
		reason, known := want[c]
		if !known {
			t.Errorf("class %s (%d) is new: give it a reason", c, c)
		} else if got := reasonOf(c); got != reason {
			t.Errorf("reason of %s (%d) is %s, want %s", c, c, got, reason)
		}
	}
}

func TestTrace(t *testing.T) {
	port := strconv.Itoa(listen(t, "127.0.0.1:0").Port)
	specs := mustSpecs(t, "- {name: a, host: 127.0.0.1, port: "+port+"}")
	lines := 0
	d, err := specs[0].Open(device.Env{Trace: func(string, ...any) { lines++ }})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Poll(t.Context(), new(metric.Batch)); err != nil {
		t.Fatal(err)
	}
	if lines == 0 {
		t.Error("nothing was traced")
	}
}
