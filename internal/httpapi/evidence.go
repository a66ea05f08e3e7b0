package httpapi

import (
	"errors"
	"strconv"

	"github.com/carnet-project/carnet/internal/contact"
)

// evidence gives what an error rests on; nil where it rests on nothing, and for
// who may not see what is stored (CONTRACT D19).
func (r *request) evidence(err error) *contact.Refusal {
	e, ok := errors.AsType[*contact.Refusal](err)
	if !ok || !r.reads() {
		return nil
	}
	return e
}

// evidence writes what an error rests on as members of it (CONTRACT D24, D27, D28,
// D31).
func (b jsonText) evidence(e *contact.Refusal, r *request) jsonText {
	if e.Entries != nil {
		edits := contact.Seen(e.Entries, e.Subject)
		b = b.member("changes").seen(&edits, contact.Hides(e.Entries, e.Subject), r.asked.numbers)
	}
	if e.Conflicts != nil {
		b = b.member("conflicts").conflicts(e.Conflicts, r.asked.numbers)
	}
	if e.LeadsTo != 0 {
		b = b.member("id").integer(int64(e.LeadsTo))
	}
	if e.Standing != 0 {
		b = b.member("change_id").text(contact.ChangeID{Space: r.grant.Space.ID, Op: e.Standing}.String())
	}
	return b
}

func (b jsonText) conflicts(list []contact.Conflict, numbers numberStyle) jsonText {
	b = b.open('[')
	for i := range list {
		c := &list[i]
		b = b.open('{').member("contact_id").integer(int64(c.Contact)).member("field").text(c.Field)
		b = b.member("base").side(c, c.Base, numbers)
		b = b.member("yours").side(c, c.Yours, numbers)
		b = b.member("theirs").side(c, c.Theirs, numbers).end('}')
	}
	return b.end(']')
}

// side writes what one side of a conflict has: a whole list, or the content of a
// slot as custom_fields show it, or an id.
func (b jsonText) side(c *contact.Conflict, texts []string, numbers numberStyle) jsonText {
	if _, ok := contact.CollectionOf(c.Field); ok {
		return b.texts(texts)
	}
	switch {
	case len(texts) == 0:
		return b.raw("null")
	case c.Slot != 0:
		return b.field(c.Slot, texts[0], numbers)
	}
	id, err := strconv.ParseInt(texts[0], 10, 64)
	if err != nil {
		return b.text(texts[0])
	}
	return b.integer(id)
}
