package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

// The toy kinds of the tests stand for the forms that sections have: doors is a plain
// list, hub a mapping with secrets and short forms, meters a list with everything
// that a field can be.
func toys() []*device.Kind {
	return []*device.Kind{
		{
			Name: "doors", Summary: "a list of doors",
			Section: func() device.Section { return new(doors) },
			Labels:  []string{"host", "port"},
			Flags:   []device.Flag{{Name: "target", Help: "host:port of a door"}},
			FromFlags: func(values map[string]string) any {
				host, port, _ := strings.Cut(values["target"], ":")
				return []any{map[string]any{"host": host, "port": port}}
			},
			Families: []*metric.Family{{Name: "door_open", Help: "Whether it is open.", Labels: []string{"wing"}}},
		},
		{
			Name: "hub", Summary: "one account with many plugs",
			Section: func() device.Section { return new(hub) },
			Flags:   []device.Flag{{Name: "user-name"}, {Name: "password"}, {Name: "devices"}},
			FromFlags: func(values map[string]string) any {
				m := map[string]any{}
				for flag, key := range map[string]string{"user-name": "user_name", "password": "password", "password-file": "password_file"} {
					if v, ok := values[flag]; ok {
						m[key] = v
					}
				}
				if v, ok := values["devices"]; ok {
					m["devices"] = strings.Split(v, ",")
				}
				return m
			},
		},
		{
			Name: "meters", Summary: "a list of meters",
			Section: func() device.Section { return new(meters) },
		},
	}
}

type door struct {
	device.Common `yaml:",inline"`
	Host          string   `yaml:"host" required:"true" doc:"Address or name."`
	Port          uint16   `yaml:"port,omitempty" doc:"Port number."`
	Protocol      string   `yaml:"protocol,omitempty" enum:"tcp,tcp4,tcp6,udp" doc:"How to knock."`
	Hinges        []string `yaml:"hinges,omitempty" enum:"left,right"`
	Wing          string   `yaml:"wing,omitempty"`
	Raw           string   `yaml:"raw_labels,omitempty"`
}

type doors []door

func (s doors) Specs(d device.Defaults) ([]device.Spec, error) {
	var specs []device.Spec
	var errs []error
	for i, e := range s {
		pace, err := e.Pace(d, device.Pace{})
		if e.Port == 0 {
			err = errors.Join(err, device.At("port", errors.New("a door needs a port from 1 to 65535")))
		}
		errs = append(errs, device.At(device.Index(i), err))
		labels := metric.EncodeLabels("host", e.Host, "port", fmt.Sprint(e.Port))
		if e.Raw != "" {
			labels = labels.Join(metric.Labels(e.Raw))
		}
		name := e.Name
		if name == "" {
			name = fmt.Sprintf("%s:%d", e.Host, e.Port)
		}
		specs = append(specs, device.Spec{Name: name, Digest: device.DigestOf(e), Labels: labels, Pace: &pace})
	}
	return specs, errors.Join(errs...)
}

type hub struct {
	UserName  string        `yaml:"user_name" required:"true"`
	Password  device.Secret `yaml:"password,omitempty" required:"true" doc:"Password of the account."`
	Devices   []plug        `yaml:"devices,omitempty"`
	Discovery *discovery    `yaml:"discovery,omitempty"`

	dir string
}

type plug struct {
	Host     string        `yaml:"host" short:"true" required:"true"`
	Name     string        `yaml:"name,omitempty"`
	Password device.Secret `yaml:"password,omitempty"`
	TLS      tlsBlock      `yaml:"tls,omitempty"`
}

type tlsBlock struct {
	ServerName string         `yaml:"server_name,omitempty"`
	CertFile   string         `yaml:"cert_file,omitempty"`
	Key        *device.Secret `yaml:"key,omitempty"`
}

type discovery struct {
	Enabled bool            `yaml:"enabled"`
	Target  netip.Addr      `yaml:"target,omitempty"`
	Every   device.Duration `yaml:"interval,omitempty"`
	Packets int8            `yaml:"packets,omitempty"`
}

func (h *hub) SetDir(dir string) { h.dir = dir }

func (h *hub) Specs(device.Defaults) ([]device.Spec, error) {
	var specs []device.Spec
	var errs []error
	for i, p := range h.Devices {
		if p.TLS.CertFile != "" && p.TLS.ServerName == "" {
			errs = append(errs, device.At("devices"+device.Index(i), device.At("tls.server_name", errors.New("a certificate needs a server name"))))
		}
		name := p.Name
		if name == "" {
			name = p.Host
		}
		specs = append(specs, device.Spec{
			Name: name, Digest: device.DigestOf(h.UserName, h.Password, h.dir, p),
			Pace: &device.Pace{Interval: time.Minute},
		})
	}
	if h.Discovery != nil && h.Discovery.Enabled && h.Discovery.Packets < 1 {
		errs = append(errs, device.At("discovery", errors.New("a discovery sends at least one packet")))
	}
	return specs, errors.Join(errs...)
}

type meter struct {
	Name    string                   `yaml:"name" required:"true"`
	Every   device.Interval          `yaml:"interval,omitempty"`
	Level   level                    `yaml:"level,omitempty"`
	Factor  float64                  `yaml:"factor,omitempty"`
	Offset  *float32                 `yaml:"offset,omitempty"`
	Bus     int                      `yaml:"bus,omitempty"`
	On      *bool                    `yaml:"on,omitempty"`
	Net     netip.Prefix             `yaml:"net,omitempty"`
	Headers map[string]device.Secret `yaml:"headers,omitempty"`
	Colours map[string]level         `yaml:"colours,omitempty"`
	Hours   [][]uint8                `yaml:"hours,omitempty"`
	Rows    []struct {
		A int `yaml:"a"`
		B int `yaml:"b"`
	} `yaml:"rows,omitempty"`
	Serial uint64 `yaml:"serial,omitempty"`
}

// level is an enum by its method.
type level string

func (level) Enum() []string { return []string{"minimal", "standard", "full"} }

type meters struct {
	List []meter `yaml:"list,omitempty"`
}

func (s *meters) Specs(device.Defaults) ([]device.Spec, error) {
	var specs []device.Spec
	for _, m := range s.List {
		specs = append(specs, device.Spec{Name: m.Name, Digest: device.DigestOf(m.Every, m.Level, m.Factor, m.Offset, m.Bus, m.On, m.Net.String(), m.Headers, m.Colours, m.Hours, m.Rows, m.Serial), Pace: new(device.Pace)})
	}
	return specs, nil
}
