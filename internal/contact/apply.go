package contact

import (
	"fmt"
	"slices"

	"github.com/carnet-project/carnet/internal/fault"
)

// Create makes a new contact from a patch (CONTRACT P3, D16). It is refused
// without an email, a phone or a name, and where a list is over MaxValues.
func Create(id ID, p *Patch, st Stamp) (Delta, error) {
	var d Delta
	if len(p.Values[Emails].Texts)+len(p.Values[Phones].Texts)+len(p.Values[Names].Texts) == 0 {
		return d, fault.At("emails", "contact_empty", "Send at least one email, phone or name.")
	}
	none := Contact{ID: id, Created: st.At}
	c, err := patched(&none, p, st)
	if err != nil {
		return d, err
	}
	d.add(c, enter(&none, &c, Diff(&none, &c), 1, ActionCreate, st, 0))
	return d, nil
}

// Put applies a patch to a live contact (CONTRACT S1-S4). A collection that was
// sent replaces the old one whole; a value that is sent again keeps its origin.
// Where nothing comes out different, the delta is empty (CONTRACT D15).
func Put(c *Contact, p *Patch, st Stamp) (Delta, error) {
	var d Delta
	after, err := patched(c, p, st)
	if err != nil {
		return d, err
	}
	if err := checkSize(&after, "body"); err != nil {
		return d, err
	}
	edits := Diff(c, &after)
	if edits.Empty() {
		return d, nil
	}
	d.add(after, enter(c, &after, edits, c.Version+1, ActionPut, st, 0))
	return d, nil
}

// patched gives the contact with the patch's values in place of its own.
func patched(c *Contact, p *Patch, st Stamp) (Contact, error) {
	after := *c
	own := []Origin{{Contact: c.ID, Seq: st.Seq}}
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
			switch {
			case text == c.Fields[i].Text: // sent again: keeps its origin
			case text == "":
				after.Fields[i] = Value{}
			default:
				after.Fields[i] = Value{Text: text, Origins: own}
			}
		}
	}
	return after, fault.Problems(problems)
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
		Code:    "too_many_items",
		Message: fmt.Sprintf("At most %d %s.", limit, col),
	}
}
