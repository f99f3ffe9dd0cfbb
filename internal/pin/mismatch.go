package pin

import (
	"fmt"
	"strings"
	"unicode"
)

// A MismatchError says that a device presents another certificate than the pinned
// one. It is no failure of the connection: trying again does not help.
type MismatchError struct {
	File      string // that holds the pinned certificates; empty for those of the configuration
	Stored    []Fingerprint
	Presented Fingerprint
	Subject   string // of the presented certificate, printable, at most 200 characters
	// Reread is why the file could not be read again. What it held when it last could
	// be read has counted then. It is not unwrapped, because it is not why the device
	// was turned away.
	Reread error
}

// maxListed bounds the fingerprints that the message names.
const maxListed = 4

func (e *MismatchError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the device presents the certificate %s (%q), but ", e.Presented, e.Subject)
	if e.File == "" {
		b.WriteString("pinned is ")
	} else {
		b.WriteString(e.File + " holds ")
	}
	b.WriteString(list(e.Stored))
	b.WriteString("; this may be another device, or someone in between; if the change is legitimate, ")
	if e.File == "" {
		b.WriteString("put the new fingerprint into the configuration")
	} else {
		b.WriteString("run home_exporter fetch-cert")
	}
	if e.Reread != nil {
		fmt.Fprintf(&b, " (%v; what it held before has counted)", e.Reread)
	}
	return b.String()
}

func list(stored []Fingerprint) string {
	if len(stored) == 0 {
		return "none"
	}
	var texts []string
	for _, f := range stored[:min(len(stored), maxListed)] {
		texts = append(texts, f.String())
	}
	if more := len(stored) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(texts, " and ")
}

// maxText bounds what a certificate may put into a message, in characters.
const maxText = 200

// clean makes text of a certificate fit for one line: what cannot be printed, and
// what turns the direction of writing, becomes U+FFFD.
func clean(text string) string {
	runes := []rune(text) // of bytes that are not UTF-8, U+FFFD
	for i, r := range runes {
		if !unicode.IsPrint(r) {
			runes[i] = unicode.ReplacementChar
		}
	}
	if len(runes) > maxText {
		runes = append(runes[:maxText-1], '…')
	}
	return string(runes)
}
