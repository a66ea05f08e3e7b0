package contact

import "slices"

// Flaw tells what is wrong with a contact as it stands, by itself; "" for nothing.
func (c *Contact) Flaw() string {
	switch {
	case c.State > Erased:
		return "it has a state that there is not"
	case c.State != Erased && (c.State == Merged) != (c.Parent != 0) || c.Parent == c.ID:
		return "what it was merged into does not go with its state"
	case c.Version < 1 || c.Depth < 1 || c.Head < 1:
		return "it has no history"
	}
	for _, list := range c.Values {
		for _, v := range list {
			if v.Text == "" || len(v.Origins) == 0 {
				return "nobody brought one of its values"
			}
		}
	}
	for _, v := range c.Fields {
		if (v.Text == "") != (len(v.Origins) == 0) {
			return "nobody brought one of its values"
		}
	}
	return ""
}

// Trace follows the history of a contact from its newest change to its first, and tells
// where one does not lead to the next.
type Trace struct {
	now  Contact // as the changes so far found it
	next Seq
	top  Version // what the next change's version may be at most
	left int64   // how many changes there are still to be
	gone bool    // all of it was erased: what it did is told nowhere
}

// NewTrace begins with a contact as it is.
func NewTrace(c Contact) *Trace {
	return &Trace{now: c, next: c.Head, top: c.Version, left: c.Depth, gone: c.State == Erased}
}

// Next gives the number of the change that Back is to be called with, 0 behind the first.
func (r *Trace) Next() Seq { return r.next }

// Back goes back by a change, and tells what is wrong with it; "" for nothing. After that
// there is nothing to go on from.
func (r *Trace) Back(ch *Change) (flaw string) {
	newest := ch.Seq == r.now.Head
	before := ch.Edits.Backward(r.now)
	after := ch.Edits.Forward(before)
	switch {
	case ch.Contact != r.now.ID:
		return "it is of another contact than the history that leads to it"
	case newest && ch.Version != r.top || ch.Version > r.top || ch.Version < 1:
		return "its version does not go with the change after it"
	case ch.Prev >= ch.Seq || (ch.Prev == 0) != (r.left == 1):
		return "its contact has more changes than its history, or fewer"
	case (ch.Action == ActionCreate) != (ch.Prev == 0):
		return "its contact was not created by its first change"
	case ch.Edits.Erased != r.gone:
		return "it was erased and its contact was not, or the other way round"
	case r.gone:
	case !alike(&after, &r.now):
		return "it does not lead to what its contact was after it"
	case (ch.Snapshot != nil) != (r.left%SnapshotEvery == 0):
		return "it has a snapshot where none belongs, or none where one does"
	case ch.Snapshot != nil && (ch.Snapshot.Version != ch.Version || !alike(ch.Snapshot, &r.now)):
		return "its snapshot is not what its contact was after it"
	case ch.Prev == 0 && (!alike(&before, &Contact{}) || ch.At != r.now.Created):
		return "its contact was there before it was created"
	}
	r.now, r.next, r.top = before, ch.Prev, ch.Version-1
	r.left--
	return ""
}

// alike tells whether two contacts are alike in what a change tells of.
func alike(a, b *Contact) bool {
	for i := range a.Values {
		if !slices.EqualFunc(a.Values[i], b.Values[i], Value.Equal) {
			return false
		}
	}
	for i := range a.Fields {
		if !a.Fields[i].Equal(b.Fields[i]) {
			return false
		}
	}
	return a.State == b.State && a.Parent == b.Parent
}
