package hitron

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// parseBase reads an address as people write it: a host or host:port, with a scheme
// before and a slash after it or not.
func parseBase(address string) (*url.URL, error) {
	text := strings.TrimSpace(address)
	if strings.Contains(text, "@") { // first of all: what follows quotes the address
		return nil, errors.New("user and password do not belong into the address; write username and password_file")
	}
	if ip, err := netip.ParseAddr(text); err == nil && ip.Is6() {
		text = "[" + strings.Replace(text, "%", "%25", 1) + "]" // RFC 6874
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	wrong := fmt.Errorf("%q is no address; write for example 192.168.100.1 or http://192.168.0.1", address)
	u, err := url.Parse(text)
	if err != nil {
		return nil, wrong
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%q: a modem is asked over https or http", address)
	case u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(u.Host, ":"):
		return nil, wrong
	case !isHost(u.Hostname()) || strings.Contains(u.Hostname(), ":") != strings.HasPrefix(u.Host, "["):
		return nil, wrong
	case u.Port() != "":
		if n, err := strconv.ParseUint(u.Port(), 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("%q: a port is a number from 1 to 65535", address)
		}
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// isHost tells a name or an address from what net/url also takes for one. After an
// IPv6 address there may be the name of an interface.
func isHost(text string) bool {
	host, zone, _ := strings.Cut(text, "%")
	return !strings.ContainsFunc(host, func(r rune) bool {
		return r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._:", r)
	}) && !strings.ContainsFunc(zone, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._:", r)
	})
}

// hostPort is where base connects to.
func hostPort(base *url.URL) string {
	port := base.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[base.Scheme]
	}
	return net.JoinHostPort(base.Hostname(), port)
}

// placeOf is where base connects to, however that is spelled: a modem is known by it.
func placeOf(base *url.URL) string {
	host, port, err := net.SplitHostPort(strings.ToLower(hostPort(base)))
	if err != nil {
		return ""
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.String()
	}
	if n := strings.TrimLeft(port, "0"); n != "" {
		port = n
	}
	return net.JoinHostPort(host, port)
}

// serverName is what a handshake with base asks for: nothing where it has an address.
func serverName(base *url.URL) string {
	if _, err := netip.ParseAddr(base.Hostname()); err == nil {
		return ""
	}
	return base.Hostname()
}
