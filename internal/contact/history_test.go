package contact

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// anySteps touches some of three contacts, each once or several times in a row as
// a verb does it: each step begins where the one before it on its contact ended.
func anySteps(t *rapid.T) (d Decision, first, last map[ID]*Contact) {
	first, last = map[ID]*Contact{}, map[ID]*Contact{}
	for range rapid.IntRange(0, 6).Draw(t, "steps") {
		id := ID(rapid.IntRange(1, 3).Draw(t, "contact"))
		before, known := last[id]
		if !known && id != 3 { // the third is new
			before = &Contact{ID: id, Version: Version(rapid.IntRange(1, 9).Draw(t, "version")), Head: Seq(10 + id), Depth: rapid.Int64Range(1, 40).Draw(t, "depth")}
			before.Values[Names] = valued([]string{"a"})
		}
		if !known {
			first[id] = before
		}
		after := Contact{ID: id}
		if before != nil {
			after = *before
		}
		after.Values[Names] = valued(rapid.SampledFrom([][]string{nil, {"a"}, {"b"}, {"c"}}).Draw(t, "names"))
		s := Step{Before: before, After: after, Ref: rapid.SampledFrom([]ID{id, 50}).Draw(t, "ref"),
			Action: rapid.SampledFrom([]Action{ActionPut, ActionMerge}).Draw(t, "action"), Undoes: Seq(rapid.IntRange(0, 2).Draw(t, "undoes"))}
		if rapid.IntRange(0, 3).Draw(t, "absorbs") == 0 {
			s.Absorbed = []Absorbed{{ID(60 + len(d.Steps)), 1}}
		}
		last[id] = &after
		d.Steps = append(d.Steps, s)
	}
	return d, first, last
}

// CONTRACT D15, D20, D22: each contact that comes out different has one entry, from
// what it was to what it became; all have one version, above all that were touched.
func TestEnter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, first, last := anySteps(t)
		above := Version(0)
		for _, c := range first {
			if c != nil {
				above = max(above, c.Version)
			}
		}
		st := Stamp{Op: 100, At: 7, Attribution: Attribution{RequestID: "request", BatchID: "batch"}}
		entries := d.Enter(st)
		if again := d.Enter(st); !reflect.DeepEqual(again, entries) {
			t.Fatalf("entered again: %+v\n         first: %+v", again, entries)
		}
		entered := map[ID]bool{}
		for n, e := range entries {
			id := e.Contact.ID
			at := slices.IndexFunc(d.Steps, func(s Step) bool { return s.After.ID == id })
			begin, ch := d.Steps[at], e.Change
			if entered[id] {
				t.Fatalf("contact %d has two entries", id)
			}
			entered[id] = true
			before := &Contact{ID: id}
			if first[id] != nil {
				before = first[id]
			}
			want := Diff(before, last[id])
			for _, s := range d.Steps {
				if s.After.ID == id {
					want.Absorbed = append(want.Absorbed, s.Absorbed...)
				}
			}
			if !reflect.DeepEqual(ch.Edits.Values, want.Values) || !slices.Equal(ch.Edits.Absorbed, want.Absorbed) {
				t.Fatalf("contact %d: edits %+v, want %+v", id, ch.Edits, want)
			}
			ref := begin.Ref
			if ref == id {
				ref = 0
			}
			if ch.Seq != 100+Seq(n) || ch.Op != 100 || ch.At != 7 || ch.Contact != id || ch.Version != above+1 || ch.Prev != before.Head ||
				ch.Attribution != st.Attribution || ch.Action != begin.Action || ch.Undoes != begin.Undoes || ch.Ref != ref {
				t.Fatalf("entry %d: %+v", n, ch)
			}
			if c := e.Contact; c.Version != above+1 || c.Head != ch.Seq || c.Depth != before.Depth+1 || !reflect.DeepEqual(c.Values, last[id].Values) {
				t.Fatalf("entry %d leaves %+v", n, c)
			}
			if due := e.Contact.Depth%SnapshotEvery == 0; due != (ch.Snapshot != nil) || due && !reflect.DeepEqual(*ch.Snapshot, e.Contact) {
				t.Fatalf("at depth %d the snapshot is %+v", e.Contact.Depth, ch.Snapshot)
			}
		}
		for id := range last {
			if entered[id] {
				continue
			}
			before := &Contact{ID: id}
			if first[id] != nil {
				before = first[id]
			}
			e := Diff(before, last[id])
			absorbs := slices.ContainsFunc(d.Steps, func(s Step) bool { return s.After.ID == id && s.Absorbed != nil })
			if !e.Empty() || absorbs {
				t.Fatalf("contact %d comes out different without an entry: %+v", id, e)
			}
		}
	})
}

func TestDecisionsWithoutChangeEnterNothing(t *testing.T) { // CONTRACT D15
	c := Contact{ID: 1, Version: 3, Head: 9, Depth: 4}
	c.Values[Names] = valued([]string{"Ada"})
	other := c
	other.Values[Names] = nil
	for name, steps := range map[string][]Step{
		"no step":        nil,
		"as it was":      {{Before: &c, After: c, Action: ActionPut}},
		"there and back": {{Before: &c, After: other, Action: ActionPut}, {Before: &other, After: c, Action: ActionPut}},
	} {
		if entries := (&Decision{Subject: 1, Steps: steps}).Enter(Stamp{Op: 10}); len(entries) != 0 {
			t.Errorf("%s: %+v", name, entries)
		}
	}
}

func TestChangeIDs(t *testing.T) { // CONTRACT D22
	rapid.Check(t, func(t *rapid.T) {
		id := ChangeID{SpaceID(rapid.Int64Range(1, int64(MaxSpaceID)).Draw(t, "space")), Seq(rapid.Int64Range(1, int64(MaxSeq)).Draw(t, "op"))}
		if back, ok := ParseChangeID(id.String()); !ok || back != id {
			t.Fatalf("%s is read as %+v, %v", id, back, ok)
		}
	})
	for _, text := range []string{"", "1", "-", "1-", "-1", "0-1", "1-0", "01-1", "1-01", "+1-1", "1--1", "1-1-1", "1-1 ", "a-1", "1-9223372036854775808"} {
		if id, ok := ParseChangeID(text); ok {
			t.Errorf("%q is read as %+v", text, id)
		}
	}
}
