//go:build unix

package main

import (
	"os"
	"syscall"
)

// ownGroup keeps the terminal's signals from the child.
func ownGroup() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	dieWithUs(attr)
	return attr
}

// terminate asks the process to stop.
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
