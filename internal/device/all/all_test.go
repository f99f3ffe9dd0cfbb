package all

import (
	"context"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
	"home_exporter/internal/metric"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// eachKind runs a test for every kind of the list.
func eachKind(t *testing.T, test func(*testing.T, *device.Kind)) {
	kinds := Kinds()
	if len(kinds) == 0 {
		t.Fatal("there are no kinds")
	}
	for _, k := range kinds {
		t.Run(k.Name, func(t *testing.T) { test(t, k) })
	}
}

// load returns the devices of a configuration of one kind.
func load(t *testing.T, k *device.Kind, name, text string) []device.Spec {
	t.Helper()
	c, err := config.Parse(name, []byte(text), config.Source{LookupEnv: anyVariable}, []*device.Kind{k})
	if err != nil {
		t.Fatal(err)
	}
	return c.Specs
}

// anyVariable is an environment in which every variable is set.
func anyVariable(name string) (string, bool) { return "value of " + name, true }

func example(t *testing.T, k *device.Kind) []device.Spec {
	t.Helper()
	return load(t, k, filepath.Join("..", k.Name, "example.yaml"), k.Example)
}

// open opens a device. It is closed when the test ends.
func open(t *testing.T, spec device.Spec) device.Device {
	t.Helper()
	d, err := spec.Open(device.Env{Spend: func(string) error { return nil }})
	if err != nil {
		t.Fatalf("open %s: %v", spec.Name, err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close %s: %v", spec.Name, err)
		}
	})
	return d
}

// patience is how long after its time a poll may end before it is taken to hang. It is
// long, because the machine may be busy with other tests.
const patience = 20 * time.Second

// ask polls d and fails the test if that goes on long after the end of ctx.
func ask(t *testing.T, ctx context.Context, spec device.Spec, d device.Device, out *metric.Batch) error {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- d.Poll(ctx, out) }()
	var err error
	select {
	case err = <-ended:
		return err
	case <-ctx.Done():
	}
	select {
	case err = <-ended:
	case <-time.After(patience):
		t.Fatalf("%s: the poll goes on %s after its context has ended", spec.Name, patience)
	}
	return err
}

func TestKind(t *testing.T) {
	names := make(map[string]bool)
	eachKind(t, func(t *testing.T, k *device.Kind) {
		if names[k.Name] {
			t.Errorf("%s is listed twice", k.Name)
		}
		names[k.Name] = true
		if !regexp.MustCompile(`^[a-z][a-z0-9]*$`).MatchString(k.Name) {
			t.Errorf("%q is no name: it is a key, a folder, a package and a label value", k.Name)
		}
		if k.Summary == "" || strings.ContainsAny(k.Summary, "\n") || strings.HasSuffix(k.Summary, ".") {
			t.Errorf("the summary %q is not one line without a full stop", k.Summary)
		}
		if section := reflect.TypeOf(k.Section()); section.Kind() != reflect.Pointer {
			t.Errorf("the section is a %s and not a pointer", section)
		}
		if k.FromFlags == nil && len(k.Flags) > 0 {
			t.Error("it has flags, and nothing that reads them")
		}
		for _, f := range k.Flags {
			if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(f.Name) || !isSentence(f.Help) {
				t.Errorf("the flag %q with the help %q", f.Name, f.Help)
			}
		}
	})
}

// TestFolder finds the package of a kind in the folder of its name, and its file there.
func TestFolder(t *testing.T) {
	eachKind(t, func(t *testing.T, k *device.Kind) {
		file := filepath.Join("..", k.Name, k.Name+".go")
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name.Name != k.Name {
			t.Errorf("%s is of package %s, want %s", file, f.Name.Name, k.Name)
		}
		text, err := os.ReadFile(filepath.Join("..", k.Name, "example.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != k.Example {
			t.Error("the example is not the file example.yaml")
		}
	})
}

// TestExample loads the example of each kind and opens what it has, which must not
// touch a network: no descriptor may be open after it.
func TestExample(t *testing.T) {
	eachKind(t, func(t *testing.T, k *device.Kind) {
		specs := example(t, k)
		if len(specs) == 0 {
			t.Fatal("the example has no devices")
		}
		again := example(t, k)
		before := descriptors(t)
		for i, spec := range specs {
			open(t, spec)
			if spec.Name == "" || spec.Kind != k.Name {
				t.Errorf("device %d is called %q and of kind %q", i, spec.Name, spec.Kind)
			}
			if spec.Digest == (device.Digest{}) || spec.Digest != again[i].Digest {
				t.Errorf("%s has no digest, or another one each time", spec.Name)
			}
			if p := spec.Pace; p == nil || p.Interval < device.MinInterval || p.Timeout <= 0 || p.Keep < p.Interval {
				t.Errorf("%s has the pace %+v", spec.Name, p)
			}
			for _, b := range spec.Budgets {
				if b.Name == "" || b.Requests <= 0 || b.Per <= 0 {
					t.Errorf("%s has the budget %+v", spec.Name, b)
				}
			}
			for _, name := range k.Labels {
				if spec.Labels != "" && !strings.Contains(","+string(spec.Labels), ","+name+`="`) {
					t.Errorf("%s has no label %s in %s", spec.Name, name, spec.Labels)
				}
			}
		}
		if after := descriptors(t); after > before {
			t.Errorf("%d descriptors were opened", after-before)
		}
	})
}

// descriptors counts those that this process has open, where there is a way to.
func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(list)
}

// TestExpired polls with no time left.
func TestExpired(t *testing.T) {
	eachKind(t, func(t *testing.T, k *device.Kind) {
		for _, spec := range example(t, k) {
			d := open(t, spec)
			var batch metric.Batch
			ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
			err := ask(t, ctx, spec, d, &batch)
			cancel()
			if _, isFinder := d.(device.Finder); !isFinder && err == nil && batch.Len() == 0 {
				t.Errorf("%s: neither readings nor an error", spec.Name)
			}
		}
	})
}

// TestCloseTwice closes a device that was polled and one that was not, each twice more
// than open does.
func TestCloseTwice(t *testing.T) {
	eachKind(t, func(t *testing.T, k *device.Kind) {
		for _, polled := range []bool{false, true} {
			for _, spec := range example(t, k) {
				d := open(t, spec)
				if polled {
					ctx, cancel := context.WithCancel(t.Context())
					cancel()
					ask(t, ctx, spec, d, new(metric.Batch))
				}
				for range 2 {
					if err := d.Close(); err != nil {
						t.Errorf("close %s, polled before: %t: %v", spec.Name, polled, err)
					}
				}
			}
		}
	})
}

// at returns a device of the kind at an address: the way of /probe, or of the first flag.
func at(t *testing.T, k *device.Kind, address string) device.Spec {
	t.Helper()
	if k.Probe != nil {
		spec, err := k.Probe(device.Target{Address: address})
		if err != nil {
			t.Fatal(err)
		}
		return spec
	}
	if len(k.Flags) == 0 {
		t.Fatalf("a device of kind %s can be given neither by /probe nor by a flag", k.Name)
	}
	flags := map[string]map[string]string{k.Name: {k.Flags[0].Name: address}}
	for _, f := range k.Flags {
		if strings.HasSuffix(f.Name, "password") {
			flags[k.Name][f.Name] = "secret"
		}
	}
	c, err := config.Load(config.Source{Flags: flags, LookupEnv: anyVariable}, []*device.Kind{k})
	if err != nil {
		t.Fatal(err)
	}
	return c.Specs[0]
}

// TestPeers polls peers that keep one waiting. Whatever the kind makes of them, the
// poll ends with its time.
func TestPeers(t *testing.T) {
	for name, peer := range map[string]func(*testing.T) (address string){
		"accepts and never answers": silentPeer,
		"never accepts":             fullPeer,
		"answers rubbish":           rubbishPeer,
		"hangs up":                  rudePeer,
	} {
		t.Run(name, func(t *testing.T) {
			eachKind(t, func(t *testing.T, k *device.Kind) {
				spec := at(t, k, peer(t))
				d := open(t, spec)
				for range 2 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					var batch metric.Batch
					err := ask(t, ctx, spec, d, &batch)
					cancel()
					if err == nil && batch.Len() == 0 {
						t.Error("neither readings nor an error")
					}
					if err != nil && !slices.Contains(device.Reasons, device.ReasonOf(err)) {
						t.Errorf("the reason %q of %v is not one of the set", device.ReasonOf(err), err)
					}
				}
			})
		})
	}
}

// isSentence reports whether text is one line that ends like a sentence.
func isSentence(text string) bool {
	return len(text) >= 10 && text == strings.TrimSpace(text) && strings.HasSuffix(text, ".") &&
		!strings.ContainsAny(text, "\n\t") && !strings.Contains(text, "  ")
}
