// Package target knows the servers that are measured: how to build them, fill
// them with the same contacts, start them, and ask each for the same things.
package target

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/carnet-project/carnet/bench/load"
	"github.com/carnet-project/carnet/bench/people"
	"github.com/carnet-project/carnet/bench/proc"
)

// Op is what is asked for.
type Op string

// The operations.
const (
	Put  Op = "PUT"   // of a random contact, with other values than it has
	Get  Op = "GET"   // of a random contact
	Mix  Op = "90/10" // nine GETs to one PUT
	List Op = "list"  // the newest 200
	Post Op = "POST"  // of contacts that were not there
	// Batch is a call with BatchSize PUTs of random contacts of one Space.
	Batch Op = "batch of 100"
	// NewBatch is a call with BatchSize POSTs of contacts that were not there, of one Space.
	NewBatch Op = "batch of 100 new"
	Turn     Op = "turns"   // a PUT, a GET and a list in turn, of all Spaces but the first
	Raw      Op = "raw SQL" // the SQL of PUTs in groups, without HTTP: see package ceiling
)

// Target is one server on its own copy of the contacts.
type Target struct {
	Name     string
	Contacts int
	Spaces   int
	DB       string // its SQLite file, "" for none
	Database string // its PostgreSQL database, "" for none

	start func(context.Context, *Target) (*proc.Child, error)
	child *proc.Child

	method  string                     // of an update
	path    string                     // of the contacts, with a slash at the end
	list    string                     // path and query of a list of 200
	find    func(Op, *Question) string // path and query of a Filter or a Search; nil for none
	created int                        // the status of a POST
	// What a batch is sent to, and how it begins: its list, and each of its POSTs.
	batches, operations, posts string
	ids                        []int64
	id                         func(b []byte, i int) []byte // where ids say nothing
	auth                       []string                     // a header line for each Space, "" for none

	steps []atomic.Uint32 // of each contact, beyond its start
	news  atomic.Int64    // contacts that were made
	files atomic.Int64    // imports that were sent
}

// Start starts the server. The contacts are as the last run left them.
func (t *Target) Start(ctx context.Context) (err error) {
	t.child, err = t.start(ctx, t)
	return err
}

// Stop stops the server; it does nothing where it does not run.
func (t *Target) Stop() error {
	if t.child == nil {
		return nil
	}
	c := t.child
	t.child = nil
	return c.Stop()
}

// Running tells whether Start was called last.
func (t *Target) Running() bool { return t.child != nil }

// PID gives the server's process.
func (t *Target) PID() int { return t.child.PID() }

// Addr gives where the server listens.
func (t *Target) Addr() string { return t.child.Addr }

// Make gives the requests of an operation, for load.Job.
func (t *Target) Make(op Op) (func(worker int, r *rand.Rand) load.Next, error) {
	ops := map[Op]func(*rand.Rand, *scratch) load.Next{
		Put: t.put, Get: t.get, Mix: t.mix, List: t.lists, Post: t.post, Batch: t.batch, NewBatch: t.newBatch, Turn: t.turns,
	}
	make, ok := ops[op]
	if slices.Contains(Pages, op) {
		var err error
		if make, err = t.pages(op); err != nil {
			return nil, err
		}
	} else if Questions[op] != nil {
		var err error
		if make, err = t.finds(op); err != nil {
			return nil, err
		}
	} else if !ok {
		return nil, fmt.Errorf("%s cannot be asked for %s", t.Name, op)
	}
	return func(_ int, r *rand.Rand) load.Next { return make(r, &scratch{}) }, nil
}

// scratch is what one worker makes bodies in.
type scratch struct{ body []byte }

func (t *Target) put(r *rand.Rand, s *scratch) load.Next {
	return func(b []byte) ([]byte, int) { return t.putOf(b, s, r.IntN(t.Contacts)), 200 }
}

func (t *Target) putOf(b []byte, s *scratch, i int) []byte {
	n := people.Start(i) + int(t.steps[i].Add(1))
	s.body = people.AppendBody(s.body[:0], i, n)
	return t.request(b, t.method, i, s.body)
}

// BatchSize is how many PUTs a Batch has.
const BatchSize = 100

func (t *Target) batch(r *rand.Rand, s *scratch) load.Next {
	return func(b []byte) ([]byte, int) {
		space := r.IntN(t.Spaces)
		s.body = append(s.body[:0], `{"operations":[`...)
		for n := range BatchSize {
			if n > 0 {
				s.body = append(s.body, ',')
			}
			i := r.IntN(t.Contacts/t.Spaces)*t.Spaces + space
			s.body = append(s.body, `{"method":"PUT","id":`...)
			s.body = append(strconv.AppendInt(s.body, t.ids[i], 10), `,"body":`...)
			s.body = append(people.AppendBody(s.body, i, people.Start(i)+int(t.steps[i].Add(1))), '}')
		}
		s.body = append(s.body, `]}`...)
		b = append(append(append(b, "POST "...), t.path...), "batch HTTP/1.1\r\n"...)
		return append(t.head(b, space, s.body), s.body...), 200
	}
}

func (t *Target) newBatch(_ *rand.Rand, s *scratch) load.Next {
	return func(b []byte) ([]byte, int) {
		first := int(t.news.Add(BatchSize)) - BatchSize
		s.body = append(append(s.body[:0], t.operations...), '[')
		for n := range BatchSize {
			if n > 0 {
				s.body = append(s.body, ',')
			}
			i := t.Contacts + first + n
			s.body = append(append(s.body, t.posts...), `,"body":`...)
			s.body = append(people.AppendBody(s.body, i, people.Start(i)), '}')
		}
		s.body = append(s.body, `]}`...)
		b = append(append(append(b, "POST "...), t.batches...), " HTTP/1.1\r\n"...)
		return append(t.head(b, first/BatchSize%t.Spaces, s.body), s.body...), 200
	}
}

func (t *Target) turns(r *rand.Rand, s *scratch) load.Next {
	turn := r.IntN(3)
	return func(b []byte) ([]byte, int) {
		space := 1 + r.IntN(t.Spaces-1)
		i := r.IntN(t.Contacts/t.Spaces)*t.Spaces + space
		switch turn++; turn % 3 {
		case 0:
			return t.putOf(b, s, i), 200
		case 1:
			return t.request(b, "GET", i, nil), 200
		}
		return t.listOf(b, space), 200
	}
}

func (t *Target) get(r *rand.Rand, _ *scratch) load.Next {
	return func(b []byte) ([]byte, int) { return t.request(b, "GET", r.IntN(t.Contacts), nil), 200 }
}

func (t *Target) mix(r *rand.Rand, s *scratch) load.Next {
	get, put := t.get(r, s), t.put(r, s)
	return func(b []byte) ([]byte, int) {
		if r.IntN(10) == 0 {
			return put(b)
		}
		return get(b)
	}
}

func (t *Target) lists(r *rand.Rand, _ *scratch) load.Next {
	return func(b []byte) ([]byte, int) { return t.listOf(b, r.IntN(t.Spaces)), 200 }
}

func (t *Target) listOf(b []byte, space int) []byte {
	b = append(append(append(b, "GET "...), t.list...), " HTTP/1.1\r\n"...)
	return t.head(b, space, nil)
}

func (t *Target) post(_ *rand.Rand, s *scratch) load.Next {
	return func(b []byte) ([]byte, int) {
		i := t.Contacts + int(t.news.Add(1)) - 1
		s.body = people.AppendBody(s.body[:0], i, people.Start(i))
		b = append(append(append(b, "POST "...), t.path[:len(t.path)-1]...), " HTTP/1.1\r\n"...)
		return append(t.head(b, i%t.Spaces, s.body), s.body...), t.created
	}
}

// request appends a request for contact i.
func (t *Target) request(b []byte, method string, i int, body []byte) []byte {
	b = append(append(append(b, method...), ' '), t.path...)
	if t.id != nil {
		b = t.id(b, i)
	} else {
		b = strconv.AppendInt(b, t.ids[i], 10)
	}
	b = t.head(append(b, " HTTP/1.1\r\n"...), i%t.Spaces, body)
	return append(b, body...)
}

// head appends the header lines, and the empty one behind them.
func (t *Target) head(b []byte, space int, body []byte) []byte {
	b = append(b, "Host: 127.0.0.1\r\nAccept: application/json\r\n"...)
	if len(t.auth) > 0 {
		b = append(b, t.auth[space]...)
	}
	if body != nil {
		b = append(b, "Content-Type: application/json\r\nContent-Length: "...)
		b = append(strconv.AppendInt(b, int64(len(body)), 10), "\r\n"...)
	}
	return append(b, "\r\n"...)
}
