package tedapi

import (
	"errors"
	"strings"
	"testing"
	"time"

	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/device/powerwall/protobuf"
)

// routable is an answer with a fault and a payload.
func routable(fault uint64, payload []byte) protobuf.Message {
	m := protobuf.Message{}.Data(6, protobuf.Message{}.Number(1, domainEnergy))
	if payload != nil {
		m = m.Data(10, payload)
	}
	if fault != 0 {
		m = m.Data(12, protobuf.Message{}.Number(1, fault))
	}
	return m
}

func TestFaults(t *testing.T) {
	for number := uint64(1); number <= 23; number++ {
		_, err := openRoutable(routable(number, []byte("x")))
		var e *gateway.Error
		if !errors.As(err, &e) || strings.Contains(err.Error(), "not known") != (number == 23) {
			t.Errorf("fault %d: error %v, want one with words", number, err)
			continue
		}
		if got, want := errors.Is(err, errWrongDIN), number == 12; got != want {
			t.Errorf("fault %d is taken for a wrong DIN: %t", number, got)
		}
	}
	for number, want := range map[uint64]string{3: "register", 4: "switch one Powerwall off and on", 17: "NTP", 21: "maker's app"} {
		if _, err := openRoutable(routable(number, nil)); !strings.Contains(err.Error(), want) {
			t.Errorf("fault %d: error %q tells no cure with %q", number, err, want)
		}
	}
}

func TestNotVerified(t *testing.T) {
	for _, c := range []struct {
		payload string
		want    bool
	}{
		{"authorization not verified", true},
		{"\x0a\x20rpc error: Authorization Not Verified.", true},
		{"AUTHORIZATION_NOT_VERIFIED", true},
		{"authorization verified", false},
		{"", false},
		{strings.Repeat("x", maxNotice) + "authorization not verified", false},
	} {
		if got := notVerified([]byte(c.payload)); got != c.want {
			t.Errorf("notVerified(%.60q) = %t, want %t", c.payload, got, c.want)
		}
	}
	_, err := openRoutable(routable(0, []byte("x Authorization not verified")))
	var e *gateway.Error
	if !errors.As(err, &e) || e.Class != gateway.ClassDenied {
		t.Errorf("error = %v, want one of class denied", err)
	}
}

// What holds nothing is an error, and no reading of zeros.
func TestEmptyAnswers(t *testing.T) {
	for name, open := range map[string]func() error{
		"message":   func() error { _, err := openMessage(nil); return err },
		"tail only": func() error { _, err := openMessage(protobuf.Message{}.Data(2, nil)); return err },
		"envelope":  func() error { _, err := openEnvelope(nil, payloadCommon, systemInfo); return err },
		"other payload": func() error {
			_, err := openEnvelope(protobuf.Message{}.Data(5, nil), payloadCommon, systemInfo)
			return err
		},
		"other answer": func() error {
			_, err := openEnvelope(protobuf.Message{}.Data(4, protobuf.Message{}.Data(23, nil)), payloadCommon, systemInfo)
			return err
		},
		"routable":         func() error { _, err := openRoutable(routable(0, nil)); return err },
		"routable payload": func() error { _, err := openRoutable(routable(0, []byte{})); return err },
		"file":             func() error { _, err := openFile(protobuf.Message{}.Data(2, []byte("hash"))); return err },
		"query response":   func() error { _, err := parseQueryResponse(protobuf.Message{}.Number(1, 1)); return err },
		"data of nulls": func() error {
			_, err := parseQueryResponse(protobuf.Message{}.Data(2, []byte(`{"control":null}`)))
			return err
		},
	} {
		if err := open(); !errors.Is(err, errEmpty) {
			t.Errorf("%s: error %v, want %v", name, err, errEmpty)
		}
	}
}

func TestRefusals(t *testing.T) {
	refusal := func(code uint64, text string) []byte {
		status := protobuf.Message{}.Number(1, code).Data(2, []byte(text))
		return protobuf.Message{}.Data(4, protobuf.Message{}.Data(1, protobuf.Message{}.Data(1, status)))
	}
	for _, c := range []struct {
		code  uint64
		class gateway.Class
	}{{3, gateway.ClassStatus}, {7, gateway.ClassDenied}, {16, gateway.ClassDenied}} {
		_, err := openEnvelope(refusal(c.code, "no\x1bway"), payloadGraphQL, queryResponse)
		if e := answerError(err); e.Class != c.class || !strings.Contains(e.Error(), "noway") {
			t.Errorf("code %d: %q of class %s, want class %s with the text cleaned", c.code, e, e.Class, c.class)
		}
	}
}

func TestQueryFaults(t *testing.T) {
	response := func(data string, faults ...protobuf.Message) []byte {
		m := protobuf.Message{}.Number(1, 3)
		if data != "" {
			m = m.Data(2, []byte(data))
		}
		for _, f := range faults {
			m = m.Data(3, f)
		}
		return m
	}
	fault := func(code uint64) protobuf.Message {
		return protobuf.Message{}.Data(1, []byte("control")).Number(2, code)
	}
	for _, c := range []struct {
		name  string
		b     []byte
		class gateway.Class // of the error, empty for none
		want  string
	}{
		{"unauthorized", response("", fault(2)), gateway.ClassDenied, "newer query"},
		{"unauthorized, empty data", response("{}", fault(2)), gateway.ClassDenied, "newer query"},
		{"resolver", response("null", fault(3)), gateway.ClassStatus, "resolver does not answer"},
		{"partial", response(`{"system":{"time":"x"}}`, fault(1)), "", ""},
		{"no JSON", response(`{"planted`), gateway.ClassJSON, "no whole JSON"},
	} {
		_, err := parseQueryResponse(c.b)
		if c.class == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if e := answerError(err); e.Class != c.class || !strings.Contains(e.Error(), c.want) || strings.Contains(e.Error(), "planted") {
			t.Errorf("%s: %q of class %s, want class %s and %q", c.name, e, e.Class, c.class, c.want)
		}
	}
}

func TestStatusErrors(t *testing.T) {
	for _, c := range []struct {
		status int
		q      gateway.Request
		class  gateway.Class
		want   string
	}{
		{403, gateway.Request{Path: localPath}, gateway.ClassDenied, "own Wi-Fi"},
		{401, gateway.Request{Path: signedPath}, gateway.ClassDenied, "registered"},
		{403, gateway.Request{Path: dinPath, Bearer: true}, gateway.ClassDenied, "this login"},
		{404, gateway.Request{Path: localPath}, gateway.ClassMissing, "does not have TEDAPI"},
		{404, gateway.Request{Path: signedPath}, gateway.ClassMissing, "leave rsa_key_file out"},
		{429, gateway.Request{}, gateway.ClassLimited, "pause"},
		{503, gateway.Request{}, gateway.ClassLimited, "pause"},
		{500, gateway.Request{}, gateway.ClassStatus, "500"},
		{302, gateway.Request{}, gateway.ClassStatus, "302"},
	} {
		e := statusError(gateway.Response{Status: c.status}, c.q)
		if e == nil || e.Class != c.class || !strings.Contains(e.Error(), c.want) {
			t.Errorf("status %d: %v, want class %s and %q", c.status, e, c.class, c.want)
			continue
		}
		if limited := c.class == gateway.ClassLimited; limited != (e.RetryAfter == coolDown) {
			t.Errorf("status %d asks for %s", c.status, e.RetryAfter)
		}
	}
	if e := statusError(gateway.Response{Status: 200}, gateway.Request{}); e != nil {
		t.Errorf("status 200: %v", e)
	}
	if e := statusError(gateway.Response{Status: 429, RetryAfter: time.Hour}, gateway.Request{}); e.RetryAfter != time.Hour {
		t.Errorf("Retry-After of an hour becomes %s", e.RetryAfter)
	}
}
