package sockets

import (
	"strings"
	"time"

	"home_exporter/internal/device/sockets/check"
	"home_exporter/internal/metric"
)

// level is how much a socket tells.
type level uint8

const (
	minimal level = iota
	standard
	full
)

// levelNames is the levels as a configuration writes them.
var levelNames = []string{"minimal", "standard", "full"}

// families is everything that the kind can emit. Each series also has the labels
// name, host, port and protocol, as configured.
var families = []*metric.Family{
	// minimal
	statusUp, lastSuccess, transitions, stateSeconds, failures,
	// standard
	probeDuration, phaseDuration, probes, successes, probeErrors, lastProbe, lastFailure,
	stateSince, longestOutage, consecutiveFailures, udpConfirmed, addressInfo, certExpiry, scheduled,
	// full
	connectSeconds, addressChanges, expectedRatio, nextExpected, profileDistance,
}

var (
	statusUp = &metric.Family{
		Name: "connection_status_up", Promised: true,
		Help: "Connection status of the socket.",
	}
	lastSuccess = &metric.Family{
		Name: "connection_status_last_success_timestamp_seconds", Unit: "seconds",
		Help: "When the socket was last found up, in seconds since 1970.",
	}
	transitions = &metric.Family{
		Name: "connection_status_transitions_total", Type: metric.Counter, Labels: []string{"to"},
		Help: "Changes of state, to up and to down; the first state found is not a change.",
	}
	stateSeconds = &metric.Family{
		Name: "connection_status_state_seconds_total", Type: metric.Counter, Unit: "seconds", Labels: []string{"state"},
		Help: "Time spent up, down, and unknown (not checked, or checks that told nothing).",
	}
	failures = &metric.Family{
		Name: "connection_status_failures_total", Type: metric.Counter, Labels: []string{"class"},
		Help: "Checks that found the socket down, by class of failure.",
	}
	probeDuration = &metric.Family{
		Name: "connection_status_probe_duration_seconds", Unit: "seconds",
		Help: "How long the last check took as a whole.",
	}
	phaseDuration = &metric.Family{
		Name: "connection_status_phase_duration_seconds", Unit: "seconds", Labels: []string{"phase"},
		Help: "How long the phases of the last check took: resolve, connect, tls, exchange.",
	}
	probes = &metric.Family{
		Name: "connection_status_probes_total", Type: metric.Counter,
		Help: "Checks finished, inconclusive ones included.",
	}
	successes = &metric.Family{
		Name: "connection_status_successes_total", Type: metric.Counter,
		Help: "Checks that found the socket up.",
	}
	probeErrors = &metric.Family{
		Name: "connection_status_probe_errors_total", Type: metric.Counter, Labels: []string{"class"},
		Help: "Inconclusive checks, which failed by our own doing, by class.",
	}
	lastProbe = &metric.Family{
		Name: "connection_status_last_probe_timestamp_seconds", Unit: "seconds",
		Help: "When the last check that told something ended, in seconds since 1970.",
	}
	lastFailure = &metric.Family{
		Name: "connection_status_last_failure_info", Type: metric.Info, Labels: []string{"class"},
		Help: "Class of the latest failure.",
	}
	stateSince = &metric.Family{
		Name: "connection_status_state_since_timestamp_seconds", Unit: "seconds",
		Help: "When the present state began, in seconds since 1970.",
	}
	longestOutage = &metric.Family{
		Name: "connection_status_longest_outage_seconds", Unit: "seconds",
		Help: "The longest time that the socket was known to be down without a break, since the program began.",
	}
	consecutiveFailures = &metric.Family{
		Name: "connection_status_consecutive_failures",
		Help: "Checks in a row that found the socket down.",
	}
	udpConfirmed = &metric.Family{
		Name: "connection_status_udp_confirmed",
		Help: "Whether the last check of a UDP socket got an answer; silence counts as up and proves nothing.",
	}
	addressInfo = &metric.Family{
		Name: "connection_status_address_info", Type: metric.Info, Labels: []string{"ip"},
		Help: "Address that the last check connected to, or else the first that it tried.",
	}
	certExpiry = &metric.Family{
		Name: "connection_status_certificate_expiry_timestamp_seconds", Unit: "seconds",
		Help: "When the first certificate of the chain that the server presents expires, in seconds since 1970.",
	}
	scheduled = &metric.Family{
		Name: "connection_status_scheduled",
		Help: "Whether the socket is inside its hours; outside of them it is not checked, and neither up nor down.",
	}
	connectSeconds = &metric.Family{
		Name: "connection_status_connect_seconds", Type: metric.Histogram, Unit: "seconds", Buckets: connectBounds,
		Help: "Time from the address to the connection or answer, of checks that found the socket up.",
	}
	addressChanges = &metric.Family{
		Name: "connection_status_address_changes_total", Type: metric.Counter,
		Help: "How often a check used another address than the one before.",
	}
	expectedRatio = &metric.Family{
		Name: "connection_status_availability_expected_ratio", Unit: "ratio", Labels: []string{"when"},
		Help: "Availability learned for this hour of the week and the next one, 0 to 1.",
	}
	nextExpected = &metric.Family{
		Name: "connection_status_next_expected_up_timestamp_seconds", Unit: "seconds",
		Help: "When the socket can next be expected to be up, as its week so far tells, in seconds since 1970.",
	}
	profileDistance = &metric.Family{
		Name: "connection_status_profile_distance",
		Help: "How far the last 24 known hours were from what the week so far told, 0 to 1.",
	}
)

// add adds what a poll at the configured level tells.
func (s *socket) add(out *metric.Batch, r Reading) {
	h := &s.history
	if r.Scheduled {
		out.AddBool(statusUp, r.Result.Class.Up())
	}
	out.AddTime(lastSuccess, h.success.time())
	for _, to := range []state{up, down} {
		out.Add(transitions, float64(h.transitions[to]), stateNames[to])
	}
	s.addSpent(out, r)
	if h.tallies != nil {
		addCounts(out, failures, h.tallies.failures)
	}
	if s.settings.level >= standard {
		s.addStandard(out, r)
	}
	if h.more != nil {
		h.addFull(out, r.At)
	}
}

// addSpent adds the time in each state. That of the present one runs on until shortly
// before the next check begins: what it finds may end the state before its result is
// on a page, and a counter must not have been ahead of that.
func (s *socket) addSpent(out *metric.Batch, r Reading) {
	h := &s.history
	runs := max(s.settings.interval-s.settings.interval/20-r.Duration, 0)
	for st, spent := range h.spent {
		switch {
		case state(st) == h.state && h.state != unknown:
			out.AddRunning(stateSeconds, spent.Seconds(), r.At, runs, stateNames[st])
		case state(st) != unknown || spent > 0:
			out.Add(stateSeconds, spent.Seconds(), stateNames[st])
		}
	}
}

func addCounts(out *metric.Batch, f *metric.Family, counts classCounts) {
	for _, c := range counts {
		out.Add(f, float64(c.n), c.class.String())
	}
}

func (s *socket) addStandard(out *metric.Batch, r Reading) {
	h := &s.history
	out.AddBool(scheduled, r.Scheduled)
	out.Add(probes, float64(h.probes))
	out.Add(successes, float64(h.successes))
	if h.tallies != nil {
		addCounts(out, probeErrors, h.tallies.misses)
	}
	if h.failed != check.ClassOK {
		out.Add(lastFailure, 1, h.failed.String())
	}
	out.AddTime(stateSince, h.since.time())
	out.Add(longestOutage, h.longestOutage().Seconds())
	out.Add(consecutiveFailures, float64(h.consecutive))
	if !r.Scheduled {
		return
	}
	out.AddTime(lastProbe, r.At)
	out.Add(probeDuration, r.Duration.Seconds())
	addPhase(out, "resolve", r.Result.Phases.Resolve)
	addPhase(out, "connect", r.Result.Phases.Connect)
	addPhase(out, "tls", r.Result.Phases.TLS)
	addPhase(out, "exchange", r.Result.Phases.Exchange)
	if strings.HasPrefix(s.target.Network(), "udp") {
		out.AddBool(udpConfirmed, r.Result.Answered)
	}
	if a := r.Result.Addr.Addr(); a.IsValid() {
		out.Add(addressInfo, 1, a.String())
	}
	out.AddTime(certExpiry, r.Result.CertExpiry)
}

func addPhase(out *metric.Batch, name string, took check.Span) {
	if seconds, ok := took.Seconds(); ok {
		out.Add(phaseDuration, seconds, name)
	}
}

func (h *history) addFull(out *metric.Batch, now time.Time) {
	m := h.more
	out.AddHistogram(connectSeconds, m.connect[:], m.connectSum)
	out.Add(addressChanges, float64(m.addressChanges))
	if ratio, ok := m.profile.expected(now); ok {
		out.Add(expectedRatio, ratio, "now")
	}
	if ratio, ok := m.profile.expected(now.Add(time.Hour)); ok {
		out.Add(expectedRatio, ratio, "next")
	}
	if t, ok := m.profile.nextUp(now, h.state == up); ok {
		out.AddTime(nextExpected, t)
	}
	if d, ok := m.profile.distance(); ok {
		out.Add(profileDistance, d)
	}
}
