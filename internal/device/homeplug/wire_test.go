package homeplug

import (
	"encoding/binary"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// A wire is a segment in memory, in the time of its bubble. What it is sent is answered
// from a script.
type wire struct {
	script script

	mu       sync.Mutex
	queue    [][]byte
	deadline time.Time
	changed  chan struct{} // closed when there is something new for the reader
}

func newWire(s script) *wire { return &wire{script: s, changed: make(chan struct{})} }

func (w *wire) wake() {
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *wire) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		w.mu.Lock()
		changed, wait := w.changed, time.Until(w.deadline)
		bounded := !w.deadline.IsZero()
		if bounded && wait <= 0 {
			w.mu.Unlock()
			return 0, nil, os.ErrDeadlineExceeded
		}
		if len(w.queue) > 0 {
			n := copy(b, w.queue[0])
			w.queue = w.queue[1:]
			w.mu.Unlock()
			return n, nil, nil
		}
		w.mu.Unlock()
		if !bounded {
			<-changed
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (w *wire) WriteTo(b []byte, _ net.Addr) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = append(w.queue, w.script.answers(b)...)
	w.wake()
	return len(b), nil
}

func (w *wire) SetReadDeadline(at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deadline = at
	w.wake()
	return nil
}

func (w *wire) Close() error                     { return nil }
func (w *wire) LocalAddr() net.Addr              { return nil }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

// A script is what is answered, line after line:
//
//	key 1 | form 1 | length 2 | text
//
// The key tells the request. The form tells what is made of the text: its high bits the
// adapter that says it, and its low ones whether it is the entry of a confirm, or a whole
// frame.
type script []byte

// The forms of a line.
const (
	anEntry = iota
	anEntryTwice
	aFrame
	aBareConfirm
	forms
)

// key tells requests apart, nearly all of them. Those of MediaXtream have types of their
// own.
func key(etherType, mmtype uint16, mmv byte) byte {
	return byte(mmtype) + byte(mmtype>>14) + mmv*37 + byte(etherType)*3
}

// line returns one line of a script.
func line(etherType, mmtype uint16, mmv, form byte, text []byte) []byte {
	b := binary.LittleEndian.AppendUint16([]byte{key(etherType, mmtype, mmv), form}, uint16(len(text)))
	return append(b, text...)
}

// answers returns the frames that answer a request.
func (s script) answers(request []byte) (frames [][]byte) {
	asked := key(binary.BigEndian.Uint16(request[12:]), binary.LittleEndian.Uint16(request[15:]), request[14])
	for len(s) >= 4 {
		k, form, n := s[0], s[1], min(int(binary.LittleEndian.Uint16(s[2:])), len(s)-4)
		text := s[4 : 4+n]
		s = s[4+n:]
		if k != asked {
			continue
		}
		src := station(form >> 4 & 3)
		if mac := request[:6]; form>>4 == 0 && mac[0]&1 == 0 {
			copy(src[:], mac)
		}
		frame := slices.Concat(request[6:12], src[:], request[12:14])
		switch form % forms {
		case anEntry, anEntryTwice:
			frame = append(append(frame, header(request)...), text...)
			if form%forms == anEntryTwice {
				frames = append(frames, frame)
			}
		case aFrame:
			frames = append(frames, text)
			continue
		case aBareConfirm:
			frame = append(frame, text...)
		}
		frames = append(frames, append(frame, make([]byte, max(0, 60-len(frame)))...))
	}
	return frames
}

// header returns the message header of the confirm of a request.
func header(request []byte) []byte {
	length := 3
	if request[14] > 0 {
		length += 2
	}
	if mmtype := binary.LittleEndian.Uint16(request[15:]); mmtype >= 0xa000 {
		length += 3
	}
	h := slices.Clone(request[14 : 14+length])
	h[1] |= 1
	if request[12] == 0x89 {
		h[0] = 2 // MediaXtream confirms in MMV 2
	}
	return h
}
