package store

import (
	"context"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
)

// maxSiftedBytes bounds what is read for one page of a list with a filter, as
// MaxLookedAt bounds the rows: what does not fit is read, and thrown away.
const maxSiftedBytes = 8 * MaxPageBytes

// sifted is what a walk brought, and what those of its rows hold that were read already.
type sifted struct {
	Walk
	read []contact.Contact
}

// sift walks along a list until it has found so many rows of the query's filter. Where few are, it stops with the row that
// bounds what a page may look at, and the list goes on behind that.
func (s *Store) sift(ctx context.Context, q *Query, first, end contact.ID, at Place, limit int) (found sifted, err error) {
	if len(q.Where) == 0 {
		found.Walk, err = s.walk(ctx, q, first, end, at, limit)
		return found, err
	}
	along, err := s.along(ctx, q, first, end)
	if err != nil {
		return sifted{}, err
	}
	fits := q.Where.On(q.Today)
	weight, read := 0, 0
	for n := min(limit, MaxLookedAt); ; n = min(4*n, MaxLookedAt-found.Looked) {
		walk, err := along(at, n)
		if err != nil {
			return sifted{}, err
		}
		last := walk.last(q, n)
		if last == 0 && len(walk.Rows) == n {
			last = q.mark(&walk.Rows[n-1])
		}
		read += walk.weight()
		if found.read == nil { // as much room as a list without a filter takes, and the rows stay where they are
			found.Rows, found.read = walk.Rows[:0:len(walk.Rows)], make([]contact.Contact, 0, len(walk.Rows))
		}
		for i := range walk.Rows {
			row := walk.Rows[i]
			have := len(found.read)
			found.read = append(found.read, contact.Contact{})
			c := &found.read[have]
			if *c, err = record.DecodeValues(&row); err != nil {
				return sifted{}, errDamaged(err)
			}
			if !fits(c) {
				found.read = found.read[:have]
				continue
			}
			found.Rows = append(found.Rows, row)
			if weight += row.Weight(); len(found.Rows) == limit || weight >= MaxPageBytes {
				return found, nil
			}
		}
		if last == 0 {
			return found, nil
		}
		at = q.beyond(last, at)
		found.Looked += walk.Looked
		if found.Looked >= MaxLookedAt || read >= maxSiftedBytes {
			found.Stopped = last
			return found, nil
		}
	}
}

// MaxCounted bounds a count: that of a list with more contacts is not exact.
const MaxCounted = 10_000

// countedAtOnce is how many rows a count holds at once.
const countedAtOnce = 1000

// maxCountedAt bounds how many rows a count looks at, of which a filter may take few.
const maxCountedAt = 5 * MaxLookedAt

// Count tells how many contacts a list has. Where it has more than MaxCounted, or the filter
// or the search takes few of very many, it stops: then the list has so many at least, and exact is false.
func (s *Store) Count(ctx context.Context, q Query) (n int, exact bool, err error) {
	first, end, err := s.createdRange(ctx, q)
	if err != nil || first == end && end != 0 {
		return 0, err == nil, err
	}
	if q.Find != nil {
		return s.countFound(ctx, &q, first, end)
	}
	fits := func(*contact.Contact) bool { return true }
	if len(q.Where) > 0 {
		fits = q.Where.On(q.Today)
	}
	along, err := s.along(ctx, &q, first, end)
	if err != nil {
		return 0, false, err
	}
	looked, read := 0, 0
	for at := (Place{}); ; {
		walk, err := along(at, countedAtOnce)
		if err != nil {
			return 0, false, err
		}
		for i := range walk.Rows {
			var c contact.Contact
			if len(q.Where) > 0 {
				if c, err = record.DecodeValues(&walk.Rows[i]); err != nil {
					return 0, false, errDamaged(err)
				}
			}
			if fits(&c) {
				if n++; n > MaxCounted {
					return MaxCounted, false, nil
				}
			}
		}
		last := walk.last(&q, countedAtOnce)
		if last == 0 && len(walk.Rows) == countedAtOnce {
			last = q.mark(&walk.Rows[countedAtOnce-1])
		}
		if last == 0 {
			return n, true, nil
		}
		at = q.beyond(last, at)
		looked += max(walk.Looked, len(walk.Rows))
		if read += walk.weight(); looked >= maxCountedAt || read >= 2*maxSiftedBytes {
			return n, false, nil
		}
	}
}

// countFound counts what a search finds, page by page, of which each looks at MaxSearched
// contacts at most.
func (s *Store) countFound(ctx context.Context, q *Query, first, end contact.ID) (n int, exact bool, err error) {
	at := Place{}
	for range maxCountedAt / MaxSearched {
		page, err := s.search(ctx, q, first, end, at, countedAtOnce)
		if err != nil {
			return 0, false, err
		}
		if n += len(page.Rows); n > MaxCounted {
			return MaxCounted, false, nil
		}
		if at = page.Next; at == (Place{}) {
			return n, true, nil
		}
	}
	return n, false, nil
}
