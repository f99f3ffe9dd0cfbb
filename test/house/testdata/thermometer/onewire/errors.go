package onewire

import "errors"

// ErrAnswer is an answer that the protocol does not have.
var ErrAnswer = errors.New("not an answer of a thermometer")
