package gateway

import (
	"io"
	"log"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quiet is for servers whose clients misbehave.
var quiet = log.New(io.Discard, "", 0)

// document returns what a gateway with two packs answers, firmware 21.44.
func document(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// files are the documents in testdata by their paths.
var files = map[string]string{
	"/api/status":                    "status.json",
	"/api/system_status/soe":         "soe.json",
	"/api/operation":                 "operation.json",
	"/api/sitemaster":                "sitemaster.json",
	"/api/troubleshooting/problems":  "problems.json",
	"/api/system_status":             "system_status.json",
	"/api/system_status/grid_status": "grid_status.json",
	"/api/system_status/grid_faults": "grid_faults.json",
	"/api/meters/aggregates":         "aggregates.json",
	"/api/meters/site":               "meters_site.json",
	"/api/meters/solar":              "meters_solar.json",
	"/api/networks":                  "networks.json",
	"/api/powerwalls":                "powerwalls.json",
	"/api/site_info":                 "site_info.json",
	"/api/system/update/status":      "update_status.json",
	"/api/solars":                    "solars.json",
	"/api/solar_powerwall":           "solar_powerwall.json",
	"/api/devices/vitals":            "vitals.bin",
}

func parsed[T any](t testing.TB, body []byte) T {
	t.Helper()
	var doc T
	if err := decode(body, &doc); err != nil {
		t.Fatalf("decode %.80q: %v", body, err)
	}
	return doc
}
