package httpapi

import (
	"slices"

	"github.com/carnet-project/carnet/internal/contact"
)

// edits writes what a change did: a collection as it was and as it is, and each
// slot that changed. Where only the origins of values changed, as when both
// contacts of a merge had them, there is nothing to tell.
func (b jsonText) edits(e *contact.Edits, numbers numberStyle) jsonText {
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
	begun := false
	for _, f := range e.Fields {
		if sameText(f.Before, f.After) {
			continue
		}
		if !begun {
			b, begun = b.member("custom_fields").open('{'), true
		}
		b = b.member(f.Slot.String()).open('{')
		b = b.member("before").field(f.Slot, f.Before.Text, numbers)
		b = b.member("after").field(f.Slot, f.After.Text, numbers).end('}')
	}
	if begun {
		b = b.end('}')
	}
	return b.end('}')
}

func sameText(v, w contact.Value) bool { return v.Text == w.Text }

func texts(values []contact.Value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Text
	}
	return out
}
