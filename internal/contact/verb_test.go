package contact

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/fault"
)

// seen is a view of contacts of which each goes by its own id, and into which
// nothing was merged.
func seen(op Seq, contacts ...*Contact) *View {
	v := &View{Op: op, At: Time(op), Reads: true}
	for _, c := range contacts {
		v.Refs = append(v.Refs, Found{c.ID, c})
		v.Trees = append(v.Trees, Tree{Ref: c.ID})
		v.Pairs = append(v.Pairs, Paired{Ref: c.ID})
	}
	return v
}

// does lets a verb decide on a view, and enters that into history.
func does(verb Verb, v *View) ([]Entry, error) {
	d, err := verb.Decide(v)
	if err != nil {
		return nil, err
	}
	return d.Enter(Stamp{Op: v.Op, At: v.At}), nil
}

// Nothing that a verb did not name among its needs is taken for an answer.
func TestAskingForMoreSpoilsAView(t *testing.T) {
	c := &Contact{ID: 7}
	there := View{
		NewIDs: []ID{9},
		Refs:   []Found{{5, c}, {6, nil}},
		Rows:   []Found{{7, c}, {8, nil}},
		Trees:  []Tree{{Ref: 5, Nodes: []Node{{ID: 5, Parent: 7, Version: 2}}}, {Ref: 6}},
		Pairs:  []Paired{{Ref: 5, Pairs: []Pair{{5, 9}}}, {Ref: 6}},
		Undone: []Standing{{3, 4}, {4, 0}},
	}
	for name, ask := range map[string]struct {
		sees func(v *View) bool // what was named
		asks func(v *View) bool // what was not; it gets nothing
	}{
		"Contact": {
			func(v *View) bool {
				got, ok := v.Contact(5)
				none, found := v.Contact(6)
				return got == c && ok && none == nil && !found
			},
			func(v *View) bool { got, ok := v.Contact(7); return got == nil && !ok },
		},
		"Row": {
			func(v *View) bool {
				got, ok := v.Row(7)
				none, found := v.Row(8)
				return got == c && ok && none == nil && !found
			},
			func(v *View) bool { got, ok := v.Row(5); return got == nil && !ok },
		},
		"Tree": {
			func(v *View) bool { return len(v.Tree(5)) == 1 && v.Tree(6) == nil },
			func(v *View) bool { return v.Tree(7) == nil },
		},
		"Paired": {
			func(v *View) bool { return len(v.Paired(5)) == 1 && v.Paired(6) == nil },
			func(v *View) bool { return v.Paired(7) == nil },
		},
		"UndoOf": {
			func(v *View) bool { return v.UndoOf(3) == 4 && v.UndoOf(4) == 0 },
			func(v *View) bool { return v.UndoOf(5) == 0 },
		},
		"NewID": {
			func(v *View) bool { return v.NewID(0) == 9 },
			func(v *View) bool { return v.NewID(1) == 0 },
		},
	} {
		v := there
		if !ask.sees(&v) || v.Unasked() {
			t.Errorf("%s: what was named is not seen, or spoils the view (%v)", name, v.Unasked())
		}
		if !ask.asks(&v) || !v.Unasked() {
			t.Errorf("%s: what was not named gives something, or does not spoil the view (%v)", name, v.Unasked())
		}
		if !ask.sees(&v) || !v.Unasked() {
			t.Errorf("%s: a view is whole again", name)
		}
	}
}

// viewOf holds exactly what a verb needs, out of contacts by the ids that lead to
// them.
func viewOf(verb Verb, contacts map[ID]*Contact) *View {
	v, needs := &View{Op: 100, At: 100, Reads: true}, verb.Needs()
	for n := range needs.NewIDs {
		v.NewIDs = append(v.NewIDs, ID(1000+n))
	}
	for _, ref := range needs.Refs {
		v.Refs = append(v.Refs, Found{ref, contacts[ref]})
	}
	for _, id := range needs.Rows {
		v.Rows = append(v.Rows, Found{id, contacts[id]})
	}
	for _, ref := range needs.Trees {
		v.Trees = append(v.Trees, Tree{Ref: ref})
	}
	for _, ref := range needs.Pairs {
		v.Pairs = append(v.Pairs, Paired{Ref: ref})
	}
	for _, op := range needs.Undone {
		v.Undone = append(v.Undone, Standing{Op: op})
	}
	return v
}

// named is a patch that sets the names.
func named(texts ...string) (p Patch) {
	p.Values[Names] = List{Sent: true, Texts: texts}
	return p
}

// ada and bo are what the ids 1 and 2 lead to; 11 is an alias of the first.
func adaAndBo() map[ID]*Contact {
	ada, bo := Contact{ID: 1, Version: 3, Head: 8, Depth: 3}, Contact{ID: 2, Version: 5, Head: 9, Depth: 5}
	ada.Values[Names], bo.Values[Names] = valued([]string{"Ada"}), valued([]string{"Bo"})
	return map[ID]*Contact{1: &ada, 11: &ada, 2: &bo}
}

// A verb asks for no more than it needs, shows a contact that its caller has, and
// decides the same again.
func TestVerbsNeedWhatTheyLookAt(t *testing.T) {
	for name, test := range map[string]struct {
		verb    Verb
		subject ID
		steps   int
	}{
		"create":                {&Create{Patch: named("Cy")}, 1000, 1},
		"put":                   {&Put{Ref: 1, Patch: named("Ada", "A")}, 1, 1},
		"put through an alias":  {&Put{Ref: 11, Patch: named("Ada", "A")}, 1, 1},
		"put with its own id":   {&Put{Ref: 1, BodyID: 1, Patch: named("A")}, 1, 1},
		"put with an alias":     {&Put{Ref: 1, BodyID: 11, Patch: named("A")}, 1, 1},
		"merge":                 {&Merge{Survivor: 1, Merged: []ID{2}}, 1, 2},
		"merge through aliases": {&Merge{Survivor: 2, Merged: []ID{11}}, 2, 2},
		"patch":                 {&Amend{Ref: 11, Amendment: Amendment{Values: [NumCollections]ListAmendment{Names: {Remove: []string{"Ada"}}}}}, 1, 1},
		"delete":                {&Delete{Ref: 1}, 1, 1},
		"undo":                  {&Undo{Ref: 11, Op: 8, Entries: []Change{{Seq: 8, Op: 8, Contact: 1, Prev: 7}}}, 1, 1},
		"distinct":              {&Distinct{Ref: 11, Other: 2}, 1, 0},
	} {
		v := viewOf(test.verb, adaAndBo())
		d, err := test.verb.Decide(v)
		if err != nil || v.Unasked() || d.Subject != test.subject || len(d.Steps) != test.steps {
			t.Errorf("%s: %v, unasked %v, %+v", name, err, v.Unasked(), d)
		}
		if again, err := test.verb.Decide(v); err != nil || !reflect.DeepEqual(again, d) {
			t.Errorf("%s: it decides otherwise the second time: %+v, %v", name, again, err)
		}
		if want := viewOf(test.verb, adaAndBo()); !reflect.DeepEqual(v, want) {
			t.Errorf("%s: it has changed what it saw: %+v", name, v)
		}
	}
}

// CONTRACT D1: of all that is wrong with a write, 404 is told first, then 412, then
// what depends on what is stored.
func TestOrderOfChecks(t *testing.T) {
	const nobody = 99
	past := Match{Set: true, Versions: []Version{1}}
	many := Patch{}
	many.Values[Names] = List{Sent: true, Texts: numbered(MaxValues + 1)}
	for name, test := range map[string]struct {
		verb Verb
		kind fault.Kind
		code string
	}{
		"put: nobody, a version, an id, too many":    {&Put{Ref: nobody, BodyID: 2, Match: past, Patch: many}, fault.NotFound, "contact_not_found"},
		"put: a version, an id, too many":            {&Put{Ref: 1, BodyID: 2, Match: past, Patch: many}, fault.Stale, "version_mismatch"},
		"put: a version, an id of nobody":            {&Put{Ref: 1, BodyID: nobody, Match: past, Patch: many}, fault.Stale, "version_mismatch"},
		"put: an id, too many":                       {&Put{Ref: 1, BodyID: 2, Patch: many}, fault.Invalid, "id_mismatch"},
		"put: an id of nobody":                       {&Put{Ref: 1, BodyID: nobody, Patch: many}, fault.Invalid, "id_mismatch"},
		"put: too many":                              {&Put{Ref: 1, Patch: many}, fault.Invalid, "too_many_items"},
		"merge: nobody, a version, into nobody":      {&Merge{Survivor: nobody, Merged: []ID{nobody}, Match: past}, fault.NotFound, "contact_not_found"},
		"merge: a version, nobody to merge":          {&Merge{Survivor: 1, Merged: []ID{nobody}, Match: past}, fault.Stale, "version_mismatch"},
		"merge: a version, itself":                   {&Merge{Survivor: 1, Merged: []ID{11}, Match: past}, fault.Stale, "version_mismatch"},
		"merge: nobody to merge":                     {&Merge{Survivor: 1, Merged: []ID{nobody}}, fault.Invalid, "merged_not_found"},
		"merge: itself":                              {&Merge{Survivor: 1, Merged: []ID{1}}, fault.Invalid, "merge_self"},
		"merge: itself by an alias":                  {&Merge{Survivor: 11, Merged: []ID{1}}, fault.Invalid, "merge_self"},
		"create: nothing to know it by, and so much": {&Create{Patch: Patch{Values: [NumCollections]List{Locations: many.Values[Names]}}}, fault.Invalid, "contact_empty"},
	} {
		_, err := test.verb.Decide(viewOf(test.verb, adaAndBo()))
		if fault.KindOf(err) != test.kind || codeOf(err) != test.code {
			t.Errorf("%s: %v, want %s", name, err, test.code)
		}
	}
}

// CONTRACT D19, FAULT B10: a refusal tells who may not read the same, whatever
// versions and however many values are stored; who may read is told more.
func TestRefusalsTellNothingStored(t *testing.T) {
	stored := func(version Version, col Collection, n int) *Contact {
		c := &Contact{ID: 1, Version: version}
		c.Values[col] = valued(numbered(n))
		return c
	}
	other := &Contact{ID: 2, Version: 1}
	for _, col := range Collections {
		for i := range MaxMerged {
			other.Values[col] = append(other.Values[col], Value{strings.Repeat("y", 1+i), []Origin{{2, 1}}})
		}
	}
	grown := func(n int) []Node { return make([]Node, n) }
	for name, test := range map[string]struct {
		verb  Verb
		code  string
		views []*View // of which a refusal must tell the same
		tells bool    // who may read is told the difference
	}{
		"a version": {
			&Put{Ref: 1, Match: Match{Set: true, Versions: []Version{9}, Weak: []Version{4}}}, "version_mismatch",
			[]*View{seen(1, stored(3, Names, 1)), seen(1, stored(4, Names, 1)), seen(1, stored(12, Names, 1))}, true,
		},
		"a list that is larger already": {
			&Put{Ref: 1, Patch: named(numbered(MaxMerged + 1)...)}, "too_many_items",
			[]*View{seen(1, stored(3, Names, 1)), seen(1, stored(3, Names, 150)), seen(1, stored(3, Names, 800))}, false,
		},
		"lists that are too large together": {
			&Merge{Survivor: 1, Merged: []ID{2}}, "too_many_items",
			[]*View{seen(1, stored(3, Names, 1), other), seen(1, stored(3, Emails, 1), other), seen(1, stored(3, Names, 900), other)}, true,
		},
		"too many ids": {
			&Merge{Survivor: 1, Merged: []ID{2}}, "too_many_items",
			[]*View{
				{Refs: seen(1, stored(3, Names, 1), other).Refs, Trees: []Tree{{1, grown(MaxAliases)}, {2, nil}}},
				{Refs: seen(1, stored(3, Names, 1), other).Refs, Trees: []Tree{{1, grown(1)}, {2, grown(MaxAliases)}}},
			}, false,
		},
	} {
		told := func(reads bool) (all []string) {
			for _, v := range test.views {
				v.Reads = reads
				_, err := test.verb.Decide(v)
				if codeOf(err) != test.code {
					t.Fatalf("%s: %v, want %s", name, err, test.code)
				}
				e := err.(*fault.Error)
				all = append(all, strings.Join([]string{e.Message, pathsOf(e)}, " "))
			}
			slices.Sort(all)
			return slices.Compact(all)
		}
		if all := told(false); len(all) != 1 {
			t.Errorf("%s: who may not read learns %q", name, all)
		}
		if all := told(true); (len(all) > 1) != test.tells {
			t.Errorf("%s: who may read is told %q", name, all)
		}
	}
}

// pathsOf gives all that a refusal says of what was sent.
func pathsOf(e *fault.Error) string {
	var all []string
	for _, p := range e.At {
		all = append(all, p.Path, string(p.Code), p.Message)
	}
	return strings.Join(all, " ")
}
