package device

import "log/slog"

// Secret is text that cannot be printed: every way of formatting, encoding or
// logging it yields the mask. Only Reveal gives it away, so that a search for that
// name finds each place where a secret leaves the program.
//
// A kind that must send a secret inside other text reveals it at the moment of
// sending and keeps no copy.
type Secret struct{ text string }

// SecretMask is what a secret looks like.
const SecretMask = "<secret>"

// NewSecret returns text as a Secret.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal returns the text.
func (s Secret) Reveal() string { return s.text }

// IsZero reports whether there is no secret. It makes an unset one vanish from
// encoded YAML.
func (s Secret) IsZero() bool { return s.text == "" }

// String returns the mask, or nothing when there is no secret.
func (s Secret) String() string {
	if s.text == "" {
		return ""
	}
	return SecretMask
}

// GoString returns the mask, also for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue returns the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns the mask. It serves JSON too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML returns the mask.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// UnmarshalText takes the text as it is.
func (s *Secret) UnmarshalText(text []byte) error {
	s.text = string(text)
	return nil
}
