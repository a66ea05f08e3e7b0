package ui

import (
	"strconv"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// undoView is what taking a write back would do now.
type undoView struct {
	Back, Goes, Already, Since int      // values that come back, that go, that are so already, that were changed since
	Of                         []undoOf // the contacts that it changes
	Stands                     []block  // what was changed since, and stays
	By                         string   // the page of the change that took it back already; "" for none
	Theirs                     bool     // to leave what was changed since
	Moved                      bool     // it is another than it was when it was sent
	To                         string   // where the form goes
	Deletes, Revives           bool     // the contact goes, or comes back
	Why                        string   // why it cannot be, "" where it can
}

// undoOf is what an undo does to one contact.
type undoOf struct {
	Contact int64
	Name    string
	To      string
	Blocks  []block
}

// Does tells whether there is anything to do.
func (u *undoView) Does() bool { return u.By == "" && u.Why == "" && len(u.Of) > 0 }

// Act gives the words of the button.
func (u *undoView) Act() string {
	switch {
	case u.Deletes:
		return "Delete the contact"
	case u.Revives:
		return "Bring the contact back"
	case u.Back+u.Goes == 0:
		return "Take it back"
	}
	return "Take back " + number(u.Back+u.Goes, "value", "values")
}

// undoView asks what taking a write back would do. What was changed since stays: of a
// refusal for that it asks again for the rest.
func (v *visit) undoView(ref contact.ID, id contact.ChangeID) (*undoView, error) {
	u := &undoView{To: contactPath(ref) + "/changes/" + id.String() + "/undo"}
	written, err := v.preview(undoAct(ref, id, false))
	r := refusal(err)
	switch {
	case r != nil && r.Fault.Code == fault.CodeAlreadyUndone:
		u.By = contactPath(ref) + "/changes/" + contact.ChangeID{Space: v.grant.Space.ID, Op: r.Standing}.String()
		return u, nil
	case r != nil && r.Fault.Code == fault.CodeUndoConflict:
		u.stands(v, r.Conflicts)
		u.Theirs = true
		written, err = v.preview(undoAct(ref, id, true))
	}
	if r := refusal(err); r != nil {
		u.Why = r.Fault.Message
		return u, nil
	}
	if err != nil {
		return nil, err
	}
	return u, u.tell(v, id, &written)
}

// stands tells what was changed since and stays.
func (u *undoView) stands(v *visit, conflicts []contact.Conflict) {
	for i := range conflicts {
		c := &conflicts[i]
		b := block{Heading: v.fieldName(c)}
		for _, text := range c.Theirs {
			b.Lines = append(b.Lines, line{Kind: "hold", Parts: whole(text), Note: "changed since, stays", As: kindOf(c.Slot)})
		}
		if len(c.Theirs) == 0 {
			b.Lines = []line{{Kind: "hold", Parts: whole("empty since, stays so")}}
		}
		u.Stands = append(u.Stands, b.fold())
		u.Since += max(1, len(c.Theirs))
	}
}

// fieldName gives what the field of a conflict is called.
func (v *visit) fieldName(c *contact.Conflict) string {
	if c.Slot != 0 {
		return v.label(c.Slot)
	}
	if col, ok := contact.CollectionOf(c.Field); ok {
		return collectionNames[col]
	}
	return c.Field
}

// tell says what the undo would do, contact by contact.
func (u *undoView) tell(v *visit, id contact.ChangeID, written *book.Written) error {
	changes, err := v.ui.book.WriteChanges(v.Context(), v.grant, id)
	if err != nil {
		return err
	}
	for i := range written.Entries {
		e := &written.Entries[i]
		edits := contact.Seen(written.Entries, e.Contact.ID)
		plus, minus := counted(&edits)
		u.Back, u.Goes = u.Back+plus, u.Goes+minus
		u.Of = append(u.Of, undoOf{int64(e.Contact.ID), calledBy(&e.Contact), contactPath(e.Contact.ID), v.blocks(&edits)})
		if s := e.Change.Edits.State; s != nil {
			u.Deletes, u.Revives = s.After == contact.Deleted, s.Before == contact.Deleted
		}
	}
	u.Already = max(0, asked(changes)-u.Back-u.Goes-u.Since)
	return nil
}

// asked counts what the inverse of a write is about: a value that came is to go, one that
// went is to come back.
func asked(changes []contact.Change) int {
	n := 0
	for i := range changes {
		plus, minus := counted(&changes[i].Edits)
		n += plus + minus
	}
	return n
}

func idText(id contact.ID) string { return strconv.FormatInt(int64(id), 10) }
