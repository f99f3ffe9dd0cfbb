package homeplug

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/homeplug/hpav"
)

// section is the list under the key homeplug.
type section []entry

// An entry is one segment: an interface with the adapters behind it.
type entry struct {
	device.Common      `yaml:",inline"`
	Interface          string           `yaml:"interface,omitempty" doc:"Network interface that leads to the adapters; unix:/path is a segment on a datagram socket, as the simulator has it. Default, of a single entry: the first one behind which an adapter answers."`
	Destination        string           `yaml:"destination,omitempty" doc:"Who is asked first, all others are found through it: local (default), the adapters on this side of the power line; all or broadcast, everybody; or the MAC address of one adapter."`
	Chips              string           `yaml:"chips,omitempty" enum:"all,atheros" doc:"all (default) also looks for adapters of other makers, with broadcasts; atheros does not."`
	RequestTimeout     device.Duration  `yaml:"request_timeout,omitempty" doc:"How long an answer may take before the request is repeated, once. Default: 500ms."`
	StatisticsInterval *device.Duration `yaml:"statistics_interval,omitempty" doc:"Least time between two readings of the link counters, at least 1m; 0 leaves them out. Default: 5m."`
	DetailsInterval    *device.Duration `yaml:"details_interval,omitempty" doc:"Least time between two readings of mains frequency, memory, neighbours and names, at least 1m; 0 leaves them out. Default: 5m."`
	ToneMaps           bool             `yaml:"tone_maps,omitempty" doc:"Whether to read how many bits each carrier of each link bears. Default: false."`
	ToneMapInterval    device.Duration  `yaml:"tone_map_interval,omitempty" doc:"Least time between two readings of the tone maps, at least 5m. Default: 5m."`
	Forget             device.Duration  `yaml:"forget,omitempty" doc:"After what time an adapter is forgotten that neither answers nor is listed by others. Default: 1h."`
}

// pace is what adapters bear unless something else is configured.
var pace = device.Pace{Interval: 30 * time.Second, Timeout: 10 * time.Second, MaxBackoff: 2 * time.Minute}

// Limits of what can be configured, so that asking costs the power line next to
// nothing.
const (
	minInterval   = 5 * time.Second
	minStatistics = time.Minute
	minToneMaps   = 5 * time.Minute
	minPatience   = 50 * time.Millisecond
	maxPatience   = 5 * time.Second
)

// settings is an entry, validated and with defaults.
type settings struct {
	port   string // the interface; empty to find it
	client hpav.Options
}

// Specs implements device.Section.
func (s section) Specs(d device.Defaults) ([]device.Spec, error) {
	var specs []device.Spec
	var errs []error
	ports := make(map[string]int)
	for i := range s {
		spec, err := s[i].spec(d)
		port := s[i].Interface
		first, twice := ports[port]
		switch {
		case port == "" && len(s) > 1:
			err = errors.Join(err, device.At("interface", errors.New("with several entries each has to name its interface: one that is found may be that of another entry")))
		case twice:
			err = errors.Join(err, device.At("interface", fmt.Errorf("%s is the one of entry %d, and each interface is asked once", port, first+1)))
		default:
			ports[port] = i
		}
		if err != nil {
			errs = append(errs, device.At(device.Index(i), err))
			continue
		}
		specs = append(specs, spec)
	}
	return specs, errors.Join(errs...)
}

// spec validates an entry. Mistakes are joined.
func (e *entry) spec(d device.Defaults) (device.Spec, error) {
	p, paceErr := e.Pace(d, pace)
	if paceErr == nil && p.Interval < minInterval {
		paceErr = device.At("interval", fmt.Errorf("%s is too short: the shortest interval is %s", device.Duration(p.Interval), device.Duration(minInterval)))
	}
	s, err := e.settings()
	if paceErr == nil && err == nil && p.Timeout <= 2*s.client.Patience {
		paceErr = device.At("timeout", fmt.Errorf("%s is too short: one adapter that does not answer takes two requests of %s",
			device.Duration(p.Timeout), device.Duration(s.client.Patience)))
	}
	if err := errors.Join(paceErr, err); err != nil {
		return device.Spec{}, err
	}
	name := e.Name
	if name == "" {
		name = portName(e.Interface)
	}
	digested := *e
	digested.Common = device.Common{}
	return device.Spec{
		Kind: kindName, Name: name, Pace: &p, Digest: device.DigestOf(digested),
		Open: func(env device.Env) (device.Device, error) { return open(env, s) },
	}, nil
}

// portName is how an interface is called where it has no name.
func portName(port string) string {
	if port == "" {
		return "powerline"
	}
	return port
}

// settings resolves the entry.
func (e *entry) settings() (*settings, error) {
	o := hpav.Defaults()
	var errs []error
	wrong := func(key, format string, args ...any) {
		errs = append(errs, device.At(key, fmt.Errorf(format, args...)))
	}
	within := func(key string, v *time.Duration, least, most time.Duration) {
		if *v < least || *v > most {
			wrong(key, "%s is not between %s and %s", device.Duration(*v), device.Duration(least), device.Duration(most))
		}
	}
	var err error
	if o.Destination, err = destination(e.Destination); err != nil {
		wrong("destination", "%w", err)
	}
	if err := checkPort(e.Interface); err != nil {
		wrong("interface", "%w", err)
	}
	o.Others = e.Chips != "atheros"
	if e.RequestTimeout != 0 {
		o.Patience = time.Duration(e.RequestTimeout)
		within("request_timeout", &o.Patience, minPatience, maxPatience)
	}
	if e.StatisticsInterval != nil {
		if o.Statistics = time.Duration(*e.StatisticsInterval); o.Statistics != 0 {
			within("statistics_interval", &o.Statistics, minStatistics, 24*time.Hour)
		}
	}
	if e.DetailsInterval != nil {
		if o.Details = time.Duration(*e.DetailsInterval); o.Details != 0 {
			within("details_interval", &o.Details, minStatistics, 24*time.Hour)
		}
	}
	switch {
	case e.ToneMaps && e.ToneMapInterval == 0:
		o.ToneMaps = minToneMaps
	case e.ToneMaps:
		o.ToneMaps = time.Duration(e.ToneMapInterval)
		within("tone_map_interval", &o.ToneMaps, minToneMaps, 24*time.Hour)
	case e.ToneMapInterval != 0:
		wrong("tone_map_interval", "tone maps are not read; set tone_maps: true")
	}
	if e.Forget != 0 {
		o.Forget = time.Duration(e.Forget)
		within("forget", &o.Forget, time.Minute, 7*24*time.Hour)
	}
	return &settings{port: e.Interface, client: o}, errors.Join(errs...)
}

// aliases are the words for destinations.
var aliases = map[string]hpav.MAC{
	"": hpav.Local, "local": hpav.Local, "all": hpav.Broadcast, "broadcast": hpav.Broadcast,
}

// destination reads a word or an address.
func destination(text string) (hpav.MAC, error) {
	if m, ok := aliases[text]; ok {
		return m, nil
	}
	m, err := hpav.ParseMAC(text)
	switch {
	case err != nil:
		words := slices.Sorted(maps.Keys(aliases))[1:]
		return m, fmt.Errorf("%w, or one of %s", err, strings.Join(words, ", "))
	case m == hpav.Local || m == hpav.Broadcast:
		return m, nil
	case m == hpav.MAC{}:
		return m, fmt.Errorf("%s is the address of nobody", m)
	case !m.IsStation():
		return m, fmt.Errorf("%s is a group, not an adapter", m)
	}
	return m, nil
}

// checkPort looks whether an interface can be named so. Whether it is there is seen
// when it is asked: it may be plugged in later.
func checkPort(port string) error {
	path, isUnix := strings.CutPrefix(port, unixPrefix)
	switch {
	case isUnix && path == "":
		return errors.New("unix: needs the path of a socket")
	case isUnix && len(path) > maxPath:
		return fmt.Errorf("the path of a socket has at most %d bytes; this has %d", maxPath, len(path))
	case isUnix:
		return nil
	case len(port) > 15 || strings.ContainsAny(port, "/ \t\n\x00"):
		return fmt.Errorf("%q cannot be the name of a network interface", port)
	}
	return nil
}

// maxPath is what the kernel takes for the path of a socket (unix(7)).
const maxPath = 107

// fromFlags makes the one entry of a program without a file.
func fromFlags(values map[string]string) any {
	entry := make(map[string]any)
	for key, v := range values {
		if v != "" {
			entry[key] = v
		}
	}
	return []any{entry}
}
