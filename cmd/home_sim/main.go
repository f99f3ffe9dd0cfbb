// Command home_sim is a house full of simulated devices, for a first look at home_exporter without owning any.
//
// It opens real sockets on the loopback interface, writes the configuration that reads them, says what a reader should
// find, and goes on until it is told to stop. With --run it starts the reader as well, and ends with it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"
)

const help = `A house full of simulated devices on this machine's loopback interface.

It writes the configuration that reads them, prints what should be found, and goes on until Ctrl-C.

  home_sim
  home_exporter --config.file=home_sim.yml

does in two terminals what this does in one:

  home_sim --run=home_exporter

What stands after -- is handed to that program:

  home_sim --run=home_exporter -- --log.level=debug`

// settings are the command line.
type settings struct {
	configOut  string
	stateDir   string
	flapPeriod time.Duration
	program    string        // to run with the configuration; empty for none
	listen     string        // where that program serves
	args       []string      // more arguments for it
	stopWithin time.Duration // how long it may take to stop before it is killed
}

func main() {
	// A terminal that is closed sends SIGHUP: an end like the others, or the program that was started would live on.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "home_sim:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	h, err := build(ctx, s, stderr)
	if err != nil {
		return err
	}
	if err := h.writeConfig(s.configOut); err != nil {
		return joinClose(err, h)
	}
	if err := h.printTable(stdout); err != nil {
		return joinClose(err, h)
	}
	fmt.Fprintf(stdout, "\nconfiguration written to %s\n", s.configOut)
	if s.program == "" {
		fmt.Fprintf(stdout, "read it with: home_exporter --config.file=%s (Ctrl-C ends the simulation)\n", s.configOut)
		<-ctx.Done()
		return h.Close()
	}
	fmt.Fprintf(stdout, "starting %s: %s (Ctrl-C stops both)\n\n", s.program, pageURL(s.listen))
	return joinClose(runReader(ctx, s, stdout, stderr), h)
}

func parse(args []string, stdout, stderr io.Writer) (settings, error) {
	s := settings{stopWithin: 20 * time.Second}
	app := kingpin.New("home_sim", help)
	app.UsageWriter(stdout)
	app.ErrorWriter(stderr)
	app.Version(version.Print("home_sim"))
	app.VersionFlag.Short('V')
	app.HelpFlag.Short('h')
	app.Flag("config.out", "Where to write the configuration.").Default("home_sim.yml").StringVar(&s.configOut)
	app.Flag("state.dir", "Folder for Unix sockets; one for this run if empty.").StringVar(&s.stateDir)
	app.Flag("flap.period", "How often flapping devices go and come back: there for three quarters of it, then away.").
		Default("60s").DurationVar(&s.flapPeriod)
	app.Flag("run", "Program to start with --config.file and --web.listen-address, and to stop at the end.").
		PlaceHolder("PROGRAM").StringVar(&s.program)
	app.Flag("run.listen-address", "Where that program serves.").Default(":10058").StringVar(&s.listen)
	app.Arg("args", "More arguments for the program, after --.").StringsVar(&s.args)
	if _, err := app.Parse(args); err != nil {
		return s, fmt.Errorf("%w, try --help", err)
	}
	return s, s.validate()
}

func (s settings) validate() error {
	switch {
	case s.flapPeriod < time.Second:
		return fmt.Errorf("--flap.period=%v: want 1s or more, or no reader sees it", s.flapPeriod)
	case s.configOut == "":
		return fmt.Errorf("--config.out: want the name of a file")
	case s.program == "" && len(s.args) > 0:
		return fmt.Errorf("arguments %q are for the program of --run, which is not given", s.args)
	}
	return nil
}
