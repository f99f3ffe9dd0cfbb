package sockets

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
)

// maxPath is what fits into sun_path with its final NUL on every system (104 bytes on the BSDs, 108 on Linux).
const maxPath = 103

// moveIn opens every socket that is planned.
func (s *Sim) moveIn(ctx context.Context, plans []plan) error {
	for _, p := range plans {
		st, err := p.open(ctx)
		if err == nil {
			s.stations = append(s.stations, st)
			continue
		}
		if !p.optional || ctx.Err() != nil {
			return fmt.Errorf("simulated socket %s: %w", p.Name, err)
		}
		s.leftOut = append(s.leftOut, LeftOut{p.Name, err})
	}
	return nil
}

// open takes a place for the socket and opens its service there.
func (p plan) open(ctx context.Context) (*station, error) {
	st := &station{Socket: p.Socket}
	if err := st.takePort(); err != nil {
		return nil, err
	}
	if p.habit != refuses {
		st.serve = func() (io.Closer, error) { return p.service(ctx, st) }
	}
	if err := st.set(func(*wish) {}); err != nil {
		st.shut()
		return nil, err
	}
	return st, nil
}

// takePort finds a port and keeps it. A Unix socket has its place in the folder instead.
func (st *station) takePort() error {
	take := holdTCP
	switch {
	case strings.HasPrefix(st.Protocol, "unix"):
		return checkPath(st.Host)
	case strings.HasPrefix(st.Protocol, "udp"):
		take = holdUDP
	}
	hold, port, err := take(net.ParseIP(st.Host))
	if err != nil {
		return err
	}
	st.hold, st.Port = hold, port
	return nil
}

func checkPath(path string) error {
	if len(path) > maxPath {
		return fmt.Errorf("path %s has %d bytes, a unix socket's path may have %d: choose a shorter directory", path, len(path), maxPath)
	}
	return nil
}

// service opens the socket at the station's address, as often as it was stopped.
func (p plan) service(ctx context.Context, st *station) (io.Closer, error) {
	if err := removeStale(st.Socket); err != nil {
		return nil, err
	}
	config := net.ListenConfig{}
	switch {
	case p.habit == swallows:
		return openHole(ctx, net.ParseIP(st.Host), st.Port)
	case p.habit == talks:
		l, err := config.Listen(ctx, st.Protocol, st.Address())
		if err != nil {
			return nil, err
		}
		return serveStream(l, p.talk, &st.tally), nil
	case st.Port != 0:
		config.Control = share
	}
	c, err := config.ListenPacket(ctx, st.Protocol, st.Address())
	if err != nil {
		return nil, err
	}
	if st.Protocol == "unixgram" {
		c = unlinker{c, st.Host}
	}
	return serveDatagrams(c, p.answer, &st.tally), nil
}

// removeStale removes the Unix socket that an earlier run has left, and nothing that is not a socket.
func removeStale(s Socket) error {
	if s.Port != 0 {
		return nil
	}
	info, err := os.Lstat(s.Host)
	if err != nil || info.Mode().Type() != fs.ModeSocket {
		return nil // bind says what is wrong, if anything is
	}
	return os.Remove(s.Host)
}

// An unlinker removes its file when it is closed, as package net does for the connected kinds only.
type unlinker struct {
	net.PacketConn
	path string
}

func (u unlinker) Close() error {
	os.Remove(u.path)
	return u.PacketConn.Close()
}
