// Command gen writes the documents that are made from the code: the reference of all
// metrics and the JSON Schema of the configuration.
//
// It is run by go generate in the top folder; a test fails when what it would write
// differs from what stands there.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"home_exporter/internal/config"
	"home_exporter/internal/device/all"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: gen FOLDER")
	}
	files, err := documents()
	if err != nil {
		log.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), content, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// documents returns the generated files by name.
func documents() (map[string][]byte, error) {
	kinds := all.Kinds()
	schema, err := config.Schema(kinds)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return map[string][]byte{
		"metrics.md":                metricsPage(kinds),
		"home_exporter.schema.json": schema,
	}, nil
}
