package hitron

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"
)

func TestFaults(t *testing.T) {
	tests := map[string]struct {
		name  Endpoint
		fault Fault
		check func(reply) string // what is wrong, if anything
	}{
		"404":                  {DsInfo, NotFound(), wantStatus(http.StatusNotFound, "")},
		"login page":           {DsInfo, LoginPage(), wantPage},
		"login page, object":   {Model, LoginPage(), wantPage},
		"redirect":             {SysInfo, Redirect(), wantStatus(http.StatusFound, "/login.html")},
		"500":                  {UsInfo, Status(500, 0), wantStatus(500, "")},
		"503":                  {UsInfo, Status(503, 7*time.Second), wantStatus(503, "7")},
		"truncated":            {DsInfo, Truncated(), wantBroken},
		"empty array":          {DsInfo, EmptyArray(), wantBody("[]")},
		"empty, single":        {SysInfo, EmptyArray(), wantBody("[]")},
		"empty, object":        {Model, EmptyArray(), wantBody("[]")},
		"object":               {LinkStatus, ObjectForArray(), wantBody(`{"LinkStatus":"Up","LinkDuplex":"Full","LinkSpeed":"2500Mbps"}`)},
		"object of many":       {DsInfo, ObjectForArray(), wantObject},
		"NA":                   {DsInfo, AbsentNumbers(), wantValues("NA")},
		"nan":                  {DsOFDM, NonNumbers(), wantValues("nan", "inf", "-Inf")},
		"unquoted":             {DsInfo, Unquoted(), wantUnquoted},
		"malformed row":        {DsInfo, MalformedRow(), wantMalformed},
		"unknown fields":       {UsInfo, UnknownFields(), wantUnknown},
		"invalid UTF-8":        {UsInfo, InvalidUTF8(), wantInvalid},
		"duplicates":           {DsInfo, DuplicateChannels(), wantTwice("channelId", "signalStrength", 32)},
		"duplicates, upstream": {UsInfo, DuplicateChannels(), wantTwice("channelId", "signalStrength", 6)},
		"duplicates, OFDM":     {DsOFDM, DuplicateChannels(), wantTwice("receive", "plcpower", 3)},
		"duplicates, OFDMA":    {UsOFDM, DuplicateChannels(), wantTwice("uschindex", "repPower", 3)},
		"oversized":            {DsInfo, Oversized(2 << 20), wantLong},
		"drop":                 {DsInfo, Drop(), wantEnd(io.EOF)},
		"reset":                {DsInfo, Reset(), wantEnd(syscall.ECONNRESET)},
		"drop halfway":         {DsInfo, DropHalfway(), wantHalf},
	}
	for _, plain := range []bool{true, false} {
		s := start(t, Options{Plain: plain})
		for name, tt := range tests {
			t.Run(name+" plain "+strconv.FormatBool(plain), func(t *testing.T) {
				defer s.Mend()
				c := newClient(t)
				healthy := page(t, c, s, tt.name)
				s.Break(tt.name, tt.fault)
				for range 2 {
					if wrong := tt.check(get(t, newClient(t), s, "/data/"+string(tt.name)+".asp")); wrong != "" {
						t.Errorf("%v: %s", tt.fault, wrong)
					}
				}
				if got := get(t, newClient(t), s, "/data/getCMInit.asp"); got.err != nil || got.status != 200 {
					t.Errorf("another endpoint: status %d, %v", got.status, got.err)
				}
				s.Mend(tt.name)
				if got := page(t, newClient(t), s, tt.name); got != healthy {
					t.Errorf("after Mend: %.200s", got)
				}
			})
		}
	}
}

func wantStatus(status int, header string) func(reply) string {
	return func(r reply) string {
		if r.err != nil || r.status != status || strings.HasPrefix(r.body, "[") {
			return strconv.Itoa(r.status) + " " + r.body
		}
		if got := r.header.Get("Location") + r.header.Get("Retry-After"); got != header {
			return "header " + got
		}
		return ""
	}
}

func wantPage(r reply) string {
	if r.err != nil || r.status != 200 || !strings.HasPrefix(r.body, "<") {
		return "no page: " + r.body
	}
	return ""
}

func wantBroken(r reply) string {
	if r.err != nil || r.status != 200 || !strings.HasPrefix(r.body, "[{") || json.Valid([]byte(r.body)) {
		return "not a part of a document: " + r.body
	}
	return ""
}

func wantBody(want string) func(reply) string {
	return func(r reply) string {
		if r.err != nil || r.body != want {
			return "body " + r.body
		}
		return ""
	}
}

func wantObject(r reply) string {
	var one map[string]string
	if err := json.Unmarshal([]byte(r.body), &one); err != nil || one["channelId"] != "7" {
		return "no object: " + r.body
	}
	return ""
}

// rowsOf reads an array of objects.
func rowsOf(r reply) ([]map[string]any, string) {
	var out []map[string]any
	if r.err != nil {
		return nil, r.err.Error()
	}
	if err := json.Unmarshal([]byte(r.body), &out); err != nil || len(out) == 0 {
		return nil, "no rows: " + r.body
	}
	return out, ""
}

func wantValues(words ...string) func(reply) string {
	return func(r reply) string {
		rows, wrong := rowsOf(r)
		found := map[string]bool{}
		for _, row := range rows {
			for key, value := range row {
				text := value.(string)
				found[text] = true
				if key != "channelId" && key != "frequency" && key != "portId" && key != "receive" && text == strings.Trim(text, " -") && strings.Trim(text, "0123456789.*e +") == "" {
					return key + " is " + text
				}
			}
		}
		for _, word := range words {
			if !found[word] {
				wrong += " no " + word
			}
		}
		if _, identity := rows[0]["channelId"]; found["NA"] && (!identity || rows[0]["channelId"] != "7") {
			return "the channel has lost its ID"
		}
		return wrong
	}
}

func wantUnquoted(r reply) string {
	rows, wrong := rowsOf(r)
	if wrong != "" {
		return wrong
	}
	for _, key := range []string{"frequency", "signalStrength", "channelId", "correcteds"} {
		if _, ok := rows[0][key].(float64); !ok {
			return key + " is no number: " + r.body
		}
	}
	if rows[0]["dsoctets"] != "1 * 2e32 + 149376573" || rows[1]["signalStrength"] != -0.9 {
		return "wrong values: " + r.body
	}
	return ""
}

func wantMalformed(r reply) string {
	rows, wrong := rowsOf(r)
	if wrong == "" && (len(rows) != 32 || rows[0]["snr"] != true || rows[1]["channelId"] != "7") {
		return "rows: " + r.body
	}
	return wrong
}

func wantUnknown(r reply) string {
	rows, wrong := rowsOf(r)
	if wrong == "" && (rows[0]["newText"] != "x" || rows[0]["channelId"] != "1") {
		return "fields: " + r.body
	}
	return wrong
}

func wantInvalid(r reply) string {
	if utf8.ValidString(r.body) {
		return "valid UTF-8"
	}
	_, wrong := rowsOf(r)
	return wrong
}

func wantTwice(key, value string, n int) func(reply) string {
	return func(r reply) string {
		rows, wrong := rowsOf(r)
		if wrong != "" {
			return wrong
		}
		first, last := rows[0], rows[len(rows)-1]
		if len(rows) != n || first[key] != last[key] || first[value] == last[value] {
			return "no duplicate: " + r.body
		}
		return ""
	}
}

func wantLong(r reply) string {
	if r.err != nil || len(r.body) < 2<<20 || !json.Valid([]byte(r.body)) {
		return "not long enough: " + strconv.Itoa(len(r.body))
	}
	return ""
}

func wantEnd(end error) func(reply) string {
	return func(r reply) string {
		if !errors.Is(r.err, end) || r.status != 0 {
			return "error " + errText(r.err)
		}
		return ""
	}
}

func errText(err error) string {
	if err == nil {
		return "none"
	}
	return err.Error()
}

func wantHalf(r reply) string {
	if r.status != 200 || r.err == nil || len(r.body) == 0 || json.Valid([]byte(r.body)) {
		return "error " + errText(r.err) + ", body " + r.body
	}
	return ""
}

func TestBreakNext(t *testing.T) {
	s := start(t, Options{Plain: true})
	c := newClient(t)
	s.BreakNext(Every, 2, NotFound())
	s.BreakNext(DsInfo, 1, Status(503, 0))
	s.BreakNext(DsInfo, 0, Status(500, 0))
	var got []int
	for range 4 {
		got = append(got, get(t, c, s, "/data/dsinfo.asp").status)
	}
	want := []int{503, 404, 200, 200} // of several, the last one has the last word
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("answers %v, want %v", got, want)
		}
	}
}

func TestFaultOnLogin(t *testing.T) {
	s := start(t, Options{Plain: true, Dialect: Device})
	s.Break(Login, Status(500, 0))
	c := newClient(t)
	if got := deviceLogin(t, c, s, "password"); got.status != 500 {
		t.Errorf("login: %d", got.status)
	}
}

func TestSlowEndsWithItsClient(t *testing.T) {
	for _, how := range []string{"client leaves", "modem closes", "modem goes off", "answer"} {
		t.Run(how, func(t *testing.T) {
			s := start(t, Options{Plain: true})
			wait := time.Hour
			if how == "answer" {
				wait = time.Millisecond
			}
			s.Break(DsInfo, Slow(wait))
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/data/dsinfo.asp", nil)
			if err != nil {
				t.Fatal(err)
			}
			got := make(chan reply, 1)
			c := newClient(t)
			go func() { got <- do(c, r) }()
			await(t, s, func(seen Seen) bool { return seen.Peak == 1 })
			switch how {
			case "client leaves":
				leave()
			case "modem closes":
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			case "modem goes off":
				if err := s.Off(); err != nil {
					t.Error(err)
				}
			}
			await(t, s, func(seen Seen) bool { return seen.Requests[DsInfo] == 1 })
			if r := <-got; (r.err == nil) != (how == "answer") {
				t.Errorf("got %d, %v", r.status, r.err)
			}
		})
	}
}

func await(t *testing.T, s *Sim, enough func(Seen) bool) Seen {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	seen, err := s.Await(ctx, enough)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}
