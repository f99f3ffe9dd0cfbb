package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// A Round is the questions of one poll. They share one window for further attempts:
// it begins with the first failure to connect.
type Round struct {
	client  *Client
	window  time.Time // no further attempt from then on; zero until something has failed
	away    int       // questions in a row without a sign of the gateway
	unknown int       // how often there was no such name
	fresh   bool      // the token is of this round, and nothing was had with it yet
	vain    int       // logins that did not help
	noLogin error     // why there is no further login in this round
}

// Round begins a round.
func (c *Client) Round() *Round { return &Round{client: c} }

// Away reports whether the gateway seems to be off the network: two questions in a
// row got no connection.
func (r *Round) Away() bool { return r.away >= 2 }

// Get reads the document at path into a T. Its errors are of type *Error, or that of
// a canceled ctx.
func Get[T any](ctx context.Context, r *Round, path string) (T, error) {
	var doc T
	body, err := r.get(ctx, path)
	if err != nil {
		return doc, err
	}
	if err := decode(body, &doc); err != nil {
		return *new(T), &Error{Class: ClassJSON, Status: http.StatusOK, Err: err}
	}
	return doc, nil
}

// open is the paths that need no login, except on a Powerwall 3.
var open = map[string]bool{"/api/status": true}

// maxVain bounds the logins of one round that do not help: whether a refused path is
// denied, or the token has ended, only a login tells.
const maxVain = 2

// get reads what is at path, with a login where it takes one.
func (r *Round) get(ctx context.Context, path string) ([]byte, error) {
	c := r.client
	if err := c.remembered(path, time.Now()); err != nil {
		return nil, err
	}
	if c.session.token == "" && !open[path] {
		if err := r.login(ctx); err != nil {
			return nil, err
		}
	}
	a, err := r.ask(ctx, path)
	if err == nil && a.refused() && !r.fresh {
		if r.vain == maxVain {
			return nil, &Error{Class: ClassDenied, Status: a.status, Err: errors.New("the gateway refuses it, and the logins before did not help")}
		}
		a, err = r.askAnew(ctx, path)
	}
	if err != nil {
		return nil, err
	}
	return c.judge(path, a)
}

// ask asks for what is at path, and notes whether the session is any good.
func (r *Round) ask(ctx context.Context, path string) (*answer, error) {
	a, err := r.exchange(ctx, http.MethodGet, path, nil)
	if err == nil && !open[path] {
		if s := &r.client.session; a.refused() {
			s.refusals++
		} else {
			s.refusals, r.fresh = 0, false
		}
	}
	return a, err
}

// askAnew asks for what was refused once more, after a login.
func (r *Round) askAnew(ctx context.Context, path string) (*answer, error) {
	s := &r.client.session
	refusal := r.login(ctx)
	if refusal == nil {
		a, err := r.ask(ctx, path)
		switch {
		case err != nil:
		case a.refused():
			r.vain++
		default:
			r.fresh = false // so that path wants one, even if it is an open one
		}
		return a, err
	}
	if open[path] && s.token != "" {
		// A token that is refused where none is needed has ended.
		s.drop()
		if a, err := r.ask(ctx, path); err != nil || !a.refused() {
			return a, err
		}
	}
	if s.refusals >= 2 {
		s.drop() // it is not the path
	}
	return nil, refusal
}
