package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"home_exporter/sim/sockets"
)

// A socketEntry is one entry of the sockets list, with the keys that the simulated sockets need.
type socketEntry struct {
	Name     string    `yaml:"name"`
	Host     string    `yaml:"host"`
	Port     int       `yaml:"port,omitempty"`
	Protocol string    `yaml:"protocol"`
	Interval string    `yaml:"interval,omitempty"`
	Timeout  string    `yaml:"timeout"`
	Metrics  string    `yaml:"metrics,omitempty"`
	Expect   string    `yaml:"expect,omitempty"`
	TLS      *tlsEntry `yaml:"tls,omitempty"`
	UDP      *udpEntry `yaml:"udp,omitempty"`
}

type tlsEntry struct {
	ServerName string `yaml:"server_name"`
	Insecure   bool   `yaml:"insecure"`
}

type udpEntry struct {
	Preset        string `yaml:"preset,omitempty"`
	RequireAnswer bool   `yaml:"require_answer"`
}

// startSockets runs the sockets of the house.
func startSockets(ctx context.Context, around surroundings) (running, error) {
	down := around.period / 4
	sim, err := sockets.Start(ctx, sockets.Options{
		Dir:      around.dir,
		FlapUp:   around.period - down,
		FlapDown: down,
		Log:      around.log,
	})
	if err != nil {
		return running{}, err
	}
	out := running{close: sim.Close}
	var section []socketEntry
	for _, s := range sim.Sockets() {
		section = append(section, entryFor(s))
		out.rows = append(out.rows, rowFor(s))
	}
	for _, left := range sim.LeftOut() {
		out.notes = append(out.notes, fmt.Sprintf("without %s: %v", left.Name, left.Err))
	}
	out.section = section
	return out, nil
}

// entryFor is the configuration that checks s. A second is enough for the loopback interface, also for a second SYN.
func entryFor(s sockets.Socket) socketEntry {
	e := socketEntry{Name: s.Name, Host: s.Host, Port: s.Port, Protocol: s.Protocol, Timeout: "1s", Expect: s.Expect}
	if s.TLS {
		e.TLS = &tlsEntry{ServerName: s.ServerName, Insecure: true} // nobody has signed it
	}
	if s.Preset != "" || s.RequireAnswer {
		e.UDP = &udpEntry{Preset: s.Preset, RequireAnswer: s.RequireAnswer}
	}
	switch {
	case s.Find == sockets.Flaps: // the one to watch
		e.Interval, e.Metrics = seconds(2*time.Second), "full"
	case s.Class == "timeout":
		e.Timeout = seconds(2 * time.Second)
	}
	return e
}

func rowFor(s sockets.Socket) row {
	find := string(s.Find)
	if s.Class != "" {
		find += " (" + s.Class + ")"
	}
	return row{name: s.Name, address: s.Protocol + " " + s.Address(), find: strings.ReplaceAll(find, "_", " "), about: s.About}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%gs", d.Seconds()) }
