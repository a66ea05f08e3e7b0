package contact

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// listed reads a list as the tables below write one: texts in order, each with the
// writes that brought it to contact 1, "a b:2 c:2,9". Write 1 need not be named.
func listed(list string) []Value {
	var out []Value
	for _, item := range strings.Fields(list) {
		text, from, _ := strings.Cut(item, ":")
		v := Value{Text: text}
		for _, op := range strings.Split(from, ",") {
			o := Origin{1, 1}
			if op != "" {
				fmt.Sscanf(op, "%d", &o.Op)
				o.Contact = ID(o.Op) // each write is another contact's, so that none stands for another
			}
			v.Origins = append(v.Origins, o)
		}
		out = append(out, v)
	}
	return out
}

func spelled(list []Value) string {
	var items []string
	for _, v := range list {
		var from []string
		for _, o := range v.Origins {
			if o != (Origin{1, 1}) {
				from = append(from, fmt.Sprint(o.Op))
			} else {
				from = append(from, "")
			}
		}
		items = append(items, strings.TrimSuffix(v.Text+":"+strings.Join(from, ","), ":"))
	}
	return strings.Join(items, " ")
}

// What becomes of a list (CONTRACT D27): an edit from one to another, applied to a
// third.
func TestRebaseOfLists(t *testing.T) {
	for _, tt := range []struct {
		what               string
		before, after      string // the edit
		onto, want         string
		byOrigin, conflict bool
	}{
		{what: "exact where nothing happened, order included", before: "a b c", after: "c d:2 a", onto: "a b c", want: "c d:2 a"},
		{what: "exact where all that happened is the same", before: "a b c", after: "c d:2 a", onto: "c d:2 a", want: "c d:2 a"},
		{what: "exact where a value was brought anew in its place", before: "a b", after: "b c:2 a", onto: "a:3 b", want: "b c:2 a:3"},
		{what: "what it did not touch stays", before: "a b", after: "a c:2", onto: "a b d:3", want: "a c:2 d:3"},
		{what: "what came stands behind the nearest before it", before: "a b c", after: "a b x:2 y:2 c", onto: "a b z:3 c", want: "a b x:2 y:2 z:3 c"},
		{what: "or the next nearest", before: "a b c", after: "a b x:2 c", onto: "a c", want: "a x:2 c"},
		{what: "or at the end", before: "a b", after: "a x:2 b", onto: "b c:3", want: "b c:3 x:2"},
		{what: "what came is there already", before: "a", after: "a x:2", onto: "a x:3", want: "a x:3"},
		{what: "in another spelling, for an email", before: "a@b.c", after: "a@b.c X@b.c:2", onto: "a@b.c x@B.C:3", want: "a@b.c x@B.C:3"},
		{what: "what went is gone already", before: "a b", after: "a", onto: "a c:3", want: "a c:3"},
		{what: "another order is what is there", before: "a b c", after: "a c b", onto: "a b c d:3", want: "a b c d:3"},
		{what: "a new primary moves to the front", before: "a b c", after: "c a b", onto: "a b c d:3", want: "c a b d:3"},
		{what: "a brought one too", before: "a b", after: "x:2 a b", onto: "a b d:3", want: "x:2 a b d:3"},
		{what: "not where it has gone since", before: "a b c", after: "c a b", onto: "a b d:3", want: "a b d:3"},
		{what: "a primary that merely moved up was not chosen", before: "a b c", after: "b c", onto: "a c b", want: "c b"},
		{what: "both chose the same", before: "a b c", after: "b a c", onto: "b a c d:3", want: "b a c d:3"},
		{what: "the same in another spelling", before: "a@b.c c@b.c", after: "X@b.c:2 a@b.c c@b.c", onto: "x@b.c:3 c@b.c", want: "x@b.c:3 c@b.c"},
		{what: "both chose another: it stays, and the rest is done", before: "a b c", after: "b a c x:2", onto: "c a b", want: "c x:2 a b", conflict: true},
		{what: "whoever brought it, what was taken goes", before: "a b", after: "a", onto: "a b:3 c", want: "a c"},
		{what: "wiped, and then something came", before: "a b", after: "", onto: "a b c:3", want: "c:3"},
		{what: "onto nothing", before: "a b", after: "b c:2", onto: "", want: "c:2"},
		{what: "a text that came twice comes once", before: "", after: "a b a", onto: "c:3", want: "c:3 a b"},
		{what: "onto nothing as well", before: "x", after: "a b a", onto: "", want: "a b"},
		{what: "onto what the edit found, but for who brought it", before: "x", after: "a x a", onto: "x:3", want: "a x:3"},
		{what: "what is there twice stays so, and nothing is nothing", before: "a b", after: "a c:2", onto: "a:3 b a:3", want: "a:3 c:2 a:3"},
		{what: "it and what the edit brings are as many as that, and other texts", before: "a b a", after: "a b b", onto: "a:3 b a:3", want: "a:3 b a:3"},

		{byOrigin: true, what: "exact", before: "a:2 b", after: "b c", onto: "a:2 b", want: "b c"},
		{byOrigin: true, what: "only what it brought goes", before: "a b:2 c:2", after: "a", onto: "a b:2 c:2 d:3", want: "a d:3"},
		{byOrigin: true, what: "what was brought anew stays", before: "a b:2", after: "a", onto: "a b:3", want: "a b:3"},
		{byOrigin: true, what: "what another brought too stays, as that one's", before: "a b:2", after: "a", onto: "a b:2,3", want: "a b:3"},
		{byOrigin: true, what: "what comes back has its origin again", before: "a", after: "a b:4,5", onto: "a c:3", want: "a b:4,5 c:3"},
		{byOrigin: true, what: "where it is there anew, both brought it", before: "a", after: "a b:4", onto: "a b:3", want: "a b:3,4"},
		{byOrigin: true, what: "what stays may lose an origin", before: "a:2,4", after: "a:4", onto: "a:2,4 c:3", want: "a:4 c:3"},
		{byOrigin: true, what: "and goes when that was its last", before: "a:2,4", after: "a:4", onto: "a:2 c:3", want: "c:3"},
		{byOrigin: true, what: "or gain one", before: "a:2", after: "a:2,4", onto: "a:2 c:3", want: "a:2,4 c:3"},
		{byOrigin: true, what: "which brings it back", before: "a:2", after: "a:2,4", onto: "c:3", want: "c:3 a:4"},
		{byOrigin: true, what: "or change them", before: "a:2", after: "a:4", onto: "a:2 c:3", want: "a:4 c:3"},
		{byOrigin: true, what: "a primary comes back to its place", before: "b c", after: "a b c", onto: "b c d:3", want: "a b c d:3"},
		{byOrigin: true, what: "unless another was chosen since", before: "b c", after: "a b c", onto: "c b", want: "c b a", conflict: true},
	} {
		way := ByText
		if tt.byOrigin {
			way = ByOrigin
		}
		edit := Edits{Values: [NumCollections]*ListEdit{Emails: {Before: listed(tt.before), After: listed(tt.after)}}}
		onto := Contact{ID: 1}
		onto.Values[Emails] = listed(tt.onto)
		got, conflicts := Rebase(&edit, &onto, way)
		if spelled(got.Values[Emails]) != tt.want || (len(conflicts) > 0) != tt.conflict {
			t.Errorf("%s: from (%s) to (%s), onto (%s), by origin %v:\n got (%s), conflicts %v\nwant (%s)",
				tt.what, tt.before, tt.after, tt.onto, tt.byOrigin, spelled(got.Values[Emails]), conflicts, tt.want)
		}
		if spelled(onto.Values[Emails]) != tt.onto || spelled(edit.Values[Emails].After) != tt.after {
			t.Errorf("%s: what was given has changed", tt.what)
		}
		for _, c := range conflicts {
			want := Conflict{1, "emails", 0, textsOf(listed(tt.before)), textsOf(listed(tt.after)), textsOf(listed(tt.onto))}
			if !reflect.DeepEqual(c, want) {
				t.Errorf("%s: conflict %+v, want %+v", tt.what, c, want)
			}
		}
	}
}

// What becomes of a slot (CONTRACT D27, D28). "" is an empty one.
func TestRebaseOfSlots(t *testing.T) {
	for _, tt := range []struct {
		what               string
		before, after      string
		onto, want         string
		byOrigin, conflict bool
	}{
		{what: "set", before: "a", after: "b:2", onto: "a", want: "b:2"},
		{what: "set, though it was set anew", before: "a", after: "b:2", onto: "a:3", want: "b:2"},
		{what: "agreed", before: "a", after: "b:2", onto: "b:3", want: "b:3"},
		{what: "both set it", before: "a", after: "b:2", onto: "c:3", want: "c:3", conflict: true},
		{what: "filled", before: "", after: "b:2", onto: "", want: "b:2"},
		{what: "both filled it", before: "", after: "b:2", onto: "c:3", want: "c:3", conflict: true},
		{what: "cleared", before: "a", after: "", onto: "a", want: ""},
		{what: "both cleared it", before: "a", after: "", onto: "", want: ""},
		{what: "cleared, and set since", before: "a", after: "", onto: "c:3", want: "c:3", conflict: true},
		{what: "set, and cleared since", before: "a", after: "b:2", onto: "", want: "", conflict: true},

		{byOrigin: true, what: "taken back", before: "b:2", after: "a", onto: "b:2", want: "a"},
		{byOrigin: true, what: "emptied again", before: "b:2", after: "", onto: "b:2", want: ""},
		{byOrigin: true, what: "brought anew, it stays", before: "b:2", after: "", onto: "b:3", want: "b:3"},
		{byOrigin: true, what: "and is in the way", before: "b:2", after: "a", onto: "b:3", want: "b:3", conflict: true},
		{byOrigin: true, what: "another's too, it stays that one's", before: "b:2", after: "", onto: "b:2,3", want: "b:3"},
		{byOrigin: true, what: "back already", before: "b:2", after: "a", onto: "a:3", want: "a:3,"},
		{byOrigin: true, what: "one origin goes", before: "b:2,4", after: "b:2", onto: "b:2,4", want: "b:2"},
		{byOrigin: true, what: "the last too", before: "b:2,4", after: "b:2", onto: "b:4", want: ""},
		{byOrigin: true, what: "of a slot that is another now, nothing", before: "b:2,4", after: "b:2", onto: "c:3", want: "c:3"},
	} {
		way := ByText
		if tt.byOrigin {
			way = ByOrigin
		}
		one := func(s string) Value {
			for _, v := range listed(s) {
				return v
			}
			return Value{}
		}
		edit := Edits{Fields: []FieldEdit{{Slot: 3, Before: one(tt.before), After: one(tt.after)}}}
		onto := Contact{ID: 1}
		onto.Fields[2] = one(tt.onto)
		got, conflicts := Rebase(&edit, &onto, way)
		if !got.Fields[2].Equal(one(tt.want)) || (len(conflicts) > 0) != tt.conflict {
			t.Errorf("%s: from %q to %q, onto %q, by origin %v: got %+v, conflicts %v; want %q",
				tt.what, tt.before, tt.after, tt.onto, tt.byOrigin, got.Fields[2], conflicts, tt.want)
		}
		for _, c := range conflicts {
			want := Conflict{1, "custom_fields.profile_field_3", 3, content(one(tt.before)), content(one(tt.after)), content(one(tt.onto))}
			if !reflect.DeepEqual(c, want) {
				t.Errorf("%s: conflict %+v, want %+v", tt.what, c, want)
			}
		}
	}
}

// The laws of an edit, for whatever contacts.
func TestLawsOfRebase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { lawsOfRebase(t, anyContact()) })
}

func lawsOfRebase(t *rapid.T, contacts *rapid.Generator[Contact]) {
	base, after, other := contacts.Draw(t, "base"), contacts.Draw(t, "after"), contacts.Draw(t, "other")
	base.State, base.Parent, after.State, after.Parent = Live, 0, Live, 0
	way := rapid.SampledFrom([]Way{ByText, ByOrigin}).Draw(t, "way")
	edit := Diff(&base, &after)

	if got, conflicts := Rebase(&edit, &base, way); !sameValues(&got, &after) || conflicts != nil {
		t.Fatalf("onto its own base: %+v, conflicts %v\nwant %+v", got, conflicts, after)
	}
	if got, conflicts := Rebase(&edit, &after, way); !sameValues(&got, &after) || conflicts != nil {
		t.Fatalf("onto its own result: %+v, conflicts %v\nwant %+v", got, conflicts, after)
	}
	back := edit.Inverse()
	if got, conflicts := Rebase(&back, &after, ByOrigin); !sameValues(&got, &base) || conflicts != nil {
		t.Fatalf("taken back: %+v, conflicts %v\nwant %+v", got, conflicts, base)
	}
	// Onto whatever else: nothing is there twice, nothing has no origin, and what
	// neither the edit nor the other had is not there.
	got, conflicts := Rebase(&edit, &other, way)
	again, more := Rebase(&edit, &got, way)
	if len(conflicts) == 0 && (!sameValues(&again, &got) || more != nil) && settled(&edit, &got) {
		t.Fatalf("a second time: %+v, conflicts %v\nwant %+v", again, more, got)
	}
	for _, col := range Collections {
		seen := map[string]bool{}
		for _, v := range got.Values[col] {
			if seen[v.Text] || len(v.Origins) == 0 {
				t.Fatalf("%s: %+v", col, got.Values[col])
			}
			seen[v.Text] = true
			if !comes(other.Values[col], v.Text) && !comes(after.Values[col], v.Text) {
				t.Fatalf("%s: %q is of nobody", col, v.Text)
			}
		}
		for _, v := range other.Values[col] {
			touched := edit.Values[col] != nil && comes(base.Values[col], v.Text)
			if !seen[v.Text] && !touched {
				t.Fatalf("%s: %q is lost", col, v.Text)
			}
		}
	}
	for _, v := range got.Fields {
		if (v.Text == "") != (len(v.Origins) == 0) {
			t.Fatalf("slot %+v", v)
		}
	}
}

// settled tells whether all that an edit brings is there: what another has taken
// away in between can be brought twice.
func settled(e *Edits, c *Contact) bool {
	for _, col := range Collections {
		if l := e.Values[col]; l != nil {
			for _, v := range l.After {
				if !comes(c.Values[col], v.Text) {
					return false
				}
			}
		}
	}
	return true
}

// Edits of different things can be done in any order: the same values are there,
// from the same origins, with the same primaries; in the same order too where
// they insert at different places.
func TestDisjointEditsCommute(t *testing.T) {
	texts := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	rapid.Check(t, func(t *rapid.T) {
		base := Contact{ID: 1}
		for _, text := range texts[:5] {
			base.Values[Names] = append(base.Values[Names], Value{text, []Origin{{1, 1}}})
		}
		way := rapid.SampledFrom([]Way{ByText, ByOrigin}).Draw(t, "way")
		// One may touch a, b and bring f; the other c, d and bring g. The first stays.
		edit := func(name string, mine []string, fresh string, op Seq) Edits {
			after := base
			after.Values[Names] = nil
			for i, v := range base.Values[Names] {
				if slices.Contains(mine, v.Text) && rapid.Bool().Draw(t, name+" drops "+v.Text) {
					continue
				}
				after.Values[Names] = append(after.Values[Names], v)
				if slices.Contains(mine, v.Text) && i > 0 && rapid.Bool().Draw(t, name+" inserts after "+v.Text) && !comes(after.Values[Names], fresh) {
					after.Values[Names] = append(after.Values[Names], Value{fresh, []Origin{{1, op}}})
				}
			}
			return Diff(&base, &after)
		}
		one := edit("one", []string{"b"}, "f", 2)
		two := edit("two", []string{"d", "e"}, "g", 3)
		first, c1 := Rebase(&one, &base, way)
		first, c2 := Rebase(&two, &first, way)
		second, c3 := Rebase(&two, &base, way)
		second, c4 := Rebase(&one, &second, way)
		if !sameValues(&first, &second) || len(c1)+len(c2)+len(c3)+len(c4) > 0 {
			t.Fatalf("one, two: %v\ntwo, one: %v", first.Values[Names], second.Values[Names])
		}
	})
}

func sameValues(a, b *Contact) bool {
	for _, col := range Collections {
		if !slices.EqualFunc(a.Values[col], b.Values[col], Value.Equal) {
			return false
		}
	}
	for i := range a.Fields {
		if !a.Fields[i].Equal(b.Fields[i]) {
			return false
		}
	}
	return true
}

func FuzzRebase(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) { lawsOfRebase(t, anyContact()) }))
}
