package check

import (
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"time"
)

// exchange sends and expects over a stream. The deadline of conn bounds it.
func (c *Checker) exchange(t *Target, conn net.Conn, r *Result) {
	o := t.options()
	start := time.Now()
	failed := func(name string, err error) {
		r.Phases.Exchange = since(start)
		r.fail(t, step{name, r.Addr, r.Phases.Exchange}, err)
	}
	if len(o.Send) > 0 {
		n, err := conn.Write(o.Send)
		if c.trace != nil {
			c.trace("sent %d of %d bytes", n, len(o.Send))
		}
		if err != nil {
			failed("send", err)
			return
		}
	}
	if o.Expect != nil {
		size := pieceSize
		if t.Network() == "unixpacket" {
			size = maxAnswer // what a read leaves of a packet is lost
		}
		n, err := c.expect(conn, o.Expect, size)
		r.Answered = n > 0
		if err != nil {
			failed("receive", err)
			return
		}
	}
	r.Phases.Exchange = since(start)
}

// Reading for Expect. A peer that drips byte by byte must not make us match 65,536
// times: after the first pieces the expression is tried once per 2 KiB, and at the end.
const (
	firstPieces = 32
	pieceSize   = 2 << 10
)

// expect reads up to size bytes at a time until want matches. It returns how many came.
func (c *Checker) expect(conn net.Conn, want *regexp.Regexp, size int) (int, error) {
	var (
		got   []byte
		tried int // length of got at the latest try
	)
	for piece := 0; len(got) < maxAnswer; piece++ {
		var err error
		got, err = readMore(conn, got, size)
		if c.trace != nil {
			c.trace("received %d bytes so far", len(got))
		}
		if err != nil {
			if len(got) > tried && want.Match(got) {
				return len(got), nil
			}
			return len(got), unexpected(got, err)
		}
		if piece < firstPieces || len(got)-tried >= pieceSize || len(got) == maxAnswer {
			if tried = len(got); want.Match(got) {
				return len(got), nil
			}
		}
	}
	return len(got), unexpected(got, nil)
}

// readMore appends what one Read brings, and never lets got grow past maxAnswer.
func readMore(conn net.Conn, got []byte, size int) ([]byte, error) {
	room := min(size, maxAnswer-len(got))
	got = slices.Grow(got, room)
	n, err := conn.Read(got[len(got) : len(got)+room])
	return got[:len(got)+n], err
}

// unexpected is the verdict on what came, when reading ended with err (nil: too much).
func unexpected(got []byte, err error) error {
	ended := err == nil || isTimeout(err) || errors.Is(err, io.EOF)
	switch {
	case !ended:
		return err
	case len(got) > 0:
		return mismatch("the answer does not match", got)
	case errors.Is(err, io.EOF):
		return &verdict{ClassNoAnswer, "the peer closed the connection without a word"}
	}
	return &verdict{ClassNoAnswer, "connected, but nothing came back"}
}

// excerpt bounds how much of an answer a sentence quotes.
const excerpt = 64

func mismatch(what string, got []byte) error {
	more := ""
	if len(got) > excerpt {
		more = fmt.Sprintf("... (%d bytes)", len(got))
		got = got[:excerpt]
	}
	return &verdict{ClassMismatch, fmt.Sprintf("%s: got %q%s", what, got, more)}
}
