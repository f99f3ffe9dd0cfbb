//go:build !windows

package check

import "syscall"

const errnoInvalid = syscall.EINVAL

// errnoClasses is the meaning of each errno that a check can meet.
var errnoClasses = map[syscall.Errno]Class{
	syscall.ECONNREFUSED: ClassRefused,

	syscall.ECONNRESET:   ClassReset,
	syscall.ECONNABORTED: ClassReset,
	syscall.EPIPE:        ClassReset,

	syscall.ETIMEDOUT: ClassTimeout,

	syscall.EHOSTUNREACH: ClassUnreachable,
	syscall.ENETUNREACH:  ClassUnreachable,
	syscall.EHOSTDOWN:    ClassUnreachable,
	syscall.ENETDOWN:     ClassUnreachable,
	syscall.ENOPROTOOPT:  ClassUnreachable, // ICMP protocol unreachable (3/2)

	syscall.EACCES: ClassDenied,
	syscall.EPERM:  ClassDenied,

	syscall.ENOENT:     ClassNotFound,
	syscall.ENOTDIR:    ClassNotFound,
	syscall.EPROTOTYPE: ClassWrongType,
	syscall.EAGAIN:     ClassBusy,

	syscall.EMFILE:  ClassResources,
	syscall.ENFILE:  ClassResources,
	syscall.ENOBUFS: ClassResources,
	syscall.ENOMEM:  ClassResources,

	syscall.EADDRNOTAVAIL: ClassLocalAddress,
	syscall.EADDRINUSE:    ClassLocalAddress,
	syscall.ENODEV:        ClassLocalAddress,
	syscall.EAFNOSUPPORT:  ClassLocalAddress, // this kernel has no IPv6

	syscall.EPROTONOSUPPORT: ClassConfig, // unixpacket where there is none
}

// isTruncated reports whether a read failed only because the datagram was longer than
// the buffer. Unix cuts the rest off without a word.
func isTruncated(error) bool { return false }

// isUDPRefusal reports whether err is this system's word for "port unreachable" beside
// ECONNREFUSED.
func isUDPRefusal(error) bool { return false }
