package integrity

import (
	"context"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// searched looks whether the index of searches has the keys of contacts that it must have, and
// no others: of those that have not changed since it was folded last. While a slot begins or
// stops to be filterable some have its keys.
func (c *Check) searched(ctx context.Context, list []looked) error {
	spaces := map[contact.SpaceID][]*looked{}
	for i := range list {
		if l := &list[i]; l.reads {
			spaces[l.Row.Space] = append(spaces[l.Row.Space], l)
		}
	}
	for space, of := range spaces {
		mark, err := c.b.SearchMark(ctx, space)
		if err != nil {
			return err
		}
		must, may := map[contact.ID][]contact.MatchKey{}, map[contact.ID][]contact.MatchKey{}
		var ids []contact.ID
		var keys []record.MatchKey
		for _, l := range of {
			if l.contact.Head > mark.Seq {
				continue
			}
			id, by := l.contact.ID, contact.SearchKeys(&l.contact, mark.Region, mark.Slots)
			ids, must[id] = append(ids, id), by
			may[id] = contact.SearchKeys(&l.contact, mark.Region, contact.AllSlots)
			for _, k := range by {
				keys = append(keys, record.MatchKey{Space: space, MatchKey: k, ID: id})
			}
		}
		wrong := map[contact.ID]bool{}
		missing, err := c.b.SearchKeysMissing(ctx, space, keys)
		if err != nil {
			return err
		}
		for _, k := range missing {
			wrong[k.ID] = true
		}
		rows, err := c.b.Searched(ctx, space, ids)
		if err != nil {
			return err
		}
		has := map[contact.ID][]contact.MatchKey{}
		for _, row := range rows {
			has[row.ID] = row.SearchedBy()
		}
		for _, id := range ids {
			_, come := contact.KeysBetween(has[id], must[id])
			gone, _ := contact.KeysBetween(has[id], may[id])
			if wrong[id] || len(come)+len(gone) > 0 {
				c.searchFinding(space, id, "a search does not find it by what it has", mendSearched(id))
			}
		}
	}
	return nil
}

func (c *Check) searchFinding(space contact.SpaceID, id contact.ID, flaw string, anew func(*anew) error) {
	f := of(store.ContactID{Space: space, ID: id}, SearchKeyRow, flaw)
	f.ID, f.subject, f.anew = "of contact "+id.String(), id, anew
	c.found(f)
}

// searchKeys looks for keys of the index that nothing says a contact has.
func (c *Check) searchKeys(t *tally) error {
	return c.eachKey(t, "keys of searches", c.b.StoredSearchKeys, c.straySearchKeys)
}

func (c *Check) straySearchKeys(ctx context.Context, space contact.SpaceID, rows []record.MatchKey) error {
	stray, err := c.stray(ctx, space, rows)
	for _, k := range stray {
		c.searchFinding(space, k.ID, "a search looks at it for what it has not", mendStraySearchKey(k))
	}
	return err
}

// stray gives those of some keys that nothing says a contact has.
func (c *Check) stray(ctx context.Context, space contact.SpaceID, rows []record.MatchKey) (stray []record.MatchKey, err error) {
	ids := map[contact.ID]bool{}
	for _, k := range rows {
		ids[k.ID] = true
	}
	list, err := c.b.Searched(ctx, space, sorted(ids))
	if err != nil {
		return nil, err
	}
	has := map[contact.ID]map[contact.MatchKey]bool{}
	for i := range list {
		of := map[contact.MatchKey]bool{}
		for _, k := range list[i].SearchedBy() {
			of[k] = true
		}
		has[list[i].ID] = of
	}
	for _, k := range rows {
		if !has[k.ID][k.MatchKey] {
			stray = append(stray, k)
		}
	}
	return stray, nil
}

// mendSearched has the index hold what a contact is found by.
func mendSearched(id contact.ID) func(*anew) error {
	return func(a *anew) error {
		a.searched = append(a.searched, id)
		return nil
	}
}

// mendStraySearchKey takes out of the index what still strays there.
func mendStraySearchKey(k record.MatchKey) func(*anew) error {
	return func(a *anew) error {
		stray, err := a.c.stray(a.ctx, k.Space, []record.MatchKey{k})
		a.strays = append(a.strays, stray...)
		return err
	}
}
