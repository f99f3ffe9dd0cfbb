package main

import "syscall"

// dieWithUs lets the kernel stop the child when we are killed.
func dieWithUs(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGTERM }
