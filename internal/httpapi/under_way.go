package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
)

// What the requests under way may take of the server. Of each, one Space has at
// most half: one that sends slowly, or does not read its answers, or simply
// sends too much, takes nothing from the others but speed, and a server that
// has a single Space still gives it plenty.
const (
	maxInFlight = 1024      // requests that are worked on
	maxArriving = 1024      // requests whose body is on its way
	maxHeld     = 256 << 20 // octets of bodies and answers
)

// freeBytes is how much a body or an answer may have before it counts: these
// are kept for the next request anyhow, and there are never more of them than
// places.
const freeBytes = maxPooled

// shares are the Spaces' shares of what requests may take.
type shares struct {
	places   *access.Shares // among those that are worked on
	arriving *access.Shares // bodies on their way
	held     *access.Shares // octets
	lingers  *access.Shares // see seeOff
}

func newShares(places int, held int64) shares {
	return shares{access.Halves(int64(places)), access.Halves(maxArriving), access.Halves(held), access.Halves(maxLingers)}
}

// taken is what one request has of its Space's shares.
type taken struct {
	place bool
	turn  bool // to make a page
	bytes int64
}

// place takes a place among the requests that are worked on, once. It is taken
// when it is known for whom and the body is there, so that it is never held by
// one who only waits for a client.
func (a *api) place(r *request) error {
	if !r.taken.place && !a.places.Take(r.grant.Space.ID, 1) {
		return overloaded("There are too many requests under way.")
	}
	r.taken.place = true
	return nil
}

// leavePlace gives the place back while a request waits for something else.
func (a *api) leavePlace(r *request) {
	if r.taken.place {
		r.taken.place = false
		a.places.Give(r.grant.Space.ID, 1)
	}
}

// turn waits, once, until a page of the request's Space may be made.
func (a *api) turn(ctx context.Context, r *request) error {
	if r.taken.turn {
		return nil
	}
	err := a.book.BeginPage(ctx, r.grant)
	r.taken.turn = err == nil
	return err
}

// leaveTurn lets another page be made, when one is made or is to wait for news.
func (a *api) leaveTurn(r *request) {
	if r.taken.turn {
		r.taken.turn = false
		a.book.EndPage(r.grant)
	}
}

// hold takes octets, before they are there. They are held until the request has
// its answer: of a body something lives on in what is made of it.
func (a *api) hold(r *request, n int64) error {
	if !a.held.Take(r.grant.Space.ID, n) {
		return overloaded("There is too much on its way to and from clients.")
	}
	a.holds(r, n)
	return nil
}

// holds notes that a request has n octets more, or fewer where n is negative.
func (a *api) holds(r *request, n int64) {
	r.taken.bytes += n
	a.metrics.UnderWay(n)
}

// holdAnswer takes the octets of an answer. Where a write was done its answer
// is never refused: it would say that nothing was done.
func (a *api) holdAnswer(r *request, size int) error {
	n := r.lacks(size)
	switch {
	case n <= 0:
		return nil
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return a.hold(r, n)
	}
	a.held.Count(r.grant.Space.ID, n)
	a.holds(r, n)
	return nil
}

// lacks tells how many octets are to be taken before a request may have size.
func (r *request) lacks(size int) int64 { return int64(size) - freeBytes - r.taken.bytes }

// letGo gives back all that a request has.
func (a *api) letGo(r *request) {
	a.leavePlace(r)
	a.leaveTurn(r)
	if r.taken.bytes > 0 {
		a.held.Give(r.grant.Space.ID, r.taken.bytes)
		a.holds(r, -r.taken.bytes)
	}
}

func overloaded(what string) error {
	return &fault.Error{Kind: fault.Unavailable, Code: fault.CodeOverloaded, RetryAfter: time.Second,
		Message: what + " Send this one again in a moment."}
}
