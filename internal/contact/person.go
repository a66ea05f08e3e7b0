package contact

import "slices"

// Person tells, of history, what is of one person: of a contact with all ids that lead to it
// (CONTRACT D35). A value is of the person by whose ids it was brought. What was brought by
// the ids of others who were part of the contact for a while is theirs, and is left out; what
// was brought by its ids while these led elsewhere is its own, and is told.
type Person struct {
	ids    map[ID]bool
	lent   map[Origin]bool // written to its contacts by ids of others
	abroad map[Origin]bool // written to contacts of others by its ids
}

// NewPerson makes a Person of all ids that lead to a contact, its own among them.
func NewPerson(ids []ID) *Person {
	p := &Person{ids: make(map[ID]bool, len(ids)), lent: map[Origin]bool{}, abroad: map[Origin]bool{}}
	for _, id := range ids {
		p.ids[id] = true
	}
	return p
}

// Tells gives what an entry of history says of the person, and false where that is nothing.
// It is to be asked of all entries that are of its contacts or were made by its ids, each
// once and in the order of their numbers: what brought a value comes before all that shows it.
func (p *Person) Tells(ch *Change) (Change, bool) {
	own, by := p.ids[ch.Contact], ch.Ref == 0 && p.ids[ch.Contact] || p.ids[ch.Ref]
	switch origin := (Origin{Contact: ch.Contact, Op: ch.Op}); {
	case own && !by:
		p.lent[origin] = true
	case by && !own:
		p.abroad[origin] = true
	}
	out := *ch
	out.Snapshot = nil
	out.Edits = ch.Edits.part(p.owns).told()
	if !by {
		out.Reason = "" // why others were written to
	}
	return out, by || own && !out.Edits.Empty()
}

// owns tells whether what has an origin is of the person.
func (p *Person) owns(o Origin) bool {
	if p.ids[o.Contact] {
		return !p.lent[o]
	}
	return p.abroad[o]
}

// told gives the edit without what does not differ any more.
func (e Edits) told() Edits {
	for col, l := range e.Values {
		if l != nil && slices.EqualFunc(l.Before, l.After, Value.Equal) {
			e.Values[col] = nil
		}
	}
	e.Fields = slices.DeleteFunc(e.Fields, func(f FieldEdit) bool { return f.Before.Equal(f.After) })
	return e
}
