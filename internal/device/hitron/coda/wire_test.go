package coda

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseSheet(t *testing.T) {
	tests := map[string]struct {
		page Page
		body string
		want Class // empty: no error
		says string
		rows int
	}{
		"list":                   {Downstream, `[{"a":"1"},{"a":"2"}]`, "", "", 2},
		"empty list":             {Downstream, `[]`, "", "", 0},
		"byte order mark":        {Downstream, "\ufeff \r\n[{}]\n", "", "", 1},
		"object in a list":       {System, `[{}]`, "", "", 1},
		"bare object":            {Model, `{"modelName":"CODA56"}`, "", "", 1},
		"device list":            {OFDM, `{"errCode":"000","OFDMs_List":[{}]}`, "", "", 1},
		"code in small":          {OFDM, `{"errCode":"","Freq_List":[]}`, "", "", 0},
		"two lists":              {OFDM, `{"B_List":[{},{}],"A_List":[{}]}`, "", "", 1},
		"list that is none":      {OFDM, `{"A_List":7,"B_List":[{},{}]}`, "", "", 2},
		"rows that are none":     {Downstream, `[{},7,null,"x",[{}],{}]`, "", "", 2},
		"empty":                  {Downstream, ``, ClassEmpty, "empty", 0},
		"blank":                  {Downstream, " \r\n\t", ClassEmpty, "empty", 0},
		"nothing in it":          {System, `[]`, ClassEmpty, "nothing", 0},
		"nothing useful in it":   {System, `[null]`, ClassEmpty, "nothing", 0},
		"web page":               {Downstream, "\n <html>login</html>", ClassHTML, "HTML", 0},
		"text":                   {Downstream, "Server busy\x1b[2J", ClassJSON, `"Server busy[2J"`, 0},
		"scalar":                 {Downstream, `"x"`, ClassJSON, "no JSON", 0},
		"tab in a text":          {Downstream, "[{\"a\":\"b\tc\"},\r\n\t{}]", "", "", 2},
		"line end in a text":     {System, "{\"a\":\"b\r\n\x01c\"}", "", "", 1},
		"escape of a line end":   {System, "{\"a\":\"b\\\n\"}", ClassJSON, "no whole JSON", 0},
		"cut off":                {Downstream, `[{"a":"1"},{"a":`, ClassJSON, "no whole JSON", 0},
		"two documents":          {Downstream, `[{}] [{}]`, ClassJSON, "more than one", 0},
		"stray bracket":          {Downstream, `[{}]]`, ClassJSON, "more than one", 0},
		"object, list expected":  {Downstream, `{"a":"1"}`, ClassJSON, "list of rows was expected", 0},
		"too deep":               {Downstream, strings.Repeat("[", 20000), ClassJSON, "no whole JSON", 0},
		"largest":                {Downstream, `[]` + strings.Repeat(" ", maxBody), "", "", 0}, // blanks do not count
		"too large":              {Downstream, `["` + strings.Repeat("x", maxBody) + `"]`, ClassTooLarge, "1048576", 0},
		"session gone":           {Downstream, `{"errCode":"401","errMsg":"session expired"}`, ClassAuth, "login", 0},
		"forbidden":              {System, `{"errCode":"403"}`, ClassAuth, "login", 0},
		"code as a number":       {System, `{"errCode":401}`, ClassAuth, "login", 0},
		"another code":           {System, `{"errCode":"500","errMsg":"out of\nmemory"}`, ClassStatus, `"500": "out of memory"`, 0},
		"another code, for list": {Downstream, `{"errCode":"002","Freq_List":[{}]}`, ClassStatus, `"002"`, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := ParseSheet(tt.page, Data, []byte(tt.body))
			var e *Error
			if err == nil {
				if tt.want != "" {
					t.Fatalf("no error, want class %s", tt.want)
				}
				if len(s.rows) != tt.rows {
					t.Errorf("%d rows, want %d", len(s.rows), tt.rows)
				}
				return
			}
			if !errors.As(err, &e) || e.Class != tt.want || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v (%+v), want class %q and %q in it", err, e, tt.want, tt.says)
			}
		})
	}
}

func TestRowsAreBounded(t *testing.T) {
	s := parse(t, Log, Data, `[`+strings.Repeat(`{"type":"1"},`, maxRows)+`{"type":"2"}]`)
	if got := s.Log(time.UTC); len(got) != maxRows {
		t.Errorf("%d events, want %d", len(got), maxRows)
	}
	wantMistakes(t, s, "row=too many")

	s = parse(t, Downstream, Data, `[`+strings.Repeat(`{"channelId":"1","frequency":"1","snr":"x","portId":"y"},`, maxRows)+`{}]`)
	s.Downstream()
	if got := len(s.Mistakes()); got != maxRows {
		t.Errorf("%d mistakes, want %d", got, maxRows)
	}
}

func TestPages(t *testing.T) {
	seen := make(map[string]bool)
	for i := range PageCount {
		p := Page(i)
		for _, d := range []Dialect{Auto, Data, Device, DataLogin} {
			path, ok := p.Path(d)
			if want := d != Device || p != Link; ok != want {
				t.Errorf("%s in dialect %s: there is one: %t, want %t", p, d, ok, want)
			}
			if prefix := map[bool]string{true: "/1/Device/", false: "/data/"}[d == Device]; !strings.HasPrefix(path, prefix) {
				t.Errorf("%s in dialect %s is at %s", p, d, path)
			}
		}
		if p.String() == "" || seen[p.String()] {
			t.Errorf("page %d has the name %q, which is no name of its own", i, p)
		}
		seen[p.String()] = true
	}
	if path, _ := WAN.Path(Data); path != "/data/getCmDocsisWan.asp" { // the case counts
		t.Errorf("WAN is at %s", path)
	}
}

func TestDialectNames(t *testing.T) {
	for _, name := range dialectNames {
		d, err := ParseDialect(name)
		if err != nil || d.String() != name {
			t.Errorf("ParseDialect(%q) = %s, %v", name, d, err)
		}
	}
	if d, err := ParseDialect(""); d != Auto || err != nil {
		t.Errorf("no name is %s, %v; want auto", d, err)
	}
	if _, err := ParseDialect("Data"); err == nil || !strings.Contains(err.Error(), "auto, data, device, data_login") {
		t.Errorf("error %v, want the list of names", err)
	}
}
