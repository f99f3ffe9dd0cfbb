// Package testenv decides what becomes of a test whose surroundings are
// incomplete: a program is not installed, the user is not root, the machine has
// no IPv6.
//
// On a developer's machine such a test is skipped, with the reason and the cure.
// With CI=true in the environment it fails instead, so that a check cannot
// vanish from the pipeline because of a missing package. Only tests import it.
package testenv

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// Need lets the test go on only if every program is found in PATH. It reports
// all missing ones at once, each with the Debian package that brings it.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	var missing []string
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, describe(program))
		}
	}
	if len(missing) > 0 {
		lacking(t, "not in PATH: "+strings.Join(missing, ", "))
	}
}

// NeedRoot lets the test go on only with the effective user id 0, which raw
// sockets, network namespaces and veth pairs want.
func NeedRoot(t testing.TB) {
	t.Helper()
	needRoot(t, os.Geteuid())
}

// NeedLoopback6 lets the test go on only if a TCP listener can be opened on ::1.
func NeedLoopback6(t testing.TB) {
	t.Helper()
	needListener(t, "tcp6", "[::1]:0")
}

func needRoot(t testing.TB, uid int) {
	t.Helper()
	if uid != 0 {
		lacking(t, fmt.Sprintf("needs root, runs as user id %d: try sudo -E", uid))
	}
}

func needListener(t testing.TB, network, address string) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		lacking(t, fmt.Sprintf("no IPv6 loopback: %v (see sysctl net.ipv6.conf.lo.disable_ipv6)", err))
		return
	}
	l.Close()
}

// describe names a missing program and where to get it.
func describe(program string) string {
	if pkg, ok := debianPackage(program); ok {
		return fmt.Sprintf("%s (apt-get install %s)", program, pkg)
	}
	return fmt.Sprintf("%s (package unknown to testenv: try apt-file search bin/%s)", program, program)
}

// lacking ends the test: a skip at home, a failure in CI.
func lacking(t testing.TB, reason string) {
	t.Helper()
	if inCI() {
		t.Fatalf("%s; CI is set, so this may not be skipped", reason)
	}
	t.Skip(reason)
}

// inCI follows the habit of the hosted runners, which set CI=true.
func inCI() bool {
	ci, err := strconv.ParseBool(os.Getenv("CI"))
	return err == nil && ci
}
