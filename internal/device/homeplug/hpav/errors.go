package hpav

import (
	"errors"
	"fmt"
)

// ErrSilent is the error of a survey in which no adapter answered.
var ErrSilent = errors.New("no adapter answered")

// A SilentError says who was asked.
type SilentError struct{ Destination MAC }

func (e *SilentError) Error() string {
	switch e.Destination {
	case Local:
		return "no adapter answered the local management address " + Local.String()
	case Broadcast:
		return "no adapter answered the broadcast"
	}
	return fmt.Sprintf("the adapter %s did not answer, and no other did", e.Destination)
}

// Is makes it an ErrSilent.
func (e *SilentError) Is(target error) bool { return target == ErrSilent }
