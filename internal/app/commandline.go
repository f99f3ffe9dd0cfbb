package app

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"
	"github.com/prometheus/common/version"
	"github.com/prometheus/exporter-toolkit/web"
	"github.com/prometheus/exporter-toolkit/web/kingpinflag"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
)

const (
	defaultFile    = "home_exporter.yml"
	defaultAddress = ":10058"
)

// commandLine is what the command line and the environment say.
type commandLine struct {
	command string
	stderr  io.Writer

	configFile    string // as given; empty when not
	autoReload    bool
	reloadEvery   time.Duration
	listen        *web.FlagConfig
	telemetryPath string
	lifecycle     bool
	maxScrapes    int
	logging       promslog.Config
	kindFlags     map[string]map[string]*string // kind, flag

	// of the command poll
	kind, target string
	trace        bool
	// of the command fetch-cert
	presenter string // name of the device; empty when not given
	printOnly bool
	timeout   time.Duration
	// of the command assets
	folder string
}

// errHelp is what parse returns when the answer has been printed already.
var errHelp = errors.New("help was asked for")

// parse reads the command line. Each flag can also be given in the environment, as
// HOME_EXPORTER_ and its name in capitals.
func parse(args []string, kinds []*device.Kind, stdout, stderr io.Writer) (*commandLine, error) {
	cl := &commandLine{stderr: stderr, kindFlags: make(map[string]map[string]*string)}
	app := kingpin.New("home_exporter", help)
	ended := false
	app.Terminate(func(int) { ended = true })
	app.UsageWriter(stdout).ErrorWriter(stderr)
	app.UsageTemplate(usage)
	app.HelpFlag.Short('h')
	app.Version(version.Print("home_exporter"))
	app.DefaultEnvars()

	app.Flag("config.file", "Configuration file. Default: "+defaultFile+" in the working directory, if it is there.").StringVar(&cl.configFile)
	app.Flag("config.enable-auto-reload", "Reload when the content of the configuration file changes.").BoolVar(&cl.autoReload)
	app.Flag("config.auto-reload-interval", "How often to look whether it has.").Default("30s").DurationVar(&cl.reloadEvery)
	cl.listen = kingpinflag.AddFlags(app, defaultAddress)
	app.Flag("web.telemetry-path", "Path of the metrics.").Default("/metrics").StringVar(&cl.telemetryPath)
	app.Flag("web.enable-lifecycle", "Reload on POST /-/reload.").BoolVar(&cl.lifecycle)
	app.Flag("web.max-requests", "Scrapes that are answered at the same time; further ones get 503.").Default("40").IntVar(&cl.maxScrapes)
	promslogflag.AddFlags(app, &cl.logging)
	cl.logging.Writer = stderr
	cl.addKindFlags(app, kinds)

	app.Command("serve", "Ask the devices and serve what they say. This is the default.").Default()
	app.Command("check", "Check the configuration and print what would be polled.")
	pollCommand := app.Command("poll", "Ask once and print the readings.")
	pollCommand.Arg("kind", "Kind of device.").Required().EnumVar(&cl.kind, kindNames(kinds)...)
	pollCommand.Arg("device", "Name of a configured device, or an address. Default: all configured devices of the kind.").StringVar(&cl.target)
	pollCommand.Flag("trace", "Print what goes over the wire, secrets masked.").BoolVar(&cl.trace)
	fetchCommand := app.Command("fetch-cert", "Store the certificate that a device presents, for pinning.")
	fetchCommand.Arg("device", "Name of a configured device. Default: the only one that presents a certificate.").StringVar(&cl.presenter)
	fetchCommand.Flag("print", "Print the certificate and store nothing.").BoolVar(&cl.printOnly)
	fetchCommand.Flag("timeout", "The longest that it may take.").Default("10s").DurationVar(&cl.timeout)
	assetsCommand := app.Command("assets", "Write dashboards, alert and recording rules to a folder.")
	assetsCommand.Arg("folder", "Folder to write to; it is made if missing.").Required().StringVar(&cl.folder)
	app.Command("version", "Print the version.")

	command, err := app.Parse(args)
	if ended {
		return nil, errHelp
	}
	cl.command = command
	return cl, err
}

func (cl *commandLine) addKindFlags(app *kingpin.Application, kinds []*device.Kind) {
	for _, k := range kinds {
		cl.kindFlags[k.Name] = make(map[string]*string)
		for _, f := range k.Flags {
			flag := app.Flag(k.Name+"."+f.Name, f.Help)
			text := ""
			for _, name := range f.Env {
				if text = os.Getenv(name); text != "" {
					break
				}
			}
			cl.kindFlags[k.Name][f.Name] = flag.Default(text).String()
		}
	}
}

func kindNames(kinds []*device.Kind) []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return names
}

// source says where the configuration comes from.
func (cl *commandLine) source() (config.Source, error) {
	src := config.Source{Path: cl.configFile, Flags: make(map[string]map[string]string)}
	for kind, flags := range cl.kindFlags {
		for name, value := range flags {
			if *value == "" {
				continue
			}
			if src.Flags[kind] == nil {
				src.Flags[kind] = make(map[string]string)
			}
			src.Flags[kind][name] = *value
		}
	}
	if src.Path != "" {
		return src, nil
	}
	_, err := os.Stat(defaultFile)
	switch {
	case err == nil || !errors.Is(err, os.ErrNotExist):
		src.Path = defaultFile
	case len(src.Flags) == 0:
		return src, fmt.Errorf("there is no configuration: %s does not exist in this folder; "+
			"write one, name another with --config.file, or name a device by a flag such as --sockets.target=tcp://192.168.1.1:80", defaultFile)
	}
	return src, nil
}

// logger returns the logger that the flags describe.
func (cl *commandLine) logger() *slog.Logger { return promslog.New(&cl.logging) }

const help = `Makes the things in a home, and in the field, visible to Prometheus.`

// usage is the help text. Kingpin's own lists everything and explains nothing.
var usage = strings.TrimSpace(`
{{.App.Help}}

Usage: home_exporter [flags] [command]

It reads one file, asks every device on its own schedule, keeps what each said
last, and serves it on `+defaultAddress+`: to Prometheus on /metrics, to people on /.

Commands:
  serve                   ask and serve (the default)
  check                   check the configuration, print what would be polled;
                          every mistake comes with its line, and exit code 1
  poll KIND [DEVICE]      ask once and print the readings; DEVICE is a configured
                          name or an address; --trace shows the wire
  fetch-cert [DEVICE]     store the certificate that a device presents in the
                          tls_cert_file of its entry, and print its fingerprint;
                          --print stores nothing
  assets DIR              write dashboards for Grafana and rules for Prometheus
  version                 print the version

Examples:
  home_exporter --config.file=/etc/home_exporter.yml
  home_exporter --sockets.target=tcp://192.168.1.1:80,udp://192.168.1.1:53
  home_exporter check --config.file=home_exporter.yml
  home_exporter poll sockets tcp://example.net:443 --trace

Flags, also from the environment (--config.file is HOME_EXPORTER_CONFIG_FILE):
{{.Context.Flags|FlagsToTwoColumns|FormatTwoColumns}}
A flag of a kind takes the place of that kind's section in the file. Documents:
docs/configuration.md, docs/http.md, docs/metrics.md.
`) + "\n"
