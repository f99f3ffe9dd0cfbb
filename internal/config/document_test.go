package config

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"home_exporter/internal/device"
)

// The kinds of the examples in docs/configuration.md have here the keys that those
// show: what the examples tell is the format, and the kinds test their own.
type socketsExample []struct {
	device.Common `yaml:",inline"`
	Host          string `yaml:"host" required:"true"`
	Port          uint16 `yaml:"port"`
	Protocol      string `yaml:"protocol,omitempty" enum:"tcp,udp"`
}

func (s socketsExample) Specs(d device.Defaults) (specs []device.Spec, err error) {
	for _, e := range s {
		specs = append(specs, device.Spec{Name: e.Name})
	}
	var errs []error
	for i, e := range s {
		_, bad := e.Pace(d, device.Pace{})
		errs = append(errs, device.At(device.Index(i), bad))
	}
	return specs, errors.Join(errs...)
}

type tapoExample struct {
	Username string        `yaml:"username" required:"true"`
	Password device.Secret `yaml:"password" required:"true"`
	Devices  []struct {
		Host     string        `yaml:"host" short:"true"`
		Username string        `yaml:"username,omitempty"`
		Password device.Secret `yaml:"password,omitempty"`
	} `yaml:"devices"`
}

func (s *tapoExample) Specs(device.Defaults) (specs []device.Spec, err error) {
	for _, e := range s.Devices {
		specs = append(specs, device.Spec{Name: e.Host})
	}
	return specs, nil
}

func TestExamplesOfTheDocumentLoad(t *testing.T) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "secrets"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "secrets", "tapo"), "open sesame\n")
	kinds := []*device.Kind{
		{Name: "sockets", Section: func() device.Section { return new(socketsExample) }},
		{Name: "tapo", Section: func() device.Section { return new(tapoExample) }},
	}
	src := Source{LookupEnv: func(string) (string, bool) { return "443", true }}
	examples := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	if len(examples) == 0 {
		t.Fatal("there are no examples in the document")
	}
	for _, example := range examples {
		if _, err := Parse(filepath.Join(dir, "home_exporter.yml"), []byte(example[1]), src, kinds); err != nil {
			t.Errorf("%v\nin the example\n%s", err, example[1])
		}
	}
}

// TestMistakesOfTheDocument makes the mistakes whose messages the document shows.
func TestMistakesOfTheDocument(t *testing.T) {
	document, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	const text = `sockets:
  - {name: a, host: a, port: 1}
  - {name: b, host: b, port: 1}
  - name: c
    host: c
    port: 1
    prot: tcp
  - {name: d, host: d, port:
          "${METER_PORT}"}
  - name: e
    host: e
    timeout: 1m
    interval: 30s
`
	src := Source{LookupEnv: func(string) (string, bool) { return "", false }}
	_, err = Parse("home_exporter.yml", []byte(text), src, []*device.Kind{
		{Name: "sockets", Section: func() device.Section { return new(socketsExample) }},
	})
	if err == nil || !strings.Contains(string(document), "```\n"+err.Error()+"\n```\n") {
		t.Errorf("docs/configuration.md does not show what a file with these mistakes gives:\n%v", err)
	}
}
