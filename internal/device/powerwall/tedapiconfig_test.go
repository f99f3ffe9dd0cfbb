package powerwall

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device"
)

func TestTEDAPIDefaultLogin(t *testing.T) {
	for _, c := range []struct {
		name  string
		entry entry
		want  string
	}{
		{"of the label", entry{TEDAPI: &tedapiBlock{GatewayPassword: device.NewSecret("ABCDEFGHIJ")}}, "FGHIJ"},
		{"of its own", entry{LoginPassword: device.NewSecret("own"), TEDAPI: &tedapiBlock{GatewayPassword: device.NewSecret("ABCDEFGHIJ")}}, "own"},
		{"short", entry{TEDAPI: &tedapiBlock{GatewayPassword: device.NewSecret("ABC")}}, "ABC"},
		{"none", entry{TEDAPI: &tedapiBlock{}}, ""},
		{"no block", entry{LoginPassword: device.NewSecret("own")}, "own"},
	} {
		if got := c.entry.login().Reveal(); got != c.want {
			t.Errorf("%s: login %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTEDAPIConfigMistakes(t *testing.T) {
	absent := writeFile(t, "here", nil) + "-not"
	for _, c := range []struct {
		name  string
		block tedapiBlock
		want  []string
	}{
		{"no password and no key", tedapiBlock{}, []string{"tedapi.gateway_password", "label"}},
		{"address", tedapiBlock{Address: "a b"}, []string{"tedapi.address", "no address"}},
		{"too often", tedapiBlock{Interval: device.Duration(time.Second)}, []string{"tedapi.interval", "5s"}},
		{"no key file", tedapiBlock{RSAKeyFile: absent}, []string{"tedapi.rsa_key_file", absent, "no such file"}},
		{"key file is none", tedapiBlock{RSAKeyFile: writeFile(t, "key.pem", []byte("planted"))}, []string{"tedapi.rsa_key_file", "key.pem", "no PEM file"}},
		{"no query file", tedapiBlock{QueryFile: absent}, []string{"tedapi.query_file", absent, "no such file"}},
		{"query file is none", tedapiBlock{QueryFile: writeFile(t, "q.json", []byte("planted"))}, []string{"tedapi.query_file", "q.json", "no JSON object"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := entry{GatewayAddress: "192.0.2.1", LoginPassword: device.NewSecret("x"), TEDAPI: &c.block}
			_, err := section{e}.Specs(device.Defaults{})
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "planted") {
				t.Errorf("error %q tells what is in the file", err)
			}
		})
	}
}

// Another content of a file makes another device.
func TestTEDAPIDigest(t *testing.T) {
	dir := t.TempDir()
	digest := func(text string) device.Digest {
		t.Helper()
		content, err := os.ReadFile(writeQueries(t, map[string]string{"PW3Query": text}))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "queries.json"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		s := section{{GatewayAddress: "192.0.2.1", TEDAPI: &tedapiBlock{GatewayPassword: device.NewSecret("ABCDEFGHIJ"), QueryFile: "queries.json"}}}
		s.SetDir(dir)
		specs, err := s.Specs(device.Defaults{})
		if err != nil {
			t.Fatal(err)
		}
		return specs[0].Digest
	}
	first := digest("query A")
	if digest("query B") == first {
		t.Error("a changed query file does not change the device")
	}
	if digest("query A") != first {
		t.Error("the same query file changes the device")
	}
}
