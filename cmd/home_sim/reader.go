package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"runtime"
)

// runReader runs the program with the configuration until ctx ends, and then asks it to stop. That the program ends
// by itself is an error, whatever it says.
//
// The program does not hear the terminal's Ctrl-C (child_unix.go): it is told by us, once. And it does not outlive us.
func runReader(ctx context.Context, s settings, stdout, stderr io.Writer) error {
	// Linux sends the signal of Pdeathsig when the thread that forked ends, not the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	args := append([]string{"--config.file=" + s.configOut, "--web.listen-address=" + s.listen}, s.args...)
	cmd := exec.CommandContext(ctx, s.program, args...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.SysProcAttr = ownGroup()
	cmd.Cancel = func() error { return terminate(cmd.Process) }
	cmd.WaitDelay = s.stopWithin
	err := cmd.Run()
	if ctx.Err() == nil {
		if err == nil {
			return fmt.Errorf("%s has ended by itself", s.program)
		}
		return fmt.Errorf("%s: %w", s.program, err)
	}
	if err != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%s: stop: %w", s.program, err)
	}
	return nil
}

// pageURL is where a person on this machine finds what listens at that address.
func pageURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://" + listen + "/" // the program will say what is wrong with it
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}
