package app

import (
	"os"
	"runtime/debug"

	"home_exporter/internal/poll"
)

// gcPercent is the garbage collector's pace where GOGC does not set it. What we hold
// lives long and what we throw away is little, so collecting earlier than Go's
// default of 100 costs little time and keeps the program small on a small board.
const gcPercent = 10

func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// reservedFiles are descriptors for listeners, scrapes, files and resolvers.
const reservedFiles = 100

// workerLimit is how many polls may run at the same time: each may have a socket
// open, and a look-up beside it. The Go runtime has raised the limit of open files to
// the hard one at the start.
func workerLimit() int {
	most := poll.DefaultWorkers
	if files, ok := maxOpenFiles(); ok {
		most = min(most, max(int(files-min(files, reservedFiles))/2, 8))
	}
	return most
}
