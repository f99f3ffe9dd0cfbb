package powerwall

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
)

// A Query is a signed GraphQL query that was accepted.
type Query struct {
	Version   uint64
	Text      string
	Variables string
	Unit      string // DIN of who was asked
}

// maxQueries bounds what Queries lists.
const maxQueries = 256

// Queries lists the last accepted queries, at most 256.
func (s *Sim) Queries() []Query {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	return slices.Clone(s.tally.queries)
}

// signedQuery are the bytes that a signature covers.
func signedQuery(version uint64, text string) []byte {
	return built(func(w *builder) { w.varint(1, int64(version)).text(2, text) })
}

// SignQuery signs a query as the maker does: ECDSA over SHA-256, in ASN.1. A Sim whose Options have the public key
// accepts it and nothing else.
func SignQuery(key *ecdsa.PrivateKey, version uint64, text string) ([]byte, error) {
	hash := sha256.Sum256(signedQuery(version, text))
	signature, err := ecdsa.SignASN1(rand.Reader, key, hash[:])
	if err != nil {
		return nil, fmt.Errorf("sign a query: %w", err)
	}
	return signature, nil
}

// verified says whether a signature is good for those bytes.
func (s *Sim) verified(query, signature []byte) bool {
	if s.options.QueryKey != nil {
		hash := sha256.Sum256(query)
		return ecdsa.VerifyASN1(s.options.QueryKey, hash[:], signature)
	}
	var pair struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(signature, &pair)
	return err == nil && len(rest) == 0
}

// The status of a QueryResponse, and the codes of its errors.
const (
	querySuccess = 1
	queryPartial = 2
	queryError   = 3

	errorNoField      = 1
	errorUnauthorized = 2
)

// formatSigned is the only format of queries that is accepted.
const formatSigned = 2

// A queryFault is one error of a QueryResponse.
type queryFault struct {
	path []string
	code int64
	text string
}

// graphQL answers GraphQLMessages.
func (s *Sim) graphQL(r *http.Request, in message, state *State, unit string) []byte {
	messages, err := in.inner(payloadGraphQL)
	if err != nil {
		return nil
	}
	request, err := messages.inner(1)
	if err != nil {
		return queryResponse(queryError, "", queryFault{code: errorUnauthorized, text: "cannot parse the request"})
	}
	query, signature := request.bytes(2), request.bytes(3)
	signed, err := readMessage(query)
	version, text := signed.number(1), string(signed.bytes(2))
	known := s.switches.query == 0 || version == s.switches.query
	if err != nil || request.number(1) != formatSigned || !known || !s.verified(query, signature) {
		return queryResponse(queryError, "", queryFault{code: errorUnauthorized, text: "query is not authorized"})
	}
	if strings.HasPrefix(strings.TrimSpace(text), "mutation") {
		s.tally.violate(r, "GraphQL mutation")
		return queryResponse(queryError, "", queryFault{code: errorUnauthorized, text: "mutation is not authorized"})
	}
	variables := ""
	if wrapped, err := request.inner(4); err == nil {
		variables = string(wrapped.bytes(1))
	}
	s.tally.add(func(*Seen) {
		s.tally.queries = keep(s.tally.queries, Query{version, text, variables, unit}, maxQueries)
	})
	data, faults := ask(s.siteData(state, unit), text)
	switch {
	case data == nil:
		return queryResponse(queryError, "", faults...)
	case len(faults) > 0:
		return queryResponse(queryPartial, data.String(), faults...)
	}
	return queryResponse(querySuccess, data.String())
}

func queryResponse(status int64, data string, faults ...queryFault) []byte {
	return built(func(w *builder) {
		w.message(2, func(response *builder) {
			response.varint(1, status)
			response.text(2, data)
			for _, f := range faults {
				response.message(3, func(e *builder) {
					for _, step := range f.path {
						e.text(1, step)
					}
					e.varint(2, f.code).text(3, f.text)
				})
			}
		})
	})
}
