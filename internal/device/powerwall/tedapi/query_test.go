package tedapi

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const goodSignature = "3006020101020101"

func TestParseQueries(t *testing.T) {
	raw, _ := hex.DecodeString(goodSignature)
	text := "query Q($a: String)\n{\tsystem { time }  } # \u00e9\\n"
	for name, signature := range map[string]string{
		"hex":           goodSignature,
		"hex, capitals": strings.ToUpper(goodSignature),
		"base64":        base64.StdEncoding.EncodeToString(raw),
		"base64 bare":   base64.RawStdEncoding.EncodeToString(raw),
		"base64 of URL": base64.URLEncoding.EncodeToString(raw),
	} {
		file := `{"DeviceControllerQuery": {"version": 2, "text": "query Q($a: String)\n{\tsystem { time }  } # é\\n",
			"signature": "` + signature + `", "variables": {"a": "b", "n": 1.50}},
			"PW3Query": {"version": 1, "text": "x", "signature": "` + signature + `"}}`
		got, err := ParseQueries([]byte(file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := Queries{
			"DeviceControllerQuery": {Version: 2, Text: text, Signature: raw, Variables: `{"a": "b", "n": 1.50}`},
			"PW3Query":              {Version: 1, Text: "x", Signature: raw, Variables: "{}"},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
		q := got["DeviceControllerQuery"]
		if !bytes.Contains(q.message(), []byte(text)) {
			t.Errorf("%s: the message %q does not hold the text byte for byte", name, q.message())
		}
	}
}

func TestParseQueriesMistakes(t *testing.T) {
	with := func(members string) string { return `{"PW3Query": {` + members + `}}` }
	const sig = `"signature": "` + goodSignature + `"`
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", "no JSON object"},
		{"list", "[]", "no JSON object"},
		{"no query", "{}", "has no query"},
		{"unknown name", `{"DeviceControlerQuery": {}}`, "known are DeviceControllerQuery"},
		{"twice", `{"PW3Query": {"version":1,"text":"x",` + sig + `}, "PW3Query": {"version":1,"text":"x",` + sig + `}}`, "PW3Query is there twice"},
		{"no object", `{"PW3Query": 7}`, "PW3Query"},
		{"unknown member", with(`"version":1,"text":"x","signatur":"3006020101020101"`), `unknown field "signatur"`},
		{"no version", with(`"text":"x",` + sig), "version is missing"},
		{"version is text", with(`"version":"1","text":"x",` + sig), "version is not to be a string"},
		{"no text", with(`"version":1,` + sig), "text is missing"},
		{"mutation", with(`"version":1,"text":"mutation M{setMode}",` + sig), "only queries are sent"},
		{"mutation behind a query", with(`"version":1,"text":"query Q{a} mutation M{setMode}",` + sig), "only queries are sent"},
		{"subscription", with(`"version":1,"text":" subscription S{a}",` + sig), "only queries are sent"},
		{"no signature", with(`"version":1,"text":"x"`), "signature is missing"},
		{"signature is none", with(`"version":1,"text":"x","signature":"plan ted"`), "neither hex nor base64"},
		{"signature is cut", with(`"version":1,"text":"x","signature":"30060201010201"`), "no ECDSA signature"},
		{"signature has a tail", with(`"version":1,"text":"x","signature":"300602010102010100"`), "no ECDSA signature"},
		{"variables are a list", with(`"version":1,"text":"x",` + sig + `,"variables":[]`), "JSON object"},
		{"breaks off", `{"PW3Query": {"version":1`, "breaks off"},
		{"breaks off later", with(`"version":1,"text":"x",` + sig)[:60], "PW3Query"},
		{"comma", `{"PW3Query": {"version":1,,}}`, "near byte"},
		{"something follows", with(`"version":1,"text":"x",`+sig) + "{}", "something follows"},
		{"not UTF-8", "{\"\xff\": 1}", "not UTF-8"},
		{"too long", strings.Repeat(" ", MaxQueryFile+1), "longer than"},
	} {
		_, err := ParseQueries([]byte(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that says %q", c.name, err, c.want)
		}
	}
}
