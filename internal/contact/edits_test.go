package contact

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestEditsLeadForwardAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := anyContact().Draw(t, "before"), anyContact().Draw(t, "after")
		for _, c := range []*Contact{&before, &after} {
			c.Parent = rapid.SampledFrom([]ID{0, 5, 6}).Draw(t, "parent")
			c.State = rapid.SampledFrom([]State{Live, Merged, 2}).Draw(t, "state")
		}
		e := Diff(&before, &after)
		if f := e.Forward(before); !sameHolding(f, after) {
			t.Fatalf("forward: %+v\n   want %+v", f, after)
		}
		if b := e.Backward(after); !sameHolding(b, before) {
			t.Fatalf("backward: %+v\n    want %+v", b, before)
		}
		if b := e.Backward(e.Forward(before)); !reflect.DeepEqual(b, before) {
			t.Fatalf("there and back: %+v\n          want %+v", b, before)
		}
	})
}

// sameHolding compares what a change can tell of two contacts.
func sameHolding(a, b Contact) bool {
	return reflect.DeepEqual(a.Values, b.Values) && reflect.DeepEqual(a.Fields, b.Fields) && a.State == b.State && a.Parent == b.Parent
}

// An edit is there for what differs, and for nothing else.
func TestDiffIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := anyContact().Draw(t, "before"), anyContact().Draw(t, "after")
		after.Parent = rapid.SampledFrom([]ID{0, 5}).Draw(t, "parent")
		after.State = rapid.SampledFrom([]State{Live, Merged}).Draw(t, "state")
		e := Diff(&before, &after)
		for _, col := range Collections {
			if (e.Values[col] == nil) != reflect.DeepEqual(before.Values[col], after.Values[col]) {
				t.Fatalf("%s: %+v", col, e.Values[col])
			}
		}
		slots := map[Slot]bool{}
		for i, f := range e.Fields {
			if i > 0 && f.Slot <= e.Fields[i-1].Slot {
				t.Fatalf("slots %d and %d do not ascend", e.Fields[i-1].Slot, f.Slot)
			}
			slots[f.Slot] = true
		}
		for i := range before.Fields {
			if slots[SlotAt(i)] == reflect.DeepEqual(before.Fields[i], after.Fields[i]) {
				t.Fatalf("%s: from %+v to %+v, in the edits %v", SlotAt(i), before.Fields[i], after.Fields[i], slots[SlotAt(i)])
			}
		}
		if (e.Link != nil) != (after.Parent != 0) || e.Link != nil && *e.Link != (LinkEdit{0, 5}) {
			t.Fatalf("link %+v", e.Link)
		}
		if (e.State != nil) != (after.State != Live) || e.State != nil && *e.State != (StateEdit{Live, Merged}) {
			t.Fatalf("state %+v", e.State)
		}
		if same := Diff(&before, &before); !same.Empty() {
			t.Fatalf("from itself: %+v", same)
		}
		if e.Empty() != (reflect.DeepEqual(before.Values, after.Values) && reflect.DeepEqual(before.Fields, after.Fields) && after.Parent == 0 && after.State == Live) {
			t.Fatalf("empty: %v, of %+v", e.Empty(), e)
		}
	})
}

// A value that comes from elsewhere than before is a change, too: unmerge needs
// to know.
func TestOriginsAreEdits(t *testing.T) {
	var before, after Contact
	before.Values[Names] = []Value{{"Ada", []Origin{{1, 1}}}}
	after.Values[Names] = []Value{{"Ada", []Origin{{1, 1}, {2, 1}}}}
	e := Diff(&before, &after)
	l := e.Values[Names]
	if l == nil || len(l.Added())+len(l.Removed()) != 0 || l.Reordered() {
		t.Errorf("got %+v", l)
	}
	if e := (&Edits{Absorbed: []Absorbed{{3, 1}}}); e.Empty() {
		t.Error("a merge that brings nothing is a change")
	}
}

func TestListEditTellsWhatItDid(t *testing.T) { // CONTRACT D22
	for _, test := range []struct {
		before, after, added, removed []string
		reordered                     bool
	}{
		{},
		{after: []string{"a", "b"}, added: []string{"a", "b"}},
		{before: []string{"a", "b"}, removed: []string{"a", "b"}},
		{before: []string{"a", "b"}, after: []string{"b", "a"}, reordered: true},
		{before: []string{"a", "b", "c"}, after: []string{"c", "x", "a", "y"}, added: []string{"x", "y"}, removed: []string{"b"}, reordered: true},
		{before: []string{"a", "b", "c"}, after: []string{"x", "a", "c"}, added: []string{"x"}, removed: []string{"b"}},
		{before: []string{"a", "b"}, after: []string{"A", "b"}, added: []string{"A"}, removed: []string{"a"}},
	} {
		l := ListEdit{valued(test.before), valued(test.after)}
		if !slices.Equal(l.Added(), test.added) || !slices.Equal(l.Removed(), test.removed) || l.Reordered() != test.reordered {
			t.Errorf("%q to %q: added %q, removed %q, reordered %v", test.before, test.after, l.Added(), l.Removed(), l.Reordered())
		}
		if l.Added() == nil || l.Removed() == nil {
			t.Errorf("%q to %q: nil, where answers have an empty list", test.before, test.after)
		}
	}
}

func valued(texts []string) []Value {
	var values []Value
	for _, text := range texts {
		values = append(values, Value{text, []Origin{{1, 1}}})
	}
	return values
}
