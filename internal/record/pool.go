package record

import (
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/carnet-project/carnet/internal/contact"
)

// pool collects where values came from, each origin once and each set of several
// once: the values of a contact mostly share a few. Written, it is
//
//	"from":[[1,3],[1,9]],"sets":[[0,1]]
//
// where an origin is [contact, op] and a set lists places in from. A value has
// the place of its origin in from or, where it has not one alone, -1 for the first
// set, -2 for the second. A pool without sets is written without them.
type pool struct {
	from []contact.Origin
	sets [][]int

	fromAt map[contact.Origin]int // once from is long
	setAt  map[string]int
}

// longPool is how many origins are looked for one after the other.
const longPool = 8

// place gives what stands for the origins of a value.
func (p *pool) place(origins []contact.Origin) int {
	if len(origins) == 1 {
		return p.one(origins[0])
	}
	set := make([]int, len(origins))
	key := make([]byte, 0, 2*len(origins))
	for i, o := range origins {
		set[i] = p.one(o)
		key = binary.AppendUvarint(key, uint64(set[i]))
	}
	at, ok := p.setAt[string(key)]
	if !ok {
		if p.setAt == nil {
			p.setAt = map[string]int{}
		}
		at = -1 - len(p.sets)
		p.setAt[string(key)] = at
		p.sets = append(p.sets, set)
	}
	return at
}

func (p *pool) one(o contact.Origin) int {
	at, ok := p.fromAt[o]
	if p.fromAt == nil {
		at = slices.Index(p.from, o)
		ok = at >= 0
	}
	if ok {
		return at
	}
	at = len(p.from)
	p.from = append(p.from, o)
	switch {
	case p.fromAt != nil:
		p.fromAt[o] = at
	case len(p.from) > longPool:
		p.fromAt = make(map[contact.Origin]int, 2*len(p.from))
		for i, o := range p.from {
			p.fromAt[o] = i
		}
	}
	return at
}

// appendWith writes the pool in front of the members of an object that was
// written with its places.
func (p *pool) appendWith(b, object []byte) []byte {
	b = append(b, `{"from":[`...)
	for i, o := range p.from {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(o.Contact), 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, int64(o.Op), 10)
		b = append(b, ']')
	}
	b = append(b, ']')
	if len(p.sets) > 0 {
		b = append(b, `,"sets":[`...)
		for i, set := range p.sets {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendPlaces(b, set)
		}
		b = append(b, ']')
	}
	if len(object) > len("{}") {
		b = append(b, ',')
	}
	return append(b, object[1:]...)
}

func appendPlaces(b []byte, set []int) []byte {
	b = append(b, '[')
	for i, at := range set {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(at), 10)
	}
	return append(b, ']')
}

// origins is a pool as it is read: what values share, they share in memory too.
type origins struct {
	from []contact.Origin
	sets [][]contact.Origin
}

// member reads a member of a pool, and returns false where it is none.
func (r *reader) member(name string, p *origins) bool {
	switch name {
	case "from":
		r.array(func() { p.from = append(p.from, r.pair()) })
	case "sets":
		r.array(func() {
			var set []contact.Origin
			r.array(func() {
				if at := r.int(); at >= 0 && at < int64(len(p.from)) {
					set = append(set, p.from[at])
				} else {
					r.fail("no such origin in a set")
				}
			})
			p.sets = append(p.sets, set)
		})
	default:
		return false
	}
	return true
}

// origin reads a place in the pool and gives what stands there.
func (r *reader) origin(p *origins) []contact.Origin {
	at := r.int()
	switch {
	case r.err != nil:
		return nil
	case at >= 0 && at < int64(len(p.from)):
		return p.from[at : at+1 : at+1]
	case at < 0 && -1-at < int64(len(p.sets)):
		return p.sets[-1-at]
	}
	r.fail("no such origin")
	return nil
}
