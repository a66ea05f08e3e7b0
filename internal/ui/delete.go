package ui

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// deletePage is what is shown before chosen contacts are deleted.
type deletePage struct {
	Of   []doomed
	Gone int // of those that were chosen, how many are no contacts any more
}

// doomed is a contact that is to be deleted.
type doomed struct {
	ID     int64
	To     string
	Name   string
	Face   face
	Values int
}

// Act gives the words of the button.
func (d *deletePage) Act() string { return "Delete " + number(len(d.Of), "contact", "contacts") }

// Title asks the question.
func (d *deletePage) Title() string {
	if len(d.Of) == 1 {
		return "Delete this contact?"
	}
	return "Delete " + number(len(d.Of), "contact", "contacts") + "?"
}

var errNoneChosen = &trouble{http.StatusUnprocessableEntity, "No contact is chosen", "Choose some in the list first. Nothing was changed.", "/ui/contacts", "All contacts"}

// deletePreview shows which contacts would be deleted, and does nothing.
func (u *ui) deletePreview(v *visit) (answer, error) {
	show, err := v.doomed(v.chosen())
	if err != nil {
		return nil, err
	}
	if len(show.Of) == 0 && show.Gone == 0 {
		return nil, errNoneChosen
	}
	return &page{name: "delete", title: show.Title(), here: "c", back: "/ui/contacts", body: show}, nil
}

// doomed reads the contacts that were chosen, each once by whatever id.
func (v *visit) doomed(ids []contact.ID) (*deletePage, error) {
	show := &deletePage{}
	seen := map[contact.ID]bool{}
	for _, id := range ids {
		c, err := v.ui.book.Get(v.Context(), v.grant, id)
		if isNotFound(err) {
			show.Gone++
			continue
		}
		if err != nil {
			return nil, err
		}
		if seen[c.ID] {
			continue
		}
		seen[c.ID] = true
		name := calledBy(&c)
		values, shown := valuesOf(&c), contactFace(&c)
		show.Of = append(show.Of, doomed{int64(c.ID), contactPath(c.ID), shortened(name), shown, values})
	}
	return show, nil
}

// valuesOf counts what a contact holds.
func valuesOf(c *contact.Contact) int {
	n := 0
	for _, values := range c.Values {
		n += len(values)
	}
	for i := range c.Fields {
		if c.Fields[i].Text != "" {
			n++
		}
	}
	return n
}

// deleteChosen deletes contacts as they were looked at: one by a write, several by a plan,
// so that one other takes all of them back. Where not all of them can be deleted any more,
// nothing is done, and the plan tells what can.
func (u *ui) deleteChosen(v *visit) (answer, error) {
	ids := v.chosen()
	if len(ids) == 0 {
		return nil, errNoneChosen
	}
	back := "/ui/contacts/delete?" + url.Values{"id": v.PostForm["id"]}.Encode()
	if len(ids) == 1 {
		return v.deleteOne(ids[0], back)
	}
	of, err := deletions(ids)
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands(back, v.signed(of.request)), nil
	}
	p, err := v.propose(of)
	if err != nil {
		return nil, err
	}
	if p.Counts[contact.RowDelete] != int64(len(ids)) || p.State != book.PlanReady {
		return goOn{planPath(p.ID)}, nil
	}
	if _, err := v.apply(p.ID, p.Hash); isFaultOf(err, fault.CodeOverBudget) {
		return v.planAgain(p.ID, http.StatusForbidden, messageOf(err))
	} else if err != nil {
		return nil, err
	}
	return goOn{planDone(p.ID)}, nil
}

// deleteOne deletes the only contact that was chosen.
func (v *visit) deleteOne(id contact.ID, back string) (answer, error) {
	a := deleteAct(id)
	if v.wantsCurl() {
		return v.commands(back, v.signed(a.request)), nil
	}
	written, err := v.do(a)
	if err != nil {
		return nil, err
	}
	return goOn{withDone("/ui/bin", written.Change)}, nil
}

// isNotFound tells of an error that there is no such thing.
func isNotFound(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Kind == fault.NotFound
}
