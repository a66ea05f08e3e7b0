package httpapi

import (
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
)

// edits writes what a change did: a collection as it was and as it is, and each
// slot that changed. Where only the origins of values changed, as when both
// contacts of a merge had them, there is nothing to tell.
func (b jsonText) edits(e *contact.Edits, numbers numberStyle) jsonText {
	return b.seen(e, nil, numbers)
}

// seen writes what a write did to a contact, with what it hid there.
func (b jsonText) seen(e *contact.Edits, hides []contact.Hidden, numbers numberStyle) jsonText {
	b = b.open('{')
	for _, col := range contact.Collections {
		l := e.Values[col]
		if l == nil || slices.EqualFunc(l.Before, l.After, sameText) {
			continue
		}
		b = b.member(col.String()).open('{')
		b = b.member("before").texts(texts(l.Before))
		b = b.member("after").texts(texts(l.After))
		b = b.member("added").texts(l.Added())
		b = b.member("removed").texts(l.Removed())
		b = b.member("reordered").boolean(l.Reordered()).end('}')
	}
	return b.fieldEdits(e, hides, numbers).end('}')
}

// fieldEdits writes each slot that changed, or behind which something was hidden.
func (b jsonText) fieldEdits(e *contact.Edits, hides []contact.Hidden, numbers numberStyle) jsonText {
	begun := false
	for i := range contact.NumSlots {
		slot := contact.SlotAt(i)
		var edit contact.FieldEdit
		if at := slices.IndexFunc(e.Fields, func(f contact.FieldEdit) bool { return f.Slot == slot }); at >= 0 {
			edit = e.Fields[at]
		}
		before, after := edit.Before.Text, edit.After.Text
		at := slices.IndexFunc(hides, func(h contact.Hidden) bool { return h.Slot == slot })
		if at >= 0 && before == after {
			before, after = hides[at].Behind, hides[at].Behind
		} else if before == after {
			continue
		}
		if !begun {
			b, begun = b.member("custom_fields").open('{'), true
		}
		b = b.member(slot.String()).open('{')
		b = b.member("before").field(slot, before, numbers)
		b = b.member("after").field(slot, after, numbers)
		if at >= 0 {
			b = b.hidden(slot, hides[at:], numbers)
		}
		b = b.end('}')
	}
	if begun {
		b = b.end('}')
	}
	return b
}

// hidden writes what merged contacts have in a slot.
func (b jsonText) hidden(slot contact.Slot, hides []contact.Hidden, numbers numberStyle) jsonText {
	b = b.member("hidden").open('[')
	for i := range hides {
		if h := &hides[i]; h.Slot == slot {
			b = b.open('{').member("contact_id").integer(int64(h.Contact)).member("value").field(slot, h.Text, numbers).end('}')
		}
	}
	return b.end(']')
}

func sameText(v, w contact.Value) bool { return v.Text == w.Text }

func texts(values []contact.Value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Text
	}
	return out
}
