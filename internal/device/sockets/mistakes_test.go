package sockets

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMistakes holds the messages of what is refused, to the letter.
func TestMistakes(t *testing.T) {
	const protocols = "tcp, tcp4, tcp6, udp, udp4, udp6, ip, ip4, ip6, unix, unixgram, unixpacket, ip4:icmp, ip4:1, ip6:ipv6-icmp"
	for _, tt := range []struct {
		name, entries, want string
	}{
		{"no host", "- {name: a, port: 80}", "f.yml:2:3: sockets[0]: a socket needs a host: a name, an address, or for the unix protocols a path"},
		{"no name", "- {host: h, port: 80}", "f.yml:2:3: sockets[0]: a socket needs a name"},
		{"no port", "- {name: a, host: h}", "f.yml:2:3: sockets[0].port: port is missing: give a number from 1 to 65535"},
		{"nothing", "- {}", "f.yml:2:3: sockets[0]: a socket needs a name\n" +
			"f.yml:2:3: sockets[0]: a socket needs a host: a name, an address, or for the unix protocols a path\n" +
			"f.yml:2:3: sockets[0].port: port is missing: give a number from 1 to 65535"},
		{"port out of range", "- name: a\n  host: h\n  port: 70000", `f.yml:4:9: sockets[0].port: port "70000" is out of range (1 to 65535)`},
		{"port zero", "- {name: a, host: h, port: 0}", `f.yml:2:28: sockets[0].port: port "0" is out of range (1 to 65535)`},
		{"port with minus", "- {name: a, host: h, port: -1}", `f.yml:2:28: sockets[0].port: port "-1" is neither a number from 1 to 65535 nor a known tcp service`},
		{"port of a ping", "- {name: a, host: h, port: 70000, protocol: ip}", `f.yml:2:28: sockets[0].port: port "70000" is out of range (1 to 65535)`},
		{"port of a path", "- {name: a, host: /h, port: '', protocol: unix}\n- {name: a, host: /h, port: x y, protocol: unix}", `f.yml:3:29: sockets[1].port: port "x y" is neither a number from 1 to 65535 nor a known tcp service`},
		{"port of nobody", "- {name: a, host: h, port: nosuchservice, protocol: udp}", `f.yml:2:28: sockets[0].port: port "nosuchservice" is neither a number from 1 to 65535 nor a known udp service`},
		{"host with port", "- name: a\n  host: h:80\n  port: 80", `f.yml:3:9: sockets[0].host: host "h:80" is no IPv6 address: a port has its own field`},
		{"a URL", "- {name: a, host: 'http://h', port: 80}", `f.yml:2:19: sockets[0].host: host "http://h" is a URL: give the name or address alone`},
		{"host and port", "- {name: a, host: 'h h', port: 99999}", `f.yml:2:19: sockets[0].host: host "h h" contains ' ', which no name has` + "\n" +
			`f.yml:2:32: sockets[0].port: port "99999" is out of range (1 to 65535)`},
		{"family of the address", "- {name: a, host: 127.0.0.1, port: 80, protocol: tcp6}", `f.yml:2:19: sockets[0].host: host "127.0.0.1" is an IPv4 address, but network tcp6 takes only IPv6`},
		{"unix path too long", "- {name: a, host: /" + strings.Repeat("x", 108) + ", protocol: unix}", `f.yml:2:19: sockets[0].host: socket path of 109 bytes is longer than this system allows (107)`},
		{"timeout with minus", "- {name: a, host: h, port: 1, timeout: -1}", `f.yml:2:40: sockets[0].timeout: "-1" is negative`},
		{"timeout over interval", "- {name: a, host: h, port: 1, timeout: 6, interval: 5}", `f.yml:2:40: sockets[0].timeout: the timeout 6s is longer than the interval 5s`},
		{"timeout too short", "- {name: a, host: h, port: 1, timeout: 50ms}", `f.yml:2:40: sockets[0].timeout: 50ms is too short: a connection needs at least 100ms`},
		{"timeout no duration", "- {name: a, host: h, port: 1, timeout: soon}", `f.yml:2:40: sockets[0].timeout: "soon" is no duration; write for example 30s, 1m30s or 2.5 (seconds)`},
		{"protocol", "- {name: a, host: h, port: 1, protocol: tpc}", `f.yml:2:41: sockets[0].protocol: "tpc" is not one of ` + protocols},
		{"protocol of ip", "- {name: a, host: h, protocol: 'ip4:6'}", `f.yml:2:32: sockets[0].protocol: "ip4:6" is not one of ` + protocols},
		{"unknown key", "- {name: a, host: h, port: 1, prtocol: tcp}", `f.yml:2:31: sockets[0].prtocol: unknown key; did you mean protocol?`},
		{"level", "- {name: a, host: h, port: 1, metrics: min}", `f.yml:2:40: sockets[0].metrics: "min" is not one of minimal, standard, full; did you mean minimal?`},
		{"twice", "- {name: a, host: h, port: 1}\n- {name: b, host: h, port: 1}\n- {name: a, host: h, port: 1, timeout: 1}",
			`f.yml:4:3: sockets[2]: the socket "a" (tcp h:1) stands here again; it is already at sockets[0]`},
		{"twice in two spellings", "- {name: a, host: h, port: 1}\n- {name: a, host: '::1', port: 1}\n- {name: a, host: '[::1]', port: 1}",
			`f.yml:4:3: sockets[2]: the socket "a" (tcp [::1]:1) stands here again; it is already at sockets[1]`},
		{"twice by default", "- {name: a, host: h, port: 1}\n- {name: a, host: h, port: '1', protocol: TCP}",
			`f.yml:3:3: sockets[1]: the socket "a" (tcp h:1) stands here again; it is already at sockets[0]`},
		{"a name that cannot be shown", `- {name: "a\x1b[2J", host: h, port: 1}`, `f.yml:2:10: sockets[0].name: "a\x1b[2J" contains a control character, or is not UTF-8`},
		{"a name without end", `- {name: ` + strings.Repeat("n", 501) + `, host: h, port: 1}`, `f.yml:2:10: sockets[0].name: a name of 501 bytes is too long; at most 500 are shown`},
		{"tls over udp", "- name: a\n  host: h\n  port: 1\n  protocol: udp\n  tls: {}", `f.yml:6:8: sockets[0].tls: tls cannot be used with udp: the handshake needs tcp`},
		{"close of udp", "- {name: a, host: h, port: 1, protocol: udp, close: rst}", `f.yml:2:53: sockets[0].close: reset cannot be used with udp: only tcp connections can be reset`},
		{"preset of tcp", "- {name: a, host: h, port: 1, udp: {preset: dns}}", `f.yml:2:45: sockets[0].udp.preset: preset dns cannot be used with tcp: presets are for udp`},
		{"require_answer of tcp", "- {name: a, host: h, port: 1, udp: {require_answer: true}}", `f.yml:2:53: sockets[0].udp.require_answer: require_answer cannot be used with tcp: it is for udp and unixgram`},
		{"send to a ping", "- {name: a, host: h, protocol: ip, send: x}", `f.yml:2:42: sockets[0].send: send cannot be used with ip: an echo request carries its own payload`},
		{"expression", "- {name: a, host: h, port: 1, expect: '('}", "f.yml:2:39: sockets[0].expect: \"(\" is no regular expression: error parsing regexp: missing closing ): `(`"},
		{"source no address", "- {name: a, host: h, port: 1, source: eth0}", `f.yml:2:39: sockets[0].source: ParseAddr("eth0"): unable to parse IP`},
		{"source of the other family", "- {name: a, host: 127.0.0.1, port: 1, source: '::1'}", `f.yml:2:19: sockets[0].host: host "127.0.0.1" is an IPv4 address, which source ::1 (IPv6) cannot reach`},
		{"interface", "- {name: a, host: h, port: 1, interface: a/b}", `f.yml:2:42: sockets[0].interface: interface "a/b" cannot be a device name (1 to 15 bytes, no slash, no blank)`},
		{"hours", "- {name: a, host: h, port: 1, active: [Mon-Fri, 8-18]}", `f.yml:2:49: sockets[0].active[1]: "8-18" is no window; write for example Mon-Fri 08:00-18:00, Sat,Sun or 22:00-06:00`},
		{"downtime", "- {name: a, host: h, port: 1, downtime: [nightly]}", `f.yml:2:42: sockets[0].downtime[0]: "nightly" is no window; write for example Mon-Fri 08:00-18:00, Sat,Sun or 22:00-06:00`},
		{"zone", "- {name: a, host: h, port: 1, timezone: Berlin}", `f.yml:2:41: sockets[0].timezone: "Berlin" is no time zone; write for example Europe/Berlin or UTC`},
		{"host beside files", "- {files: [a.yml], host: h}", `f.yml:2:11: sockets[0].files: an entry has either a host or files; the sockets of the files have their own hosts`},
		{"pattern", "- {files: ['[']}", `f.yml:2:12: sockets[0].files[0]: "[" is no file pattern: a [ is not closed, or a \ ends it`},
		{"no file", "- {files: ['']}", `f.yml:2:12: sockets[0].files[0]: the name of a file is empty`},
		{"files twice", "- {files: [a.yml]}\n- {files: [a.yml]}", `f.yml:3:11: sockets[1].files: another entry is called "files a.yml"; give one of them a name`},
		{"options of files", "- {files: [a.yml], protocol: udp, tls: {}}", `f.yml:2:40: sockets[0].tls: tls cannot be used with udp: the handshake needs tcp`},
		{"several mistakes of one entry", "- {name: a, host: h, port: 0, timeout: 9, interval: 3, active: [x], expect: ')'}",
			`f.yml:2:28: sockets[0].port: port "0" is out of range (1 to 65535)` + "\n" +
				`f.yml:2:40: sockets[0].timeout: the timeout 9s is longer than the interval 3s` + "\n" +
				`f.yml:2:65: sockets[0].active[0]: "x" is no window; write for example Mon-Fri 08:00-18:00, Sat,Sun or 22:00-06:00` + "\n" +
				"f.yml:2:77: sockets[0].expect: \")\" is no regular expression: error parsing regexp: unexpected ): `)`"},
		{"mistakes of several entries", "- {name: a, host: h, port: 0}\n- {name: b, port: 1}\n- {name: c, host: h, port: 1}\n- {name: d, host: h, port: 1, protocol: x}",
			`f.yml:2:28: sockets[0].port: port "0" is out of range (1 to 65535)` + "\n" +
				`f.yml:3:3: sockets[1]: a socket needs a host: a name, an address, or for the unix protocols a path` + "\n" +
				`f.yml:5:41: sockets[3].protocol: "x" is not one of ` + protocols},
	} {
		t.Run(tt.name, func(t *testing.T) {
			specs, err := parse("sockets:\n" + tt.entries)
			if err == nil {
				t.Fatalf("no error, but %d devices", len(specs))
			}
			if diff := cmp.Diff(strings.Split(tt.want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}
