//go:build !race

package metric

// raceEnabled says that the race detector is on: it allocates on its own account.
const raceEnabled = false
