package sockets

import (
	"errors"
	"fmt"

	"golang.org/x/net/dns/dnsmessage"
)

var errNotAQuery = errors.New("dns: not a query")

// houseAddress is what every name resolves to: an address for documentation (RFC 5737), so that nobody is ever called.
var houseAddress = [4]byte{192, 0, 2, 10}

// answerDNS plays the name server in a home router: one question, one answer (RFC 1035 section 4). Every name has the
// same IPv4 address and nothing else. What cannot be read gets FORMERR if it has at least a query's header, and
// other requests than a standard query get NOTIMP; both count as bogus.
func answerDNS(request []byte) ([]byte, error) {
	var p dnsmessage.Parser
	head, err := p.Start(request)
	if err != nil {
		return nil, fmt.Errorf("dns: %w", err)
	}
	if head.Response {
		return nil, errNotAQuery // answering answers could go on for ever
	}
	if head.OpCode != 0 {
		return refuseDNS(head, dnsmessage.RCodeNotImplemented), errNotAQuery
	}
	questions, err := p.AllQuestions()
	if err != nil {
		return refuseDNS(head, dnsmessage.RCodeFormatError), fmt.Errorf("dns: %w", err)
	}
	if len(questions) != 1 {
		return refuseDNS(head, dnsmessage.RCodeFormatError), fmt.Errorf("dns: %d questions, want 1", len(questions))
	}
	reply := dnsmessage.Message{Header: replyHeader(head, dnsmessage.RCodeSuccess), Questions: questions}
	if q := questions[0]; q.Type == dnsmessage.TypeA && q.Class == dnsmessage.ClassINET {
		reply.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 60},
			Body:   &dnsmessage.AResource{A: houseAddress},
		}}
	}
	return packDNS(reply)
}

func refuseDNS(head dnsmessage.Header, code dnsmessage.RCode) []byte {
	out, err := packDNS(dnsmessage.Message{Header: replyHeader(head, code)})
	if err != nil {
		return nil
	}
	return out
}

func replyHeader(head dnsmessage.Header, code dnsmessage.RCode) dnsmessage.Header {
	return dnsmessage.Header{
		ID: head.ID, Response: true, OpCode: head.OpCode, RCode: code,
		RecursionDesired: head.RecursionDesired, RecursionAvailable: true,
	}
}

func packDNS(m dnsmessage.Message) ([]byte, error) {
	out, err := m.Pack()
	if err != nil {
		return nil, fmt.Errorf("dns: %w", err)
	}
	return out, nil
}
