package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFlags(t *testing.T) {
	type kindFlags = map[string]map[string]string
	tests := map[string]struct {
		file  string
		flags kindFlags
		want  string // what the dump has after the probe block
		err   string
	}{
		"without a file": {
			flags: kindFlags{"doors": {"target": "10.0.0.1:80"}},
			want:  "doors:\n  - host: 10.0.0.1\n    port: 80\n",
		},
		"instead of a section": {
			file:  "doors:\n  - {host: a, port: 1}\nhub: {user_name: u, password: pppp}\n",
			flags: kindFlags{"doors": {"target": "b:2"}},
			want:  "doors:\n  - host: b\n    port: 2\nhub:\n  user_name: u\n  password: <secret>\n",
		},
		"the section they replace is not looked at": {
			file:  "doors: {hosts: [${NOWHERE}]}\n",
			flags: kindFlags{"doors": {"target": "b:2"}},
			want:  "doors:\n  - host: b\n    port: 2\n",
		},
		"beside a file of comments": {
			file:  "# nothing yet\n",
			flags: kindFlags{"doors": {"target": "b:2"}},
			want:  "doors:\n  - host: b\n    port: 2\n",
		},
		"an empty set replaces nothing": {
			file:  "doors: [{host: a, port: 1}]\n",
			flags: kindFlags{"doors": {}},
			want:  "doors:\n  - host: a\n    port: 1\n",
		},
		"dollars are for the shell": {
			flags: kindFlags{"hub": {"user-name": "${HOST} $5", "password": "$$x${"}},
			want:  "hub:\n  user_name: $${HOST} $$5\n  password: <secret>\n",
		},
		"a text like null or a number": {
			flags: kindFlags{"hub": {"user-name": "null", "password": "0123", "devices": "~,true"}},
			want:  "hub:\n  user_name: \"null\"\n  password: <secret>\n  devices:\n    - host: \"~\"\n    - host: \"true\"\n",
		},
		"defaults of the file hold": {
			file:  "defaults: {interval: 1m}\n",
			flags: kindFlags{"doors": {"target": "b:2"}},
			want:  "doors:\n  - host: b\n    port: 2\n",
		},

		"the only flag has it": {
			flags: kindFlags{"doors": {"target": "10.0.0.1:http"}},
			err:   `--doors.target: [0].port: "http" is no whole number`,
		},
		"from Specs": {
			flags: kindFlags{"doors": {"target": "10.0.0.1:0"}},
			err:   "--doors.target: [0].port: a door needs a port from 1 to 65535",
		},
		"missing": {
			flags: kindFlags{"doors": {"target": ":80"}},
			err:   "--doors.target: [0].host: this is required and may not be empty",
		},
		"the flag of that name has it": {
			flags: kindFlags{"hub": {"user-name": "", "password": "pppp"}},
			err:   "--hub.user-name: this is required and may not be empty",
		},
		"a file of a secret": {
			flags: kindFlags{"hub": {"user-name": "u", "password-file": "/nowhere/secret"}},
			err:   "--hub.password-file: read /nowhere/secret: no such file or directory",
		},
		"any of them": {
			flags: kindFlags{"hub": {"user-name": "u", "devices": "a,a"}},
			err:   "--hub.devices, --hub.user-name: password: this key is required, or password_file",
		},
		"after the mistakes of the file": {
			file:  "dors: []\n",
			flags: kindFlags{"doors": {"target": "a:x"}},
			err:   "f.yml:1:1: dors: unknown key; did you mean doors?\n--doors.target: [0].port: \"x\" is no whole number",
		},
		"the secret is masked": {
			flags: kindFlags{"hub": {"user-name": "u", "password": "hunter22", "devices": "hunter22,hunter22"}},
			err:   `--hub.devices, --hub.password, --hub.user-name: two devices have the name "<secret>"; give each its own`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("f.yml", []byte(tt.file), Source{Flags: tt.flags, LookupEnv: environment}, toys())
			if tt.err != "" {
				if err == nil {
					t.Fatalf("no error, want %s", tt.err)
				}
				if diff := cmp.Diff(tt.err, err.Error()); diff != "" {
					t.Errorf("error (-want +got):\n%s", diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			dump, err := c.Dump()
			if err != nil {
				t.Fatal(err)
			}
			_, got, _ := strings.Cut(string(dump), "    - ::1/128\n")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("dump (-want +got):\n%s", diff)
			}
		})
	}
}
