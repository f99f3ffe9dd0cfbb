package check

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

const errnoInvalid = windows.WSAEINVAL

// errnoClasses is the meaning of each Winsock error that a check can meet. The
// constants E... of package syscall are inventions of Go here, and never returned.
var errnoClasses = map[syscall.Errno]Class{
	windows.WSAECONNREFUSED: ClassRefused,

	windows.WSAECONNRESET:   ClassReset,
	windows.WSAECONNABORTED: ClassReset,
	windows.WSAENETRESET:    ClassReset,
	windows.WSAEDISCON:      ClassReset,

	windows.WSAETIMEDOUT: ClassTimeout,

	windows.WSAEHOSTUNREACH:        ClassUnreachable,
	windows.WSAENETUNREACH:         ClassUnreachable,
	windows.WSAEHOSTDOWN:           ClassUnreachable,
	windows.WSAENETDOWN:            ClassUnreachable,
	windows.ERROR_PORT_UNREACHABLE: ClassRefused,

	windows.WSAEACCES: ClassDenied,

	windows.ERROR_FILE_NOT_FOUND: ClassNotFound,
	windows.ERROR_PATH_NOT_FOUND: ClassNotFound,
	windows.WSAEPROTOTYPE:        ClassWrongType,

	windows.WSAEMFILE:  ClassResources,
	windows.WSAENOBUFS: ClassResources,

	windows.WSAEADDRNOTAVAIL: ClassLocalAddress,
	windows.WSAEADDRINUSE:    ClassLocalAddress,
	windows.WSAEAFNOSUPPORT:  ClassLocalAddress,

	windows.WSAEPROTONOSUPPORT: ClassConfig,
	windows.WSAESOCKTNOSUPPORT: ClassConfig,
}

// isTruncated reports whether a read failed only because the datagram was longer than
// the buffer, which Winsock reports as an error.
func isTruncated(err error) bool { return errors.Is(err, windows.WSAEMSGSIZE) }

// isUDPRefusal reports whether err is Winsock's word for "port unreachable": it resets
// a socket that has no connection.
func isUDPRefusal(err error) bool { return errors.Is(err, windows.WSAECONNRESET) }
