package app

import (
	"context"
	"fmt"

	"github.com/prometheus/common/version"
)

func (p *Program) version(context.Context, *commandLine) error {
	_, err := fmt.Fprintln(p.Stdout, version.Print("home_exporter"))
	return err
}
