//go:build unix

package app

import "syscall"

// maxOpenFiles returns the limit of open files of this process.
func maxOpenFiles() (uint64, bool) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, false
	}
	return min(uint64(limit.Cur), 1<<20), true
}
