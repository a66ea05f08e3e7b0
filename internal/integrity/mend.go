package integrity

import (
	"context"
	"slices"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// anew is a transaction in which things are made anew. Its Space is locked, so what is
// read beside it is what it finds, and nobody changes it meanwhile.
type anew struct {
	c    *Check
	ctx  context.Context
	row  store.SpaceRow
	save store.Save
	made store.Anew               // of save
	seen map[store.ContactID]bool // whose match keys are in save

	searched []contact.ID      // whose keys of searches are made anew, behind the transaction
	strays   []record.MatchKey // that go with that
}

// mend makes anew what is derived of what a page found: in a transaction for each Space.
func (c *Check) mend(list []Finding) error {
	spaces := map[contact.SpaceID][]Finding{}
	for _, f := range list {
		if f.Derived() {
			spaces[f.Space] = append(spaces[f.Space], f)
		}
	}
	for _, space := range sorted(spaces) {
		if err := c.mendSpace(space, spaces[space]); err != nil {
			return err
		}
		for _, f := range spaces[space] {
			c.told.Mended++
			c.o.Mended(f)
		}
	}
	return nil
}

func (c *Check) mendSpace(space contact.SpaceID, list []Finding) error {
	tx, err := c.b.Begin(c.ctx, c.b.Lane(space))
	if err != nil {
		return err
	}
	rows, err := tx.Spaces(c.ctx, []contact.SpaceID{space})
	if err != nil || len(rows) == 0 {
		tx.Rollback()
		return err
	}
	a := &anew{c: c, row: rows[0], seen: map[store.ContactID]bool{}}
	a.save.Anew = &a.made
	err = c.b.Still(c.ctx, func(ctx context.Context) error {
		a.ctx = ctx
		for i := range list {
			if err := list[i].anew(a); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = tx.Save(c.ctx, &a.save)
	}
	if err != nil {
		tx.Rollback()
		return err
	}
	if err := tx.Commit(c.ctx); err != nil || len(a.searched)+len(a.strays) == 0 {
		return err
	}
	return store.Refold(c.ctx, c.b, space, a.strays, a.searched...)
}

// mendAlias lets an id lead where its parents do.
func mendAlias(id store.ContactID) func(*anew) error {
	return func(a *anew) error {
		alias := store.Alias{Space: id.Space, ID: id.ID}
		row, found, err := a.c.b.Row(a.ctx, id.Space, id.ID)
		if err != nil {
			return err
		}
		if found {
			one := contact.Contact{Parent: row.Parent}
			root, flaw, err := a.c.root(a.ctx, id.Space, &one)
			if err != nil || flaw != "" {
				return err
			}
			alias.To = root
		}
		a.made.Aliases = append(a.made.Aliases, alias)
		return nil
	}
}

// mendKeys gives a contact the match keys that it lacks.
func mendKeys(id store.ContactID) func(*anew) error {
	return func(a *anew) error {
		if a.seen[id] {
			return nil
		}
		a.seen[id] = true
		row, found, err := a.c.b.Row(a.ctx, id.Space, id.ID)
		if err != nil || !found {
			return err
		}
		one, err := record.DecodeContact(&row)
		if err != nil {
			return nil // what is damaged stays as it is
		}
		_, must := regions(&a.row)
		missing, err := a.c.b.KeysMissing(a.ctx, id.Space, keysOf(id.Space, &one, must))
		a.save.KeysCome = append(a.save.KeysCome, missing...)
		return err
	}
}

// mendStrayKey takes a match key from a contact that has nothing of the kind.
func mendStrayKey(k record.MatchKey) func(*anew) error {
	return func(a *anew) error {
		may, _ := regions(&a.row)
		has, err := a.c.keysOf(a.ctx, k.Space, []contact.ID{k.ID}, may)
		if err != nil {
			return err
		}
		if keys, read := has[k.ID]; read && !keys[k.MatchKey] {
			a.save.KeysGone = append(a.save.KeysGone, k)
		}
		return nil
	}
}

// mendPlanContacts lets a row of a plan be found by what it changes.
func mendPlanContacts(id store.PlanID, n int64) func(*anew) error {
	return func(a *anew) error {
		by := store.PlanRowContacts{PlanID: id, N: n}
		rows, err := a.c.b.PlanRows(a.ctx, store.PlanRowQuery{PlanID: id, After: n - 1, Limit: 1})
		if err != nil {
			return err
		}
		if len(rows) == 1 && rows[0].N == n {
			changes, known, err := book.RowContacts(&rows[0])
			if err != nil || !known || rows[0].Check() != nil {
				return nil // what is damaged stays as it is
			}
			by.Contacts = alike(changes)
		}
		if !slices.ContainsFunc(a.made.PlanContacts, func(p store.PlanRowContacts) bool { return p.PlanID == id && p.N == n }) {
			a.made.PlanContacts = append(a.made.PlanContacts, by)
		}
		return nil
	}
}

// mendUsage adds what a Space counts too little. That is the same however much is written
// meanwhile.
func mendUsage(difference int64) func(*anew) error {
	return func(a *anew) error {
		a.row.Usage.Bytes += difference
		a.save.Spaces = []store.SpaceRow{a.row}
		return nil
	}
}
