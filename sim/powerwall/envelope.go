package powerwall

import (
	"bytes"
	"crypto/sha256"
	"net/http"
)

// The payloads of an envelope.
const (
	payloadCommon    = 4
	payloadFileStore = 15
	payloadGraphQL   = 16
)

// payloads have names for those that nobody who only reads would send.
var payloads = map[int]string{
	5: "gateway command", 6: "wall connector command", 9: "meter command", 10: "site network command",
	12: "change of who may sign",
}

// The codes of an ErrorResponse, as in gRPC.
const (
	codeInvalid       = 3
	codeDenied        = 7
	codeUnimplemented = 12
)

// recipient is the DIN that an envelope is for; empty if there is none.
func recipient(in message) string {
	to, err := in.inner(3)
	if err != nil {
		return ""
	}
	return string(to.bytes(1))
}

// envelope answers an envelope for one unit of the site. s.mu is held.
func (s *Sim) envelope(r *http.Request, in message, state *State, unit string) []byte {
	for number, why := range payloads {
		if in.has(number) {
			s.tally.violate(r, why)
			return s.reply(in, unit, payloadCommon, failure(codeDenied, "permission denied"))
		}
	}
	switch {
	case in.has(payloadCommon):
		return s.reply(in, unit, payloadCommon, s.common(r, in, state, unit))
	case in.has(payloadFileStore):
		return s.reply(in, unit, payloadFileStore, s.fileStore(r, in, state))
	case in.has(payloadGraphQL):
		return s.reply(in, unit, payloadGraphQL, s.graphQL(r, in, state, unit))
	}
	return s.reply(in, unit, payloadCommon, failure(codeUnimplemented, "unknown payload"))
}

// reply mirrors an envelope: from the device to whoever has asked.
func (s *Sim) reply(in message, din string, payload int, content []byte) []byte {
	return built(func(w *builder) {
		w.varint(1, int64(in.number(1)))
		w.message(2, func(sender *builder) { sender.text(1, din) })
		if from := in.bytes(2); len(from) > 0 {
			w.bytes(3, from)
		} else {
			w.message(3, func(local *builder) { local.varint(3, 1) })
		}
		w.bytes(payload, content)
	})
}

// failure is an ErrorResponse inside of CommonMessages.
func failure(code int64, text string) []byte {
	return built(func(w *builder) {
		w.message(1, func(response *builder) {
			response.message(1, func(status *builder) { status.varint(1, code).text(2, text) })
		})
	})
}

// common answers CommonMessages: system info and networking status.
func (s *Sim) common(r *http.Request, in message, state *State, unit string) []byte {
	request, err := in.inner(payloadCommon)
	switch {
	case err != nil:
		return failure(codeInvalid, "cannot parse the request")
	case request.has(2):
		return built(func(w *builder) { w.message(3, func(out *builder) { writeSystemInfo(out, state, unit) }) })
	case request.has(22):
		return built(func(w *builder) { w.message(23, func(out *builder) { writeNetworking(out, state) }) })
	case len(request) > 0:
		s.tally.violate(r, "common message that is no read")
	}
	return failure(codeUnimplemented, "unknown request")
}

// writeSystemInfo is a GetSystemInfoResponse.
func writeSystemInfo(w *builder, s *State, unit string) {
	part, serial := splitDIN(unit)
	w.message(1, func(id *builder) { id.text(1, part).text(2, serial) })
	w.text(2, unit)
	w.message(3, func(v *builder) { v.text(1, s.Version).bytes(2, []byte(s.GitHash)) })
	w.message(5, func(update *builder) {
		update.varint(1, 1).varint(2, 1)
		update.varint(7, s.UpdateChecked.Unix()).varint(8, 2)
	})
	w.varint(6, 4)
}

// writeNetworking is a GetNetworkingStatusResponse: Wi-Fi in use, Ethernet without a cable, GSM in reserve. Addresses
// are little-endian, as fixed32 has them.
func writeNetworking(w *builder, s *State) {
	w.message(1, func(config *builder) { config.wrapped(1, "ExampleWifi").varint(3, 3) })
	w.message(2, func(wifi *builder) {
		wifi.bytes(1, []byte{2, 0, 0, 0, 0, 1}).bool(2, true).bool(3, true)
		wifi.message(4, func(ip *builder) {
			ip.bool(2, true).fixed32(3, 0xc0000214).fixed32(4, 0xffffff00).fixed32(5, 0xc0000201)
		})
		wifi.message(5, func(link *builder) { writeLinkState(link, true, s.Wifi) })
	})
	w.message(3, func(eth *builder) {
		eth.bytes(1, []byte{2, 0, 0, 0, 0, 2}).bool(2, true)
		eth.message(5, func(link *builder) { writeLinkState(link, false, 0) })
	})
	w.message(4, func(gsm *builder) {
		gsm.bool(2, true)
		gsm.message(5, func(link *builder) { writeLinkState(link, true, s.Phone) })
	})
}

func writeLinkState(w *builder, up bool, percent float64) {
	w.bool(1, up).bool(2, up).bool(3, up)
	if percent > 0 {
		w.message(4, func(rssi *builder) {
			dbm := int64(percent)/2 - 100
			rssi.varint(1, dbm<<1^dbm>>63) // sint32
			rssi.message(2, func(value *builder) { value.varint(1, int64(percent)) })
		})
	}
}

// configName is the one file that is read.
const configName = "config.json"

// fileStore answers FileStoreMessages. What a real gateway makes the hash with is not known; here it is SHA-256.
func (s *Sim) fileStore(r *http.Request, in message, state *State) []byte {
	messages, err := in.inner(payloadFileStore)
	if err != nil {
		return nil
	}
	if !messages.has(1) {
		s.tally.violate(r, "writes a file")
		return nil
	}
	request, err := messages.inner(1)
	if err != nil || request.number(1) != 1 || string(request.bytes(2)) != configName {
		return built(func(w *builder) { w.bytes(2, nil) })
	}
	content := []byte(s.configJSON(state))
	hash := sha256.Sum256(content)
	return built(func(w *builder) {
		w.message(2, func(response *builder) {
			if !bytes.Equal(request.bytes(3), hash[:]) {
				response.message(1, func(file *builder) { file.text(1, configName).bytes(100, content) })
			}
			response.bytes(2, hash[:])
		})
	})
}
