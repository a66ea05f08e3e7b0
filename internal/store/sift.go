package store

import (
	"github.com/carnet-project/carnet/internal/record"
)

// maxSiftedBytes bounds what is read for one page of a list with a filter, as
// MaxLookedAt bounds the rows: what does not fit is read, and thrown away.
const maxSiftedBytes = 8 * MaxPageBytes

// sift walks along a list, by steps that each bring so many rows, until it has
// found so many of the query's filter. Where few are, it stops with the row that
// bounds what a page may look at, and the list goes on behind that.
func sift(q *Query, at Place, limit int, step func(at Place, limit int) (Walk, error)) (Walk, error) {
	if len(q.Where) == 0 {
		return step(at, limit)
	}
	fits := q.Where.On(q.Today)
	var found Walk
	weight, read := 0, 0
	for n := min(limit, MaxLookedAt); ; n = min(4*n, MaxLookedAt-found.Looked) {
		walk, err := step(at, n)
		if err != nil {
			return Walk{}, err
		}
		for i := range walk.Rows {
			row := &walk.Rows[i]
			c, err := record.DecodeValues(row)
			if err != nil {
				return Walk{}, errDamaged(err)
			}
			if !fits(&c) {
				continue
			}
			found.Rows = append(found.Rows, *row)
			if weight += row.Weight(); len(found.Rows) == limit || weight >= MaxPageBytes {
				return found, nil
			}
		}
		last := walk.last(q, n)
		if last == 0 && len(walk.Rows) == n {
			last = q.mark(&walk.Rows[n-1])
		}
		if last == 0 {
			return found, nil
		}
		at = q.beyond(last, at)
		found.Looked += walk.Looked
		if read += walk.weight(); found.Looked >= MaxLookedAt || read >= maxSiftedBytes {
			found.Stopped = last
			return found, nil
		}
	}
}
