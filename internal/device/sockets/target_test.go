package sockets

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device"
)

func TestSplitTarget(t *testing.T) {
	for _, tt := range []struct{ text, network, host, port string }{
		{"tcp://h:80", "tcp", "h", "80"},
		{"TCP6://h:80", "tcp6", "h", "80"},
		{"h:80", "other", "h", "80"},
		{"h", "other", "h", ""},
		{"h:", "other", "h", ""},
		{":80", "other", "", "80"},
		{"192.0.2.1:http", "other", "192.0.2.1", "http"},
		{"[::1]:80", "other", "::1", "80"},
		{"[fe80::1%eth0]:80", "other", "fe80::1%eth0", "80"},
		{"[::1]", "other", "::1", ""},
		{"::1", "other", "::1", ""},
		{"tcp://[::1]:80/", "tcp", "::1", "80"},
		{"ip://h", "ip", "h", ""},
		{"ip://h:1", "ip", "h", "1"},
		{"ip6://[::1]", "ip6", "::1", ""},
		{"ip6://::1", "ip6", "::1", ""},
		{"ip4:icmp://h", "ip4:icmp", "h", ""},
		{"unix:///run/x.sock", "unix", "/run/x.sock", ""},
		{"unix:///run/a:b", "unix", "/run/a:b", ""},
		{"unix://@name", "unix", "@name", ""},
		{"unixgram:///run/x/", "unixgram", "/run/x/", ""},
		{"http://h/", "http", "h", ""},
		{"://", "", "", ""},
		{"", "other", "", ""},
	} {
		network, host, port := splitTarget(tt.text, "other")
		if network != tt.network || host != tt.host || port != tt.port {
			t.Errorf("splitTarget(%q) = %q, %q, %q, want %q, %q, %q", tt.text, network, host, port, tt.network, tt.host, tt.port)
		}
	}
	if network, host, port := splitTarget("/run/x.sock", "unix"); network != "unix" || host != "/run/x.sock" || port != "" {
		t.Errorf("a path where unix is meant: %q, %q, %q", network, host, port)
	}
}

func TestProbe(t *testing.T) {
	permit := func(netip.Addr) error { return nil }
	for _, tt := range []struct {
		address, params string
		open            bool // no allow-list
		labels          string
		timeout         time.Duration
		err             string
	}{
		{address: "h:80", labels: `name="h:80",host="h",port="80",protocol="tcp"`, timeout: 5 * time.Second},
		{address: "tcp://h:80", labels: `name="tcp://h:80",host="h",port="80",protocol="tcp"`, timeout: 5 * time.Second},
		{address: "tcp://h:80/", labels: `name="tcp://h:80/",host="h",port="80",protocol="tcp"`, timeout: 5 * time.Second},
		{address: "h:80", params: "protocol=udp&timeout=2s", labels: `name="h:80",host="h",port="80",protocol="udp"`, timeout: 2 * time.Second},
		{address: "h:80", params: "protocol=UDP6", labels: `name="h:80",host="h",port="80",protocol="udp6"`, timeout: 5 * time.Second},
		{address: "udp://h:80", params: "protocol=udp&timeout=1.5", labels: `name="udp://h:80",host="h",port="80",protocol="udp"`, timeout: 1500 * time.Millisecond},
		{address: "h:80", params: "timeout=20", labels: `name="h:80",host="h",port="80",protocol="tcp"`, timeout: 20 * time.Second},
		{address: "[2001:db8::1]:443", labels: `name="[2001:db8::1]:443",host="2001:db8::1",port="443",protocol="tcp"`, timeout: 5 * time.Second},
		{address: "ip://h", labels: `name="ip://h",host="h",port="",protocol="ip"`, timeout: 5 * time.Second},
		{address: "h", params: "protocol=ip", labels: `name="h",host="h",port="",protocol="ip"`, timeout: 5 * time.Second},
		{address: "2001:db8::1", params: "protocol=ip6", labels: `name="2001:db8::1",host="2001:db8::1",port="",protocol="ip6"`, timeout: 5 * time.Second},
		{address: "unix:///run/x", open: true, labels: `name="unix:///run/x",host="/run/x",port="",protocol="unix"`, timeout: 5 * time.Second},
		{address: "unix:///run/x", err: "unix sockets are asked only if the configuration names them: otherwise anybody could try the files of this machine"},
		{address: "/run/x", params: "protocol=unixgram", err: "unix sockets are asked only if the configuration names them: otherwise anybody could try the files of this machine"},
		{address: "UNIX:///run/x", err: "unix sockets are asked only if the configuration names them: otherwise anybody could try the files of this machine"},
		{address: "h", err: "port is missing: give a number from 1 to 65535"},
		{address: "", err: "a socket needs a name\na socket needs a host: a name, an address, or for the unix protocols a path\nport is missing: give a number from 1 to 65535"},
		{address: "h:70000", err: `port "70000" is out of range (1 to 65535)`},
		{address: "http://h:80", err: `protocol: "http" is not one of tcp, tcp4, tcp6, udp, udp4, udp6, ip, ip4, ip6, unix, unixgram, unixpacket, ip4:icmp, ip4:1, ip6:ipv6-icmp`},
		{address: "tcp://h:80", params: "protocol=udp", err: "the target says tcp and the parameter protocol udp; leave one of them out"},
		{address: "h:80", params: "protocol=udp&protocol=tcp", err: "the parameter protocol stands more than once"},
		{address: "h:80", params: "module=tcp_connect", err: `the parameter "module" is not known; known: protocol, timeout`},
		{address: "h:80", params: "timeout=-1", err: `timeout: "-1" is negative`},
		{address: "h:80", params: "timeout=soon", err: `timeout: "soon" is no duration; write for example 30s, 1m30s or 2.5 (seconds)`},
		{address: "h:80", params: "timeout=10ms", err: "timeout: 10ms is too short: a connection needs at least 100ms"},
		{address: "h:80", params: "timeout=1h", err: "timeout: 1h is too long; a probe can take up to 1m"},
		{address: "h:80", params: "timeout=60", labels: `name="h:80",host="h",port="80",protocol="tcp"`, timeout: time.Minute},
	} {
		t.Run(tt.address+"?"+tt.params, func(t *testing.T) {
			params, err := url.ParseQuery(tt.params)
			if err != nil {
				t.Fatal(err)
			}
			target := device.Target{Address: tt.address, Params: params, Permit: permit}
			if tt.open {
				target.Permit = nil
			}
			spec, err := probe(target)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Errorf("error %v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(spec.Labels) != tt.labels || spec.Pace.Timeout != tt.timeout {
				t.Errorf("labels %s, timeout %s, want %s, %s", spec.Labels, spec.Pace.Timeout, tt.labels, tt.timeout)
			}
		})
	}
}

// TestProbePermit asks about the address before it is dialled.
func TestProbePermit(t *testing.T) {
	address := listen(t, "127.0.0.1:0").String()
	var asked []string
	allowed := true
	target := device.Target{Address: address, Permit: func(a netip.Addr) error {
		asked = append(asked, a.String())
		if !allowed {
			return errors.New("not in the list")
		}
		return nil
	}}
	spec, err := probe(target)
	if err != nil {
		t.Fatal(err)
	}
	got, err := askSpec(t, t.Context(), spec)
	if err != nil || got["connection_status_up"] != 1 || strings.Join(asked, " ") != "127.0.0.1" {
		t.Errorf("allowed: %v, %v, asked about %v", got, err, asked)
	}
	allowed = false
	got, err = askSpec(t, t.Context(), spec)
	if got != nil || device.ReasonOf(err) != device.Permission || !strings.Contains(err.Error(), "not in the list") {
		t.Errorf("not allowed: %v, %v", got, err)
	}
}
