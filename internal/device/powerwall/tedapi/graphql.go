package tedapi

import (
	"fmt"
	"strings"

	"home_exporter/internal/device/powerwall/gateway"
	"home_exporter/internal/device/powerwall/protobuf"
)

// The answer to a query, in GraphQLMessages.
const queryResponse = 2

// Codes of errors in a QueryResponse.
var queryCodes = map[uint64]string{
	1: "field not found", 2: "not authorized", 3: "resolver does not answer", 4: "answer too big",
}

const codeNotAuthorized = 2

// parseQueryResponse returns the data in a QueryResponse. Data that are there count,
// whatever could not be had besides.
func parseQueryResponse(b []byte) (node, error) {
	data, _, err := last(b, 2)
	if err != nil {
		return node{}, err
	}
	faults, denied := queryFaults(b)
	if len(data) > 0 {
		n, err := parseNode(data)
		if err != nil {
			return node{}, err
		}
		if !n.empty() {
			return n, nil
		}
	}
	switch {
	case denied:
		return node{}, fail(gateway.ClassDenied, "the gateway does not run the query (%s): its signature is not valid for this firmware any more, or the text is not as it was signed; query_file needs a newer query", faults)
	case faults != "":
		return node{}, fail(gateway.ClassStatus, "the gateway does not run the query: %s", faults)
	}
	return node{}, fmt.Errorf("the query brings no data: %w", errEmpty)
}

// maxFaults bounds how many errors of an answer are told.
const maxFaults = 4

// queryFaults returns the errors of a QueryResponse in words, and whether one says that
// the query is not authorized.
func queryFaults(b []byte) (words string, denied bool) {
	var all []string
	for f, err := range protobuf.Fields(b) {
		if err != nil {
			break
		}
		if f.Number != 3 || f.Wire != protobuf.Bytes {
			continue
		}
		code := number(f.Bytes, 2)
		denied = denied || code == codeNotAuthorized
		told := text(f.Bytes, 3)
		if told == "" {
			told = queryCodes[code]
		}
		if told != "" && len(all) < maxFaults {
			all = append(all, told)
		}
	}
	return strings.Join(all, ", "), denied
}
