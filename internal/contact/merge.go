package contact

import (
	"fmt"
	"slices"

	"github.com/carnet-project/carnet/internal/fault"
)

// MaxAliases is how many ids lead to one contact beside its own (CONTRACT D23).
const MaxAliases = 10_000

// Needs names both contacts, and what was merged into them before.
func (m *Merge) Needs() Needs {
	return Needs{Refs: []ID{m.Survivor, m.Merged}, Trees: []ID{m.Survivor, m.Merged}}
}

// Size gives about how many bytes the merge carries.
func (m *Merge) Size() int { return 0 }

// Decide joins the contacts. The survivor keeps its own values first and in
// order, takes those that it lacks as MatchText compares them, keeps its custom
// fields and fills its empty ones. Where both held a value, it has the origins of
// both from then on. The merged contact keeps its values, frozen: those and the
// origins are what an unmerge needs.
//
// It is refused where both are one, and where a collection would pass MaxMerged,
// the contact MaxSize, or its ids MaxAliases.
func (m *Merge) Decide(v *View) (Decision, error) {
	survivor, ok := v.Contact(m.Survivor)
	if !ok {
		return Decision{}, NotFound()
	}
	if err := m.Match.check(survivor.Version, v.Reads); err != nil {
		return Decision{}, err
	}
	merged, ok := v.Contact(m.Merged)
	if !ok {
		return Decision{}, fault.At("merged_id", fault.CodeMergedNotFound, "There is no contact with this merged_id.")
	}
	if merged.ID == survivor.ID {
		return Decision{}, fault.At("merged_id", fault.CodeMergeSelf, "The merged_id leads to the surviving contact itself: they are one already.")
	}
	if len(v.Tree(m.Survivor))+len(v.Tree(m.Merged))+1 > MaxAliases {
		return Decision{}, fault.At("merged_id", fault.CodeTooManyItems, "More ids would lead to this contact than one may have. Leave these two apart.")
	}
	after, err := union(survivor, merged, v)
	if err != nil {
		return Decision{}, err
	}
	frozen := *merged
	frozen.State, frozen.Parent = Merged, survivor.ID
	return Decision{Subject: survivor.ID, Steps: []Step{
		{Before: survivor, After: after, Action: ActionMerge, Ref: m.Survivor, Absorbed: []Absorbed{{merged.ID, merged.Version}}},
		{Before: merged, After: frozen, Action: ActionMerge, Ref: m.Merged},
	}}, nil
}

// union gives the survivor with what only the merged one has.
func union(survivor, merged *Contact, v *View) (Contact, error) {
	after := *survivor
	for _, col := range Collections {
		after.Values[col] = unionOf(col, survivor.Values[col], merged.Values[col], v.Region)
		if len(after.Values[col]) > MaxMerged {
			return after, tooManyTogether(col, "merged_id", v.Reads)
		}
	}
	for i, theirs := range merged.Fields {
		switch own := survivor.Fields[i]; {
		case own.Text == "":
			after.Fields[i] = theirs
		case own.Text == theirs.Text:
			after.Fields[i].Origins = joined(own.Origins, theirs.Origins)
		}
	}
	err := checkSize(&after, "merged_id")
	return after, err
}

// tooManyTogether refuses values that come from two places. Of what is stored, and
// that it is so much, only those learn who may read (CONTRACT D19).
func tooManyTogether(col Collection, path string, reads bool) error {
	who, message := "Together with what is there, that is", "Together with what is there, that is more values than one contact may have. Send fewer."
	if path == "merged_id" {
		who, message = "Together these contacts have", "Together these contacts have more values than one contact may have. Leave these two apart."
	}
	if reads {
		message = fmt.Sprintf("%s more than %d %s. Remove some first.", who, MaxMerged, col)
	}
	return fault.At(path, fault.CodeTooManyItems, message)
}

// unionOf gives own and then those of theirs that it lacks.
func unionOf(col Collection, own, theirs []Value, region string) []Value {
	if len(theirs) == 0 {
		return own
	}
	out := slices.Clone(own)
	at := make(map[string]int, len(own)+len(theirs))
	for i, v := range own {
		if key := MatchText(col, v.Text, region); !has(at, key) {
			at[key] = i
		}
	}
	for _, v := range theirs {
		key := MatchText(col, v.Text, region)
		if i, ok := at[key]; ok {
			out[i].Origins = joined(out[i].Origins, v.Origins)
			continue
		}
		at[key] = len(out)
		out = append(out, v)
	}
	return out
}

func has(m map[string]int, key string) bool {
	_, ok := m[key]
	return ok
}

// joined gives the origins of a value that both had, without touching either: one
// for each contact, those of own first, and at most MaxOrigins.
func joined(own, theirs []Origin) []Origin {
	out := slices.Clone(own)
	known := make(map[ID]bool, len(own))
	for _, o := range own {
		known[o.Contact] = true
	}
	for _, o := range theirs {
		if len(out) >= MaxOrigins {
			break
		}
		if !known[o.Contact] {
			out = append(out, o)
		}
	}
	return out
}
