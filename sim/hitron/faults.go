package hitron

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Fault is one way in which an endpoint goes wrong.
type Fault struct {
	name   string
	state  func(*State)  // before the document is written
	answer func(*answer) // after
	left   int           // requests that it still meets; negative for all
}

// String is the fault's name, for test tables.
func (f Fault) String() string { return f.name }

// faults are what is broken now.
type faults struct {
	mu sync.Mutex
	of map[Endpoint][]Fault
}

// Break adds faults to an endpoint, or to Every one, until Mend. Several at once act in their order.
func (s *Sim) Break(name Endpoint, broken ...Fault) { s.faults.add(name, -1, broken) }

// BreakNext adds faults for the next requests only.
func (s *Sim) BreakNext(name Endpoint, requests int, broken ...Fault) {
	s.faults.add(name, max(0, requests), broken)
}

// Mend takes the faults of an endpoint away; those of Every one only if that is named. Without a name it takes all.
func (s *Sim) Mend(names ...Endpoint) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	for _, name := range names {
		delete(s.faults.of, name)
	}
	if len(names) == 0 {
		clear(s.faults.of)
	}
}

func (v *faults) add(name Endpoint, requests int, broken []Fault) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.of == nil {
		v.of = map[Endpoint][]Fault{}
	}
	for _, f := range broken {
		f.left = requests
		v.of[name] = append(v.of[name], f)
	}
}

// take returns the faults that a request meets, and uses them up.
func (v *faults) take(name Endpoint) []Fault {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []Fault
	for _, key := range []Endpoint{Every, name} {
		var stay []Fault
		for _, f := range v.of[key] {
			if f.left == 0 {
				continue
			}
			out = append(out, f)
			f.left--
			stay = append(stay, f)
		}
		if v.of != nil {
			v.of[key] = stay
		}
	}
	return out
}

const loginPage = "<!DOCTYPE html>\n<html><head><title>Hitron</title></head>" +
	"<body><form action=\"/goform/login\" method=\"post\"></form></body></html>\n"

// Status answers with an HTTP status and a page instead of the document. A positive wait is told as Retry-After.
func Status(code int, wait time.Duration) Fault {
	return onAnswer("status "+strconv.Itoa(code), func(a *answer) {
		*a = *newAnswer(code, htmlType, "<html><body>"+http.StatusText(code)+"</body></html>").after(a)
		if wait > 0 {
			a.header.Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
		}
	})
}

// NotFound answers 404.
func NotFound() Fault { return Status(http.StatusNotFound, 0) }

// LoginPage answers 200 with an HTML page.
func LoginPage() Fault {
	return onAnswer("login page", func(a *answer) { *a = *newAnswer(http.StatusOK, htmlType, loginPage).after(a) })
}

// Redirect answers 302 to the login page.
func Redirect() Fault {
	return onAnswer("redirect", func(a *answer) { *a = *toLogin("/login.html").after(a) })
}

// Slow waits before the answer, or until the client has left.
func Slow(d time.Duration) Fault {
	return onAnswer("slow "+d.String(), func(a *answer) { a.delay += d })
}

// Drop ends the connection before any byte of the answer, without a farewell inside TLS.
func Drop() Fault { return onAnswer("drop", func(a *answer) { a.end = unsaid }) }

// Reset is Drop with a TCP RST.
func Reset() Fault { return onAnswer("reset", func(a *answer) { a.end = reset }) }

// DropHalfway ends the connection in the middle of the body.
func DropHalfway() Fault { return onAnswer("drop halfway", func(a *answer) { a.end = halfSaid }) }

// Truncated sends the first two thirds of the document as if they were all of it.
func Truncated() Fault {
	return onAnswer("truncated", func(a *answer) { a.mend = func(body string) string { return body[:len(body)*2/3] } })
}

// Oversized sends the rows again and again until there are at least that many bytes.
func Oversized(bytes int) Fault {
	return onAnswer("oversized", func(a *answer) { a.repeat = bytes })
}

// EmptyArray answers [] in place of the document, or an empty list in its frame.
func EmptyArray() Fault {
	return onDocument("empty array", func(d *document) {
		d.rows = nil
		if d.head == "" {
			d.head, d.tail = "[", "]"
		}
	})
}

// ObjectForArray answers with the first row where the list should be.
func ObjectForArray() Fault {
	return onDocument("object for array", func(d *document) {
		if len(d.rows) == 0 {
			d.rows = []string{"{}"}
		}
		d.rows = d.rows[:1]
		d.head, d.tail = strings.TrimSuffix(d.head, "["), strings.TrimPrefix(d.tail, "]")
	})
}

// AbsentNumbers writes NA for every measurement. Indexes, channel IDs and the frequencies of channels stay.
func AbsentNumbers() Fault { return onNumbers("NA for numbers", "NA") }

// NonNumbers writes nan, inf and -Inf for the measurements, by turns.
func NonNumbers() Fault { return onNumbers("nan and inf for numbers", "nan", "inf", "-Inf") }

// Unquoted writes numbers as JSON numbers. What JSON cannot write so, such as the expression with 2e32, stays text.
func Unquoted() Fault {
	return onDocument("unquoted numbers", func(d *document) {
		for i, row := range d.rows {
			d.rows[i] = quoted.ReplaceAllString(row, ":$1")
		}
	})
}

// MalformedRow adds a row that makes no sense before the others, as some firmware does.
func MalformedRow() Fault {
	return onDocument("malformed row", func(d *document) {
		d.rows = append([]string{`{"signalStrength":false,"snr":true}`}, d.rows...)
	})
}

// UnknownFields adds fields of every type to each row, before those that are known.
func UnknownFields() Fault {
	return onFirstField("unknown fields", `"newIn9":{"a":[1,null,true]},"newText":"x","newNumber":-1.5e3,`)
}

// InvalidUTF8 adds a text to each row that is no UTF-8.
func InvalidUTF8() Fault { return onFirstField("invalid UTF-8", "\"remark\":\"caf\xe9 \xff\xfe\",") }

// DuplicateChannels says the first row of each kind once more at the end, with other numbers.
func DuplicateChannels() Fault {
	return Fault{name: "duplicate channels", state: func(s *State) {
		if len(s.Downstream) > 0 {
			c := s.Downstream[0]
			c.Port, c.Power, c.Corrected = len(s.Downstream)+1, c.Power+1, c.Corrected+1
			s.Downstream = append(s.Downstream, c)
		}
		if len(s.Upstream) > 0 {
			c := s.Upstream[0]
			c.Port, c.Power = len(s.Upstream)+1, c.Power+1
			s.Upstream = append(s.Upstream, c)
		}
		if len(s.OFDM) > 0 {
			c := s.OFDM[0]
			c.Power, c.Corrected = c.Power+1, c.Corrected+1
			s.OFDM = append(s.OFDM, c)
		}
		if len(s.OFDMA) > 0 {
			c := s.OFDMA[0]
			c.Power, c.PowerPer1600kHz = c.Power+1, c.PowerPer1600kHz+1
			s.OFDMA = append(s.OFDMA, c)
		}
	}}
}

var (
	// measured is a field with a number or a counter expression as its value, quoted or not.
	measured = regexp.MustCompile(`"(\w+)":(?:"\s*-?[0-9.]+(?: \* 2e32 \+ \d+)?"|-?[0-9.]+)`)
	// quoted is a value that is text and could be a number.
	quoted = regexp.MustCompile(`:"\s*(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)"`)
)

func onAnswer(name string, change func(*answer)) Fault { return Fault{name: name, answer: change} }

func onDocument(name string, change func(*document)) Fault {
	return onAnswer(name, func(a *answer) {
		if a.doc != nil {
			change(a.doc)
		}
	})
}

func onFirstField(name, fields string) Fault {
	return onDocument(name, func(d *document) {
		for i, row := range d.rows {
			d.rows[i] = "{" + fields + strings.TrimPrefix(row, "{")
		}
	})
}

func onNumbers(name string, words ...string) Fault {
	return onDocument(name, func(d *document) {
		n := 0
		for i, row := range d.rows {
			d.rows[i] = measured.ReplaceAllStringFunc(row, func(f string) string {
				key := measured.FindStringSubmatch(f)[1]
				switch key {
				case "portId", "channelId", "receive", "uschindex", "index", "errCode", "frequency":
					return f
				}
				n++
				return quote(key) + ":" + quote(words[n%len(words)])
			})
		}
	})
}

// after keeps of an answer what a fault of its page does not change.
func (a *answer) after(before *answer) *answer {
	a.delay, a.end = before.delay, before.end
	if before.header.Get("Connection") != "" {
		a.header.Set("Connection", before.header.Get("Connection"))
	}
	return a
}
