package integrity

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// looks is how often a contact is looked at before a finding about its history is told:
// of a long one the rest is read after the state of its row.
const looks = 3

// levels is how many changes of each contact of a page are read in its state.
const levels = 4

// contacts looks at all contacts, with their histories.
func (c *Check) contacts() error {
	last := map[contact.SpaceID]contact.ID{} // of each Space, because databases order Spaces as they like
	for after := (store.ContactID{}); ; {
		rows, err := c.someContacts(after, contactsAtOnce, nil)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return c.page(0, "contacts")
		}
		again := map[store.ContactID]bool{}
		for i := range rows {
			row := &rows[i].Row
			after = store.ContactID{Space: row.Space, ID: row.ID}
			if rows[i].flawed {
				again[after] = true
			}
		}
		if err := onward(cmp.Compare(after.ID, last[after.Space])); err != nil {
			return err
		}
		last[after.Space] = after.ID
		for id := range again {
			if err := c.again(id); err != nil {
				return err
			}
		}
		if err := c.page(len(rows), "contacts"); err != nil {
			return err
		}
	}
}

// again looks at one contact again, and keeps what was found of it where that is found
// each time.
func (c *Check) again(id store.ContactID) error {
	mine := func(f Finding) bool { return f.Space == id.Space && f.subject == id.ID }
	for n := 1; n < looks && slices.ContainsFunc(c.pending, mine); n++ {
		c.pending = slices.DeleteFunc(c.pending, mine)
		if _, err := c.someContacts(store.ContactID{Space: id.Space, ID: id.ID - 1}, 1, &id); err != nil {
			return err
		}
	}
	return nil
}

// looked is a contact that is looked at.
type looked struct {
	store.StoredContact
	contact contact.Contact
	reads   bool // contact is what the row says
	trace   *contact.Trace
	rows    int
	flawed  bool
}

// someContacts looks at the contacts from behind one of them on; at one alone where only
// says which, and then counts nothing.
func (c *Check) someContacts(after store.ContactID, limit int, only *store.ContactID) (list []looked, err error) {
	first := len(c.pending)
	err = c.still(func(ctx context.Context) error {
		rows, err := c.b.StoredContacts(ctx, after, limit)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if only == nil || row.Row.ID == only.ID && row.Row.Space == only.Space {
				list = append(list, looked{StoredContact: row, rows: 1})
			}
		}
		spaces := counted{}
		for i := range list {
			if err := c.contact(ctx, &list[i], spaces); err != nil {
				return err
			}
		}
		if err := c.held(ctx, list, spaces); err != nil {
			return err
		}
		if err := c.searched(ctx, list); err != nil {
			return err
		}
		return c.histories(ctx, list, levels, only != nil)
	})
	if err == nil {
		err = c.longHistories(list, only != nil)
	}
	for i := range list {
		l := &list[i]
		for _, f := range c.pending[first:] {
			l.flawed = l.flawed || f.Space == l.Row.Space && f.subject == l.Row.ID
		}
		if t := c.spaces[l.Row.Space]; t != nil && only == nil {
			t.bytes += int64(l.Row.Weight())
			t.rows++
		}
	}
	return list, err
}

// counted is the counters of Spaces in one state; nil for a Space that is not there.
type counted map[contact.SpaceID]*store.SpaceRow

func (c *Check) counters(ctx context.Context, space contact.SpaceID, of counted) (*store.SpaceRow, error) {
	if row, known := of[space]; known {
		return row, nil
	}
	row, found, err := c.b.Counters(ctx, space)
	if err != nil {
		return nil, err
	}
	of[space] = nil
	if found {
		of[space] = &row
	}
	return of[space], nil
}

// contact looks at a row by itself, and at where it leads.
func (c *Check) contact(ctx context.Context, l *looked, spaces counted) error {
	row := &l.Row
	id := store.ContactID{Space: row.Space, ID: row.ID}
	space, err := c.counters(ctx, row.Space, spaces)
	if err != nil {
		return err
	}
	if space == nil {
		c.about(id, ContactRow, "its Space is not there")
		return nil
	}
	flaw := ""
	if l.contact, err = record.DecodeContact(row); err != nil {
		flaw = damaged(row.Intact())
	} else {
		flaw = l.contact.Flaw()
	}
	if flaw != "" {
		c.about(id, ContactRow, flaw)
		c.breaks(row.Space)
		return nil
	}
	if space.BlockEnd != 0 && row.ID >= space.NextID {
		c.about(id, ContactRow, "its id may be given again")
	}
	if row.Head >= space.NextSeq {
		c.about(id, ContactRow, "its newest change has a number that may be given again")
	}
	l.reads, l.trace = true, contact.NewTrace(l.contact)
	return c.leads(ctx, id, l)
}

// leads looks whether an id leads where the parents of its contact do.
func (c *Check) leads(ctx context.Context, id store.ContactID, l *looked) error {
	root, flaw, err := c.root(ctx, id.Space, &l.contact)
	switch {
	case err != nil:
		return err
	case flaw != "":
		c.about(id, ContactRow, flaw)
	case l.Leads != root:
		f := of(id, AliasRow, "it does not lead to the contact that this one was merged into at last")
		if root == 0 {
			f.Flaw = "it leads elsewhere, and the contact was not merged"
		}
		f.subject, f.anew = id.ID, mendAlias(id)
		c.found(f)
	}
	return nil
}

// about notes what is wrong with a contact or its history.
func (c *Check) about(id store.ContactID, kind Kind, flaw string) {
	f := of(id, kind, flaw)
	f.subject = id.ID
	c.found(f)
}

// breaks notes that some histories of a Space cannot be followed.
func (c *Check) breaks(space contact.SpaceID) {
	if t := c.spaces[space]; t != nil {
		t.broken = true
	}
}

// root gives what a merged contact leads to by its parents, 0 where it is not merged; or
// what is wrong with them.
func (c *Check) root(ctx context.Context, space contact.SpaceID, of *contact.Contact) (root contact.ID, flaw string, err error) {
	parent := of.Parent
	for range contact.MaxAliases + 1 {
		if parent == 0 {
			return root, "", nil
		}
		row, found, err := c.b.Row(ctx, space, parent)
		if err != nil {
			return 0, "", err
		}
		if !found {
			return 0, "what it was merged into is not there", nil
		}
		root = row.ID
		if parent = row.Parent; (row.State == contact.Merged) != (parent != 0) {
			return 0, "what it was merged into does not say where it leads", nil
		}
	}
	return 0, "what it was merged into leads in a circle", nil
}

// held looks whether contacts are found by what they have.
func (c *Check) held(ctx context.Context, list []looked, spaces counted) error {
	keys := map[contact.SpaceID][]record.MatchKey{}
	for i := range list {
		if l := &list[i]; l.reads {
			_, must := regions(spaces[l.Row.Space])
			keys[l.Row.Space] = append(keys[l.Row.Space], keysOf(l.Row.Space, &l.contact, must)...)
		}
	}
	for space, of := range keys {
		missing, err := c.b.KeysMissing(ctx, space, of)
		if err != nil {
			return err
		}
		told := map[contact.ID]bool{}
		for _, k := range missing {
			if !told[k.ID] {
				told[k.ID] = true
				c.keyFinding(space, k.ID, "it is not found by all of its emails and phones", mendKeys(store.ContactID{Space: space, ID: k.ID}))
			}
		}
	}
	return nil
}

func (c *Check) keyFinding(space contact.SpaceID, id contact.ID, flaw string, anew func(*anew) error) {
	f := of(store.ContactID{Space: space, ID: id}, MatchKeyRow, flaw)
	f.ID, f.subject, f.anew = "of contact "+id.String(), id, anew
	c.found(f)
}

// histories follows the histories of contacts, so many changes of each, all next ones of a
// Space at once.
func (c *Check) histories(ctx context.Context, list []looked, levels int, again bool) error {
	for range levels {
		next := map[contact.SpaceID]map[contact.Seq]*looked{}
		for i := range list {
			l := &list[i]
			if l.trace == nil || l.trace.Next() == 0 {
				continue
			}
			of := next[l.Row.Space]
			if of == nil {
				of = map[contact.Seq]*looked{}
				next[l.Row.Space] = of
			}
			if other := of[l.trace.Next()]; other != nil {
				c.about(store.ContactID{Space: l.Row.Space, ID: l.Row.ID}, ContactRow, "its history is that of another contact, too")
				l.trace = nil
				c.breaks(l.Row.Space)
				continue
			}
			of[l.trace.Next()] = l
		}
		for space, of := range next {
			if err := c.level(ctx, space, of, again); err != nil {
				return err
			}
		}
	}
	return nil
}

// level goes back by one change of each of some contacts.
func (c *Check) level(ctx context.Context, space contact.SpaceID, of map[contact.Seq]*looked, again bool) error {
	for len(of) > 0 {
		rows, err := c.b.Changes(ctx, space, sorted(of))
		if err != nil {
			return err
		}
		weight := 0
		for i := range rows {
			weight += rows[i].Weight()
			l := of[rows[i].Seq]
			delete(of, rows[i].Seq)
			if l != nil {
				c.back(l, &rows[i], again)
			}
		}
		if len(rows) == 0 || weight < store.MaxPageBytes {
			break
		}
	}
	for seq, l := range of {
		c.lost(l, seq)
	}
	return nil
}

// lost notes that a history cannot be followed any further.
func (c *Check) lost(l *looked, seq contact.Seq) {
	c.about(store.ContactID{Space: l.Row.Space, ID: l.Row.ID}, ContactRow, "its history is broken: change "+number(seq)+" is not there")
	l.trace = nil
	c.breaks(l.Row.Space)
}

// back goes back by one change of a contact.
func (c *Check) back(l *looked, row *record.Change, again bool) {
	l.rows++
	if t := c.spaces[row.Space]; t != nil && !again && row.Seq < t.row.NextSeq {
		t.chained++
	}
	ch, err := record.DecodeChange(row)
	if err != nil { // which is told where changes are looked at
		l.trace = nil
		c.breaks(row.Space)
		return
	}
	if flaw := l.trace.Back(&ch); flaw != "" {
		f := Finding{Space: row.Space, Kind: ChangeRow, ID: number(row.Seq), Flaw: flaw, subject: l.Row.ID}
		c.found(f)
		l.trace = nil
		c.breaks(row.Space)
	}
}

// longHistories follows what is left of histories. Nobody changes what was once written
// there, so it needs no state that is held.
func (c *Check) longHistories(list []looked, again bool) error {
	for i := range list {
		for l := &list[i]; l.trace != nil && l.trace.Next() != 0; {
			rows, err := c.b.Chain(c.ctx, l.Row.Space, l.trace.Next(), contactsAtOnce)
			if errors.Is(err, store.ErrNoRow) { // somewhere there: so one after the other
				rows, err = c.oneChange(l)
			}
			if err != nil {
				return err
			}
			for k := range rows {
				if l.trace == nil || l.trace.Next() != rows[k].Seq {
					break
				}
				c.back(l, &rows[k], again)
			}
		}
	}
	return nil
}

// oneChange reads the next change of a history, or notes that it is not there.
func (c *Check) oneChange(l *looked) ([]record.Change, error) {
	row, found, err := c.b.Change(c.ctx, l.Row.Space, l.trace.Next())
	if err == nil && !found {
		c.lost(l, l.trace.Next())
	}
	if err != nil || !found {
		return nil, err
	}
	return []record.Change{row}, nil
}
