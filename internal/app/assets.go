package app

import (
	"context"
	"fmt"
	"os"

	"home_exporter/mixin"
)

// assets writes the alert and recording rules and the dashboards to a folder. Files
// that are there already stay as they are: someone may have changed them.
func (p *Program) assets(_ context.Context, cl *commandLine) error {
	if err := os.CopyFS(cl.folder, mixin.Files()); err != nil {
		return fmt.Errorf("write rules and dashboards to %s: %w (files that exist are never overwritten)", cl.folder, err)
	}
	fmt.Fprintf(p.Stdout, "rules and dashboards are in %s; load the rules with rule_files in prometheus.yml, the dashboards with a provider of Grafana\n", cl.folder)
	return nil
}
