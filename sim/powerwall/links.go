package powerwall

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// A link joins a place in a document with a field of the state, so that one list both reads and writes it.
type link struct {
	path string
	to   any // *float64, *int64, *string, *bool, *time.Duration, *time.Time, *localTime, *milliTime
}

// Ways in which the gateway writes times. A time.Time is RFC 3339 with nine digits of a second.
type (
	localTime time.Time // 2024-04-18 06:51:39 +0800
	milliTime time.Time // milliseconds since 1970
)

const (
	localLayout = "2006-01-02 15:04:05 -0700"
	nineDigits  = "2006-01-02T15:04:05.000000000Z07:00"
	sixDigits   = "2006-01-02T15:04:05.000000Z07:00"
)

// sixTime is RFC 3339 with six digits.
type sixTime time.Time

// number writes a float as the gateway does, in its shortest form.
func number(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if len(text) > 21 {
		text = strconv.FormatFloat(v, 'e', -1, 64)
	}
	return text
}

func (l link) write() string {
	switch to := l.to.(type) {
	case *float64:
		return number(*to)
	case *int64:
		return strconv.FormatInt(*to, 10)
	case *string:
		return quote(*to)
	case *bool:
		return strconv.FormatBool(*to)
	case *time.Duration:
		return quote(to.String())
	case *time.Time:
		return quote(to.Format(nineDigits))
	case *localTime:
		return quote(time.Time(*to).Format(localLayout))
	case *sixTime:
		return quote(time.Time(*to).Format(sixDigits))
	case *milliTime:
		return strconv.FormatInt(time.Time(*to).UnixMilli(), 10)
	}
	panic(fmt.Sprintf("simulated gateway: %s is linked to a %T", l.path, l.to))
}

func (l link) read(raw string) error {
	var err error
	text := raw
	if raw != "" && raw[0] == '"' {
		if text, err = unquote(raw); err != nil {
			return err
		}
	}
	switch to := l.to.(type) {
	case *time.Duration:
		*to, err = time.ParseDuration(text)
	case *time.Time:
		*to, err = time.Parse(time.RFC3339Nano, text)
	case *sixTime:
		var t time.Time
		t, err = time.Parse(time.RFC3339Nano, text)
		*to = sixTime(t)
	case *localTime:
		var t time.Time
		t, err = time.Parse(localLayout, text)
		*to = localTime(t)
	case *milliTime:
		var ms int64
		ms, err = strconv.ParseInt(text, 10, 64)
		*to = milliTime(time.UnixMilli(ms))
	default:
		err = json.Unmarshal([]byte(raw), l.to)
	}
	return err
}

func unquote(raw string) (string, error) {
	var text string
	err := json.Unmarshal([]byte(raw), &text)
	return text, err
}

// readLinks fills the state from a document.
func readLinks(doc *node, links []link) error {
	for _, l := range links {
		n := doc.at(l.path)
		if n == nil {
			return fmt.Errorf("no %s", l.path)
		}
		if err := l.read(n.raw); err != nil {
			return fmt.Errorf("%s: %w", l.path, err)
		}
	}
	return nil
}

// writeLinks puts the state into a document.
func writeLinks(doc *node, links []link) *node {
	for _, l := range links {
		if n := doc.at(l.path); n != nil {
			n.become(l.write())
		}
	}
	return doc
}

// links are the places of a document that move.
func (s *State) links(name Endpoint) []link {
	switch name {
	case Status:
		return []link{
			{"din", &s.DIN}, {"start_time", (*localTime)(&s.Started)}, {"up_time_seconds", &s.Uptime},
			{"version", &s.Version}, {"git_hash", &s.GitHash}, {"commission_count", &s.Commissions},
		}
	case SOE:
		return []link{{"percentage", &s.SOE}}
	case Operation:
		return []link{{"real_mode", &s.Mode}, {"backup_reserve_percent", &s.Reserve}}
	case SiteMaster:
		return []link{
			{"running", &s.Running}, {"connected_to_tesla", &s.Connected},
			{"power_supply_mode", &s.PowerSupply}, {"can_reboot", &s.CanReboot},
		}
	case GridStatus:
		return []link{{"grid_status", &s.Grid}, {"grid_services_active", &s.GridServices}}
	case SystemStatus:
		return s.systemLinks()
	case Aggregates:
		var out []link
		for category, m := range map[string]*Meter{"site": &s.Site, "battery": &s.Battery, "load": &s.Load, "solar": &s.Solar} {
			out = append(out, m.links(category+".", &s.At)...)
		}
		return out
	case MeterSite:
		return s.Site.cached(&s.At)
	case MeterSolar:
		return s.Solar.cached(&s.At)
	case SiteInfo:
		return []link{{"measured_frequency", &s.MeasuredFrequency}, {"site_name", &s.SiteName}, {"timezone", &s.Zone}}
	case Networks:
		return []link{{"1.iface_network_info.signal_strength", &s.Phone}, {"2.iface_network_info.signal_strength", &s.Wifi}}
	case Powerwalls:
		return []link{{"gateway_din", &s.DIN}}
	case Update:
		return []link{
			{"version", &s.Version}, {"current_time", (*milliTime)(&s.At)}, {"last_status_time", (*milliTime)(&s.UpdateChecked)},
		}
	case SolarPowerwall:
		return append(s.Inverter.links(), link{"pvac_alerts.LastRxTime", &s.At}, link{"pvs_alerts.LastRxTime", &s.At})
	}
	return nil
}

func (s *State) systemLinks() []link {
	return []link{
		{"battery_target_power", &s.TargetPower}, {"nominal_full_pack_energy", &s.Full},
		{"nominal_energy_remaining", &s.Remaining}, {"max_charge_power", &s.MaxCharge},
		{"max_discharge_power", &s.MaxDischarge}, {"instantaneous_max_discharge_power", &s.InstantMaxDischarge},
		{"instantaneous_max_charge_power", &s.InstantMaxCharge}, {"system_island_state", &s.Grid},
		{"can_reboot", &s.CanReboot}, {"last_toggle_timestamp", (*sixTime)(&s.LastToggle)},
		{"solar_real_power_limit", &s.SolarLimit},
	}
}

func (m *Meter) links(prefix string, at *time.Time) []link {
	return []link{
		{prefix + "last_communication_time", at}, {prefix + "instant_power", &m.Power},
		{prefix + "instant_reactive_power", &m.Reactive}, {prefix + "instant_apparent_power", &m.Apparent},
		{prefix + "frequency", &m.Frequency}, {prefix + "energy_exported", &m.Exported},
		{prefix + "energy_imported", &m.Imported}, {prefix + "instant_average_voltage", &m.Voltage},
		{prefix + "instant_average_current", &m.Current}, {prefix + "instant_total_current", &m.Current},
	}
}

// cached are the readings of a meter that stands alone.
func (m *Meter) cached(at *time.Time) []link {
	const in = "0.Cached_readings."
	return append(m.links(in, at),
		link{in + "last_phase_voltage_communication_time", at}, link{in + "last_phase_power_communication_time", at},
		link{in + "v_l1n", &m.Voltage}, link{in + "real_power_a", &m.Power}, link{in + "reactive_power_a", &m.Reactive})
}

func (p *Pack) links() []link {
	return []link{
		{"PackagePartNumber", &p.Part}, {"PackageSerialNumber", &p.Serial}, {"pinv_state", &p.PinvState},
		{"pinv_grid_state", &p.PinvGrid}, {"nominal_energy_remaining", &p.Remaining},
		{"nominal_full_pack_energy", &p.Full}, {"p_out", &p.Power}, {"q_out", &p.Reactive}, {"v_out", &p.Voltage},
		{"f_out", &p.Frequency}, {"i_out", &p.Current}, {"energy_charged", &p.Charged},
		{"energy_discharged", &p.Discharged}, {"off_grid", &p.OffGrid}, {"vf_mode", &p.VFMode},
		{"wobble_detected", &p.Wobble}, {"charge_power_clamped", &p.Clamped}, {"backup_ready", &p.Ready},
		{"OpSeqState", &p.OpSeqState}, {"version", &p.Version},
	}
}

func (i *Inverter) links() []link {
	const in = "pvac_status."
	return []link{
		{in + "grid_state", &i.Grid}, {in + "v_out", &i.Voltage}, {in + "f_out", &i.Frequency}, {in + "p_out", &i.Power},
		{in + "q_out", &i.Reactive}, {in + "i_out", &i.Current}, {"pvs_status.v_ll", &i.StringsVoltage},
	}
}

func (p *PVString) links() []link {
	return []link{
		{"connected", &p.Connected}, {"measured_voltage", &p.Voltage}, {"current", &p.Current}, {"measured_power", &p.Power},
	}
}

func (f *GridFault) links() []link {
	return []link{
		{"timestamp", (*milliTime)(&f.At)}, {"alert_name", &f.Name}, {"alert_is_fault", &f.Fault},
		{"decoded_alert", &f.Decoded}, {"git_hash", &f.GitHash}, {"site_uid", &f.Site}, {"ecu_type", &f.ECU},
		{"ecu_package_part_number", &f.Part}, {"ecu_package_serial_number", &f.Serial},
	}
}
