package tedapi

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"home_exporter/internal/device/powerwall/protobuf"
)

// Payloads of an envelope.
const (
	payloadCommon    = 4
	payloadFileStore = 15
	payloadGraphQL   = 16
)

// A header is an envelope without its payload.
type header struct {
	channel   uint64 // 1 local HTTPS, 2 command of an authorized client
	sender    protobuf.Message
	recipient string // DIN
	tail      uint64
}

// Senders, as a Participant message names them.
func localInstaller() protobuf.Message { return protobuf.Message{}.Number(3, 1) }
func customerApp() protobuf.Message    { return protobuf.Message{}.Number(4, 1) }
func leader(din string) protobuf.Message {
	return protobuf.Message{}.Data(1, []byte(din))
}

// local is the header of a request to the gateway itself.
func local(din string) header {
	return header{channel: 1, sender: localInstaller(), recipient: din, tail: 1}
}

// relayed is the header of a request to another unit, which the gateway hands on.
func relayed(gateway, unit string) header {
	return header{channel: 1, sender: leader(gateway), recipient: unit, tail: 2}
}

// authorized is the header of a request that a key vouches for.
func authorized(din string) header {
	return header{channel: 2, sender: customerApp(), recipient: din}
}

// envelope returns a MessageEnvelope.
func (h header) envelope(field uint64, payload protobuf.Message) protobuf.Message {
	to := protobuf.Message{}.Data(1, []byte(h.recipient))
	return protobuf.Message{}.Number(1, h.channel).Data(2, h.sender).Data(3, to).Data(field, payload)
}

// message returns a Message with an envelope.
func (h header) message(envelope protobuf.Message) protobuf.Message {
	return protobuf.Message{}.Data(1, envelope).Data(2, protobuf.Message{}.Number(1, h.tail))
}

// maxUnpacked bounds an answer after unpacking. Configurations of large sites have some
// 100 KiB.
const maxUnpacked = 16 << 20

// unpack returns what a body holds: since firmware 25.42.2 it is gzip, and no header
// says so.
func unpack(b []byte) ([]byte, error) {
	if !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("the answer begins like gzip and is none: %w", err)
	}
	out, err := io.ReadAll(io.LimitReader(z, maxUnpacked+1))
	switch {
	case len(out) > maxUnpacked:
		return nil, errTooLong
	case err != nil:
		return nil, fmt.Errorf("unpack the answer: %w", err)
	}
	return out, nil
}

var errTooLong = fmt.Errorf("the answer is longer than %d bytes", maxUnpacked)

// last returns the last field of that number that holds bytes; nil and false for none.
func last(b []byte, number uint64) ([]byte, bool, error) {
	var found []byte
	there := false
	for f, err := range protobuf.Fields(b) {
		if err != nil {
			return nil, false, err
		}
		if f.Number == number && f.Wire == protobuf.Bytes {
			found, there = f.Bytes, true
		}
	}
	return found, there, nil
}

// number returns the last number in field n, 0 for none.
func number(b []byte, n uint64) uint64 {
	var v uint64
	for f, err := range protobuf.Fields(b) {
		if err == nil && f.Number == n && f.Wire != protobuf.Bytes {
			v = f.Value
		}
	}
	return v
}

// text returns the last bytes in field n as cleaned text.
func text(b []byte, n uint64) string {
	v, _, _ := last(b, n)
	return show(v)
}

// errEmpty is the error of an answer without content. It must not pass for one that is
// all zeros.
var errEmpty = errors.New("the answer holds nothing")

// openMessage returns the envelope in a Message.
func openMessage(b []byte) ([]byte, error) {
	envelope, there, err := last(b, 1)
	if err == nil && !there {
		err = errEmpty
	}
	return envelope, err
}

// openEnvelope returns the payload of that number, and besides goes into it: inner is
// the number of the answer. An ErrorResponse is an error.
func openEnvelope(b []byte, payload, inner uint64) ([]byte, error) {
	content, there, err := last(b, payload)
	if err != nil {
		return nil, err
	}
	common, _, err := last(b, payloadCommon)
	if err != nil {
		return nil, err
	}
	if refusal, refused, err := last(common, 1); err != nil {
		return nil, err
	} else if refused {
		return nil, parseRefusal(refusal)
	}
	if !there {
		return nil, errEmpty
	}
	answer, there, err := last(content, inner)
	if err == nil && !there {
		err = errEmpty
	}
	return answer, err
}

// A refusal is an ErrorResponse: a code, as gRPC has them, and a text.
type refusal struct {
	code uint64
	text string
}

func (r *refusal) Error() string {
	if r.text == "" {
		return fmt.Sprintf("the gateway refuses the request with code %d", r.code)
	}
	return fmt.Sprintf("the gateway refuses the request: %s (code %d)", r.text, r.code)
}

// Codes of refusals.
const (
	codeDenied          = 7
	codeUnauthenticated = 16
)

func parseRefusal(b []byte) *refusal {
	status, _, _ := last(b, 1)
	return &refusal{number(status, 1), text(status, 2)}
}
