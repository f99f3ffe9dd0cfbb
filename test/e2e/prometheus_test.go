package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"home_exporter/internal/testenv"
)

// TestPrometheus lets a real Prometheus read the exporter in the three ways that the
// documents promise, and sees a listener that stops in its answers and alerts.
func TestPrometheus(t *testing.T) {
	testenv.Need(t, "prometheus")
	sim := startHouse(t)
	_, exporterURL := exporter(t, "--config.file="+writeConfig(t, sim.Sockets(), "interval: 1s, timeout: 800ms"))
	web, ok := sim.Socket("web")
	if !ok {
		t.Fatal("the house has no web server")
	}
	prom := startPrometheus(t, exporterURL, "tcp://"+web.Address())

	prom.await(t, `connection_status_up{job="direct",name="web"}`, "1")
	prom.await(t, `probe_success{job="probe",instance="tcp://`+web.Address()+`"}`, "1")
	prom.await(t, `probe_success{job="discovered",instance="web"}`, "1")
	prom.await(t, `home_exporter_build_info{job="direct"}`, "1")
	prom.await(t, `count(up == 0) or vector(0)`, "0")
	prom.await(t, `count(ALERTS{alertname="ConnectionDown",name="web",alertstate="firing"}) or vector(0)`, "0")

	if err := sim.Stop("web"); err != nil {
		t.Fatal(err)
	}
	prom.await(t, `connection_status_up{job="direct",name="web"}`, "0")
	prom.await(t, `connection_status_up{job="discovered",name="web"}`, "0")
	prom.await(t, `probe_success{job="probe"}`, "0")
	prom.await(t, `connection_status_failures_total{job="direct",name="web",class="refused"} > bool 0`, "1")
	prom.await(t, `count(ALERTS{alertname="ConnectionDown",job="direct",name="web",alertstate="firing"})`, "1")

	if err := sim.StartAgain("web"); err != nil {
		t.Fatal(err)
	}
	prom.await(t, `connection_status_up{job="direct",name="web"}`, "1")
	prom.await(t, `count(ALERTS{alertname="ConnectionDown",job="direct",name="web"}) or vector(0)`, "0")
}

// prometheusConfig scrapes directly, through /probe, and what /sd lists.
const prometheusConfig = `
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: direct
    static_configs: [{targets: [EXPORTER]}]
  - job_name: probe
    metrics_path: /probe
    params: {kind: [sockets]}
    static_configs: [{targets: ["TARGET"]}]
    relabel_configs:
      - {source_labels: [__address__], target_label: __param_target}
      - {source_labels: [__param_target], target_label: instance}
      - {target_label: __address__, replacement: EXPORTER}
  - job_name: discovered
    metrics_path: /probe
    http_sd_configs: [{url: "http://EXPORTER/sd", refresh_interval: 1s}]
    relabel_configs:
      - {source_labels: [__meta_home_exporter_kind], target_label: __param_kind}
      - {source_labels: [__address__], target_label: __param_target}
      - {source_labels: [__param_target], target_label: instance}
      - {target_label: __address__, replacement: EXPORTER}
`

type prometheus struct{ url string }

// startPrometheus starts it with the rules that we ship. Only their patience is taken
// out, so that the test does not need it.
func startPrometheus(t *testing.T, exporterURL, target string) prometheus {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "rules"), 0o700); err != nil {
		t.Fatal(err)
	}
	rules, err := filepath.Glob(filepath.Join(root, "mixin/*/*.yml"))
	if err != nil {
		t.Fatal(err)
	}
	patience := regexp.MustCompile(`(?m)^ +for: .*\n`)
	shipped := 0
	for _, path := range rules {
		if filepath.Base(filepath.Dir(path)) == "tests" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(path)) + "-" + filepath.Base(path)
		if err := os.WriteFile(filepath.Join(dir, "rules", name), patience.ReplaceAll(text, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		shipped++
	}
	if shipped < 3 {
		t.Fatalf("there are %d files of rules", shipped)
	}
	config := strings.NewReplacer("EXPORTER", strings.TrimPrefix(exporterURL, "http://"), "TARGET", target).Replace(prometheusConfig)
	if err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "prometheus", "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address=127.0.0.1:0")
	return prometheus{"http://" + p.address()}
}

// await waits until every series of a query has the value, and there is one.
func (p prometheus) await(t *testing.T, query, want string) {
	t.Helper()
	eventually(t, query, func() (bool, string) {
		values, err := p.query(query)
		if err != nil {
			return false, err.Error()
		}
		for _, v := range values {
			if v != want {
				return false, fmt.Sprint(values)
			}
		}
		return len(values) > 0, fmt.Sprint(values)
	})
}

func (p prometheus) query(query string) ([]string, error) {
	_, body, err := fetch(p.url + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct{ Value [2]any }
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return nil, fmt.Errorf("%w: %s", err, body)
	}
	if answer.Status != "success" {
		return nil, fmt.Errorf("%s", answer.Error)
	}
	var values []string
	for _, r := range answer.Data.Result {
		values = append(values, fmt.Sprint(r.Value[1]))
	}
	return values, nil
}
