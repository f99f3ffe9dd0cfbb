package coda

import (
	"fmt"
	"slices"
	"strings"
)

// A Dialect is a way of asking for the pages.
type Dialect uint8

// The dialects. Auto finds out by asking.
const (
	Auto      Dialect = iota
	Data              // /data/*.asp without login: CODA-45, CODA-54, CODA-56
	Device            // /1/Device/* with login: CODA-4582, CODA-4589, CODA-4680
	DataLogin         // /data/*.asp with login: CGNV4, older CGN and CODA firmware
)

var dialectNames = []string{"auto", "data", "device", "data_login"}

func (d Dialect) String() string { return dialectNames[d] }

// ParseDialect returns the dialect of that name; the empty name is Auto.
func ParseDialect(name string) (Dialect, error) {
	if name == "" {
		return Auto, nil
	}
	i := slices.Index(dialectNames, name)
	if i < 0 {
		return Auto, fmt.Errorf("%q is not one of %s", name, strings.Join(dialectNames, ", "))
	}
	return Dialect(i), nil
}
