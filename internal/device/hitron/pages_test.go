package hitron

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/device"
	"home_exporter/internal/device/hitron/coda"
	simhitron "home_exporter/sim/hitron"
)

// endpointOf maps pages to those of the simulated modem.
var endpointOf = map[coda.Page]simhitron.Endpoint{
	coda.Downstream: simhitron.DsInfo, coda.Upstream: simhitron.UsInfo, coda.System: simhitron.SysInfo,
	coda.OFDM: simhitron.DsOFDM, coda.OFDMA: simhitron.UsOFDM, coda.WAN: simhitron.WANInfo,
	coda.Provisioning: simhitron.Init, coda.Link: simhitron.LinkStatus, coda.Log: simhitron.EventLog,
	coda.Model: simhitron.Model,
}

// costOf tells which series of the golden documents a page costs, by how they begin.
var costOf = map[coda.Page][]string{
	coda.Downstream: {"modem_downstream_", `modem_channel_changes_total{direction="downstream"}`,
		`modem_health_component{component="ds_`, `modem_health_component{component="errors"}`},
	coda.Upstream:     {"modem_upstream_", `modem_channel_changes_total{direction="upstream"}`},
	coda.System:       {"modem_uptime", "modem_system_time", "modem_info"},
	coda.OFDM:         {"modem_ofdm_power", "modem_ofdm_snr", "modem_ofdm_correctable", "modem_ofdm_uncorrectable", "modem_ofdm_frequency", "modem_ofdm_lock", "modem_ofdm_info", "modem_ofdm_octets", `modem_health_component{component="ofdm"}`},
	coda.OFDMA:        {"modem_ofdma_"},
	coda.WAN:          {"modem_wan_info"},
	coda.Provisioning: {"modem_provisioning_stage_ok", "modem_bpi_info"},
	coda.Link:         {"modem_link_"},
	coda.Log:          {"modem_event_log_"},
	coda.Model:        {"modem_info"},
}

// told are the series that tell of the asking itself, and those that are made of
// several pages: their values change with any page.
var told = []string{"modem_endpoint_", "modem_health_"}

func begins(name string, with []string) bool {
	return slices.ContainsFunc(with, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// compare finds what differs between two polls: series that are gone, that are new, and
// that have another value though they should not.
func compare(before, after series) (gone, fresh, changed []string) {
	for name, v := range before {
		switch got, ok := after[name]; {
		case !ok:
			gone = append(gone, name)
		case got != v && !begins(name, told):
			changed = append(changed, fmt.Sprintf("%s %v -> %v", name, v, got))
		}
	}
	for name := range after {
		if _, ok := before[name]; !ok {
			fresh = append(fresh, name)
		}
	}
	slices.Sort(gone)
	slices.Sort(fresh)
	slices.Sort(changed)
	return gone, fresh, changed
}

// A breakage is how a page is broken and what that is called.
type breakage struct {
	fault  simhitron.Fault
	class  coda.Class
	reason device.Reason
	text   string // part of the error; empty for what is no error
}

var breakages = []breakage{
	{simhitron.NotFound(), coda.ClassStatus, device.Protocol, "the modem answers 404 Not Found"},
	{simhitron.Status(503, 7*time.Minute), coda.ClassStatus, device.RateLimited, "the modem answers 503 Service Unavailable"},
	{simhitron.Status(403, 0), coda.ClassAuth, device.Auth, "the modem answers 403 Forbidden"},
	{simhitron.LoginPage(), coda.ClassHTML, device.Protocol, "the answer is an HTML page instead of JSON"},
	{simhitron.Redirect(), coda.ClassRedirect, device.Protocol, `the modem answers 302 and points to "/login.html" instead`},
	{simhitron.Truncated(), coda.ClassJSON, device.Parse, "the answer is no whole JSON document: unexpected EOF"},
	{simhitron.Drop(), coda.ClassReset, device.Protocol, "EOF"},
	{simhitron.Reset(), coda.ClassReset, device.Protocol, "connection reset by peer"},
	{simhitron.DropHalfway(), coda.ClassReset, device.Protocol, "the answer breaks off after"},
	{simhitron.Oversized(2 << 20), coda.ClassTooLarge, device.Protocol, "the answer is longer than 1048576 bytes"},
}

// TestBrokenPages breaks each page in each way. It costs exactly the readings of that
// page, and says so; it is left alone as long as the modem wants, and no longer.
func TestBrokenPages(t *testing.T) {
	for _, p := range pageOrder {
		for i, b := range breakages {
			if p == coda.Model { // asked for once: see TestModelPage
				continue
			}
			if p > coda.OFDM && (i+int(p))%2 == 1 { // these are read alike: all of them together meet all faults
				continue
			}
			t.Run(p.String()+" "+b.fault.String()+" "+string(b.reason), func(t *testing.T) {
				t.Parallel()
				breakPage(t, p, b)
			})
		}
	}
}

func breakPage(t *testing.T, p coda.Page, b breakage) {
	const long = 10 * time.Minute // all pages are due
	r := newRig(t, simhitron.Options{})
	r.well(0)
	before := r.well(long)
	r.sim.Break(endpointOf[p], b.fault)
	after, err := r.poll(long)

	checkBreakage(t, p, b, err)
	gone, fresh, changed := compare(before, after)
	var cost []string
	for name := range before {
		if begins(name, costOf[p]) {
			cost = append(cost, name)
		}
	}
	slices.Sort(cost)
	if diff := cmp.Diff(cost, gone); diff != "" || len(cost) == 0 {
		t.Errorf("series that are gone (-want +got):\n%s", diff)
	}
	if changed != nil {
		t.Errorf("series that changed: %q", changed)
	}
	counted := fmt.Sprintf("modem_endpoint_errors_total{endpoint=%q,class=%q}", p, b.class)
	if p == coda.System {
		fresh = slices.DeleteFunc(fresh, func(name string) bool { return strings.HasPrefix(name, `modem_info{model="CODA56"`) })
	}
	if diff := cmp.Diff([]string{counted}, fresh); diff != "" {
		t.Errorf("series that are new (-want +got):\n%s", diff)
	}
	after.want(t, series{counted: 1, fmt.Sprintf("modem_endpoint_up{endpoint=%q}", p): 0})
	for name, v := range after {
		if strings.HasPrefix(name, "modem_endpoint_up{") && name != fmt.Sprintf("modem_endpoint_up{endpoint=%q}", p) && v != 1 {
			t.Errorf("%s %v, want 1", name, v)
		}
	}

	// It comes back with all it had: a slow page after the pause that the modem wants.
	r.sim.Mend()
	if wait := b.wait(); wait > 0 {
		if _, err := r.poll(wait / 2); (err == nil) != isFast(p) {
			t.Errorf("half way through the pause: error %v", err)
		}
	}
	again, err := r.poll(max(30*time.Second, b.wait()))
	if err != nil {
		t.Errorf("after it was mended: %v", err)
	}
	gone, _, changed = compare(before, again)
	if gone != nil || changed != nil {
		t.Errorf("after it was mended gone: %q, changed: %q", gone, changed)
	}
}

// wait is for how long the modem wants to be left alone.
func (b breakage) wait() time.Duration {
	if b.reason == device.RateLimited {
		return 7 * time.Minute
	}
	return 0
}

func checkBreakage(t *testing.T, p coda.Page, b breakage, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if want := p.String() + ": "; !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), b.text) {
		t.Errorf("error %q, want %q with %q", err, want, b.text)
	}
	if got := device.ReasonOf(err); got != b.reason {
		t.Errorf("reason %s, want %s", got, b.reason)
	}
	var wait time.Duration
	if isFast(p) { // a slow page waits by itself
		wait = b.wait()
	}
	if got := device.RetryAfterOf(err); got != wait {
		t.Errorf("the modem wants to be left alone for %s, want %s", got, wait)
	}
}
