package mixin

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The rules here are those of grafana/dashboard-linter, as far as a dashboard that comes
// as a file has to keep them, and our own.

// grafana10 is the schemaVersion from which on no migration is needed.
const grafana10 = 38

func TestDashboardHeads(t *testing.T) {
	uids := make(map[string]string)
	eachDashboard(t, func(t *testing.T, path string, d *dashboard) {
		kind := strings.TrimSuffix(filepath.Base(path), ".json")
		if want := "home-exporter-" + kind; d.UID != want {
			t.Errorf("uid is %q, want %q: links and provisioning hold on to it", d.UID, want)
		}
		if len(d.UID) > 40 {
			t.Errorf("uid %s has %d characters, Grafana allows 40", d.UID, len(d.UID))
		}
		if other, taken := uids[d.UID]; taken {
			t.Errorf("uid %s is also that of %s", d.UID, other)
		}
		uids[d.UID] = path
		if d.Title == "" || d.Description == "" {
			t.Errorf("title is %q, description %q", d.Title, d.Description)
		}
		for _, tag := range []string{"home_exporter", kind} {
			if !slices.Contains(d.Tags, tag) {
				t.Errorf("tags are %v, want %s among them", d.Tags, tag)
			}
		}
		if d.SchemaVersion < grafana10 {
			t.Errorf("schemaVersion is %d, want at least %d", d.SchemaVersion, grafana10)
		}
		if d.Editable == nil || *d.Editable {
			t.Error("the dashboard is editable: changes would be lost when it is provisioned again")
		}
		if d.Time.From == "" {
			t.Error("there is no range of time")
		}
		if !slices.ContainsFunc(d.Links, func(l link) bool { return l.Type == "dashboards" && slices.Contains(l.Tags, "home_exporter") }) {
			t.Error("there is no link to the other dashboards of home_exporter")
		}
	})
}

// scopes are the variables that every query is narrowed by, with the value that stands
// for all. With one device of a kind the label device is absent: only .* matches that.
var scopes = []struct{ name, all string }{{"job", ".+"}, {"instance", ".+"}, {"device", ".*"}}

func TestDashboardVariables(t *testing.T) {
	eachDashboard(t, func(t *testing.T, _ string, d *dashboard) {
		byName := make(map[string]variable)
		for _, v := range d.Templating.List {
			byName[v.Name] = v
		}
		if v := byName["datasource"]; v.Type != "datasource" || string(v.Query) != `"prometheus"` {
			t.Errorf("variable datasource is of type %q, query %s; want datasource, \"prometheus\"", v.Type, v.Query)
		}
		for _, want := range scopes {
			v := byName[want.name]
			if v.Type != "query" || !v.Multi || !v.IncludeAll {
				t.Errorf("variable %s is of type %q, multi %t, includeAll %t; want a query with both", want.name, v.Type, v.Multi, v.IncludeAll)
			}
			if v.AllValue != want.all {
				t.Errorf("allValue of %s is %q, want %q", want.name, v.AllValue, want.all)
			}
			const onTimeRange = 2
			if v.Refresh != onTimeRange {
				t.Errorf("refresh of %s is %d, want %d: with the range of time", want.name, v.Refresh, onTimeRange)
			}
			if !v.Datasource.isVariable() {
				t.Errorf("variable %s does not ask ${datasource}", want.name)
			}
			var asked struct{ Query string }
			if err := json.Unmarshal(v.Query, &asked); err != nil || asked.Query != v.Definition {
				t.Errorf("variable %s asks %q, %v, and says %q", want.name, asked.Query, err, v.Definition)
			}
			if !strings.HasPrefix(v.Definition, "label_values(") || !strings.HasSuffix(v.Definition, ", "+want.name+")") {
				t.Errorf("variable %s asks %q, want the values of its label", want.name, v.Definition)
			}
		}
	})
}

// isVariable reports whether the reader chooses the source.
func (d *datasource) isVariable() bool {
	return d != nil && d.Type == "prometheus" && d.UID == "${datasource}"
}

func TestDashboardPanels(t *testing.T) {
	eachDashboard(t, func(t *testing.T, _ string, d *dashboard) {
		ids := make(map[int]string)
		titles := make(map[string]bool)
		for _, a := range d.Annotations.List {
			if !a.Datasource.isVariable() {
				t.Errorf("annotation %s does not ask ${datasource}", a.Name)
			}
		}
		for _, p := range d.all() {
			if other, taken := ids[p.ID]; taken || p.ID <= 0 {
				t.Errorf("id %d of %q is not positive, or is also that of %q", p.ID, p.Title, other)
			}
			ids[p.ID] = p.Title
			if p.Title == "" || titles[p.Title] {
				t.Errorf("panel %d: title %q is empty or stands twice", p.ID, p.Title)
			}
			titles[p.Title] = true
			if p.Type != "row" {
				checkPanel(t, p)
			}
		}
		if len(ids) == 0 {
			t.Error("there are no panels")
		}
	})
}

func checkPanel(t *testing.T, p panel) {
	t.Helper()
	if !strings.HasSuffix(p.Description, ".") {
		t.Errorf("%s: description %q is no sentence", p.Title, p.Description)
	}
	if len(p.Targets) == 0 {
		t.Errorf("%s asks nothing", p.Title)
	}
	if !p.Datasource.isVariable() {
		t.Errorf("%s does not ask ${datasource}", p.Title)
	}
	refs := make(map[string]bool)
	for _, q := range p.Targets {
		if !q.Datasource.isVariable() {
			t.Errorf("%s: query %s does not ask ${datasource}", p.Title, q.RefID)
		}
		if q.RefID == "" || refs[q.RefID] {
			t.Errorf("%s: refId %q is empty or stands twice", p.Title, q.RefID)
		}
		refs[q.RefID] = true
		if isTable := p.Type == "table"; isTable && (q.Format != "table" || !q.Instant) {
			t.Errorf("%s: query %s of a table has the format %q, instant %t", p.Title, q.RefID, q.Format, q.Instant)
		}
		if p.Type == "timeseries" && (q.LegendFormat == "" || q.Instant) {
			t.Errorf("%s: query %s over time has the legend %q, instant %t", p.Title, q.RefID, q.LegendFormat, q.Instant)
		}
	}
	checkUnit(t, p.Title, p.FieldConfig.Defaults.Unit)
	steps := p.FieldConfig.Defaults.Thresholds.Steps
	if len(steps) == 0 || steps[0].Value != nil {
		t.Errorf("%s has no thresholds that begin with a base", p.Title)
	}
	for i := 2; i < len(steps); i++ {
		if *steps[i].Value <= *steps[i-1].Value {
			t.Errorf("%s: threshold %g comes after %g", p.Title, *steps[i].Value, *steps[i-1].Value)
		}
	}
	checkOverrides(t, p)
}

// checkOverrides looks for overrides of columns that are not there.
func checkOverrides(t *testing.T, p panel) {
	t.Helper()
	var columns []string
	for _, tr := range p.Transformations {
		for _, title := range tr.Options.RenameByName {
			columns = append(columns, title)
		}
	}
	for _, o := range p.FieldConfig.Overrides {
		if o.Matcher.ID == "byName" && !slices.Contains(columns, o.Matcher.Options) {
			t.Errorf("%s: there is no column %q to override", p.Title, o.Matcher.Options)
		}
		for _, property := range o.Properties {
			if property.ID != "unit" {
				continue
			}
			var unit string
			if err := json.Unmarshal(property.Value, &unit); err != nil {
				t.Errorf("%s: unit of %q: %v", p.Title, o.Matcher.Options, err)
			}
			checkUnit(t, p.Title, unit)
		}
	}
}

// units are those of @grafana/data (valueFormats/categories.ts) that our metrics have.
// Grafana takes any other word for a custom unit, and so hides a slip of the pen.
var units = []string{
	"none", "short", "percent", "percentunit", "bool", "bool_yes_no", "bool_on_off",
	"s", "ms", "dateTimeAsIso", "dateTimeFromNow", "hertz", "bps", "Bps", "bytes", "dB", "dBm",
	"celsius", "watt", "joule", "kwatth", "volt", "amp",
}

func checkUnit(t *testing.T, where, unit string) {
	t.Helper()
	custom, isCustom := strings.CutPrefix(unit, "suffix:")
	if isCustom && strings.TrimSpace(custom) != "" || slices.Contains(units, unit) {
		return
	}
	t.Errorf("%s: unit %q is not among those of the test", where, unit)
}

func TestDashboardPanelsDoNotOverlap(t *testing.T) {
	const columns = 24
	eachDashboard(t, func(t *testing.T, _ string, d *dashboard) {
		for i, p := range d.Panels {
			a := p.GridPos
			if a.X < 0 || a.Y < 0 || a.W <= 0 || a.H <= 0 || a.X+a.W > columns {
				t.Errorf("%s lies at %+v, out of the grid", p.Title, a)
			}
			for _, q := range d.Panels[:i] {
				b := q.GridPos
				if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
					t.Errorf("%s at %+v lies over %s at %+v", p.Title, a, q.Title, b)
				}
			}
		}
	})
}
