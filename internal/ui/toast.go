package ui

import (
	"slices"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// toast says what is so now, and offers what takes it back.
type toast struct {
	Text   string // "Saved."
	Before string // what stands before the value: "Speaks is now"
	Name   string // of what it is about: a value, or a contact
	LTR    bool
	After  string // what stands after it: "is in the bin now."
	Undo   string // the address of the preview that takes it back; "": none
	Batch  string // the batch that another plan takes back; "": none
	Curl   string // the address of the request that did it, as a command; "": none
}

// toastOf tells of the write that has just been done, where the address names one, and
// offers to take it back.
func (v *visit) toastOf() *toast {
	id, ok := contact.ParseChangeID(v.Form.Get("done"))
	if !ok {
		return v.pairToast()
	}
	changes, err := v.ui.book.WriteChanges(v.Context(), v.grant, id)
	if err != nil || len(changes) == 0 {
		return nil // the address is somebody else's, or old: there is nothing to tell
	}
	ch := &changes[max(0, slices.IndexFunc(changes, func(c contact.Change) bool { return c.Op == c.Seq }))]
	view := v.changeView(ch)
	t := &toast{Name: view.Author.Called() + " " + view.Sentence + "."}
	if view.Author.You {
		t = v.soNow(ch)
	}
	t.Undo = view.UndoTo
	return t
}

// soNow says what is so after a change of the reader's.
func (v *visit) soNow(ch *contact.Change) *toast {
	e := &ch.Edits
	t := &toast{Text: "Saved."}
	if ch.Action == contact.ActionUndo {
		t.Text = "Taken back."
	}
	switch {
	case e.State != nil && e.State.After == contact.Live && ch.Action != contact.ActionCreate:
		t.Name, t.After = v.calledAt(ch, 0), "is a contact again."
	case len(e.Absorbed) > 0:
		t.Before, t.Name = absorbedNow(e), v.calledAt(ch, 0)
		t.After = "now."
	case len(e.Split) > 0:
		t.Name = sentenceOf(numbered(e.Split), len(e.Split), "is a contact of its own again.", "are contacts of their own again.")
	case e.Link != nil:
		t.Name = "#" + idText(ch.Contact) + " is a contact of its own again."
	case ch.Action == contact.ActionCreate:
		t.Name, t.After = v.calledAt(ch, 0), "is a contact now."
	case e.State != nil || ch.Action == contact.ActionDelete:
		t.Name, t.After = v.calledAt(ch, 1), "is in the bin now."
	default:
		v.valuesNow(t, e)
	}
	return t
}

func absorbedNow(e *contact.Edits) string {
	ids := make([]contact.ID, len(e.Absorbed))
	for i, a := range e.Absorbed {
		ids[i] = a.ID
	}
	return sentenceOf(numbered(ids), len(ids), "is part of", "are part of")
}

func sentenceOf(subject string, n int, one, many string) string {
	if n == 1 {
		return subject + " " + one
	}
	return subject + " " + many
}

// calledAt gives what the contact of a change was called so many versions before it.
func (v *visit) calledAt(ch *contact.Change, before contact.Version) string {
	c, err := v.ui.book.GetAt(v.Context(), v.grant, ch.Contact, book.Moment{Version: ch.Version - before})
	if err != nil {
		return "#" + idText(ch.Contact)
	}
	return shortened(calledBy(&c))
}

// valuesNow says what is so after edits to values: of one which it is, of more how many.
func (v *visit) valuesNow(t *toast, e *contact.Edits) {
	plus, minus := counted(e)
	switch place, after, ok := onlyOne(e); {
	case ok && plus+minus == 0:
		t.Name, t.LTR, t.After = shortened(after), place.ltr(), "is the primary "+one[place.col]+" now."
	case ok && after == "" && place.slot != 0:
		t.Before, t.After = v.placeLabel(place), "is empty now."
	case ok && after == "":
		t.Before, t.Name, t.LTR, t.After = v.placeLabel(place), shortened(e.Values[place.col].Removed()[0]), place.ltr(), "is gone."
	case ok && place.slot == 0 && minus == 0:
		t.Before, t.Name, t.LTR, t.After = v.placeLabel(place), shortened(after), place.ltr(), "is there now."
	case ok:
		t.Before, t.Name, t.LTR = v.placeLabel(place)+" is now", shortened(after), place.ltr()
	case plus+minus == 0 && v.deeds(e) == onlyOrigins:
		t.Name = "Only where values come from is another now."
	case plus+minus == 0:
		t.Name = "The order of the values is another now."
	case minus == 0:
		t.Name = sentenceOf(number(plus, "value", "values"), plus, "is there now.", "are there now.")
	case plus == 0:
		t.Name = sentenceOf(number(minus, "value", "values"), minus, "is gone.", "are gone.")
	default:
		t.Name = sentenceOf(number(plus, "value", "values"), plus, "is", "are") + " there now, and " + number(minus, "is", "are") + " gone."
	}
}

// onlyOne gives the place of the only value that edits are about, and what stands there
// after them.
func onlyOne(e *contact.Edits) (at place, after string, ok bool) {
	edited := 0
	for _, col := range contact.Collections {
		l := e.Values[col]
		if l == nil {
			continue
		}
		edited++
		come, gone := l.Added(), l.Removed()
		if len(come) > 1 || len(gone) > 1 || len(come)+len(gone) == 0 && !l.Reordered() {
			return place{}, "", false
		}
		at = place{col: col}
		switch {
		case len(come) == 1:
			after = come[0]
		case len(gone) == 0:
			after = l.After[0].Text
		}
	}
	for i := range e.Fields {
		edited++
		at, after = place{slot: e.Fields[i].Slot}, e.Fields[i].After.Text
	}
	return at, after, edited == 1
}
