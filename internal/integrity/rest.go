package integrity

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// history is a Space's history as far as it was walked.
type history struct {
	last   record.Change // zero before the first
	before int64         // changes that were there when the check began
}

// changes walks the history of a Space.
func (c *Check) changes(t *tally) error {
	space := t.row.Space
	var h history
	for {
		n, before := 0, h.last.Seq
		err := c.still(func(ctx context.Context) error {
			rows, err := c.b.StoredChanges(ctx, space, h.last.Seq, atOnce)
			n = len(rows)
			for i := range rows {
				c.change(t, &h, &rows[i])
				if err := c.noted(ctx, &rows[i].Row); err != nil {
					return err
				}
			}
			if err != nil || n > 0 {
				return err
			}
			return c.lastChange(ctx, t, &h)
		})
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if err := onward(cmp.Compare(h.last.Seq, before)); err != nil {
			return err
		}
		if err := c.page(n, t.name("changes")); err != nil {
			return err
		}
	}
	if !t.broken && h.before != t.chained {
		c.found(Finding{Space: space, Kind: ChangeRow, ID: "of some number", Flaw: "it is in the history of no contact"})
	}
	return c.page(0, t.name("changes"))
}

// change looks at the next change of a history.
func (c *Check) change(t *tally, h *history, s *store.StoredChange) {
	row, last := &s.Row, &h.last
	tell := func(flaw string) {
		c.found(Finding{Space: row.Space, Kind: ChangeRow, ID: number(row.Seq), Flaw: flaw})
	}
	c.gap(t, last.Seq, row.Seq)
	if row.Seq < t.row.NextSeq {
		h.before++
	}
	t.bytes += store.EntryWeight + int64(row.Weight())
	t.rows++
	_, err := record.DecodeChange(row)
	switch {
	case err != nil:
		tell(damaged(row.Intact()))
		last.Seq, last.Op = row.Seq, 0 // of what follows it is not known whether it is of the same write
		return
	case row.Op == row.Seq && row.At <= last.At:
		tell("it is not later than the one before it")
	case row.Op != row.Seq && last.Op != 0 && (row.Op != last.Op || row.At != last.At || row.RequestID != last.RequestID),
		row.Op > row.Seq, row.Op < 1, row.Op != row.Seq && last.Seq == 0:
		tell("it is not of the write that it says")
	case row.Undoes >= row.Op:
		tell("it takes back what had not happened yet")
	case s.Head == 0:
		tell("its contact is not there")
	case s.Head < row.Seq:
		tell("its contact does not know of it")
	}
	h.last = record.Change{Seq: row.Seq, Op: row.Op, At: row.At, RequestID: row.RequestID}
}

// gap looks at the numbers between two changes.
func (c *Check) gap(t *tally, last, next contact.Seq) {
	switch missing := next - last - 1; {
	case missing == 0:
	case missing > 0 && missing%store.RestoredSkip == 0:
		c.o.Note("Space " + number(t.row.Space) + " has no changes " + number(last+1) + " to " + number(next-1) + ": a backup was restored there.")
	default:
		c.found(Finding{Space: t.row.Space, Kind: ChangeRow, ID: number(last + 1), Flaw: "it is not there, nor are those after it before change " + number(next)})
	}
}

// lastChange holds the counters of a Space against the end of its history.
func (c *Check) lastChange(ctx context.Context, t *tally, h *history) error {
	row, found, err := c.b.Counters(ctx, t.row.Space)
	if err != nil || !found {
		return err
	}
	if row.NextSeq <= h.last.Seq {
		c.found(Finding{Space: t.row.Space, Kind: Counters, Flaw: "the next change would get a number that another has"})
	} else {
		c.gap(t, h.last.Seq, row.NextSeq)
	}
	if row.LastAt < h.last.At {
		c.found(Finding{Space: t.row.Space, Kind: Counters, Flaw: "the newest change is later than they say"})
	}
	return nil
}

// aliases looks for aliases of nobody. The others are looked at with their contacts.
func (c *Check) aliases(t *tally) error {
	for after := contact.ID(0); ; {
		rows, err := c.b.StoredAliases(c.ctx, t.row.Space, after, atOnce)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := onward(cmp.Compare(rows[len(rows)-1].ID, after)); err != nil {
			return err
		}
		for _, a := range rows {
			after = a.ID
			if id := (store.ContactID{Space: a.Space, ID: a.ID}); !a.There {
				f := of(id, AliasRow, "there is no such contact")
				f.anew = mendAlias(id)
				c.found(f)
			}
		}
		if err := c.page(len(rows), t.name("aliases")); err != nil {
			return err
		}
	}
}

// keys looks for match keys of contacts that do not have what they were made of.
func (c *Check) keys(t *tally) error { return c.eachKey(t, "match keys", c.b.StoredKeys, c.strayKeys) }

// eachKey looks at all keys of a Space that are read so, some at once in one state.
func (c *Check) eachKey(t *tally, name string, read func(context.Context, record.MatchKey, int) ([]record.MatchKey, error),
	look func(context.Context, contact.SpaceID, []record.MatchKey) error) error {
	for after := (record.MatchKey{Space: t.row.Space, MatchKey: contact.MatchKey{Kind: math.MinInt32}}); ; {
		n := 0
		err := c.still(func(ctx context.Context) error {
			rows, err := read(ctx, after, atOnce)
			if n = len(rows); err != nil || n == 0 {
				return err
			}
			if err := onward(orderOfKeys(rows[n-1], after)); err != nil {
				return err
			}
			after = rows[n-1]
			return look(ctx, t.row.Space, rows)
		})
		if err != nil || n == 0 {
			return err
		}
		if err := c.page(n, t.name(name)); err != nil {
			return err
		}
	}
}

func orderOfKeys(a, b record.MatchKey) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Text, b.Text), cmp.Compare(a.ID, b.ID))
}

func (c *Check) strayKeys(ctx context.Context, space contact.SpaceID, rows []record.MatchKey) error {
	counters, found, err := c.b.Counters(ctx, space)
	if err != nil || !found {
		return err
	}
	may, _ := regions(&counters)
	ids := map[contact.ID]bool{}
	for _, k := range rows {
		ids[k.ID] = true
	}
	has, err := c.keysOf(ctx, space, sorted(ids), may)
	if err != nil {
		return err
	}
	for _, k := range rows {
		if keys, read := has[k.ID]; read && !keys[k.MatchKey] {
			c.keyFinding(space, k.ID, "it is found by an email or a phone that it has not", mendStrayKey(k))
		}
	}
	return nil
}

// keysOf gives what contacts may be found by: nothing where one is not there, and none of
// one that cannot be read.
func (c *Check) keysOf(ctx context.Context, space contact.SpaceID, ids []contact.ID, regions []string) (map[contact.ID]map[contact.MatchKey]bool, error) {
	has := map[contact.ID]map[contact.MatchKey]bool{}
	take := func(row *record.Contact) {
		one, err := record.DecodeContact(row)
		if err != nil {
			return
		}
		has[one.ID] = map[contact.MatchKey]bool{}
		for _, k := range contact.MatchKeysOf(&one, regions...) {
			has[one.ID][k] = true
		}
	}
	led, err := c.b.Contacts(ctx, space, ids)
	if err != nil {
		return nil, err
	}
	seen := map[contact.ID]bool{}
	for i := range led {
		if id := led[i].Row.ID; id == led[i].Ref {
			seen[id] = true
			take(&led[i].Row)
		}
	}
	for _, id := range ids { // what an alias leads away from, or did not fit into the page
		if seen[id] {
			continue
		}
		row, found, err := c.b.Row(ctx, space, id)
		switch {
		case err != nil:
			return nil, err
		case found:
			take(&row)
		default:
			has[id] = nil
		}
	}
	return has, nil
}

// pairs looks whether both contacts of each pair are there.
func (c *Check) pairs(t *tally) error {
	for after := (record.Pair{Space: t.row.Space}); ; {
		rows, err := c.b.StoredPairs(c.ctx, after, atOnce)
		if err != nil || len(rows) == 0 {
			return err
		}
		last := rows[len(rows)-1].Pair
		if err := onward(cmp.Or(cmp.Compare(last.A, after.A), cmp.Compare(last.B, after.B))); err != nil {
			return err
		}
		for _, p := range rows {
			after = p.Pair
			if !p.A || !p.B || p.Pair.A >= p.Pair.B {
				c.found(Finding{Space: t.row.Space, Kind: PairRow, ID: p.Pair.A.String() + " and " + p.Pair.B.String(), Flaw: "one of its contacts is not there"})
			}
		}
		if err := c.page(len(rows), t.name("pairs")); err != nil {
			return err
		}
	}
}

// retries looks at the records of retries. They are told by when they were made: by what
// else they are found callers name them.
func (c *Check) retries(t *tally) error {
	for after := (store.RetryID{Space: t.row.Space}); ; {
		rows, err := c.b.StoredRetries(c.ctx, after, atOnce)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := onward(strings.Compare(rows[len(rows)-1].Key, after.Key)); err != nil {
			return err
		}
		for i := range rows {
			r := &rows[i]
			after.Key = r.Key
			t.bytes += store.EntryWeight + int64(r.Weight())
			if r.Check() != nil {
				c.found(Finding{Space: t.row.Space, Kind: RetryRow, ID: "of " + r.At.Std().Format("2006-01-02T15:04:05.000000Z"), Flaw: damaged(false)})
			}
		}
		if err := c.page(len(rows), t.name("records of retries")); err != nil {
			return err
		}
	}
}

// mostWeighed is how many contacts and changes there may be of a Space that is written to
// all the while, for all of them to be added up in one state.
const mostWeighed = 2_000_000

// usage holds what a Space counts as kept against what is. What was added up on the way
// is right where nobody wrote meanwhile; else it is all added up again, in one state.
func (c *Check) usage(t *tally) error {
	space := t.row.Space
	err := c.still(func(ctx context.Context) error {
		now, found, err := c.b.Counters(ctx, space)
		if err != nil || !found {
			return err
		}
		quiet := now.Usage == t.row.Usage && now.NextSeq == t.row.NextSeq && now.LastAt == t.row.LastAt
		if quiet && now.Usage.Bytes == t.bytes {
			return nil
		}
		if !quiet && t.rows > mostWeighed {
			c.o.Note("Space " + number(space) + " was written to all the while, so what it counts as kept could not be compared. Check when it rests.")
			return nil
		}
		kept, err := c.b.Weigh(ctx, space)
		if err == nil && kept != now.Usage.Bytes {
			c.found(Finding{Space: space, Kind: Usage, Flaw: "what it counts as kept is not what is", anew: mendUsage(kept - now.Usage.Bytes)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.page(0, t.name("usage"))
}
