package testenv

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A recorder stands in for the test that asks, and keeps how it ended.
type recorder struct {
	testing.TB
	outcome, message string
}

func (r *recorder) Helper() {}

func (r *recorder) Skip(args ...any) {
	r.end("skipped", fmt.Sprint(args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.end("failed", fmt.Sprintf(format, args...))
}

func (r *recorder) end(outcome, message string) {
	r.outcome, r.message = outcome, message
	runtime.Goexit()
}

// outcomeOf runs one question to its end, as the test framework would.
func outcomeOf(ask func(testing.TB)) *recorder {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		ask(r)
		r.outcome = "went on"
	}()
	<-done
	return r
}

func TestNeed(t *testing.T) {
	bin := t.TempDir()
	for _, present := range []string{"promtool", "ip"} {
		if err := os.WriteFile(filepath.Join(bin, present), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(bin, "openssl"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)

	tests := map[string]struct {
		programs []string
		missing  []string // what the message must contain; none: the test goes on
		absent   string   // what it must not contain
	}{
		"nothing asked":         {},
		"all there":             {programs: []string{"promtool", "ip"}},
		"one missing":           {programs: []string{"nc"}, missing: []string{"nc (apt-get install netcat-openbsd)"}},
		"named all at once":     {programs: []string{"chromium", "ip", "plcstat"}, missing: []string{"apt-get install chromium", "apt-get install plc-utils"}, absent: "iproute2"},
		"not executable":        {programs: []string{"openssl"}, missing: []string{"openssl (apt-get install openssl)"}},
		"package not in table":  {programs: []string{"frobnicate"}, missing: []string{"frobnicate", "apt-file search bin/frobnicate"}},
		"other name of package": {programs: []string{"prometheus"}, missing: []string{"prometheus (apt-get install prometheus)"}},
	}
	for name, tt := range tests {
		for ci, unmet := range map[string]string{"": "skipped", "false": "skipped", "true": "failed", "maybe": "skipped"} {
			t.Run(fmt.Sprintf("%s/CI=%s", name, ci), func(t *testing.T) {
				t.Setenv("CI", ci)
				want := unmet
				if len(tt.missing) == 0 {
					want = "went on"
				}
				got := outcomeOf(func(tb testing.TB) { Need(tb, tt.programs...) })
				if got.outcome != want {
					t.Errorf("Need(%v) %s (%q), want %s", tt.programs, got.outcome, got.message, want)
				}
				for _, part := range tt.missing {
					if !strings.Contains(got.message, part) {
						t.Errorf("message %q does not contain %q", got.message, part)
					}
				}
				if tt.absent != "" && strings.Contains(got.message, tt.absent) {
					t.Errorf("message %q contains %q", got.message, tt.absent)
				}
			})
		}
	}
}

func TestNeedRoot(t *testing.T) {
	tests := []struct {
		uid  int
		ci   string
		want string
	}{
		{uid: 0, ci: "", want: "went on"},
		{uid: 0, ci: "true", want: "went on"},
		{uid: 1000, ci: "", want: "skipped"},
		{uid: 1000, ci: "true", want: "failed"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("uid=%d/CI=%s", tt.uid, tt.ci), func(t *testing.T) {
			t.Setenv("CI", tt.ci)
			got := outcomeOf(func(tb testing.TB) { needRoot(tb, tt.uid) })
			if got.outcome != tt.want {
				t.Errorf("needRoot(%d) %s (%q), want %s", tt.uid, got.outcome, got.message, tt.want)
			}
			if tt.uid != 0 && !strings.Contains(got.message, "user id 1000") {
				t.Errorf("message %q does not name the user id", got.message)
			}
		})
	}
}

func TestNeedRootAsksTheKernel(t *testing.T) {
	t.Setenv("CI", "")
	want := "skipped"
	if os.Geteuid() == 0 {
		want = "went on"
	}
	if got := outcomeOf(NeedRoot); got.outcome != want {
		t.Errorf("NeedRoot as user id %d %s, want %s", os.Geteuid(), got.outcome, want)
	}
}

func TestNeedListener(t *testing.T) {
	// 192.0.2.0/24 is for documentation (RFC 5737): no interface has it.
	tests := []struct {
		network, address, ci string
		want                 string
	}{
		{"tcp4", "127.0.0.1:0", "true", "went on"},
		{"tcp4", "192.0.2.1:0", "", "skipped"},
		{"tcp4", "192.0.2.1:0", "true", "failed"},
	}
	for _, tt := range tests {
		t.Run(tt.address+"/CI="+tt.ci, func(t *testing.T) {
			t.Setenv("CI", tt.ci)
			got := outcomeOf(func(tb testing.TB) { needListener(tb, tt.network, tt.address) })
			if got.outcome != tt.want {
				t.Errorf("needListener(%s) %s (%q), want %s", tt.address, got.outcome, got.message, tt.want)
			}
		})
	}
}

func TestNeedLoopback6AgreesWithTheInterface(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has /proc/net/if_inet6 to compare with")
	}
	t.Setenv("CI", "")
	// Linux lists ::1 here exactly when the loopback interface has it.
	table, err := os.ReadFile("/proc/net/if_inet6")
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	want := "skipped"
	if strings.Contains(string(table), "00000000000000000000000000000001") {
		want = "went on"
	}
	if got := outcomeOf(NeedLoopback6); got.outcome != want {
		t.Errorf("NeedLoopback6 %s (%q), want %s", got.outcome, got.message, want)
	}
}
