//go:build !linux

package check

import "syscall"

// socketOptions are set between socket and connect. Outside Linux there are none:
// Options.Validate refuses what would need them, and the rest only improves things.
type socketOptions struct {
	softErrors bool
	latePort   bool
	device     string
	autobind   bool
}

// control has the shape of net.Dialer.Control.
func (o *socketOptions) control(string, string, syscall.RawConn) error { return nil }
