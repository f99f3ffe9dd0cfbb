package check

import (
	"context"
	"net"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// dnsServer is a name server on loopback, and a resolver that asks only it. Its answer
// function returns the addresses and the code for a question; ok false means silence.
func dnsServer(t testing.TB, answer func(q dnsmessage.Question) (rcode dnsmessage.RCode, records []dnsmessage.ResourceBody, ok bool)) *net.Resolver {
	t.Helper()
	p := listenDatagrams(t, "udp4", "127.0.0.1:0", func(b []byte) []byte {
		var query dnsmessage.Message
		if err := query.Unpack(b); err != nil || len(query.Questions) != 1 {
			return nil
		}
		q := query.Questions[0]
		rcode, records, ok := answer(q)
		if !ok {
			return nil
		}
		reply := dnsmessage.Message{
			Header:    dnsmessage.Header{ID: query.ID, Response: true, RecursionDesired: true, RecursionAvailable: true, RCode: rcode},
			Questions: query.Questions,
		}
		for _, body := range records {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 60}, Body: body,
			})
		}
		wire, err := reply.Pack()
		if err != nil {
			t.Error(err)
		}
		return wire
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", p.LocalAddr().String())
	}}
}

// The failures of names as Go's own resolver reports them, from a server that gives
// each kind of answer.
func TestDNSFailures(t *testing.T) {
	fails := func(code dnsmessage.RCode) func(dnsmessage.Question) (dnsmessage.RCode, []dnsmessage.ResourceBody, bool) {
		return func(dnsmessage.Question) (dnsmessage.RCode, []dnsmessage.ResourceBody, bool) { return code, nil, true }
	}
	only6 := func(q dnsmessage.Question) (dnsmessage.RCode, []dnsmessage.ResourceBody, bool) {
		if q.Type == dnsmessage.TypeAAAA {
			return 0, []dnsmessage.ResourceBody{&dnsmessage.AAAAResource{AAAA: [16]byte{15: 1}}}, true
		}
		return 0, nil, true
	}
	silence := func(dnsmessage.Question) (dnsmessage.RCode, []dnsmessage.ResourceBody, bool) { return 0, nil, false }
	tests := map[string]struct {
		answer  func(dnsmessage.Question) (dnsmessage.RCode, []dnsmessage.ResourceBody, bool)
		network string
		timeout time.Duration
		want    Class
		says    string
	}{
		"no such name":        {fails(dnsmessage.RCodeNameError), "tcp", patient, ClassDNSNotFound, "tcp meter.test.:80: lookup: no such host"},
		"only AAAA, for tcp4": {only6, "tcp4", patient, ClassDNSNotFound, "asked for IPv4 addresses only"},
		"server failure":      {fails(dnsmessage.RCodeServerFailure), "udp", patient, ClassDNSError, "lookup: server misbehaving"},
		"refused":             {fails(dnsmessage.RCodeRefused), "ip", patient, ClassDNSError, "lookup: server misbehaving"},
		"silent":              {silence, "tcp", brief, ClassDNSTimeout, "the resolver did not answer within"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o := CheckerOptions{Resolver: dnsServer(t, tt.answer)}
			r := check(t, tt.timeout, newTarget(t, tt.network, "meter.test.", "80", nil), o)
			wantClass(t, r, tt.want, tt.says)
			if r.Addr.IsValid() || r.Phases.Connect.Happened() || !r.Phases.Resolve.Happened() {
				t.Errorf("addr %s, phases %+v, want only resolve", r.Addr, r.Phases)
			}
		})
	}
}

func TestDNSCanceled(t *testing.T) {
	ctx, cancel := testContext(t)
	defer cancel()
	resolver := dnsServer(t, func(dnsmessage.Question) (dnsmessage.RCode, []dnsmessage.ResourceBody, bool) {
		cancel()
		return 0, nil, false
	})
	r := NewChecker(CheckerOptions{Resolver: resolver}).Check(ctx, newTarget(t, "tcp", "meter.test.", "80", nil))
	wantClass(t, r, ClassCanceled)
}

func TestDNSFound(t *testing.T) {
	p := listen(t, "tcp4", "127.0.0.1:0", nil)
	resolver := dnsServer(t, func(q dnsmessage.Question) (dnsmessage.RCode, []dnsmessage.ResourceBody, bool) {
		if q.Type == dnsmessage.TypeA {
			return 0, []dnsmessage.ResourceBody{&dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}, true
		}
		return 0, nil, true
	})
	for _, network := range []string{"tcp", "tcp4"} {
		r := check(t, patient, newTarget(t, network, "meter.test.", p.port, nil), CheckerOptions{Resolver: resolver})
		wantClass(t, r, ClassOK)
		if got := r.Addr.Addr().String(); got != "127.0.0.1" {
			t.Errorf("answered by %s", got)
		}
	}
}
