package app

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"home_exporter/internal/config"
	"home_exporter/internal/device"
	"home_exporter/internal/pin"
)

// fetchCert stores the certificate that a device presents in the file that its entry
// names for it. Without such a file, or with --print, the certificate goes to the
// standard output and the rest to the other one. No device is opened: that would
// want the file.
func (p *Program) fetchCert(ctx context.Context, cl *commandLine) error {
	src, err := cl.source()
	if err != nil {
		return err
	}
	c, err := config.Load(src, p.Kinds)
	if err != nil {
		return err
	}
	spec, err := presenter(c.Specs, cl.presenter)
	if err != nil {
		return err
	}
	from := *spec.Certificate
	ctx, cancel := context.WithTimeout(ctx, cl.timeout)
	defer cancel()
	cert, err := pin.Fetch(ctx, from.Address, from.ServerName, from.Source)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("%w (it had %s; --timeout gives it more)", err, cl.timeout)
	}
	if err != nil {
		return fmt.Errorf("fetch the certificate of %s: %w", qualified(spec), err)
	}

	if cl.printOnly || from.File == "" {
		return p.printCertificate(spec, cert)
	}
	describe(p.Stdout, spec, cert)
	same, held := compare(from.File, pin.Of(cert))
	fmt.Fprint(p.Stdout, held)
	if same {
		return nil
	}
	if err := pin.Save(from.File, cert); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "Stored in %s.\n", from.File)
	return err
}

// printCertificate stores nothing.
func (p *Program) printCertificate(spec device.Spec, cert *x509.Certificate) error {
	describe(p.Stderr, spec, cert)
	if file := spec.Certificate.File; file == "" {
		fmt.Fprintln(p.Stderr, "Nothing is stored, because the entry names no file: set its tls_cert_file, or pin the SHA-256 as its tls_fingerprint.")
	} else {
		_, held := compare(file, pin.Of(cert))
		fmt.Fprintf(p.Stderr, "%sNothing is stored.\n", held)
	}
	_, err := p.Stdout.Write(pin.Encode(cert))
	return err
}

// presenter returns the device of that name, or KIND/NAME, that presents a
// certificate; the only such device when no name is given.
func presenter(specs []device.Spec, name string) (device.Spec, error) {
	var all, named []device.Spec
	known := false // under that name, with or without a certificate
	for _, spec := range specs {
		matches := name == "" || name == spec.Name || name == qualified(spec)
		known = known || matches
		if spec.Certificate == nil {
			continue
		}
		all = append(all, spec)
		if matches {
			named = append(named, spec)
		}
	}
	switch {
	case len(named) == 1:
		return named[0], nil
	case len(all) == 0:
		return device.Spec{}, errors.New("no configured device presents a certificate that could be fetched")
	case name == "":
		return device.Spec{}, fmt.Errorf("several devices present a certificate; name one of %s", listed(all))
	case len(named) > 1:
		return device.Spec{}, fmt.Errorf("%q is the name of several devices; name one of %s", name, listed(named))
	case known:
		return device.Spec{}, fmt.Errorf("the device %q presents no certificate that could be fetched; those that do: %s", name, listed(all))
	}
	return device.Spec{}, fmt.Errorf("no device is configured under the name %q; those that present a certificate: %s", name, listed(all))
}

// qualified is a name that no two devices have.
func qualified(spec device.Spec) string { return spec.Kind + "/" + spec.Name }

func listed(specs []device.Spec) string {
	names := make([]string, len(specs))
	for i, spec := range specs {
		names[i] = qualified(spec)
	}
	return some(names)
}

// maxNamed bounds what is listed in one place.
const maxNamed = 20

// some lists names, not too many of them.
func some(names []string) string {
	text := strings.Join(names[:min(len(names), maxNamed)], ", ")
	if more := len(names) - maxNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// describe prints what the certificate claims.
func describe(to io.Writer, spec device.Spec, cert *x509.Certificate) {
	facts := pin.FactsOf(cert)
	fmt.Fprintf(to, "%s at %s presents the certificate\n", qualified(spec), spec.Certificate.Address)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "  subject\t%s\n", facts.Subject)
	fmt.Fprintf(w, "  issuer\t%s\n", facts.Issuer)
	fmt.Fprintf(w, "  valid\t%s to %s\n", facts.NotBefore.UTC().Format(time.DateOnly), facts.NotAfter.UTC().Format(time.DateOnly))
	fmt.Fprintf(w, "  names\t%s\n", cmp.Or(some(facts.Names), "none"))
	fmt.Fprintf(w, "  SHA-256\t%s\n", facts.Fingerprint)
	w.Flush()
}

// compare tells whether the file holds the fresh certificate, and in a sentence for
// people what it holds; nothing when there is no file.
func compare(path string, fresh pin.Fingerprint) (same bool, sentence string) {
	file, err := pin.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, ""
	case err != nil:
		return false, path + " holds no certificates that can be read.\n"
	case slices.Contains(file.Pins(), fresh):
		return true, path + " holds it already.\n"
	}
	var b strings.Builder
	b.WriteString("The certificate has changed. If you did not expect that, this may be another device, or someone in between.\n")
	for _, old := range file.Pins()[:min(len(file.Pins()), maxNamed)] {
		fmt.Fprintf(&b, "  old  %s\n", old)
	}
	fmt.Fprintf(&b, "  new  %s\n", fresh)
	return false, b.String()
}
