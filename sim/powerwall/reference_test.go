package powerwall

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestReferenceMetrics computes what the exporter that people have used so far prints for these documents.
func TestReferenceMetrics(t *testing.T) {
	content, err := os.ReadFile("testdata/reference.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{}
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		space := strings.LastIndexByte(line, ' ')
		if want[line[:space]], err = strconv.ParseFloat(line[space+1:], 64); err != nil {
			t.Fatal(err)
		}
	}
	r := reference{t: t, c: loggedIn(t, start(t, Options{})), got: map[string]float64{}}
	r.site()
	r.packs()
	r.meters()
	r.networks()
	for name, value := range want {
		got, ok := r.got[name]
		if !ok || math.Abs(got-value) > 1e-6*math.Abs(value) {
			t.Errorf("%s = %v (%v), want %v", name, got, ok, value)
		}
	}
	for name := range r.got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is too much", name)
		}
	}
	if len(want) != 112 {
		t.Errorf("%d samples, want 112", len(want))
	}
}

// A reference computes samples.
type reference struct {
	t   *testing.T
	c   *client
	got map[string]float64
}

func (r *reference) add(name string, v float64, labels ...string) {
	var pairs []string
	for i := 0; i < len(labels); i += 2 {
		pairs = append(pairs, fmt.Sprintf("%s=%q", labels[i], labels[i+1]))
	}
	sort.Strings(pairs)
	if len(pairs) > 0 {
		name += "{" + strings.Join(pairs, ",") + "}"
	}
	r.got["powerwall_"+name] = v
}

func (r *reference) number(n *node, path string) float64 {
	raw := n.rawAt(path)
	switch raw {
	case "true":
		return 1
	case "false":
		return 0
	}
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		r.t.Errorf("%s: %v", path, err)
	}
	return v
}

func (r *reference) text(n *node, path string) string {
	var text string
	if err := json.Unmarshal([]byte(n.rawAt(path)), &text); err != nil {
		r.t.Errorf("%s: %v", path, err)
	}
	return text
}

func (r *reference) site() {
	status := r.c.read(Status)
	up, err := time.ParseDuration(r.text(status, "up_time_seconds"))
	if err != nil {
		r.t.Error(err)
	}
	r.add("uptime_seconds", up.Seconds())
	r.add("info", 1, "version", r.text(status, "version"), "git_hash", r.text(status, "git_hash"))
	r.add("commission_count", r.number(status, "commission_count"))
	r.add("charge_ratio", r.number(r.c.read(SOE), "percentage")/100)
	operation := r.c.read(Operation)
	r.add("reserve_ratio", r.number(operation, "backup_reserve_percent")/100)
	r.add("operation_mode", 1, "mode", r.text(operation, "real_mode"))
	master := r.c.read(SiteMaster)
	r.add("sitemaster_running", r.number(master, "running"))
	r.add("sitemaster_connected", r.number(master, "connected_to_tesla"))
	r.add("power_supply_mode", r.number(master, "power_supply_mode"))
	r.add("sitemaster_busy", 1, "reason", r.text(master, "can_reboot"))
	r.add("problems_detected_count", float64(len(r.c.read(Problems).at("problems").items)))
}

func (r *reference) packs() {
	system := r.c.read(SystemStatus)
	r.add("full_pack_joules", 3600*r.number(system, "nominal_full_pack_energy"))
	r.add("remaining_joules", 3600*r.number(system, "nominal_energy_remaining"))
	r.add("island_state", 1, "state", r.text(system, "system_island_state"))
	for _, p := range system.at("battery_blocks").items {
		serial := r.text(p, "PackageSerialNumber")
		r.add("battery_info", 1, "serial", serial, "partno", r.text(p, "PackagePartNumber"), "version", r.text(p, "version"))
		for name, from := range map[string]string{
			"full_pack_joules": "nominal_full_pack_energy", "remaining_joules": "nominal_energy_remaining",
			"charged_joules_total": "energy_charged", "discharged_joules_total": "energy_discharged",
		} {
			r.add("battery_"+name, 3600*r.number(p, from), "serial", serial)
		}
		for name, from := range map[string]string{
			"output_volts": "v_out", "output_amps": "i_out", "output_hz": "f_out", "off_grid": "off_grid",
			"island_state": "vf_mode", "wobble_detected": "wobble_detected",
			"charge_power_clamped": "charge_power_clamped", "backup_ready": "backup_ready",
		} {
			r.add("battery_"+name, r.number(p, from), "serial", serial)
		}
		for name, from := range map[string]string{
			"pinv_state": "pinv_state", "pinv_grid_state": "pinv_grid_state", "opseq_state": "OpSeqState",
		} {
			r.add("battery_"+name, 1, "serial", serial, "state", r.text(p, from))
		}
	}
}

func (r *reference) meters() {
	aggregates := r.c.read(Aggregates)
	for i, category := range aggregates.keys {
		r.readings("", aggregates.items[i], "category", category)
		list := r.c.read(Endpoint("meters/" + category))
		for _, m := range list.items {
			r.readings("dev_", m.at("Cached_readings"), "category", category,
				"tyoe", r.text(m, "type"), "serial", r.text(m, "connection.device_serial"))
		}
	}
}

func (r *reference) readings(prefix string, n *node, labels ...string) {
	for name, from := range map[string]string{
		"instant_power_watts": "instant_power", "instant_reactive_power_watts": "instant_reactive_power",
		"instant_apparent_power_watts": "instant_apparent_power", "instant_average_volts": "instant_average_voltage",
		"instant_average_amps": "instant_average_current", "instant_total_amps": "instant_total_current",
	} {
		r.add(prefix+name, r.number(n, from), labels...)
	}
	for name, from := range map[string]struct {
		path   string
		factor float64
	}{
		"frequency_hz": {"frequency", 1}, "exported_joules_total": {"energy_exported", 3600},
		"imported_joules_total": {"energy_imported", 3600},
	} {
		if v := r.number(n, from.path); v != 0 {
			r.add(prefix+name, from.factor*v, labels...)
		}
	}
}

func (r *reference) networks() {
	for _, n := range r.c.read(Networks).items {
		labels := []string{"type", r.text(n, "interface"), "name", r.text(n, "network_name")}
		for _, name := range []string{"enabled", "active", "primary"} {
			r.add("network_"+name, r.number(n, name), labels...)
		}
		info := n.at("iface_network_info")
		if info == nil {
			continue
		}
		r.add("network_state", 1, append(labels, "state", r.text(info, "state"), "reason", r.text(info, "state_reason"))...)
		r.add("network_signal_strength", r.number(info, "signal_strength"), labels...)
	}
}
