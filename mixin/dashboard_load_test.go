package mixin

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// A dashboard is the model that Grafana reads, as far as rules are checked on it.
type dashboard struct {
	UID           string   `json:"uid"`
	Title         string   `json:"title"`
	Description   string   `json:"description"`
	Tags          []string `json:"tags"`
	SchemaVersion int      `json:"schemaVersion"`
	Editable      *bool    `json:"editable"`
	Time          struct {
		From string `json:"from"`
	} `json:"time"`
	Links      []link `json:"links"`
	Templating struct {
		List []variable `json:"list"`
	} `json:"templating"`
	Annotations struct {
		List []annotation `json:"list"`
	} `json:"annotations"`
	Panels []panel `json:"panels"`
}

type link struct {
	Type string   `json:"type"`
	Tags []string `json:"tags"`
}

type datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

type variable struct {
	Name       string          `json:"name"`
	Type       string          `json:"type"`
	Query      json.RawMessage `json:"query"` // a text, or an object with the text under query
	Definition string          `json:"definition"`
	Datasource *datasource     `json:"datasource"`
	Multi      bool            `json:"multi"`
	IncludeAll bool            `json:"includeAll"`
	AllValue   string          `json:"allValue"`
	Refresh    int             `json:"refresh"`
}

type annotation struct {
	Name       string      `json:"name"`
	Datasource *datasource `json:"datasource"`
	Expr       string      `json:"expr"`
}

type panel struct {
	ID          int         `json:"id"`
	Type        string      `json:"type"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Datasource  *datasource `json:"datasource"`
	GridPos     gridPos     `json:"gridPos"`
	FieldConfig struct {
		Defaults  field      `json:"defaults"`
		Overrides []override `json:"overrides"`
	} `json:"fieldConfig"`
	Targets         []target         `json:"targets"`
	Transformations []transformation `json:"transformations"`
	Panels          []panel          `json:"panels"` // of a row that is folded
}

type gridPos struct {
	H int `json:"h"`
	W int `json:"w"`
	X int `json:"x"`
	Y int `json:"y"`
}

type field struct {
	Unit       string `json:"unit"`
	Thresholds struct {
		Steps []struct {
			Value *float64 `json:"value"`
		} `json:"steps"`
	} `json:"thresholds"`
}

type override struct {
	Matcher struct {
		ID      string `json:"id"`
		Options string `json:"options"`
	} `json:"matcher"`
	Properties []struct {
		ID    string          `json:"id"`
		Value json.RawMessage `json:"value"`
	} `json:"properties"`
}

type target struct {
	RefID        string      `json:"refId"`
	Datasource   *datasource `json:"datasource"`
	Expr         string      `json:"expr"`
	LegendFormat string      `json:"legendFormat"`
	Format       string      `json:"format"`
	Instant      bool        `json:"instant"`
}

type transformation struct {
	ID      string `json:"id"`
	Options struct {
		RenameByName map[string]string `json:"renameByName"`
	} `json:"options"`
}

// A query is one expression of a dashboard, and where it stands.
type query struct{ where, expr string }

// queries returns every expression of the dashboard.
func (d *dashboard) queries() []query {
	var all []query
	for _, a := range d.Annotations.List {
		all = append(all, query{"annotation " + a.Name, a.Expr})
	}
	for _, p := range d.all() {
		for _, t := range p.Targets {
			all = append(all, query{fmt.Sprintf("panel %d (%s), query %s", p.ID, p.Title, t.RefID), t.Expr})
		}
	}
	return all
}

// all returns the panels, those of folded rows included.
func (d *dashboard) all() []panel {
	var all []panel
	for _, p := range d.Panels {
		all = append(append(all, p), p.Panels...)
	}
	return all
}

// dashboardFiles returns the paths of all dashboards.
func dashboardFiles(t testing.TB) []string {
	t.Helper()
	return glob(t, "dashboards/*.json")
}

// eachDashboard runs f on every dashboard.
func eachDashboard(t *testing.T, f func(t *testing.T, path string, d *dashboard)) {
	t.Helper()
	for _, path := range dashboardFiles(t) {
		t.Run(path, func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var d dashboard
			if err := json.Unmarshal(data, &d); err != nil {
				t.Fatal(err)
			}
			f(t, path, &d)
		})
	}
}
