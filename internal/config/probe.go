package config

import (
	"fmt"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// defaultAllow are the networks of houses: the private ranges (RFC 1918, and RFC 4193
// for IPv6) and loopback. Link-local addresses are not among them: on rented machines
// 169.254.169.254 gives away credentials, and devices that have only such an address
// are rare.
var defaultAllow = []string{
	"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128",
}

// Probe is the probe block: what /probe may ask. The zero value permits nothing.
type Probe struct {
	// Allow are the rules as they were written, or the default ones: networks and
	// addresses, and names with * for any characters.
	Allow []string

	everything bool
	networks   []netip.Prefix
	names      []*regexp.Regexp
}

// probeBlock is the probe block as it is written.
type probeBlock struct {
	Allow []string `yaml:"allow,omitempty" doc:"What /probe may ask: networks (10.0.0.0/8), addresses, names (*.lan), or * for everything. Default: the private networks and loopback. An empty list permits nothing."`
}

// newProbe is for rules that are known to be right.
func newProbe(allow []string) Probe {
	p := Probe{Allow: slices.Clone(allow)}
	for _, rule := range allow {
		if err := p.add(rule); err != nil {
			panic(err)
		}
	}
	return p
}

// decodeProbe decodes the probe block.
func (d *decoder) decodeProbe(n pair, to *Probe) {
	if n.key == nil {
		return
	}
	d.trail.push(step{key: probeKey, node: n.key})
	defer d.trail.pop()
	var block probeBlock
	d.value(n.value, reflect.ValueOf(&block).Elem())
	if block.Allow == nil {
		return
	}
	p := Probe{Allow: block.Allow}
	for i, rule := range block.Allow {
		path := fmt.Sprintf("allow[%d]", i)
		if err := p.add(rule); err != nil && !d.spoiled.isFollowUp(join(probeKey, path), "") {
			d.report(locate(n.value, path), join(probeKey, path), err, "")
		}
	}
	*to = p
}

// add adds a rule.
func (p *Probe) add(rule string) error {
	if rule == "*" {
		p.everything = true
		return nil
	}
	if strings.Contains(rule, "/") {
		network, err := netip.ParsePrefix(rule)
		switch {
		case err != nil:
			return fmt.Errorf("%q is no network; write for example 192.168.1.0/24 or fd00::/8", rule)
		case network != network.Masked():
			return fmt.Errorf("%q has bits set behind the mask; write %s, or the address alone", rule, network.Masked())
		case network.Addr().Is4In6():
			return fmt.Errorf("%q maps IPv4 into IPv6; write the IPv4 network", rule)
		}
		p.networks = append(p.networks, network)
		return nil
	}
	if addr, err := netip.ParseAddr(rule); err == nil {
		addr = addr.Unmap().WithZone("")
		p.networks = append(p.networks, netip.PrefixFrom(addr, addr.BitLen()))
		return nil
	}
	switch {
	case strings.Trim(rule, "0123456789.*") == "" && rule != "":
		return fmt.Errorf("%q is neither an address nor a name; write a network like 192.168.1.0/24", rule)
	case !hostPattern.MatchString(rule):
		return fmt.Errorf("%q is no network, address or name; write for example 192.168.1.0/24 or *.lan", rule)
	}
	parts := strings.Split(strings.TrimSuffix(strings.ToLower(rule), "."), "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	p.names = append(p.names, regexp.MustCompile("^"+strings.Join(parts, ".*")+"$"))
	return nil
}

// hostPattern is generous: names are only compared, and never resolved from here.
var hostPattern = regexp.MustCompile(`^[\p{L}\p{N}_*-][\p{L}\p{N}_.*-]{0,252}$`)

// PermitsAddr reports whether an address may be asked.
func (p Probe) PermitsAddr(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	return p.everything || slices.ContainsFunc(p.networks, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// Permits reports whether a host may be asked whatever address it turns out to have:
// it is a name that a rule allows, or an address that PermitsAddr does.
func (p Probe) Permits(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return p.PermitsAddr(addr)
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return p.everything || slices.ContainsFunc(p.names, func(n *regexp.Regexp) bool { return n.MatchString(host) })
}

// Permit returns the check of the addresses of one host, to be asked immediately
// before connecting. Its error names the setting to change.
func (p Probe) Permit(host string) func(netip.Addr) error {
	if p.Permits(host) {
		return func(netip.Addr) error { return nil }
	}
	return func(addr netip.Addr) error {
		if p.PermitsAddr(addr) {
			return nil
		}
		if host == addr.String() {
			return fmt.Errorf("probe.allow of the configuration does not have %s", addr)
		}
		return fmt.Errorf("probe.allow of the configuration has neither %s nor its address %s", host, addr)
	}
}
