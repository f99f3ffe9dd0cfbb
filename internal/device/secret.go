package device

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is text that cannot be printed: every way of formatting, encoding or
// logging it yields the mask. Only Reveal gives it away, so that a search for that
// name finds each place where a secret leaves the program.
//
// A kind that must send a secret inside other text reveals it at the moment of
// sending and keeps no copy.
type Secret struct {
	// A pointer, because package fmt walks into fields that are not exported without
	// asking our methods: there it prints an address.
	text *string
}

// SecretMask is what a secret looks like.
const SecretMask = "<secret>"

// NewSecret returns text as a Secret, the zero value for no text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal returns the text.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Equal reports whether both have the same text. The operator == does not.
func (s Secret) Equal(o Secret) bool { return s.Reveal() == o.Reveal() }

// IsZero reports whether there is no secret. It makes an unset one vanish from
// encoded YAML.
func (s Secret) IsZero() bool { return s.text == nil }

// String returns the mask, or nothing when there is no secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return SecretMask
}

// Format writes the mask for every verb.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// LogValue returns the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns the mask. It serves JSON too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML returns the mask.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// UnmarshalText takes the text as it is.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}
