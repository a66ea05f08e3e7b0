package store

import (
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

// sift walks along a list, by steps that each bring so many rows, until it has
// found so many of the query's filter. Where few are, it stops with the row that
// bounds what a page may look at, and the list goes on behind that.
func sift(q *Query, at Place, limit int, step func(at Place, limit int) (Walk, error)) (found sifted, err error) {
	if len(q.Where) == 0 {
		found.Walk, err = step(at, limit)
		return found, err
	}
	fits := q.Where.On(q.Today)
	weight, read := 0, 0
	for n := min(limit, MaxLookedAt); ; n = min(4*n, MaxLookedAt-found.Looked) {
		walk, err := step(at, n)
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
