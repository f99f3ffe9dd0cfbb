package powerwall

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

// TestADayOfTheHouse walks through a day and looks at everything that must fit.
func TestADayOfTheHouse(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Values: Alive, Seed: 7, Now: clock.Now})
	before := s.State()
	var out, in, charge, export, noon, midnight, low, high float64
	low = 100
	states := map[string]int{}
	const every = 5 * time.Second
	for range 24 * 3600 / 5 {
		now := s.State()
		states[now.Grid]++
		if sum := now.Site.Power + now.Solar.Power + now.Battery.Power; !near(sum, now.Load.Power, 1e-9) {
			t.Fatalf("%v: load %v, but the rest gives %v", clock.Now(), now.Load.Power, sum)
		}
		if packs := now.Packs[0].Power + now.Packs[1].Power; !near(packs, now.Battery.Power, 1e-9) {
			t.Fatalf("packs give %v of %v", packs, now.Battery.Power)
		}
		if left := now.Packs[0].Remaining + now.Packs[1].Remaining; !near(left, now.Remaining, 1e-6) || !near(now.SOE, 100*left/now.Full, 1e-9) || now.SOE > 100 {
			t.Fatalf("packs hold %v of %v, %v %%", left, now.Remaining, now.SOE)
		}
		if away := now.Grid != connected && now.Grid != toGrid; away != now.Packs[0].OffGrid || away && now.Site.Power != 0 {
			t.Fatalf("%s: off grid %v, grid %v W", now.Grid, now.Packs[0].OffGrid, now.Site.Power)
		}
		low, high = min(low, now.SOE), max(high, now.SOE)
		switch clock.Now().Hour() {
		case 12:
			noon = max(noon, now.Solar.Power)
		case 0:
			midnight = max(midnight, now.Solar.Power)
		}
		// The clock was started at a begin of a step plus two seconds: the powers of this state last for three seconds,
		// those of the next for two.
		next := every - 2*time.Second
		clock.pass(next)
		add := func(p State, d time.Duration) {
			out += max(0, p.Solar.Power) * d.Hours()
			in += p.Load.Power * d.Hours()
			charge += max(0, -p.Packs[0].Power) * d.Hours()
			export += max(0, -p.Site.Power) * d.Hours()
		}
		add(now, next)
		add(s.State(), every-next)
		clock.pass(every - next)
	}
	after := s.State()
	for name, pair := range map[string][2]float64{
		"solar":  {after.Solar.Exported - before.Solar.Exported, out},
		"load":   {after.Load.Imported - before.Load.Imported, in},
		"charge": {after.Packs[0].Charged - before.Packs[0].Charged, charge},
		"export": {after.Site.Exported - before.Site.Exported, export},
	} {
		if !near(pair[0], pair[1], 0.01) || pair[1] < 50 {
			t.Errorf("%s: counter grew by %v Wh, the powers give %v", name, pair[0], pair[1])
		}
	}
	if noon < 2500 || midnight > 0 || high-low < 20 {
		t.Errorf("%v W at noon, %v at midnight, charge from %v to %v %%", noon, midnight, low, high)
	}
	if states[islanded] < 100 || states[toIsland] < 3 || states[toGrid] < 3 || states[connected] < 16000 {
		t.Errorf("states of the grid: %v", states)
	}
	sum := after.Site.Imported - after.Site.Exported + after.Battery.Exported - after.Battery.Imported + after.Solar.Exported - after.Solar.Imported
	if !near(sum, after.Load.Imported, 0.01) {
		t.Errorf("load has had %v Wh, the others have given %v", after.Load.Imported, sum)
	}
	if packs := after.Packs[0].Charged + after.Packs[1].Charged; !near(packs, after.Battery.Imported, 1e-3) {
		t.Errorf("packs were charged with %v of %v", packs, after.Battery.Imported)
	}
}

func TestAliveIsDeterministic(t *testing.T) {
	clock := newClock()
	state := func(seed uint64, steps ...time.Duration) State {
		own := &testClock{now: clock.Now()}
		s := start(t, Options{Values: Alive, Seed: seed, Now: own.Now})
		for _, d := range steps {
			own.pass(d)
			s.State()
		}
		return s.State()
	}
	one := state(1, time.Hour)
	if diff := cmp.Diff(one, state(1, 90*time.Minute, -time.Hour, 30*time.Minute)); diff != "" {
		t.Errorf("another way to the same moment:\n%s", diff)
	}
	if cmp.Equal(one, state(2, time.Hour)) {
		t.Error("another seed makes no difference")
	}
}

func TestAliveDocumentsAgree(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Values: Alive, Now: clock.Now})
	c := loggedIn(t, s)
	for range 3 {
		clock.pass(3 * time.Hour)
		state := s.State()
		for _, tt := range []struct {
			name Endpoint
			path string
			want float64
		}{
			{SOE, "percentage", state.SOE},
			{Aggregates, "solar.instant_power", state.Solar.Power},
			{MeterSolar, "0.Cached_readings.instant_power", state.Solar.Power},
			{MeterSite, "0.Cached_readings.energy_imported", state.Site.Imported},
			{SystemStatus, "nominal_energy_remaining", state.Remaining},
			{SystemStatus, "battery_blocks.1.energy_charged", state.Packs[1].Charged},
			{SolarPowerwall, "pvac_status.p_out", state.Solar.Power},
			{SolarPowerwall, "pvac_status.string_vitals.2.measured_power", state.Inverter.Strings[2].Power},
		} {
			if got := c.read(tt.name).rawAt(tt.path); got != number(tt.want) {
				t.Errorf("%s %s: %s, want %v", tt.name, tt.path, got, tt.want)
			}
		}
		for alert, want := range map[string]string{"PVS_a018_MciStringB": "false", "PVS_a020_MciStringD": "true"} {
			if got := c.read(SolarPowerwall).rawAt("pvs_alerts." + alert); got != want {
				t.Errorf("%s: %s, want %s", alert, got, want)
			}
		}
		if got := c.read(Powerwalls).rawAt("powerwalls.1.PackageSerialNumber"); got != `"TG00000000PW02"` {
			t.Errorf("second pack: %s", got)
		}
	}
}

func TestOutageInDocuments(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Values: Alive, Now: clock.Now, OutageEvery: time.Hour, OutageFor: 5 * time.Minute})
	c := loggedIn(t, s)
	for n := 0; s.State().Grid != islanded; n++ {
		if n > 720 {
			t.Fatal("no outage in an hour")
		}
		clock.pass(5 * time.Second)
	}
	for path, want := range map[string]string{
		"system_island_state": `"SystemIslandedActive"`, "battery_blocks.0.vf_mode": "true",
		"battery_blocks.1.pinv_state": `"PINV_GridForming"`, "grid_faults.0.alert_name": `"PINV_a006_vfCheckUnderFrequency"`,
	} {
		if got := c.read(SystemStatus).rawAt(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if got := c.read(Aggregates).rawAt("site.instant_power"); got != "0" {
		t.Errorf("from the grid: %s W", got)
	}
	if got := c.page(GridStatus); got != `{"grid_status":"SystemIslandedActive","grid_services_active":false}` {
		t.Errorf("grid status: %s", got)
	}
	quiet := start(t, Options{Values: Alive, OutageEvery: -1})
	if got := quiet.State().Grid; got != connected {
		t.Errorf("without outages: %s", got)
	}
}

func TestUptimeAndReboot(t *testing.T) {
	clock := newClock()
	s := start(t, Options{Values: Alive, Now: clock.Now, Uptime: time.Hour})
	clock.pass(time.Minute)
	if got := s.State(); got.Uptime != 61*time.Minute || got.Commissions != 2 || !got.Started.Equal(clock.Now().Add(-61*time.Minute)) {
		t.Errorf("up %v since %v", got.Uptime, got.Started)
	}
	s.Reboot()
	clock.pass(time.Second)
	if got := s.State(); got.Uptime != time.Second || got.Commissions != 0 {
		t.Errorf("after a reboot up %v", got.Uptime)
	}
	still := start(t, Options{Now: clock.Now})
	still.Reboot()
	if got := still.State(); got.Uptime != 0 || got.SOE != 62.5 {
		t.Errorf("golden after a reboot: up %v", got.Uptime)
	}
}

func TestDisabledPack(t *testing.T) {
	s := start(t, Options{})
	c := loggedIn(t, s)
	s.DisablePack("TG00000000PW02", "DisabledExcessiveVoltageDrop")
	doc := c.read(SystemStatus)
	for path, want := range map[string]string{
		"battery_blocks.1.disabled_reasons": `["DisabledExcessiveVoltageDrop"]`, "battery_blocks.1.p_out": "null",
		"battery_blocks.1.pinv_state": `""`, "battery_blocks.1.off_grid": "null", "battery_blocks.0.p_out": "-750",
		"available_blocks": "1",
	} {
		if got := doc.rawAt(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	s.DisablePack("TG00000000PW02", "")
	if got := c.read(SystemStatus).rawAt("battery_blocks.1.p_out"); got != "-745" {
		t.Errorf("back: %s", got)
	}
}
