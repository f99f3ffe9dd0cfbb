package tedapi

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/device/powerwall/protobuf"
)

// A script answers requests by path, and notes them.
type script struct {
	answers map[string]gateway.Response
	asked   []gateway.Request
}

func (s *script) exchange(_ context.Context, q gateway.Request) (gateway.Response, error) {
	s.asked = append(s.asked, q)
	a, known := s.answers[q.Path]
	if !known {
		return gateway.Response{}, &gateway.Error{Class: gateway.ClassConnect, Err: errors.New("no such path in the script")}
	}
	return a, nil
}

func answers(body []byte) gateway.Response {
	return gateway.Response{Status: http.StatusOK, Body: body}
}

func secret() string { return "planted" }

// infoAnswer is the answer to a question for system info.
func infoAnswer() protobuf.Message {
	firmware := protobuf.Message{}.Data(1, []byte("25.10.1 9e8d7c6b")).Data(2, []byte{0xab, 0xcd})
	info := protobuf.Message{}.Data(2, []byte(vectorDIN)).Data(3, firmware).
		Data(5, protobuf.Message{}.Number(2, 4)).Number(6, 4)
	return protobuf.Message{}.Number(1, 1).Data(payloadCommon, protobuf.Message{}.Data(systemInfo, info))
}

func TestClientOverWiFi(t *testing.T) {
	message := protobuf.Message{}.Data(1, infoAnswer()).Data(2, protobuf.Message{}.Number(1, 1))
	s := &script{answers: map[string]gateway.Response{
		dinPath: answers([]byte(vectorDIN + "\r\n")), localPath: answers(pack(t, message)),
	}}
	c := New(Options{Exchange: s.exchange, Password: secret})
	for range 2 {
		info, err := c.SystemInfo(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if info.DIN != vectorDIN || info.Version != "25.10.1 9e8d7c6b" || info.GitHash != "abcd" || info.UpdateStatus != "staged" || info.DeviceType != 4 {
			t.Errorf("system info %+v", info)
		}
	}
	if len(s.asked) != 3 {
		t.Fatalf("%d requests, want the DIN once and the system info twice", len(s.asked))
	}
	for _, q := range s.asked {
		if q.User != "Tesla_Energy_Device" || q.Password() != secret() || q.Bearer {
			t.Errorf("%s %s is sent without the gateway password", q.Method, q.Path)
		}
	}
	if got := s.asked[1].ContentType; got != "application/octet-string" {
		t.Errorf("content type %q", got)
	}
}

func pack(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestUnpack(t *testing.T) {
	if got, err := unpack(pack(t, make([]byte, maxUnpacked))); err != nil || len(got) != maxUnpacked {
		t.Errorf("%d bytes (%v), want %d", len(got), err, maxUnpacked)
	}
	if _, err := unpack(pack(t, make([]byte, maxUnpacked+1))); !errors.Is(err, errTooLong) {
		t.Errorf("error %v, want %v", err, errTooLong)
	}
	whole := pack(t, []byte("something"))
	for name, b := range map[string][]byte{"cut": whole[:len(whole)-5], "magic only": whole[:2]} {
		if _, err := unpack(b); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestClientSigned(t *testing.T) {
	s := &script{answers: map[string]gateway.Response{
		dinPath: answers([]byte(vectorDIN)), signedPath: answers(routable(0, pack(t, infoAnswer()))),
	}}
	c := New(Options{Exchange: s.exchange, Key: testKey(t), Now: func() time.Time { return time.Unix(1700000000, 1) }})
	if _, err := c.SystemInfo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if q := s.asked[0]; !q.Bearer || q.User != "" {
		t.Errorf("the DIN is asked for with %+v, want the token of the login", q)
	}
	q := s.asked[1]
	if q.Bearer || q.User != "" || q.ContentType != "application/octet-stream" {
		t.Errorf("a signed request is sent with %+v", q)
	}
	data, _, _ := last(q.Body, 13)
	signature, _, _ := last(data, 7)
	if got, want := number(signature, 1), uint64(1700000013); got != want {
		t.Errorf("expires at %d, want %d", got, want)
	}
	if uuid := text(q.Body, 51); !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(uuid) {
		t.Errorf("uuid %q", uuid)
	}
	// A gateway that was exchanged has another DIN, which is asked for anew.
	s.answers[signedPath] = answers(routable(faultWrongDIN, nil))
	for range 2 {
		if _, err := c.SystemInfo(t.Context()); err == nil {
			t.Error("no error for a wrong DIN")
		}
	}
	if got, want := len(s.asked), 5; got != want {
		t.Errorf("%d requests, want %d: the DIN is asked for again after the fault", got, want)
	}
}

func TestBadDIN(t *testing.T) {
	for name, body := range map[string]string{
		"empty": "", "page": "<html>planted</html>", "path": "../../x", "long": strings.Repeat("A", 256), "control": "A\x00B",
	} {
		s := &script{answers: map[string]gateway.Response{dinPath: answers([]byte(body))}}
		_, err := New(Options{Exchange: s.exchange, Password: secret}).DIN(t.Context())
		if err == nil || strings.Contains(err.Error(), "planted") {
			t.Errorf("%s: error %v, want one without the body", name, err)
		}
	}
}

// The client leaves alone what was refused, for a while.
func TestClientPatience(t *testing.T) {
	for _, c := range []struct {
		status int
		wait   time.Duration
		header time.Duration
	}{{403, remember, 0}, {404, remember, 0}, {429, coolDown, 0}, {503, coolDown, 0}, {429, time.Hour, time.Hour}} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{answers: map[string]gateway.Response{
				dinPath: answers([]byte(vectorDIN)), localPath: {Status: c.status, RetryAfter: c.header},
			}}
			client := New(Options{Exchange: s.exchange, Password: secret})
			count := func() int {
				_, err := client.SiteConfig(t.Context())
				if err == nil {
					t.Errorf("status %d is no error", c.status)
				}
				return len(s.asked)
			}
			first := count()
			time.Sleep(c.wait - time.Second)
			if got := count(); got != first {
				t.Errorf("status %d: asked again too soon", c.status)
			}
			time.Sleep(2 * time.Second)
			if got := count(); got != first+1 {
				t.Errorf("status %d: not asked again after %s", c.status, c.wait)
			}
		})
	}
}

func TestReachable(t *testing.T) {
	units := []ConfiguredBlock{{DIN: "A--1"}, {DIN: "B--2"}}
	plain := New(Options{})
	signed := New(Options{Key: testKey(t)})
	for _, c := range []struct {
		name   string
		client *Client
		din    string
		want   []string
	}{
		{"over Wi-Fi", plain, "B--2", []string{"A--1", "B--2"}},
		{"signed, known leader", signed, "B--2", []string{"B--2"}},
		{"signed, unknown leader", signed, "C--3", []string{"A--1"}},
	} {
		c.client.din = c.din
		var got []string
		for _, u := range c.client.Reachable(units) {
			got = append(got, u.DIN)
		}
		if strings.Join(got, " ") != strings.Join(c.want, " ") {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Nothing is sent for which there is no query.
func TestNoQuery(t *testing.T) {
	s := &script{}
	c := New(Options{Exchange: s.exchange, Password: secret})
	if c.HasController() || c.HasComponents() {
		t.Error("there are queries")
	}
	_, err := c.Controller(t.Context())
	if _, also := c.Unit(t.Context(), ConfiguredBlock{}, true); !errors.Is(err, ErrNoQuery) || !errors.Is(also, ErrNoQuery) {
		t.Errorf("errors %v and %v, want %v", err, also, ErrNoQuery)
	}
	if len(s.asked) > 0 {
		t.Errorf("%d requests", len(s.asked))
	}
}

// A gateway that sends the password back does not make it known.
func TestDiscreet(t *testing.T) {
	const password = "plantedPW99"
	status := protobuf.Message{}.Number(1, 7).Data(2, []byte("no user with "+password))
	refused := protobuf.Message{}.Data(payloadCommon, protobuf.Message{}.Data(1, protobuf.Message{}.Data(1, status)))
	for name, s := range map[string]*script{
		"refusal": {answers: map[string]gateway.Response{
			dinPath: answers([]byte(vectorDIN)), localPath: answers(protobuf.Message{}.Data(1, refused)),
		}},
		"DIN": {answers: map[string]gateway.Response{dinPath: answers([]byte(password))}},
	} {
		_, err := New(Options{Exchange: s.exchange, Password: func() string { return password }}).SystemInfo(t.Context())
		if err == nil || strings.Contains(err.Error(), password) {
			t.Errorf("%s: error %v, want one without the password", name, err)
		}
	}
}
