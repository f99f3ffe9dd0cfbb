//go:build unix && !linux

package main

import "syscall"

// dieWithUs cannot be arranged here: a child whose simulation is killed lives on.
func dieWithUs(*syscall.SysProcAttr) {}
