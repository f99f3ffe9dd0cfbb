package powerwall

import (
	"bytes"
	"compress/gzip"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
)

// tedapiUser is who asks TEDAPI, with the whole gateway password.
const tedapiUser = "Tesla_Energy_Device"

// tedapi answers the paths below /tedapi. s.mu is held.
func (s *Sim) tedapi(r *http.Request, name Endpoint, body []byte, broken []Fault) *answer {
	if name == TEDAPISigned && !s.profile.signed {
		return newAnswer(http.StatusNotFound, textType, "404 page not found\n")
	}
	want := http.MethodPost
	if name == TEDAPIDin {
		want = http.MethodGet
	}
	if r.Method != want {
		return problem(http.StatusMethodNotAllowed, "method not allowed", "")
	}
	if refused := s.admitTEDAPI(r, name); refused != nil {
		return refused
	}
	state := s.stateWith(broken)
	switch name {
	case TEDAPIDin:
		return newAnswer(http.StatusOK, textType, state.DIN+"\n")
	case TEDAPISigned:
		return s.binary(s.routed(r, body, &state))
	}
	unit := state.DIN
	if name == TEDAPIDevice {
		unit = strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/tedapi/device/"), "/v1")
		if s.options.Firmware != Powerwall3 || state.unit(unit) < 0 {
			return newAnswer(http.StatusNotFound, textType, "404 page not found\n")
		}
	}
	message, err := readMessage(body)
	if err != nil {
		return problem(http.StatusBadRequest, "cannot parse the message", "")
	}
	envelope, err := message.inner(1)
	if err != nil {
		return problem(http.StatusBadRequest, "cannot parse the envelope", "")
	}
	tail, err := message.inner(2)
	if err != nil {
		return problem(http.StatusBadRequest, "cannot parse the tail", "")
	}
	reply := s.reply(envelope, unit, payloadCommon, failure(codeInvalid, "recipient is not this device"))
	if recipient(envelope) == unit {
		reply = s.envelope(r, envelope, &state, unit)
	}
	return s.binary(built(func(w *builder) {
		w.bytes(1, reply)
		w.message(2, func(end *builder) { end.varint(1, int64(tail.number(1))) })
	}))
}

// stateWith is the state with the faults of one request.
func (s *Sim) stateWith(broken []Fault) State {
	state := s.stateLocked()
	for _, f := range broken {
		if f.state != nil {
			f.state(&state)
		}
	}
	return state
}

// admitTEDAPI lets in who knows the gateway password and is near enough; v1r needs its signature only, and the DIN is
// told to those who are logged in, too.
func (s *Sim) admitTEDAPI(r *http.Request, name Endpoint) *answer {
	if name == TEDAPISigned {
		return nil
	}
	if tokens := tokensOf(r); name == TEDAPIDin && len(tokens) > 0 {
		now := s.options.Now()
		if slices.ContainsFunc(tokens, func(token string) bool { return s.sessions.check(token, now) }) {
			return nil
		}
		return refusal(s.sessions.expired)
	}
	if s.profile.fenced && !s.options.OwnWiFi {
		return refusal(http.StatusForbidden)
	}
	user, password, ok := r.BasicAuth()
	right := subtle.ConstantTimeCompare([]byte(password), []byte(s.options.GatewayPassword)) == 1
	if !ok || user != tedapiUser || !right {
		s.tally.add(func(seen *Seen) { seen.Refused++ })
		return refusal(http.StatusForbidden)
	}
	return nil
}

// binary is an answer of bytes, which newer firmware compresses without a word.
func (s *Sim) binary(body []byte) *answer {
	if !s.switches.gzip {
		return newAnswer(http.StatusOK, bytesType, string(body))
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(body) // into memory: cannot fail
	z.Close()
	return newAnswer(http.StatusOK, bytesType, out.String())
}

// unit is the place of a Powerwall 3 among the packs, by its DIN; -1 if it is none.
func (s *State) unit(din string) int {
	return slices.IndexFunc(s.Packs, func(p Pack) bool { return p.din() == din })
}

func (p Pack) din() string { return p.Part + "--" + p.Serial }

// splitDIN takes a DIN apart: part number and serial number.
func splitDIN(din string) (part, serial string) {
	part, serial, _ = strings.Cut(din, "--")
	return part, serial
}
