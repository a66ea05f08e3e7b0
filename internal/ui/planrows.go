package ui

import (
	"errors"
	"slices"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/wire"
)

// planRowView is a row of a plan as its page shows it: what is asked for, what that does,
// and what became of it.
type planRowView struct {
	N           int64
	Said        deed   // around the name of the contact
	ID          string // as in "#7"; "" for none
	Name, To    string // To is "" where there is no page
	Plus, Minus int
	Tag, Look   string  // what is to be said of it, and the class of that sign; "" for nothing
	Blocks      []block // what it does
	Stays       []block // what it leaves, because that was changed again
	Why         []string
	Of          string   // the page of the change that it takes back; "" for none
	Done        string   // the page of the change that it came to; "" for none
	Version     int64    // that was read
	Line        int      // of the file that it comes of; 0 where it comes of none
	AddsTo      int64    // the row that makes the contact to which it adds; 0 for none
	LeftOut     []string // what of the line was left out, and why
	Open        bool
}

// openRows is how many rows of a page are shown whole without being asked for.
const openRows = 10

// planRowViews makes the views of rows.
func (v *visit) planRowViews(rows []book.PlanRow) ([]planRowView, error) {
	verbs := make([]contact.Verb, len(rows))
	var refs []contact.ID
	for i := range rows {
		verbs[i] = wire.ReadOperation(rows[i].Operation, v.grant.Space.ID)
		refs = append(refs, aboutOf(&rows[i], verbs[i]))
	}
	slices.Sort(refs)
	names := map[contact.ID]string{}
	err := v.ui.book.EachContact(v.Context(), v.grant, slices.Compact(refs), func(ref contact.ID, c *contact.Contact) {
		names[ref] = shortened(calledBy(c))
	})
	if err != nil {
		return nil, err
	}
	var views []planRowView
	for i := range rows {
		view := v.planRowView(&rows[i], verbs[i], names)
		view.Open = len(rows) <= openRows
		views = append(views, view)
	}
	return views, nil
}

// aboutOf gives the contact that a row is about: that it came to, that it was found to be
// about, or that its operation names; 0 for none.
func aboutOf(row *book.PlanRow, verb contact.Verb) contact.ID {
	if row.Done != nil && row.Done.Contact != 0 {
		return row.Done.Contact
	}
	if row.Contact != 0 {
		return row.Contact
	}
	switch verb := verb.(type) {
	case *contact.Put:
		return verb.Ref
	case *contact.Amend:
		return verb.Ref
	case *contact.Delete:
		return verb.Ref
	case *contact.Merge:
		return verb.Survivor
	case *contact.Unmerge:
		return verb.Ref
	case *contact.Undo:
		return verb.Ref
	}
	return 0
}

// planRowView makes the view of a row.
func (v *visit) planRowView(row *book.PlanRow, verb contact.Verb, names map[contact.ID]string) planRowView {
	about := aboutOf(row, verb)
	view := planRowView{N: row.N, Said: askedFor(verb), Minus: row.Removals, Blocks: v.blocks(&row.Changes), Stays: v.staying(row.Left), Version: int64(row.Version)}
	view.Plus, _ = counted(&row.Changes)
	if about != 0 {
		view.ID = "#" + idText(about)
	}
	leads := false // it is the id of another now, which the row is not about
	if r := refusal(row.Err); r != nil {
		leads = r.LeadsTo != 0
	}
	if view.Name = names[about]; view.Name != "" && !leads {
		view.To = contactPath(about)
	} else { // it is in the bin, or new, or is none
		view.Name = shortened(nameIn(&row.Changes))
	}
	if undo, ok := verb.(*contact.Undo); ok && undo.Op != 0 {
		if row.Undoes.ID != "" {
			view.Said.After = "· " + isolated(lineOf(row.Undoes))
		}
		view.Of = contactPath(undo.Ref) + "/changes/" + contact.ChangeID{Space: v.grant.Space.ID, Op: undo.Op}.String()
	}
	view.hides(v, row)
	view.tell(v, row)
	if row.Line > 0 {
		view.ofFile(row, verb)
	}
	return view
}

// ofFile tells what is to be said of a row that comes of a file.
func (view *planRowView) ofFile(row *book.PlanRow, verb contact.Verb) {
	view.Line, view.AddsTo = row.Line, row.AddsTo
	for _, left := range row.LeftOut {
		view.LeftOut = append(view.LeftOut, ofColumn(left.Column, left.Why))
	}
	if row.AddsTo != 0 {
		view.Said = deed{"Add to a new contact of this file", ""}
	}
	if len(row.Operation) > 0 {
		return
	}
	view.Said, view.Open = deed{"Left out", ""}, true
	if e, ok := errors.AsType[*fault.Error](row.Err); ok && e.Code == fault.CodeRowRefused {
		view.Why = nil
		for _, p := range e.At {
			view.Why = append(view.Why, ofColumn(p.Path, p.Message))
		}
	}
}

// ofColumn says something of a column of a file, or of a whole line.
func ofColumn(column, says string) string {
	if column == "" || column == "row" {
		return says
	}
	return isolated(column) + ": " + says
}

// askedFor says what an operation asks for, around the name of the contact.
func askedFor(verb contact.Verb) deed {
	switch verb := verb.(type) {
	case *contact.Create:
		return deed{"Make", ""}
	case *contact.Put:
		return deed{"Replace values of", ""}
	case *contact.Amend:
		return deed{"Change", ""}
	case *contact.Delete:
		return deed{"Delete", ""}
	case *contact.Merge:
		return deed{"Merge " + numbered(verb.Merged) + " into", ""}
	case *contact.Unmerge:
		return deed{"Split #" + idText(verb.Merged) + " off from", ""}
	case *contact.Undo:
		return deed{"Take back a change of", ""}
	}
	return deed{"An operation that makes no sense", ""}
}

// nameIn gives what a contact will be called that is new, or was that goes; "" where its
// edits do not tell.
func nameIn(e *contact.Edits) string {
	for _, col := range shownOrder {
		switch l := e.Values[col]; {
		case l == nil:
		case len(l.After) > 0:
			return l.After[0].Text
		case len(l.Before) > 0:
			return l.Before[0].Text
		}
	}
	return ""
}

// hides tells which values of fields a merge hides behind those that show.
func (view *planRowView) hides(v *visit, row *book.PlanRow) {
	for i := range row.Hides {
		h := &row.Hides[i]
		view.Blocks = append(view.Blocks, block{Heading: v.label(h.Slot), Note: "of #" + idText(h.Contact),
			Lines: []line{{Kind: "hold", Parts: whole(h.Text), Note: "hidden, kept behind what shows", As: kindOf(h.Slot)}}})
	}
}

// staying tells what a row leaves as it is, because it was changed again.
func (v *visit) staying(left []contact.Conflict) []block {
	var u undoView
	u.stands(v, left)
	return u.Stands
}

// broughtAnew says why an undo takes nothing back, where nothing is in its way.
const broughtAnew = "Others brought the same again since, and it stays."

// tell says what is to be known of a row beside what it does: that it does nothing, and
// why, and what became of it.
func (view *planRowView) tell(v *visit, row *book.PlanRow) {
	err := row.Err
	switch row.Outcome {
	case contact.RowSame:
		view.Tag = "already so"
	case contact.RowSince:
		view.Tag, view.Look = "changed since", "warn"
		if len(row.Left) == 0 {
			view.Why = append(view.Why, broughtAnew)
		}
	case contact.RowConflict:
		view.Tag, view.Look = "in the way", "warn"
	case contact.RowRefused:
		view.Tag, view.Look = "refused", "bad"
	case "":
		view.Tag = "not looked at yet"
	}
	if row.Result != "" {
		view.Tag, view.Look = resultNames[row.Result][0], resultNames[row.Result][1]
	}
	if d := row.Done; d != nil {
		err = d.Err
		if len(d.Left) > 0 {
			view.Stays = v.staying(d.Left)
		} else if row.Result == book.RowKept {
			view.Why = append(view.Why, broughtAnew)
		}
		if d.Change != 0 {
			view.Done = contactPath(d.Contact) + "/changes/" + contact.ChangeID{Space: v.grant.Space.ID, Op: d.Change}.String()
		}
		for i := range d.Remains {
			r := &d.Remains[i]
			b := block{Heading: v.fieldName(&contact.Conflict{Field: r.Field, Slot: r.Slot}), Note: "of #" + idText(r.Contact)}
			for _, text := range r.Values {
				b.Lines = append(b.Lines, line{Kind: "hold", Parts: whole(text), Note: "came back: look at it", As: kindOf(r.Slot)})
			}
			view.Stays = append(view.Stays, b.fold())
		}
	}
	if err == nil {
		return
	}
	e := httpapi.Explain(err)
	view.Why = append(view.Why, e.Message)
	for _, p := range e.At {
		view.Why = append(view.Why, p.Message)
	}
	if r := refusal(err); r != nil {
		view.Stays = append(view.Stays, v.staying(r.Conflicts)...)
	}
}
