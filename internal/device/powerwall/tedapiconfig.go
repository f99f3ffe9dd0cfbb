package powerwall

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"home_exporter/internal/device"
	"home_exporter/internal/device/powerwall/tedapi"
)

// A tedapiBlock is the block tedapi of an entry.
type tedapiBlock struct {
	Address         string          `yaml:"address,omitempty" doc:"Where TEDAPI is, often 192.168.91.1: the gateway's own Wi-Fi. Default: the gateway_address."`
	GatewayPassword device.Secret   `yaml:"gateway_password,omitempty" doc:"The whole password on the gateway's label."`
	RSAKeyFile      string          `yaml:"rsa_key_file,omitempty" doc:"Private RSA key (PEM) that is registered with the gateway. With it TEDAPI goes over the wired network, signed."`
	QueryFile       string          `yaml:"query_file,omitempty" doc:"Signed queries (JSON), which home_exporter does not bring along. Without it TEDAPI tells firmware, networks and configuration only."`
	Interval        device.Duration `yaml:"interval,omitempty" doc:"Least time from one TEDAPI poll to the next. Default: 30s."`
}

// tedapiSettings is a block, validated and with its files read.
type tedapiSettings struct {
	address  string
	password func() string
	key      *tedapi.Key
	queries  tedapi.Queries
	every    time.Duration
	files    [2][sha256.Size]byte // what they hold, for the digest
}

// Limits of what can be configured: access points have vanished under faster polls.
const (
	tedapiInterval    = 30 * time.Second
	minTEDAPIInterval = 5 * time.Second
)

// login is the password of the local API: by default it is the end of the one on the
// label.
func (e *entry) login() device.Secret {
	const end = 5
	if e.TEDAPI == nil || !e.LoginPassword.IsZero() {
		return e.LoginPassword
	}
	text := e.TEDAPI.GatewayPassword.Reveal()
	return device.NewSecret(text[max(0, len(text)-end):])
}

// tedapi validates the block, nil for none, and reads its files. Mistakes are joined.
func (e *entry) tedapi() (*tedapiSettings, error) {
	b := e.TEDAPI
	if b == nil {
		return nil, nil
	}
	var errs []error
	wrong := func(key string, err error) {
		if err != nil {
			errs = append(errs, device.At(key, err))
		}
	}
	s := &tedapiSettings{password: b.GatewayPassword.Reveal, every: b.Interval.Or(tedapiInterval)}
	if b.Address != "" {
		var err error
		s.address, err = parseAddress(b.Address)
		wrong("address", err)
	}
	if s.every < minTEDAPIInterval {
		wrong("interval", fmt.Errorf("%s is too short: the shortest interval of TEDAPI is %s", b.Interval, device.Duration(minTEDAPIInterval)))
	}
	if b.GatewayPassword.IsZero() && b.RSAKeyFile == "" {
		wrong("gateway_password", errors.New("TEDAPI takes the whole password on the gateway's label, or a registered key (rsa_key_file)"))
	}
	if b.RSAKeyFile != "" {
		wrong("rsa_key_file", s.readKey(device.InDir(e.dir, b.RSAKeyFile)))
	}
	if b.QueryFile != "" {
		wrong("query_file", s.readQueries(device.InDir(e.dir, b.QueryFile)))
	}
	return s, errors.Join(errs...)
}

// digest changes with the content of the files.
func (s *tedapiSettings) digest() [2][sha256.Size]byte {
	if s == nil {
		return [2][sha256.Size]byte{}
	}
	return s.files
}

func (s *tedapiSettings) readKey(name string) error {
	content, err := readFile(name, tedapi.MaxKeyFile)
	if err != nil {
		return err
	}
	s.files[0] = sha256.Sum256(content)
	if s.key, err = tedapi.ParseKey(content); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (s *tedapiSettings) readQueries(name string) error {
	content, err := readFile(name, tedapi.MaxQueryFile)
	if err != nil {
		return err
	}
	s.files[1] = sha256.Sum256(content)
	if s.queries, err = tedapi.ParseQueries(content); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readFile reads a file of at most longest bytes, and one more where it is longer.
func readFile(name string, longest int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, longest+1))
	if err != nil {
		return nil, err
	}
	return content, nil
}
