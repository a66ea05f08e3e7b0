package contact

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/carnet-project/carnet/internal/fault"
)

// Planned is a verb that somebody looked at before it is done (CONTRACT D34). It does
// what it was found to do, also where contacts have changed since, and takes nothing
// away that it was not found to take away: else it is refused.
type Planned struct {
	Verb  Verb
	Found []Showing // the contacts that it was found to change, as they were before
	Shown []Change  // what it was found to do: contact, op and edits of each alone
	// Import is the line of a file that asks for it; zero for none.
	Import ImportLine
}

// Showing is a contact and what it shows: its texts in their order, and its slots.
type Showing struct {
	ID  ID
	Sum [16]byte
}

// ShowingOf gives what a contact shows.
func ShowingOf(c *Contact) Showing {
	h := sha256.New()
	var size [4]byte
	put := func(text string) {
		binary.BigEndian.PutUint32(size[:], uint32(len(text)))
		h.Write(size[:])
		h.Write([]byte(text))
	}
	for _, col := range Collections {
		binary.BigEndian.PutUint32(size[:], uint32(len(c.Values[col])))
		h.Write(size[:])
		for _, v := range c.Values[col] {
			put(v.Text)
		}
	}
	for i := range c.Fields {
		put(c.Fields[i].Text)
	}
	s := Showing{ID: c.ID}
	copy(s.Sum[:], h.Sum(nil))
	return s
}

// Plan gives a verb that does what it was found to do by these entries.
func Plan(verb Verb, entries []Entry) *Planned {
	p := &Planned{Verb: verb}
	for i := range entries {
		e := &entries[i]
		before := e.Change.Edits.Backward(e.Contact)
		p.Found = append(p.Found, ShowingOf(&before))
		p.Shown = append(p.Shown, Change{Contact: e.Contact.ID, Op: e.Change.Op, Edits: e.Change.Edits})
	}
	return p
}

// Needs names what the verb needs.
func (p *Planned) Needs() Needs { return p.Verb.Needs() }

// Size gives about how many bytes the verb carries, and what it was found to do.
func (p *Planned) Size() int {
	n := p.Verb.Size()
	for i := range p.Shown {
		n += p.Shown[i].size()
	}
	return n
}

// Decide does what the verb was found to do. A write of values is an edit of what is
// there now (CONTRACT D27), exact where that is as it was found; an undo and an unmerge
// go by what is there; all else is refused where a contact has changed.
func (p *Planned) Decide(v *View) (Decision, error) {
	d, err := p.decide(v)
	d.Import = p.Import
	return d, err
}

func (p *Planned) decide(v *View) (Decision, error) {
	switch verb := p.Verb.(type) {
	case *Put:
		return p.edit(v, verb.Ref, verb.BodyID, &verb.Match, ActionPut)
	case *Amend:
		return p.edit(v, verb.Ref, verb.BodyID, &verb.Match, ActionPatch)
	case *Delete, *Merge:
		for _, ref := range v.Refs {
			if ref.Contact != nil && ref.Contact.State == Live && !p.found(ref.Contact) {
				return Decision{}, movedOn(ref.Contact.ID)
			}
		}
	}
	d, err := p.Verb.Decide(v)
	if err != nil {
		return d, err
	}
	if id, more := p.takesMore(d.Enter(Stamp{Op: v.Op, At: v.At})); more {
		return Decision{}, movedOn(id)
	}
	return d, nil
}

// movedOn refuses what would take away more than was looked at.
func movedOn(id ID) error {
	r := refuse(fault.CodeConflict, "The contact was changed since the plan was made, so that this would do more than the plan shows. It was left as it is.")
	r.Subject = id
	return r
}

// found tells whether a contact shows what it was found to show.
func (p *Planned) found(c *Contact) bool { return slices.Contains(p.Found, ShowingOf(c)) }

// edit does to a contact what a write of its values was found to do.
func (p *Planned) edit(v *View, ref, bodyID ID, match *Match, action Action) (Decision, error) {
	c, err := edited(v, ref, bodyID, match)
	if err != nil {
		return Decision{}, err
	}
	if len(p.Shown) != 1 {
		return Decision{Subject: c.ID}, nil
	}
	ch := &p.Shown[0]
	edits := ch.Edits.broughtBy(Origin{ch.Contact, ch.Op}, Origin{c.ID, v.Op})
	after, conflicts := Rebase(&edits, c, ByText)
	if len(conflicts) > 0 {
		r := refuse(fault.CodeConflict, "The contact was changed since the plan was made, where this changes it too. It was left as it is.")
		r.Subject, r.Conflicts = c.ID, conflicts
		return Decision{}, r
	}
	err = checkTogether(&after, c, "body", v.Reads)
	return Decision{Subject: c.ID, Steps: []Step{{Before: c, After: after, Action: action, Ref: ref}}}, err
}

// broughtBy gives an edit of values with what was brought as brought by another write.
func (e *Edits) broughtBy(was, is Origin) Edits {
	stamp := func(v Value) Value {
		if slices.Contains(v.Origins, was) {
			v.Origins = slices.Clone(v.Origins)
			v.Origins[slices.Index(v.Origins, was)] = is
		}
		return v
	}
	var out Edits
	for _, col := range Collections {
		if l := e.Values[col]; l != nil {
			after := slices.Clone(l.After)
			for i := range after {
				after[i] = stamp(after[i])
			}
			out.Values[col] = &ListEdit{Before: l.Before, After: after}
		}
	}
	for _, f := range e.Fields {
		out.Fields = append(out.Fields, FieldEdit{Slot: f.Slot, Before: f.Before, After: stamp(f.After)})
	}
	return out
}

// foundBefore tells whether a contact that these change showed before what it was found
// to show.
func (p *Planned) foundBefore(entries []Entry, id ID) bool {
	return slices.ContainsFunc(entries, func(e Entry) bool {
		before := e.Change.Edits.Backward(e.Contact)
		return e.Contact.ID == id && p.found(&before)
	})
}

// takesMore tells whether a write takes more away than it was found to, and of which
// contact: what goes with a contact that is deleted or merged, of one that does not show
// what was found, or is hidden behind one that does not; or a text, or what is in a slot.
func (p *Planned) takesMore(entries []Entry) (ID, bool) {
	for i := range entries {
		e := &entries[i]
		switch state := e.Change.Edits.State; {
		case state != nil && state.After != Live:
			into := absorber(entries, e.Contact.ID)
			hides := into != nil && len(hidden(entries, &e.Contact))+outOfSight(entries, e) > 0
			if !p.foundBefore(entries, e.Contact.ID) || hides && !p.foundBefore(entries, into.ID) {
				return e.Contact.ID, true
			}
		case e.Contact.State == Merged || state != nil && state.Before == Merged:
		default:
			more := false
			lost(entries, i, func(col Collection, slot Slot, text string) {
				more = more || !p.shows(e.Contact.ID, col, slot, text)
			})
			if more {
				return e.Contact.ID, true
			}
		}
	}
	return 0, false
}

// shows tells whether a verb was found to take a text away from a contact: from a
// collection or, where slot is not 0, from that.
func (p *Planned) shows(id ID, col Collection, slot Slot, text string) bool {
	for i := range p.Shown {
		edits := &p.Shown[i].Edits
		switch l := edits.Values[col]; {
		case p.Shown[i].Contact != id:
		case slot == 0:
			return l != nil && slices.Contains(l.Removed(), text)
		default:
			return slices.ContainsFunc(edits.Fields, func(f FieldEdit) bool { return f.Slot == slot && f.removes() && f.Before.Text == text })
		}
	}
	return false
}

// RowOutcome is what a row of a plan was found to do (CONTRACT D34).
type RowOutcome string

// The outcomes of rows.
const (
	RowCreate   RowOutcome = "create"
	RowUpdate   RowOutcome = "update"
	RowDelete   RowOutcome = "delete"
	RowMerge    RowOutcome = "merge"
	RowUnmerge  RowOutcome = "unmerge"
	RowSame     RowOutcome = "same"          // nothing: all is as it asks already
	RowSince    RowOutcome = "changed_since" // nothing: all that it would take back was changed again since, and stays
	RowConflict RowOutcome = "conflict"      // nothing: something stands in its way
	RowRefused  RowOutcome = "refused"       // nothing: it makes no sense, or may not be
)

// RowOutcomes lists them, in the order in which they are counted.
var RowOutcomes = [...]RowOutcome{RowCreate, RowUpdate, RowDelete, RowMerge, RowUnmerge, RowSame, RowSince, RowConflict, RowRefused}

// Changes tells whether a row of this outcome changes anything.
func (o RowOutcome) Changes() bool {
	return o != RowSame && o != RowSince && o != RowConflict && o != RowRefused
}

// OutcomeOf gives what a write does, by its entries, or by why it was refused. Of what an
// undo was to take back stands tells whether some stays.
func OutcomeOf(entries []Entry, stands bool, err error) RowOutcome {
	switch kind := fault.KindOf(err); {
	case err == nil:
	case kind == fault.Conflict || kind == fault.Stale:
		return RowConflict
	default:
		return RowRefused
	}
	out := RowSame
	if stands && len(entries) == 0 {
		return RowSince
	}
	for i := range entries {
		edits := &entries[i].Change.Edits
		switch {
		case len(edits.Split) > 0:
			return RowUnmerge
		case len(edits.Absorbed) > 0:
			return RowMerge
		case entries[i].Change.Action == ActionCreate:
			return RowCreate
		case edits.State != nil && edits.State.After == Deleted:
			out = RowDelete
		case out == RowSame:
			out = RowUpdate
		}
	}
	return out
}
