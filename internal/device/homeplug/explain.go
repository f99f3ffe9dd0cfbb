package homeplug

import (
	"errors"
	"os"
	"strings"
	"syscall"

	"home_exporter/internal/device"
	"home_exporter/internal/device/homeplug/hpav"
)

// explain gives err a reason and, where one is known, a cure.
func explain(err error, s *segment) error {
	if err == nil {
		return nil
	}
	e := &device.Error{Reason: device.ReasonOf(err), Err: err, Hint: device.HintOf(err)}
	var errno syscall.Errno
	switch {
	case errors.Is(err, hpav.ErrSilent):
		e.Reason, e.Hint = device.NoAnswer, silence(s)
	case errors.Is(err, os.ErrPermission) && strings.HasPrefix(s.port, unixPrefix):
		e.Reason, e.Hint = device.Permission, "Let this program's user write to the datagram socket."
	case errors.Is(err, syscall.EAFNOSUPPORT):
		e.Reason, e.Hint = device.Permission, "This program may not open packet sockets: add AF_PACKET to RestrictAddressFamilies= of the systemd unit."
	case errors.Is(err, os.ErrPermission):
		e.Reason = device.Permission
		e.Hint = "Raw Ethernet frames take the capability CAP_NET_RAW. Give it with one of: setcap cap_net_raw+ep on the program; AmbientCapabilities=CAP_NET_RAW in the systemd unit; --cap-add NET_RAW with the host's network for a container."
	case errors.As(err, &errno) && (errno == syscall.ENETDOWN || errno == syscall.ENXIO || errno == syscall.ENODEV):
		e.Reason, e.Hint = device.Unreachable, "The interface is down or was unplugged; it is tried again at each poll."
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		e.Reason, e.Hint = device.Unreachable, "Nobody has the datagram socket open; it is tried again at each poll."
	}
	return e
}

// silence is what to do when nobody answers.
func silence(s *segment) string {
	hint := "Is an adapter plugged into this network, and not asleep? Adapters of another technology (G.hn, Magic) do not speak HomePlug."
	if s.settings.client.Destination == hpav.Local {
		hint += " Behind a switch that drops the local address set destination: broadcast."
	}
	if !s.settings.client.Others {
		hint += " Adapters of other makers are looked for without chips: atheros."
	}
	return hint
}
