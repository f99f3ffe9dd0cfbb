package coda

import (
	"bytes"
	"math"
	"reflect"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func seedSheets(f *testing.F) {
	for i := range PageCount {
		body := document(f, Page(i))
		if Page(i) == Downstream { // short, so that it can be cut down quickly
			rows := bytes.SplitAfterN(body, []byte("},"), 3)
			body = append(bytes.TrimSuffix(append(rows[0], rows[1]...), []byte(",")), ']')
		}
		f.Add(uint8(i), uint8(Data), body)
	}
	f.Add(uint8(Log), uint8(Data), []byte("[]"))
	f.Add(uint8(Log), uint8(Data), []byte("[{\"type\":\"1\",\"event\":\"T3\ttime\r\nout\"}]"))
	f.Add(uint8(Downstream), uint8(Data), []byte(`[{"channelId":"7","frequency":"NA","signalStrength":"--"}]`))
	for page, body := range map[Page]string{
		Downstream: device("Freq_List", `{"portId":"1","frequency":"663000000","modulation":"QAM256","channelId":"18","dsoctets":"1591000000"},{"signalStrength":false,"snr":true}`),
		Upstream:   device("Freq_List", `{"modulationType":"QAM_NONE","frequency":"0","signalStrength":"-"}`),
		OFDM:       device("OFDMs_List", `{"receive":1,"ffttype":"4K","Subcarr0freqFreq":" 300600000","plclock":"YES"}`),
		OFDMA:      device("OFDMAs_List", `{"uschindex":0,"state":"   ENABLED","channelBw":"1e308"}`),
		System:     `{"errCode":"000","sysTime":"2020-11-17 02:12:33","lanRx":"1.05G Bytes","lanTx":null,"systemLanUptime":"000 days 04h:43m:05s"}`,
		WAN:        `{"ip":["10.0.0.1\n"],"lease":"D: 6 H: 09 M: 25 S: 55","DsDataRate":"1e308"}`,
		Log:        device("Log_List", `{"time":"11/15/2020 03:57:38","type":"1","priority":"3","event":"T3 time-out"}`),
		Link:       `{"errCode":"401","errMsg":"session expired"}`,
	} {
		f.Add(uint8(page), uint8(Device), []byte(body))
	}
}

func FuzzSheet(f *testing.F) {
	seedSheets(f)
	f.Fuzz(func(t *testing.T, page, dialect uint8, body []byte) {
		p, d := Page(page%uint8(PageCount)), Dialect(dialect%uint8(len(dialectNames)))
		s, err := ParseSheet(p, d, body)
		if err != nil {
			if s != nil || !sane(err.Error(), maxMessage) {
				t.Errorf("sheet %v beside the error %q", s, err)
			}
			return
		}
		if len(s.rows) > maxRows || !p.isList() && len(s.rows) == 0 {
			t.Fatalf("%d rows", len(s.rows))
		}
		checkDecoded(t, decode(s, p))
		// Decoders of other pages must bear it as well.
		for i := range PageCount {
			checkDecoded(t, decode(s, Page(i)))
		}
		if len(s.Mistakes()) > maxRows {
			t.Errorf("%d mistakes", len(s.Mistakes()))
		}
		checkDecoded(t, s.Mistakes())
	})
}

func decode(s *Sheet, p Page) any {
	switch p {
	case Downstream:
		return s.Downstream()
	case Upstream:
		return s.Upstream()
	case OFDM:
		return s.OFDM()
	case OFDMA:
		return s.OFDMA()
	case WAN:
		return s.WAN()
	case Provisioning:
		return s.Provisioning()
	case Link:
		return s.Link()
	case Log:
		return s.Log(time.UTC)
	}
	return s.About(time.UTC)
}

// checkDecoded walks through what a decoder made: texts are short and clean, numbers
// finite, lists bounded, channels unique.
func checkDecoded(t *testing.T, decoded any) {
	t.Helper()
	walk(t, reflect.ValueOf(decoded))
	channels := make(map[string]bool)
	if list := reflect.ValueOf(decoded); list.Kind() == reflect.Slice {
		for i := range list.Len() {
			id := list.Index(i).FieldByName("Channel")
			if !id.IsValid() {
				return
			}
			if id.String() == "" || channels[id.String()] {
				t.Errorf("channel %q is empty or stands twice", id)
			}
			channels[id.String()] = true
		}
	}
	if a, ok := decoded.(About); ok {
		pairs := make(map[string]bool)
		for _, traffic := range a.Traffic {
			if pair := traffic.Network + traffic.Direction; pairs[pair] || traffic.Bytes < 0 {
				t.Errorf("traffic %+v is negative or stands twice", traffic)
			} else {
				pairs[pair] = true
			}
		}
	}
}

func walk(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walk(t, v.Elem())
		}
	case reflect.Slice:
		if v.Len() > maxRows {
			t.Errorf("%d of %s", v.Len(), v.Type())
		}
		for i := range v.Len() {
			walk(t, v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			if year := v.Interface().(time.Time).Year(); year < 0 || year > 9999 {
				t.Errorf("a time in the year %d", year)
			}
			return
		}
		for i := range v.NumField() {
			walk(t, v.Field(i))
		}
	case reflect.String:
		if !sane(v.String(), maxText) {
			t.Errorf("the text %q is too long or not clean", v.String())
		}
	case reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			t.Errorf("the number %g", f)
		}
	case reflect.Int64:
		if d := time.Duration(v.Int()); v.Type() == reflect.TypeFor[time.Duration]() && (d < 0 || d > maxSpan) {
			t.Errorf("the duration %s", d)
		}
	}
}

func sane(s string, most int) bool {
	if len(s) > most || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return false
		}
	}
	return true
}
