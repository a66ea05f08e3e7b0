package contact

import (
	"fmt"
	"slices"

	"github.com/carnet-project/carnet/internal/fault"
)

// Needs names the contact, and the one that the body names.
func (p *Put) Needs() Needs { return refsOf(p.Ref, p.BodyID) }

func refsOf(ref, bodyID ID) Needs {
	if bodyID == 0 || bodyID == ref {
		return Needs{Refs: []ID{ref}}
	}
	return Needs{Refs: []ID{ref, bodyID}}
}

// Size gives about how many bytes the patch carries.
func (p *Put) Size() int { return p.Patch.Size() + p.Base.size() }

// Decide applies the patch to a live contact. A collection that was sent replaces
// the old one whole; a value that is sent again keeps its origin. Where nothing
// comes out different, nothing changes (CONTRACT D15). With a base it is applied
// to that, and what it changes there to the contact as it is.
func (p *Put) Decide(v *View) (Decision, error) {
	c, err := edited(v, p.Ref, p.BodyID, &p.Match)
	if err != nil {
		return Decision{}, err
	}
	after, err := p.Base.apply(c, v, func(from *Contact) (Contact, error) { return patched(from, &p.Patch, v.Op) })
	if err != nil {
		return Decision{}, err
	}
	return Decision{Subject: c.ID, Steps: []Step{{Before: c, After: after, Action: ActionPut, Ref: p.Ref}}}, nil
}

// edited finds the contact that a write of its values is about.
func edited(v *View, ref, bodyID ID, match *Match) (*Contact, error) {
	c, ok := v.Contact(ref)
	if !ok {
		return nil, NotFound()
	}
	if err := match.check(c.Version, v.Reads); err != nil {
		return nil, err
	}
	if bodyID != 0 && bodyID != ref {
		if other, ok := v.Contact(bodyID); !ok || other.ID != c.ID {
			return nil, fault.At("id", fault.CodeIDMismatch, "The id in the body names another contact than the path. Leave it out.")
		}
	}
	return c, nil
}

// patched gives the contact with the patch's values in place of its own, as the
// write op does it.
func patched(c *Contact, p *Patch, op Seq) (Contact, error) {
	after := *c
	own := []Origin{{Contact: c.ID, Op: op}}
	var problems []fault.Problem
	for _, col := range Collections {
		list := &p.Values[col]
		if !list.Sent {
			continue
		}
		if limit := max(MaxValues, len(c.Values[col])); len(list.Texts) > limit {
			problems = append(problems, TooMany(col, MaxValues))
			continue
		}
		after.Values[col] = replaced(c.Values[col], list.Texts, own)
	}
	if p.Fields.Sent {
		for i, text := range p.Fields.Texts {
			after.Fields[i] = refilled(c.Fields[i], text, own)
		}
	}
	return after, fault.Problems(problems)
}

// refilled gives a slot with a content. One that is sent again keeps its origin.
func refilled(old Value, text string, own []Origin) Value {
	switch text {
	case old.Text:
		return old
	case "":
		return Value{}
	default:
		return Value{Text: text, Origins: own}
	}
}

// replaced gives the new list. A text that stayed in its place is found at
// once; lists are short enough to look the others up in a loop.
func replaced(old []Value, texts []string, own []Origin) []Value {
	if len(texts) == 0 {
		return nil
	}
	out := make([]Value, len(texts))
	for i, text := range texts {
		same := func(v Value) bool { return v.Text == text }
		if i < len(old) && same(old[i]) {
			out[i] = old[i]
		} else if at := slices.IndexFunc(old, same); at >= 0 {
			out[i] = old[at]
		} else {
			out[i] = Value{Text: text, Origins: own}
		}
	}
	return out
}

// TooMany is what is wrong with a list of more than limit values (CONTRACT D8). A
// limit that what is stored has raised is not told: whoever may only write must
// not learn how much that is (CONTRACT D19).
func TooMany(col Collection, limit int) fault.Problem {
	return fault.Problem{
		Path:    col.String(),
		Code:    fault.CodeTooManyItems,
		Message: fmt.Sprintf("At most %d %s.", limit, col),
	}
}
