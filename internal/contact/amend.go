package contact

import (
	"slices"

	"github.com/carnet-project/carnet/internal/fault"
)

// Amendment is what a PATCH asks for (CONTRACT D26): of each collection what goes,
// what comes and which is first, and the slots that it names.
type Amendment struct {
	Values [NumCollections]ListAmendment
	Fields FieldsPatch // those that it does not name stay
}

// ListAmendment changes a part of a collection: Remove first, then Add, then
// Primary. Its texts have passed ParseValue.
type ListAmendment struct {
	Named       bool // it was sent, if with nothing to do: the answer shows the collection
	Remove, Add []string
	Primary     string // "" for none
}

// Empty tells whether the amendment names nothing at all.
func (a *Amendment) Empty() bool {
	for i := range a.Values {
		if a.Values[i].Named {
			return false
		}
	}
	return !a.Fields.Sent
}

// Shows gives what an answer shows: each collection that is named, and the slots.
func (a *Amendment) Shows() Patch {
	p := Patch{Fields: a.Fields}
	for i := range a.Values {
		p.Values[i].Sent = a.Values[i].Named
	}
	return p
}

// Sent tells whether it asks for anything.
func (l *ListAmendment) Sent() bool { return len(l.Remove)+len(l.Add) > 0 || l.Primary != "" }

// Needs names the contact, and the one that the body names.
func (a *Amend) Needs() Needs { return refsOf(a.Ref, a.BodyID) }

// Size gives about how many bytes the amendment carries.
func (a *Amend) Size() int {
	n := a.Base.size()
	for i := range a.Amendment.Values {
		l := &a.Amendment.Values[i]
		n += len(l.Primary)
		for _, text := range slices.Concat(l.Remove, l.Add) {
			n += len(text)
		}
	}
	for _, text := range a.Amendment.Fields.Texts {
		n += len(text)
	}
	return n
}

// Decide amends a live contact, or what it was at the base, which is then applied
// as an edit to what it is.
func (a *Amend) Decide(v *View) (Decision, error) {
	c, err := edited(v, a.Ref, a.BodyID, &a.Match)
	if err != nil {
		return Decision{}, err
	}
	after, err := a.Base.apply(c, v, func(from *Contact) (Contact, error) { return amended(from, &a.Amendment, v) })
	if err != nil {
		return Decision{}, err
	}
	return Decision{Subject: c.ID, Steps: []Step{{Before: c, After: after, Action: ActionPatch, Ref: a.Ref}}}, nil
}

// amended gives the contact with what an amendment asks for.
func amended(c *Contact, a *Amendment, v *View) (Contact, error) {
	after := *c
	own := []Origin{{Contact: c.ID, Op: v.Op}}
	var problems []fault.Problem
	for _, col := range Collections {
		l := &a.Values[col]
		if !l.Sent() {
			continue
		}
		after.Values[col] = l.of(col, c.Values[col], own, v.Region)
		if len(after.Values[col]) > max(MaxValues, len(c.Values[col])) {
			problems = append(problems, TooMany(col, MaxValues))
		}
	}
	if a.Fields.Sent {
		for i, text := range a.Fields.Texts {
			if a.Fields.Named[i] {
				after.Fields[i] = refilled(c.Fields[i], text, own)
			}
		}
	}
	return after, fault.Problems(problems)
}

// of gives a list with the amendment. Values are the same where MatchText says so; a
// text that it takes away and adds keeps its origin, as one that a put sends again.
func (l *ListAmendment) of(col Collection, old []Value, own []Origin, region string) []Value {
	gone := map[string]bool{}
	for _, text := range l.Remove {
		gone[MatchText(col, text, region)] = true
	}
	var out []Value
	at := map[string]bool{}
	for _, v := range old {
		if key := MatchText(col, v.Text, region); !gone[key] {
			at[key] = true
			out = append(out, v)
		}
	}
	add := l.Add
	if l.Primary != "" {
		add = append(slices.Clip(add), l.Primary)
	}
	for _, text := range add {
		if key := MatchText(col, text, region); !at[key] {
			at[key] = true
			out = append(out, replaced(old, []string{text}, own)...)
		}
	}
	if l.Primary != "" {
		key := MatchText(col, l.Primary, region)
		moveToFront(out, slices.IndexFunc(out, func(v Value) bool { return MatchText(col, v.Text, region) == key }))
	}
	return out
}
