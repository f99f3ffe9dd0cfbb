package sockets

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"home_exporter/internal/testenv"
)

// OpenBSD's netcat is the judge that the sockets kind is measured by. It gives up on silence after -w seconds.
func TestNetcatFindsTheSame(t *testing.T) {
	testenv.Need(t, "nc.openbsd")
	s := startHouse(t, Options{})
	for _, socket := range s.Sockets() {
		if socket.Protocol == "unixpacket" {
			continue // netcat has none
		}
		t.Run(socket.Name, func(t *testing.T) {
			t.Parallel()
			args := []string{"-z", "-v", "-n", "-w", "1"}
			switch socket.Protocol {
			case "udp":
				args = append(args, "-u", socket.Host, strconv.Itoa(socket.Port))
			case "unix":
				args = append(args, "-U", socket.Host)
			case "unixgram":
				args = append(args, "-U", "-u", socket.Host)
			default:
				args = append(args, socket.Host, strconv.Itoa(socket.Port))
			}
			ctx, cancel := context.WithTimeout(t.Context(), answerWithin)
			defer cancel()
			said, err := exec.CommandContext(ctx, "nc.openbsd", args...).CombinedOutput()
			exit, failed := errors.AsType[*exec.ExitError](err)
			if err != nil && (!failed || exit.ExitCode() != 1) {
				t.Fatalf("nc %s: %v\n%s", strings.Join(args, " "), err, said)
			}
			// Netcat only looks for a connection or a refusal: what is said then is not its affair.
			wantFailed := socket.Class == "timeout" || socket.Class == "refused"
			if failed != wantFailed {
				t.Errorf("nc %s: failed %v, want %v\n%s", strings.Join(args, " "), failed, wantFailed, said)
			}
		})
	}
}
