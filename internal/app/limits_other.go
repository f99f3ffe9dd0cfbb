//go:build !unix

package app

// maxOpenFiles reports that this system has no such limit.
func maxOpenFiles() (uint64, bool) { return 0, false }
