package app

import (
	"context"
	"fmt"
	"os"

	"home_exporter/mixin"
)

// assets writes the alert and recording rules to a folder. Files that are there
// already stay as they are: someone may have changed them.
func (p *Program) assets(_ context.Context, cl *commandLine) error {
	if err := os.CopyFS(cl.folder, mixin.Files()); err != nil {
		return fmt.Errorf("write rules to %s: %w (files that exist are never overwritten)", cl.folder, err)
	}
	fmt.Fprintf(p.Stdout, "alert and recording rules are in %s; load them with rule_files in prometheus.yml\n", cl.folder)
	return nil
}
