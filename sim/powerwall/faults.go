package powerwall

import (
	"net/http"
	"strconv"
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
	for _, f := range broken {
		f.left = requests
		v.of = put(v.of, name, append(v.of[name], f))
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

// Code answers with an HTTP status and the gateway's document for errors; 502 has no body at all.
func Code(code int) Fault {
	return instead("status "+strconv.Itoa(code), func() *answer {
		switch code {
		case http.StatusUnauthorized, http.StatusForbidden:
			return refusal(code)
		case http.StatusNotFound:
			return problem(code, "File Not Found", "The requested API does not exist")
		case http.StatusTooManyRequests:
			return tooMany()
		case http.StatusBadGateway:
			return newAnswer(code, "", "")
		case http.StatusServiceUnavailable:
			const busy = "current config mode is busy"
			return problem(code, busy, busy)
		}
		return problem(code, http.StatusText(code), "")
	})
}

// NotFound is what a firmware says that does not know the path.
func NotFound() Fault { return Code(http.StatusNotFound) }

// PlainNotFound is NotFound as plain text, as some firmware says it.
func PlainNotFound() Fault {
	return instead("plain 404", func() *answer { return newAnswer(http.StatusNotFound, textType, "404 page not found\n") })
}

// Denied refuses the path to the role of the customer, however fresh the token is.
func Denied() Fault { return Code(http.StatusForbidden) }

// Limited is 429 without a word about how long.
func Limited() Fault { return Code(http.StatusTooManyRequests) }

// LimitedFor is 429 with Retry-After in seconds.
func LimitedFor(d time.Duration) Fault {
	return onAnswer("status 429, retry after "+d.String(), func(a *answer) {
		*a = *tooMany().after(a)
		a.header.Set("Retry-After", strconv.Itoa(int(d/time.Second)))
	})
}

// LimitedUntil is 429 with Retry-After as a date.
func LimitedUntil(t time.Time) Fault {
	return onAnswer("status 429, retry after a date", func(a *answer) {
		*a = *tooMany().after(a)
		a.header.Set("Retry-After", t.UTC().Format(http.TimeFormat))
	})
}

// Busy is 503.
func Busy() Fault { return Code(http.StatusServiceUnavailable) }

// BadCredentials refuses a login as one with a wrong password.
func BadCredentials() Fault {
	return instead("bad credentials", func() *answer {
		return problem(http.StatusUnauthorized, "bad credentials", "Login Error")
	})
}

// NoCookies takes the cookies from an answer.
func NoCookies() Fault { return onAnswer("no cookies", func(a *answer) { a.header.Del("Set-Cookie") }) }

// Page answers 200 with an HTML page.
func Page() Fault {
	return instead("HTML page", func() *answer { return newAnswer(http.StatusOK, htmlType, webPage) })
}

// Body answers 200 with any bytes instead of the document.
func Body(contentType, body string) Fault {
	return instead("another body", func() *answer { return newAnswer(http.StatusOK, contentType, body) })
}

// Garbage answers 200 with bytes that mean nothing.
func Garbage() Fault {
	return instead("garbage", func() *answer {
		return newAnswer(http.StatusOK, jsonType, "\x00\xff\xfe{\"\x80]\x1b[31m\r\n")
	})
}

// Empty answers 200 with nothing.
func Empty() Fault {
	return instead("empty", func() *answer { return newAnswer(http.StatusOK, jsonType, "") })
}

// ContentType says another type for the same body; empty for none.
func ContentType(kind string) Fault {
	return onAnswer("content type "+kind, func(a *answer) {
		a.header["Content-Type"] = nil
		if kind != "" {
			a.header.Set("Content-Type", kind)
		}
	})
}

// Slow waits before the answer, or until the client has left.
func Slow(d time.Duration) Fault {
	return onAnswer("slow "+d.String(), func(a *answer) { a.delay += d })
}

// Hang never answers.
func Hang() Fault { return Slow(365 * 24 * time.Hour) }

// Drop ends the connection before any byte of the answer, without a farewell inside TLS.
func Drop() Fault { return onAnswer("drop", func(a *answer) { a.end = unsaid }) }

// Reset is Drop with a TCP RST.
func Reset() Fault { return onAnswer("reset", func(a *answer) { a.end = reset }) }

// DropHalfway ends the connection in the middle of the body.
func DropHalfway() Fault { return onAnswer("drop halfway", func(a *answer) { a.end = halfSaid }) }

// EndConnection says that the connection ends with this answer, which is whole.
func EndConnection() Fault {
	return onAnswer("connection: close", func(a *answer) { a.header.Set("Connection", "close") })
}

// Truncated sends the first two thirds of the body as if they were all of it.
func Truncated() Fault {
	return onBody("truncated", func(body string) string { return body[:len(body)*2/3] })
}

// Trailing adds bytes after the document.
func Trailing() Fault {
	return onBody("trailing bytes", func(body string) string { return body + "\n{\"more\":1}garbage" })
}

// Oversized sends so many blanks before the body.
func Oversized(bytes int) Fault { return onAnswer("oversized", func(a *answer) { a.pad += bytes }) }

func onAnswer(name string, change func(*answer)) Fault { return Fault{name: name, answer: change} }

func instead(name string, make func() *answer) Fault {
	return onAnswer(name, func(a *answer) { *a = *make().after(a) })
}

func onBody(name string, change func(string) string) Fault {
	return onAnswer(name, func(a *answer) {
		before := a.mend
		a.mend = func(body string) string {
			if before != nil {
				body = before(body)
			}
			return change(body)
		}
	})
}

// after keeps of an answer what another document does not change.
func (a *answer) after(before *answer) *answer {
	a.delay, a.end, a.pad = before.delay, before.end, before.pad
	if before.header.Get("Connection") != "" {
		a.header.Set("Connection", before.header.Get("Connection"))
	}
	return a
}
