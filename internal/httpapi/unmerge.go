package httpapi

import (
	"net/http"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// unmergeContact splits off what was merged into the contact of the path, and
// answers both (CONTRACT D30). If-Match speaks of the survivor.
func (a *api) unmergeContact(w http.ResponseWriter, r *request) error {
	unmerge := contact.Unmerge{Ref: r.ref}
	var err error
	if unmerge.Match, err = r.ifMatchAlone(); err != nil {
		return err
	}
	body, err := a.readBody(r)
	if err != nil {
		return err
	}
	unmerge.Merged, err = wire.ReadUnmerge(*body)
	freeBuffer(body)
	if err != nil {
		return err
	}
	written, err := a.book.Do(r.Context(), r.grant, r.terms, &unmerge)
	if err != nil {
		return err
	}
	answerSplit(w, r, &written, unmerge.Merged)
	return nil
}

// answerSplit answers the survivor, what was split off, and what could not be left
// as it was. Who may not read sees the ids alone (CONTRACT D19).
func answerSplit(w http.ResponseWriter, r *request, written *book.Written, merged contact.ID) {
	setWritten(w.Header(), r, written)
	tells, edits := r.tellsChanges(w.Header()), written.Changed()
	show := func(b jsonText, c *contact.Contact) jsonText {
		if !r.reads() {
			return b.contactID(c.ID).end('}')
		}
		return b.contact(c, fieldLook(r), nil)
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = show(b.open('{').member("survivor"), &written.Contact)
		for i := range written.Entries {
			if c := &written.Entries[i].Contact; c.ID == merged {
				b = show(b.member("contact"), c)
			}
		}
		if r.reads() {
			b = b.member("conflicts").remains(written.Remains, r.asked.numbers)
		}
		if tells {
			b = b.member("changes").seen(&edits, written.Hides(), r.asked.numbers)
		}
		return b.end('}')
	})
}

func (b jsonText) remains(list []contact.Remains, numbers numberStyle) jsonText {
	b = b.open('[')
	for i := range list {
		left := &list[i]
		b = b.open('{').member("contact_id").integer(int64(left.Contact)).member("field").text(left.Field)
		b = b.member("values").open('[')
		for _, text := range left.Values {
			if left.Slot != 0 {
				b = b.field(left.Slot, text, numbers)
			} else {
				b = b.text(text)
			}
		}
		b = b.end(']').end('}')
	}
	return b.end(']')
}

// setDistinct says that two contacts are different people.
func (a *api) setDistinct(w http.ResponseWriter, r *request) error { return a.distinct(w, r, false) }

// forgetDistinct takes that back.
func (a *api) forgetDistinct(w http.ResponseWriter, r *request) error { return a.distinct(w, r, true) }

// distinct sets or forgets a pair, which changes neither of the two (CONTRACT D30).
func (a *api) distinct(w http.ResponseWriter, r *request, forget bool) error {
	other, ok := wire.ParseID(r.PathValue("other"))
	if !ok {
		return fault.At("other", fault.CodeInvalidID, "The id behind distinct/ is no id of a contact: it is a whole number from 1 on.")
	}
	if err := a.readNothing(r); err != nil {
		return err
	}
	written, err := a.book.Do(r.Context(), r.grant, r.terms, &contact.Distinct{Ref: r.ref, Other: other, Forget: forget})
	if err != nil {
		return err
	}
	setReplayed(w.Header(), written.Replayed)
	answerNothing(w, r, http.StatusNoContent)
	return nil
}
