package ui

import (
	"net/http"
	"slices"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// The history of a contact, as changes, and each change with what it did.
var historyScreens = []screen{
	{"GET", "/ui/contacts/{id}/history", access.Read, (*ui).history},
	{"GET", "/ui/contacts/{id}/changes/{change}", access.Read, (*ui).change},
	{"GET", "/ui/contacts/{id}/changes/{change}/undo", access.Write, (*ui).undoPreview},
	{"POST", "/ui/contacts/{id}/changes/{change}/undo", access.Write, (*ui).undo},
}

// changesAtOnce is how many changes a page of history has.
const changesAtOnce = 30

// historyPage is what the page of a contact's history shows.
type historyPage struct {
	ID      int64
	Name    string
	To      string // the contact's page
	Changes []changeView
	Next    string // the address of the older ones; "" for none
	Prev    string
}

func (u *ui) history(v *visit) (answer, error) {
	ref, err := v.ref()
	if err != nil {
		return nil, err
	}
	if err := v.turn(); err != nil {
		return nil, err
	}
	p, err := u.book.Changes(v.Context(), v.grant, &book.History{Ref: ref, Cursor: v.Form.Get("cursor"), PerPage: changesAtOnce})
	if err != nil {
		return nil, err
	}
	show := historyPage{ID: int64(ref), To: contactPath(ref), Name: v.nameOf(ref), Changes: v.changeViews(p.Changes)}
	if p.Next != "" {
		show.Next = v.address("cursor", p.Next)
	}
	if p.Prev != "" {
		show.Prev = v.address("cursor", p.Prev)
	}
	return &page{name: "history", title: "History of " + show.Name, here: "c", back: show.To, body: &show}, nil
}

// changeViews makes the views of changes of contacts, newest first. What one of them took
// back is not offered again.
func (v *visit) changeViews(changes []contact.Change) []changeView {
	views := make([]changeView, len(changes))
	taken := map[contact.Seq]bool{} // writes that stand taken back
	for i := range changes {
		ch := &changes[i]
		views[i] = v.changeView(ch)
		if views[i].Taken = taken[ch.Op]; views[i].Taken {
			views[i].UndoTo = ""
		} else if ch.Undoes != 0 {
			taken[ch.Undoes] = true
		}
	}
	return views
}

// nameOf gives what the contact of an id is called, for headings; "#7" where it has no
// name, or is deleted.
func (v *visit) nameOf(ref contact.ID) string {
	c, err := v.ui.book.Get(v.Context(), v.grant, ref)
	if err != nil {
		return "#" + idText(ref)
	}
	return calledBy(&c)
}

// calledBy gives what a contact is called: its first name, or else its first email or
// phone, or its id.
func calledBy(c *contact.Contact) string {
	for _, col := range shownOrder {
		if text, ok := c.Primary(col); ok {
			return text
		}
	}
	return "#" + idText(c.ID)
}

// changePage is what the page of one change shows.
type changePage struct {
	To     string // the contact's page
	Name   string
	Change changeView
	Others []changeView // what the same write did to other contacts
	Undo   *undoView    // what undoing it would do; nil on the page of what it did
}

// change shows what a write did to a contact, against what was there before it.
func (u *ui) change(v *visit) (answer, error) {
	show, err := v.changeOf()
	if err != nil {
		return nil, err
	}
	return &page{name: "change", title: "A change of " + show.Name, here: "c", back: show.To, body: show}, nil
}

// changeOf reads the write of the address.
func (v *visit) changeOf() (*changePage, error) {
	ref, id, err := v.changeNamed()
	if err != nil {
		return nil, err
	}
	changes, err := v.ui.book.WriteChanges(v.Context(), v.grant, id)
	if err != nil {
		return nil, err
	}
	main := slices.IndexFunc(changes, func(c contact.Change) bool { return c.Contact == ref })
	if main < 0 { // the id leads to one of them, or nowhere
		if _, err := v.ui.book.Changes(v.Context(), v.grant, &book.History{Ref: ref, PerPage: 1}); err != nil {
			return nil, err
		}
		main = 0
	}
	show := &changePage{To: contactPath(ref), Name: v.nameOf(ref)}
	for i, view := range v.changeViews(changes) {
		if i == main {
			view.Link = contactPath(ref) + "/changes/" + view.ID
			if view.UndoTo != "" {
				view.UndoTo = view.Link + "/undo"
			}
			show.Change = view
		} else {
			show.Others = append(show.Others, view)
		}
	}
	return show, nil
}

// changeNamed reads the contact and the write of the address. A verb has the number of
// a write alone, which each Space has: so one of another Space has none here.
func (v *visit) changeNamed() (contact.ID, contact.ChangeID, error) {
	ref, err := v.ref()
	if err != nil {
		return 0, contact.ChangeID{}, err
	}
	id, ok := contact.ParseChangeID(v.PathValue("change"))
	if !ok || id.Space != v.grant.Space.ID {
		id = contact.ChangeID{Space: v.grant.Space.ID}
	}
	return ref, id, nil
}

// undoPreview shows what taking a write back would do now, and does nothing.
func (u *ui) undoPreview(v *visit) (answer, error) {
	show, err := v.changeOf()
	if err != nil {
		return nil, err
	}
	ref, id, err := v.changeNamed()
	if err != nil {
		return nil, err
	}
	if show.Undo, err = v.undoView(ref, id); err != nil {
		return nil, err
	}
	return &page{name: "change", title: "Take back a change of " + show.Name, here: "c", back: show.To, body: show}, nil
}

// undo takes a write back.
func (u *ui) undo(v *visit) (answer, error) {
	ref, id, err := v.changeNamed()
	if err != nil {
		return nil, err
	}
	a := undoAct(ref, id, v.PostForm.Get("resolve") == "theirs")
	preview := contactPath(ref) + "/changes/" + id.String() + "/undo"
	if v.wantsCurl() {
		return v.curl(a, preview)
	}
	written, err := v.do(a)
	if refusal(err) != nil { // it has changed since the preview: show that one anew
		return u.undoAgain(v, ref, id)
	}
	if err != nil {
		return nil, err
	}
	to := contactPath(written.Contact.ID)
	if written.Contact.State == contact.Deleted {
		to = "/ui/bin"
	}
	return goOn{withDone(to, written.Change)}, nil
}

// undoAgain shows the preview as it is now, where it was another when it was sent.
func (u *ui) undoAgain(v *visit, ref contact.ID, id contact.ChangeID) (answer, error) {
	show, err := v.changeOf()
	if err != nil {
		return nil, err
	}
	if show.Undo, err = v.undoView(ref, id); err != nil {
		return nil, err
	}
	show.Undo.Moved = true
	return &page{name: "change", title: "Take back a change of " + show.Name, here: "c", back: show.To, status: http.StatusConflict, body: show}, nil
}
