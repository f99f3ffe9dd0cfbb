// Package promparse has tests only: Prometheus' own parsers read what package metric
// writes, in both formats.
//
// It is a module of its own, so that the program does not depend on the server:
//
//	cd test/promparse && go test ./...
package promparse
