package book

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
	"github.com/carnet-project/carnet/internal/wire"
)

// Until it is applied, a contact that a row of an import makes has no id, and a row is found not
// only by the contacts that it changes but by what later rows of the file may be matched by. Both
// are given numbers that no contact has (CONTRACT D4).
const (
	madeBase    = 1 << 54 // and the number of the row
	keyedBase   = 1 << 62 // and a hash of the match key
	keyedMask   = 1<<60 - 1
	foreseenOps = 1 << 50 // numbers of writes that no change has
)

// madeBy gives what stands for the contact that a row makes.
func madeBy(row int64) contact.ID { return madeBase + contact.ID(row) }

// maker is the inverse; false of a contact that is there.
func maker(id contact.ID) (row int64, made bool) { return int64(id) - madeBase, id >= madeBase }

// keyedBy gives what stands for a match key.
func keyedBy(k contact.MatchKey) contact.ID {
	sum := sha256.Sum256(append([]byte{byte(k.Kind)}, k.Text...))
	return keyedBase | contact.ID(binary.BigEndian.Uint64(sum[:])&keyedMask)
}

// importView is what some rows of an import see: contacts as they are stored, with what earlier
// rows of the file make of them. Nothing of it is written.
type importView struct {
	ctx    context.Context
	book   *Book
	grant  access.Grant
	match  []contact.MatchBy
	now    contact.Time
	states map[contact.ID]*contact.Contact
	stored map[contact.MatchKey][]contact.ID        // who has a key, as it is stored
	come   map[contact.MatchKey]map[contact.ID]bool // who came to have it by a row
}

func (b *Book) newImportView(ctx context.Context, g access.Grant, p *Plan) *importView {
	return &importView{ctx: ctx, book: b, grant: g, match: p.Import.Match, now: b.now(), states: map[contact.ID]*contact.Contact{},
		stored: map[contact.MatchKey][]contact.ID{}, come: map[contact.MatchKey]map[contact.ID]bool{}}
}

// load reads who is stored with what rows are matched by, and what the rows before them do to those.
func (v *importView) load(id store.PlanID, rows []transfer.Row, first int64) error {
	if err := v.loadStored(rows); err != nil {
		return err
	}
	var about []contact.ID
	for i := range rows {
		row := &rows[i]
		if len(row.Problems) > 0 {
			continue
		}
		if slices.Contains(v.match, contact.ByID) && row.ID != 0 {
			c, err := v.state(row.ID)
			if err != nil {
				return err
			}
			if c != nil {
				about = append(about, c.ID)
			}
		}
		patch := row.Patch()
		for _, by := range v.match {
			for _, key := range by.Keys(&patch, v.grant.Space.Region) {
				ids, err := v.storedWith(by, key, &patch)
				if err != nil {
					return err
				}
				about = append(append(about, ids...), keyedBy(key))
			}
		}
	}
	before, err := v.book.restsOn(v.ctx, id, about, first)
	if err != nil {
		return err
	}
	for i := range before {
		if err := v.replay(&before[i]); err != nil {
			return err
		}
	}
	return nil
}

// loadStored reads at once who is stored with the match keys of rows. Where they are so many that
// a key must be one of many, it is left to storedWith, which reads no more of each than it needs.
func (v *importView) loadStored(rows []transfer.Row) error {
	asked := map[contact.MatchKey]bool{}
	for i := range rows {
		if len(rows[i].Problems) > 0 {
			continue
		}
		patch := rows[i].Patch()
		for _, by := range v.match {
			if _, slot := by.Slot(); slot { // these are in no index that is written with the contact
				continue
			}
			for _, key := range by.Keys(&patch, v.grant.Space.Region) {
				asked[key] = true
			}
		}
	}
	space := v.grant.Space.ID
	ids, few, err := v.book.store.Keyed(v.ctx, space, slices.Collect(maps.Keys(asked)))
	if err != nil || !few || len(ids) > 2*len(asked) {
		return err
	}
	for key := range asked {
		v.stored[key] = []contact.ID{}
	}
	slices.Sort(ids)
	return v.book.store.EachContact(v.ctx, space, slices.Compact(ids), func(_ contact.ID, c *contact.Contact) {
		if _, known := v.states[c.ID]; known { // by another id
			return
		}
		copied := *c
		v.states[c.ID] = &copied
		for _, key := range contact.MatchKeysOf(&copied, v.grant.Space.Region) {
			if asked[key] {
				v.stored[key] = append(v.stored[key], c.ID)
			}
		}
	})
}

// maxSeveral is how many contacts are read that have one match key.
const maxSeveral = 20

// storedWith gives the contacts that have a match key of a row, as they are stored.
func (v *importView) storedWith(by contact.MatchBy, key contact.MatchKey, patch *contact.Patch) ([]contact.ID, error) {
	if ids, ok := v.stored[key]; ok {
		return ids, nil
	}
	q := store.Query{Space: v.grant.Space.ID, Keys: []contact.MatchKey{key}}
	if _, slot := by.Slot(); slot {
		q.Keys, q.Where = nil, by.Where(patch)
	}
	ids := []contact.ID{}
	for at, begun := (store.Place{}), false; !begun || at != (store.Place{}) && len(ids) < maxSeveral; begun = true {
		page, err := v.book.store.List(v.ctx, q, at, maxSeveral)
		if err != nil {
			return nil, err
		}
		for i := range page.Rows {
			c := &page.Rows[i]
			ids = append(ids, c.ID)
			if _, known := v.states[c.ID]; !known {
				v.states[c.ID] = c
			}
		}
		at = page.Next
	}
	v.stored[key] = ids
	return ids, nil
}

// state gives the contact that a ref leads to, nil where there is none.
func (v *importView) state(ref contact.ID) (*contact.Contact, error) {
	if c, ok := v.states[ref]; ok {
		return c, nil
	}
	if _, made := maker(ref); made {
		return nil, nil
	}
	var found *contact.Contact
	err := v.book.store.EachContact(v.ctx, v.grant.Space.ID, []contact.ID{ref}, func(_ contact.ID, c *contact.Contact) {
		copied := *c
		found = &copied
	})
	if err != nil {
		return nil, err
	}
	if found != nil {
		if known, ok := v.states[found.ID]; ok {
			return known, nil
		}
		v.states[found.ID] = found
	}
	return found, nil
}

// subjectOfRow gives what stands for the contact that a row of an import changes.
func subjectOfRow(n int64, d *decided) contact.ID {
	switch {
	case d.AddsTo != 0:
		return madeBy(d.AddsTo)
	case d.Contact == 0:
		return madeBy(n)
	}
	return d.Contact
}

// replay does again what a row before these was found to do.
func (v *importView) replay(row *record.PlanRow) error {
	d, err := decidedOf(row)
	if err != nil || !contact.RowOutcome(row.Outcome).Changes() {
		return err
	}
	id := subjectOfRow(row.N, &d)
	c, err := v.state(id)
	if err != nil {
		return err
	}
	if _, made := maker(id); c == nil && (!made || d.AddsTo != 0) {
		return nil // it is gone since
	}
	v.foresee(importVerb(row, &d, id), id, c, row.N)
	return nil
}

// importVerb reads the verb of a row of an import, about this contact.
func importVerb(row *record.PlanRow, d *decided, id contact.ID) contact.Verb {
	if d.AddsTo != 0 {
		return wire.ReadAmendmentOf(row.Operation, id)
	}
	return operation(row)
}

// foresee finds what a verb does to a contact, nil for a new one, and makes that what later rows see.
func (v *importView) foresee(verb contact.Verb, id contact.ID, before *contact.Contact, n int64) store.Outcome {
	op := contact.Seq(foreseenOps + n)
	view := contact.View{Region: v.grant.Space.Region, Reads: true, Op: op, At: v.now}
	if before == nil {
		view.NewIDs = []contact.ID{id}
	} else {
		view.Refs = []contact.Found{{ID: id, Contact: before}}
	}
	d, err := verb.Decide(&view)
	if err != nil {
		return store.Outcome{Err: err}
	}
	entries := d.Enter(contact.Stamp{Op: op, At: v.now})
	out := store.Outcome{Entries: entries, Subject: before, Found: &store.Found{}}
	if before != nil {
		out.Found.Version = before.Version
	}
	if len(entries) > 0 {
		out.Subject = &entries[0].Contact
		v.set(before, out.Subject)
	}
	return out
}

// set makes a contact's new state what later rows see.
func (v *importView) set(before, after *contact.Contact) {
	v.states[after.ID] = after
	for _, key := range v.gains(before, after) {
		if v.come[key] == nil {
			v.come[key] = map[contact.ID]bool{}
		}
		v.come[key][after.ID] = true
	}
}

// gains gives the match keys of rows that a contact has come to have.
func (v *importView) gains(before, after *contact.Contact) []contact.MatchKey {
	region := v.grant.Space.Region
	_, come := contact.KeysBetween(contact.MatchedBy(v.match, before, region), contact.MatchedBy(v.match, after, region))
	return come
}

// matched finds the contact that a row is about, 0 for a new one.
func (v *importView) matched(row *transfer.Row, patch *contact.Patch) (contact.ID, error) {
	found := func(by contact.MatchBy) (ids []contact.ID, err error) {
		if by == contact.ByID {
			c, err := v.state(row.ID)
			if c == nil || err != nil {
				return nil, err
			}
			return []contact.ID{c.ID}, nil
		}
		for _, key := range by.Keys(patch, v.grant.Space.Region) {
			with, err := v.with(by, key, patch)
			if err != nil {
				return nil, err
			}
			ids = append(ids, with...)
		}
		slices.Sort(ids)
		return slices.Compact(ids), nil
	}
	call := func(id contact.ID) string {
		if n, made := maker(id); made {
			return fmt.Sprintf("the new one of row %d", n)
		}
		return id.String()
	}
	return contact.Matched(v.match, row.ID, found, call)
}

// with gives the contacts that have a match key, as earlier rows leave them.
func (v *importView) with(by contact.MatchBy, key contact.MatchKey, patch *contact.Patch) (ids []contact.ID, err error) {
	stored, err := v.storedWith(by, key, patch)
	if err != nil {
		return nil, err
	}
	candidates := slices.Clone(stored)
	for id := range v.come[key] {
		candidates = append(candidates, id)
	}
	for _, id := range candidates {
		c, err := v.state(id)
		if err != nil {
			return nil, err
		}
		if c != nil && slices.Contains(contact.MatchedBy(v.match, c, v.grant.Space.Region), key) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}
