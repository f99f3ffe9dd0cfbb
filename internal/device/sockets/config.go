package sockets

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/sockets/check"
)

// section is the list under the key sockets. It is that of the
// connection-status-exporter, with more keys.
type section []entry

// An entry is one socket, or files with lists of sockets.
type entry struct {
	device.Common `yaml:",inline"`
	Host          string   `yaml:"host,omitempty" doc:"Name or address to connect to; for the unix protocols the path of the socket, @name for an abstract one."`
	Port          string   `yaml:"port,omitempty" doc:"Port number or service name. The ip and unix protocols need none."`
	Protocol      string   `yaml:"protocol,omitempty" doc:"tcp (default), tcp4, tcp6, udp, udp4, udp6, ip, ip4, ip6 (one ICMP echo), unix, unixgram or unixpacket."`
	Files         []string `yaml:"files,omitempty" doc:"Lists of sockets in Prometheus' file_sd format, YAML or JSON; patterns such as meters/*.yml. Read again when they change. The other keys of the entry hold for all their sockets."`
	options       `yaml:",inline"`
	dir           string // that relative files are relative to
}

// options is what an entry can say beside which socket it is.
type options struct {
	Metrics   string      `yaml:"metrics,omitempty" enum:"minimal,standard,full" doc:"How much each socket tells: minimal is six series, standard (default) some twenty, full adds a histogram and the profile of the week."`
	Close     string      `yaml:"close,omitempty" enum:"fin,rst" doc:"How a TCP connection ends: fin (default) as nc does, or rst, which leaves no TIME_WAIT behind but is an error in the eyes of some servers."`
	Source    netip.Addr  `yaml:"source,omitzero" doc:"Local address to connect from."`
	Interface string      `yaml:"interface,omitempty" doc:"Network interface to connect through (Linux)."`
	Send      string      `yaml:"send,omitempty" doc:"Text to send after connecting; for UDP the datagram instead of one byte."`
	Expect    string      `yaml:"expect,omitempty" doc:"Regular expression that the answer must match."`
	UDP       *udpOptions `yaml:"udp,omitempty" doc:"How UDP sockets are asked."`
	TLS       *tlsOptions `yaml:"tls,omitempty" doc:"A TLS handshake after connecting; reports when the certificate expires."`
	Active    []string    `yaml:"active,omitempty" doc:"Hours in which the socket is checked, such as Mon-Fri 08:00-18:00. Default: always."`
	Downtime  []string    `yaml:"downtime,omitempty" doc:"Hours in which it is expected to be away and not checked, such as 22:00-06:00."`
	Timezone  string      `yaml:"timezone,omitempty" doc:"Time zone of these hours and of the profile of the week, such as Europe/Berlin. Default: that of the machine."`
}

type udpOptions struct {
	Preset        string `yaml:"preset,omitempty" enum:"any,dns,ntp,echo" doc:"What is sent and which answer counts: any (default, one byte), dns, ntp or echo."`
	RequireAnswer bool   `yaml:"require_answer,omitempty" doc:"Silence means down. Without it silence is up, as for nc, because UDP cannot tell open from filtered."`
}

type tlsOptions struct {
	Enabled    *bool  `yaml:"enabled,omitempty" short:"true" doc:"Whether there is a handshake. Default true: tls: {} asks for one, and tls: true as well."`
	ServerName string `yaml:"server_name,omitempty" doc:"Name to ask for and to check; default the host."`
	Insecure   bool   `yaml:"insecure,omitempty" doc:"Accept any certificate, and still report when it expires."`
}

// pace is what sockets bear unless something else is configured. A socket's failure
// is a reading, so there is no backoff.
var pace = device.Pace{Interval: 15 * time.Second, Timeout: 5 * time.Second}

// defaultNetwork is the protocol of an entry without one.
const defaultNetwork = "tcp"

// networks is the words that a protocol can be.
var networks = check.Networks()

// network is the protocol as labels have it.
func (e *entry) network() (string, error) {
	if e.Protocol == "" {
		return defaultNetwork, nil
	}
	network := strings.ToLower(e.Protocol)
	if !slices.Contains(networks, network) {
		return "", device.At("protocol", fmt.Errorf("%q is not one of %s", e.Protocol, strings.Join(networks, ", ")))
	}
	return network, nil
}

// SetDir sets the folder that relative file names are relative to.
func (s section) SetDir(dir string) {
	for i := range s {
		s[i].dir = dir
	}
}

// Specs implements device.Section.
func (s section) Specs(d device.Defaults) ([]device.Spec, error) {
	b := newBuilder(d, newChecker())
	var errs []error
	for i := range s {
		at := device.Index(i)
		add := b.addSocket
		if len(s[i].Files) > 0 {
			add = b.addList
		}
		errs = append(errs, device.At(at, atKeys(add(&s[i], place{nth: i}))))
	}
	b.tellLists()
	return b.specs, errors.Join(errs...)
}

// keys is, by the word that a mistake found by package check begins with, the key
// that it is about.
var keys = map[string]string{
	"host": "host", "socket": "host", "port": "port", "source": "source", "interface": "interface",
	"send": "send", "expect": "expect", "reset": "close", "tls": "tls",
	"preset": "udp.preset", "require_answer": "udp.require_answer",
}

// atKeys places the mistakes that have no place yet at the keys that they are about,
// so that each is shown at its line.
func atKeys(err error) error {
	var placed []error
	for _, one := range flatten(err) {
		if _, ok := one.(*device.FieldError); !ok {
			word, _, _ := strings.Cut(one.Error(), " ")
			if key, ok := keys[word]; ok {
				one = device.At(key, one)
			}
		}
		placed = append(placed, one)
	}
	return errors.Join(placed...)
}

// flatten returns the errors that err joins.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, flatten(one)...)
	}
	return all
}
