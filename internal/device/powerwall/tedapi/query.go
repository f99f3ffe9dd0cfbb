package tedapi

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"home_exporter/internal/device/powerwall/protobuf"
)

// A Query is a signed query. The signature covers version and text, byte for byte, and
// not the variables.
type Query struct {
	Version   uint32
	Text      string
	Signature []byte // ECDSA, ASN.1
	Variables string // a JSON object
}

// Queries is the queries that the operator has supplied, by name of the operation.
type Queries map[string]Query

// Names of operations.
const (
	controllerQuery = "DeviceControllerQuery"
	componentsQuery = "ComponentsQuery" // older
	unitQuery       = "PW3Query"        // newer
)

// operations is the known names. What other programs ask with is let be, so that one
// file serves them all.
var operations = []string{controllerQuery, unitQuery, componentsQuery, "ComplianceQuery", "IEEE20305Query",
	"GridCodesQuery", "GridCodeDetailsQuery", "PinvSelfTestQuery", "ProtectionTripTestQuery"}

// MaxQueryFile bounds a query file. The longest known query has some 10 KiB.
const MaxQueryFile = 1 << 20

// ParseQueries reads a query file: a JSON object by name of the operation, of objects
// with version, text, signature (hex or base64) and, where the query has some,
// variables. It is strict, because a query that is not sent as it was signed is
// refused.
func ParseQueries(file []byte) (Queries, error) {
	switch {
	case len(file) > MaxQueryFile:
		return nil, fmt.Errorf("it is longer than %d bytes", MaxQueryFile)
	case !utf8.Valid(file):
		return nil, errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(file))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New(`it is no JSON object; write {"DeviceControllerQuery": {"version": …, "text": …, "signature": …}}`)
	}
	queries := make(Queries)
	for d.More() {
		name, query, err := parseQuery(d)
		if err != nil {
			return nil, err
		}
		if _, twice := queries[name]; twice {
			return nil, fmt.Errorf("%s is there twice", name)
		}
		queries[name] = query
	}
	if _, err := d.Token(); err != nil {
		return nil, jsonError(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON object")
	}
	if len(queries) == 0 {
		return nil, errors.New("it has no query")
	}
	return queries, nil
}

// parseQuery reads one name with its query.
func parseQuery(d *json.Decoder) (string, Query, error) {
	token, err := d.Token()
	if err != nil {
		return "", Query{}, jsonError(err)
	}
	name, _ := token.(string)
	if !slices.Contains(operations, name) {
		return "", Query{}, fmt.Errorf("%q is no known operation; known are %s", show([]byte(name)), strings.Join(operations, ", "))
	}
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return "", Query{}, fmt.Errorf("%s: %w", name, jsonError(err))
	}
	q, err := newQuery(raw)
	if err != nil {
		return "", Query{}, fmt.Errorf("%s: %w", name, err)
	}
	return name, q, nil
}

func newQuery(raw json.RawMessage) (Query, error) {
	var in struct {
		Version   *uint32         `json:"version"`
		Text      *string         `json:"text"`
		Signature *string         `json:"signature"`
		Variables json.RawMessage `json:"variables"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return Query{}, jsonError(err)
	}
	switch {
	case in.Version == nil || *in.Version == 0:
		return Query{}, errors.New("version is missing: it tells the gateway which key has signed the query, such as 2")
	case in.Text == nil || *in.Text == "":
		return Query{}, errors.New("text is missing: the query as it was signed")
	case acts(*in.Text):
		return Query{}, errors.New("text is a mutation or a subscription, and only queries are sent")
	case in.Signature == nil || *in.Signature == "":
		return Query{}, errors.New("signature is missing: gateways run no query without one")
	}
	signature, err := parseSignature(*in.Signature)
	if err != nil {
		return Query{}, fmt.Errorf("signature: %w", err)
	}
	q := Query{Version: *in.Version, Text: *in.Text, Signature: signature, Variables: "{}"}
	if v := bytes.TrimSpace(in.Variables); len(v) > 0 {
		if v[0] != '{' {
			return Query{}, errors.New("variables are to be a JSON object")
		}
		q.Variables = string(v)
	}
	return q, nil
}

// acting finds operations that are no queries.
var acting = regexp.MustCompile(`(^|[}\s])(mutation|subscription)\b`)

// acts reports whether a text would do something.
func acts(text string) bool { return acting.MatchString(text) }

// parseSignature reads hex or base64, and looks whether it is a signature at all.
func parseSignature(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	raw, err := hex.DecodeString(text)
	if err != nil {
		plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
		if raw, err = base64.RawStdEncoding.DecodeString(plain); err != nil {
			return nil, errors.New("it is neither hex nor base64")
		}
	}
	var pair struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(raw, &pair); err != nil || len(rest) > 0 {
		return nil, errors.New("it is no ECDSA signature (ASN.1, two numbers); was a part of it lost?")
	}
	return raw, nil
}

// jsonError tells where a JSON document is wrong, without its content.
func jsonError(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("the JSON is wrong near byte %d: %w", syntax.Offset, err)
	case errors.As(err, &kind):
		return fmt.Errorf("%s is not to be a %s", kind.Field, kind.Value)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON breaks off")
	}
	return err
}

// message returns the GraphQLMessages with a QueryRequest.
func (q *Query) message() protobuf.Message {
	const formatSigned = 2 // SHA-256, ECDSA, ASN.1
	signed := protobuf.Message{}.Number(1, uint64(q.Version)).Data(2, []byte(q.Text))
	variables := protobuf.Message{}.Data(1, []byte(q.Variables))
	request := protobuf.Message{}.Number(1, formatSigned).Data(2, signed).Data(3, q.Signature).Data(4, variables)
	return protobuf.Message{}.Data(1, request)
}
