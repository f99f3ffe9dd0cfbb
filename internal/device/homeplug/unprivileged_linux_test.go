package homeplug

import (
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
	"home_exporter/internal/device/sockets"
	"home_exporter/internal/poll"
	"home_exporter/internal/testenv"
)

// asNobody is set in the process that gives up its privileges.
const asNobody = "HOMEPLUG_TEST_AS_NOBODY"

// told is what that process found.
type told struct {
	Powerline, Socket poll.State
	Reason            device.Reason
	Error, Hint       string
}

// TestUnprivileged tells a user without privileges what is missing, and how to give it;
// the other kinds go on.
func TestUnprivileged(t *testing.T) {
	t.Parallel()
	ends := testenv.NewSegment(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := ends.Host.Command(t.Context(), program, "-test.run=^TestNobodyAsks$", "-test.v")
	answer := t.TempDir() + "/answer"
	if err := os.Chmod(filepath.Dir(answer), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(answer)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	child.Env = append(os.Environ(), asNobody+"="+answer)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(answer)
	if err != nil {
		t.Fatal(err)
	}
	var got told
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	want := told{
		Powerline: poll.Stale, Socket: poll.Down, Reason: device.Permission,
		Error: "interface plc0: socket: operation not permitted",
		Hint:  "Raw Ethernet frames take the capability CAP_NET_RAW. Give it with one of: setcap cap_net_raw+ep on the program; AmbientCapabilities=CAP_NET_RAW in the systemd unit; --cap-add NET_RAW with the host's network for a container.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNobodyAsks is the process of TestUnprivileged: it becomes nobody, and polls.
func TestNobodyAsks(t *testing.T) {
	path := os.Getenv(asNobody)
	if path == "" {
		t.Skip("only TestUnprivileged starts it")
	}
	answer, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Close()
	const nobody = 65534
	if err := syscall.Setgid(nobody); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setuid(nobody); err != nil {
		t.Fatal(err)
	}
	kinds := []*device.Kind{Kind(), sockets.Kind()}
	c, err := config.Parse("f.yml", []byte("homeplug: [{name: line, interface: plc0}]\nsockets: [{name: near, host: 127.0.0.1, port: 9, protocol: udp}]\n"), config.Source{}, kinds)
	if err != nil {
		t.Fatal(err)
	}
	set := poll.New(poll.Options{Kinds: kinds})
	defer set.Close()
	if err := set.Apply(c.Specs); err != nil {
		t.Fatal(err)
	}
	var out told
	for _, spec := range c.Specs {
		_ = set.Ask(t.Context(), spec.Kind, spec.Name) // the error is remembered
	}
	for _, d := range set.Devices(poll.Filter{}) {
		switch {
		case d.Kind == "sockets":
			out.Socket = d.State
		default:
			out.Powerline, out.Reason, out.Error, out.Hint = d.State, d.Last.Reason(), d.Last.Err.Error(), device.HintOf(d.Last.Err)
		}
	}
	if err := json.NewEncoder(answer).Encode(out); err != nil {
		t.Fatal(err)
	}
}
