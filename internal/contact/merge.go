package contact

import (
	"fmt"
	"slices"
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// MaxAliases is how many ids lead to one contact beside its own (CONTRACT D23).
const MaxAliases = 10_000

// Needs names all contacts, what was merged into them before, and what is said to
// be distinct from them.
func (m *Merge) Needs() Needs {
	all := append([]ID{m.Survivor}, m.Merged...)
	for _, id := range m.Prefer {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	merging := all[:1+len(m.Merged)]
	return Needs{Refs: all, Trees: merging, Pairs: merging}
}

// Size gives about how many bytes the merge carries.
func (m *Merge) Size() int { return 0 }

// Decide joins the contacts. The survivor keeps its own values first and in
// order, takes those that it lacks as MatchText compares them, keeps its custom
// fields and fills its empty ones. Where both held a value, it has the origins of
// both from then on. The merged contacts keep their values, frozen: those and the
// origins are what an unmerge needs.
//
// It is refused where two of them are one, or are said to be distinct, and where a
// collection would pass MaxMerged, the contact MaxSize, or its ids MaxAliases.
func (m *Merge) Decide(v *View) (Decision, error) {
	survivor, ok := v.Contact(m.Survivor)
	if !ok {
		return Decision{}, NotFound()
	}
	if err := m.Match.check(survivor.Version, v.Reads); err != nil {
		return Decision{}, err
	}
	merged, err := m.contacts(v, survivor)
	if err != nil {
		return Decision{}, err
	}
	pairs, err := m.distinct(v)
	if err != nil {
		return Decision{}, err
	}
	first := Step{Before: survivor, After: *survivor, Action: ActionMerge, Ref: m.Survivor}
	d := Decision{Subject: survivor.ID, Steps: []Step{first}, Pairs: pairs}
	for i, c := range merged {
		d.Steps[0].Absorbed = append(d.Steps[0].Absorbed, Absorbed{c.ID, c.Version})
		d.Steps[0].After = union(&d.Steps[0].After, c, v.Region)
		if err := checkTogether(&d.Steps[0].After, survivor, m.path(i), v.Reads); err != nil {
			return Decision{}, err
		}
		d.Steps = append(d.Steps, Step{Before: c, After: frozen(c, survivor.ID), Action: ActionMerge, Ref: m.Merged[i]})
	}
	err = m.prefer(v, &d.Steps[0].After, append(merged, survivor))
	return d, err
}

// frozen gives a contact as its merge into another leaves it.
func frozen(c *Contact, into ID) Contact {
	out := *c
	out.State, out.Parent = Merged, into
	return out
}

// path tells where a refusal finds the n-th that is to be merged.
func (m *Merge) path(n int) string {
	if m.Listed {
		return fmt.Sprintf("merged_ids.%d", n)
	}
	return "merged_id"
}

// contacts finds those that are to be merged.
func (m *Merge) contacts(v *View, survivor *Contact) ([]*Contact, error) {
	var found []*Contact
	ids := len(v.Tree(m.Survivor))
	for i, ref := range m.Merged {
		c, ok := v.Contact(ref)
		switch {
		case !ok:
			return nil, fault.At(m.path(i), fault.CodeMergedNotFound, "There is no contact with this merged_id.")
		case c.ID == survivor.ID:
			return nil, refuseSame(m.path(i))
		case slices.ContainsFunc(found, func(o *Contact) bool { return o.ID == c.ID }):
			return nil, fault.At(m.path(i), fault.CodeMergeSelf, "This id leads to the same contact as one before it: name each once.")
		}
		if ids += len(v.Tree(ref)) + 1; ids > MaxAliases {
			return nil, fault.At(m.path(i), fault.CodeTooManyItems, "More ids would lead to this contact than one may have. Leave these apart.")
		}
		found = append(found, c)
	}
	return found, nil
}

func refuseSame(path string) error {
	return fault.At(path, fault.CodeMergeSelf, "This id leads to the contact itself: they are one already.")
}

// distinct refuses to merge what somebody said is distinct. Where that is
// confirmed it is forgotten.
func (m *Merge) distinct(v *View) ([]PairEdit, error) {
	pairs := v.pairsOf(append([]ID{m.Survivor}, m.Merged...)...)
	if len(pairs) > 0 && !m.Confirm {
		return nil, refuse(fault.CodeDistinct, "Somebody said that these are different people. To merge them all the same, send confirm_distinct.")
	}
	return pairs, nil
}

// prefer gives slots the content of the contacts that were asked for.
func (m *Merge) prefer(v *View, after *Contact, of []*Contact) error {
	var problems []fault.Problem
	for i := range after.Fields {
		slot := SlotAt(i)
		ref, ok := m.Prefer[slot]
		if !ok {
			continue
		}
		c, _ := v.Contact(ref)
		if c == nil || !slices.ContainsFunc(of, func(o *Contact) bool { return o.ID == c.ID }) || c.Fields[i].Text == "" {
			problems = append(problems, fault.Problem{Path: "prefer." + slot.String(), Code: fault.CodePreferInvalid,
				Message: "Name the survivor or one of the merged contacts, one that has this field filled."})
			continue
		}
		chosen := c.Fields[i]
		for _, o := range of {
			if other := o.Fields[i]; o.ID != c.ID && other.Text == chosen.Text {
				chosen.Origins = joined(chosen.Origins, other.Origins)
			}
		}
		after.Fields[i] = chosen
	}
	return fault.Problems(problems)
}

// union gives the survivor with what only the merged one has.
func union(survivor, merged *Contact, region string) Contact {
	after := *survivor
	for _, col := range Collections {
		after.Values[col] = unionOf(col, survivor.Values[col], merged.Values[col], region)
	}
	for i, theirs := range merged.Fields {
		switch own := survivor.Fields[i]; {
		case own.Text == "":
			after.Fields[i] = theirs
		case own.Text == theirs.Text:
			after.Fields[i].Origins = joined(own.Origins, theirs.Origins)
		}
	}
	return after
}

// tooManyTogether refuses values that come from two places. Of what is stored, and
// that it is so much, only those learn who may read (CONTRACT D19).
func tooManyTogether(col Collection, path string, reads bool) error {
	who, message := "Together with what is there, that is", "Together with what is there, that is more values than one contact may have. Send fewer."
	if strings.HasPrefix(path, "merged_id") {
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

// joined gives the origins of a value that both had, without touching either: each
// once, those of own first, and at most MaxOrigins.
func joined(own, theirs []Origin) []Origin {
	out := slices.Clone(own)
	known := make(map[Origin]bool, len(own))
	for _, o := range own {
		known[o] = true
	}
	for _, o := range theirs {
		if len(out) >= MaxOrigins {
			break
		}
		if !known[o] {
			out = append(out, o)
		}
	}
	return out
}
