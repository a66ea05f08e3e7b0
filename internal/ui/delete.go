package ui

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// deletePage is what is shown before chosen contacts are deleted, and where some were not.
type deletePage struct {
	Of      []doomed
	Gone    int      // of those that were chosen, how many are no contacts any more
	Refused []string // why some were not deleted, one sentence each
	Deleted int      // of how many the rest was
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

// deleteChosen deletes contacts, each by a write of its own: each can be taken back alone.
func (u *ui) deleteChosen(v *visit) (answer, error) {
	ids := v.chosen()
	if len(ids) == 0 {
		return nil, errNoneChosen
	}
	if v.wantsCurl() {
		return v.commands("/ui/contacts/delete?"+url.Values{"id": v.PostForm["id"]}.Encode(), v.deletions(ids)...), nil
	}
	var done []contact.ChangeID
	var left []contact.ID
	var refused []string
	for i, id := range ids {
		one := *v
		if i > 0 {
			one.id = httpapi.NewRequestID() // a write is known by it
		}
		written, err := one.do(deleteAct(id))
		e, known := errors.AsType[*fault.Error](err)
		switch {
		case err == nil:
			done = append(done, written.Change)
		case known && e.Kind != fault.Internal && e.Kind != fault.Unavailable:
			left, refused = append(left, id), append(refused, "#"+idText(id)+": "+e.Message)
		default:
			return nil, err
		}
	}
	if len(left) > 0 {
		return v.deletedInPart(left, refused, len(done))
	}
	return goOn{withAllDone("/ui/bin", done)}, nil
}

// deletions gives the requests that delete contacts, as the form has it.
func (v *visit) deletions(ids []contact.ID) []request {
	var all []request
	for _, id := range ids {
		all = append(all, v.signed(deleteAct(id).request))
	}
	return all
}

// deletedInPart shows which contacts were not deleted, and why.
func (v *visit) deletedInPart(left []contact.ID, refused []string, done int) (answer, error) {
	show, err := v.doomed(left)
	if err != nil {
		return nil, err
	}
	show.Refused, show.Deleted, show.Gone = refused, done, 0
	return &page{name: "delete", title: "Not all were deleted", here: "c", back: "/ui/contacts", status: http.StatusConflict, body: show}, nil
}

// withAllDone adds to an address the writes that have just been done.
func withAllDone(to string, changes []contact.ChangeID) string {
	q := url.Values{}
	for _, id := range changes {
		q.Add("done", id.String())
	}
	return addressOf(to, q)
}

// isNotFound tells of an error that there is no such thing.
func isNotFound(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Kind == fault.NotFound
}
