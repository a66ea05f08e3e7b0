package contact

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// told gives what history tells of the person that a ref leads to, oldest first.
func (w *world) told(ref ID) (told []Change) {
	p := NewPerson(w.idsOf(ref))
	for i := range w.changes {
		if ch, ok := p.Tells(&w.changes[i]); ok {
			told = append(told, ch)
		}
	}
	return told
}

// idsOf gives all ids that lead to what a ref leads to.
func (w *world) idsOf(ref ID) []ID {
	ids := []ID{w.root(ref).ID}
	for _, n := range w.tree(ref) {
		ids = append(ids, n.ID)
	}
	return ids
}

// textsIn gives each text that an edit shows, once and in order, with its list or slot.
func textsIn(e *Edits) []string {
	all := map[string]bool{}
	for _, col := range Collections {
		if l := e.Values[col]; l != nil {
			for _, v := range slices.Concat(l.Before, l.After) {
				all[fmt.Sprint(col, " ", v.Text)] = true
			}
		}
	}
	for _, f := range e.Fields {
		for _, v := range []Value{f.Before, f.After} {
			if v.Text != "" {
				all[fmt.Sprint(f.Slot, " ", v.Text)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// broughtBy tells of each text, with its list or slot, the ids that it was sent by: in other
// words than those by which history knows it.
func (w *world) broughtBy() map[string]map[ID]bool {
	by := map[string]map[ID]bool{}
	for i := range w.changes {
		ch := &w.changes[i]
		if ch.Action != ActionCreate && ch.Action != ActionPut && ch.Action != ActionPatch {
			continue
		}
		id := ch.Ref
		if id == 0 {
			id = ch.Contact
		}
		sent := ch.Edits.Backward(Contact{}) // what was there before, where it changed
		before := Diff(&Contact{}, &sent)
		for _, text := range missing(valued(textsIn(&ch.Edits)), valued(textsIn(&before))) {
			if by[text] == nil {
				by[text] = map[ID]bool{}
			}
			by[text][id] = true
		}
	}
	return by
}

// What history tells of one person, of those who were part of one another for a while
// (CONTRACT D35).
func TestAPersonIsToldWithoutWhoLeft(t *testing.T) {
	for _, tt := range []struct {
		what string
		do   func(w *world, a, b, c ID)
		a, b string // what is told of them after all
	}{
		{"never together", func(*world, ID, ID, ID) {}, "a@x A", "b@x B"},
		{"merged", func(w *world, a, b, _ ID) {
			w.do(&Merge{Survivor: a, Merged: []ID{b}})
		}, "a@x b@x A B", "a@x b@x A B"},
		{"merged and split off again", func(w *world, a, b, _ ID) {
			w.do(&Merge{Survivor: a, Merged: []ID{b}})
			w.do(&Unmerge{Ref: a, Merged: b})
		}, "a@x A", "b@x B"},
		{"written to by the id that was split off", func(w *world, a, b, _ ID) {
			w.do(&Merge{Survivor: a, Merged: []ID{b}})
			w.put(b, "e:a@x b@x by-b@x", "1:of-b")
			w.do(&Unmerge{Ref: a, Merged: b})
		}, "a@x A", "b@x by-b@x B of-b"},
		{"written to by the other's", func(w *world, a, b, _ ID) {
			w.do(&Merge{Survivor: a, Merged: []ID{b}})
			w.put(a, "e:a@x b@x by-a@x", "1:of-a")
			w.do(&Unmerge{Ref: a, Merged: b})
		}, "a@x by-a@x A of-a", "b@x B"},
		{"both had it", func(w *world, a, b, _ ID) {
			w.put(a, "e:a@x both@x")
			w.put(b, "e:b@x both@x")
			w.do(&Merge{Survivor: a, Merged: []ID{b}})
			w.do(&Unmerge{Ref: a, Merged: b})
		}, "a@x both@x A", "b@x both@x B"},
		{"one took the other's away", func(w *world, a, b, _ ID) {
			w.do(&Merge{Survivor: a, Merged: []ID{b}})
			w.put(a, "e:a@x")
			w.put(b, "e:")
			w.do(&Unmerge{Ref: a, Merged: b})
		}, "a@x A", "b@x B"},
		{"by an id that was merged into the one that was split off", func(w *world, a, b, c ID) {
			w.do(&Merge{Survivor: b, Merged: []ID{c}})
			w.do(&Merge{Survivor: a, Merged: []ID{b}})
			w.put(c, "e:a@x b@x c@x by-c@x")
			w.do(&Unmerge{Ref: a, Merged: b})
		}, "a@x A", "b@x by-c@x c@x B C"},
		{"a third went, the other stayed", func(w *world, a, b, c ID) {
			w.do(&Merge{Survivor: a, Merged: []ID{b, c}})
			w.put(c, "e:a@x b@x c@x by-c@x")
			w.put(b, "e:a@x b@x c@x by-c@x by-b@x")
			w.do(&Unmerge{Ref: a, Merged: c})
		}, "a@x b@x by-b@x A B", "a@x b@x by-b@x A B"},
		{"and was merged again elsewhere", func(w *world, a, b, c ID) {
			w.do(&Merge{Survivor: a, Merged: []ID{b}})
			w.put(b, "e:a@x b@x by-b@x")
			w.do(&Unmerge{Ref: a, Merged: b})
			w.do(&Merge{Survivor: c, Merged: []ID{b}})
		}, "a@x A", "b@x by-b@x c@x B C"},
		{"split off, and the merge of both done again", func(w *world, a, b, _ ID) {
			w.do(&Merge{Survivor: a, Merged: []ID{b}})
			split := w.do(&Unmerge{Ref: a, Merged: b})
			w.do(&Undo{Ref: a, Op: split})
		}, "a@x b@x A B", "a@x b@x A B"},
		{"what was brought by the other's id was undone and brought back", func(w *world, a, b, _ ID) {
			w.do(&Merge{Survivor: a, Merged: []ID{b}})
			op := w.put(b, "e:a@x b@x by-b@x")
			undo := w.do(&Undo{Ref: a, Op: op})
			w.do(&Undo{Ref: a, Op: undo})
			w.do(&Unmerge{Ref: a, Merged: b})
		}, "a@x A", "b@x by-b@x B"},
		{"deleted", func(w *world, a, b, _ ID) {
			w.do(&Merge{Survivor: a, Merged: []ID{b}})
			w.put(b, "e:a@x b@x by-b@x")
			w.do(&Unmerge{Ref: a, Merged: b})
			w.do(&Delete{Ref: a})
		}, "a@x A", "b@x by-b@x B"},
	} {
		w := newWorld(t)
		a, b, c := w.made(sends(nil, nil, "e:a@x", "n:A")), w.made(sends(nil, nil, "e:b@x", "n:B")), w.made(sends(nil, nil, "e:c@x", "n:C"))
		tt.do(w, a, b, c)
		for id, want := range map[ID]string{a: tt.a, b: tt.b} {
			var have []string
			for _, ch := range w.told(id) {
				for _, text := range textsIn(&ch.Edits) {
					_, text, _ = strings.Cut(text, " ")
					have = append(have, text)
				}
			}
			slices.Sort(have)
			wants := strings.Fields(want)
			slices.Sort(wants)
			if have = slices.Compact(have); !slices.Equal(have, wants) {
				t.Errorf("%s: of %d is told %q, want %q", tt.what, id, have, wants)
			}
		}
	}
}

// Why somebody else was written to is not told, nor that they were, where nothing of the
// person came or went; what was written by the person's ids is, wherever it was.
func TestAPersonIsToldOfActs(t *testing.T) {
	w := newWorld(t)
	a, b := w.made(sends(nil, nil, "e:a@x", "n:A")), w.made(sends(nil, nil, "e:b@x", "n:B"))
	w.do(&Merge{Survivor: a, Merged: []ID{b}})
	for _, what := range []string{"e:a@x b@x by-b@x", "e:b@x by-b@x"} {
		op := w.put(b, what)
		w.changes[op-1].Reason = "asked for by B"
	}
	own := w.put(a, "e:b@x by-b@x by-a@x")
	w.changes[own-1].Reason = "asked for by A"
	w.do(&Unmerge{Ref: a, Merged: b})
	acts := func(id ID) (out []string) {
		for _, ch := range w.told(id) {
			out = append(out, fmt.Sprintf("%s %d by %d %q", ch.Action, ch.Contact, ch.Ref, ch.Reason))
		}
		return out
	}
	for id, want := range map[ID][]string{
		a: {`create 1 by 0 ""`, `merge 1 by 0 ""`, `put 1 by 2 ""`, `put 1 by 0 "asked for by A"`, `unmerge 1 by 0 ""`},
		b: {`create 2 by 0 ""`, `merge 2 by 0 ""`, `put 1 by 2 "asked for by B"`, `put 1 by 2 "asked for by B"`, `unmerge 2 by 0 ""`},
	} {
		if have := acts(id); !slices.Equal(have, want) {
			t.Errorf("of %d: %q\nwant %q", id, have, want)
		}
	}
}

// CONTRACT D35. Whatever happened: of a person all is told that was sent by the ids that lead
// to it, and nothing that was only ever sent by others'.
func TestAPersonIsToldWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, ids := newWorld(t), []ID{}
		for n := range rapid.IntRange(2, 4).Draw(t, "contacts") {
			ids = append(ids, w.made(sends(nil, nil, fmt.Sprintf("e:made%d@x", n), fmt.Sprintf("n:N%d", n))))
		}
		for n := range rapid.IntRange(1, 12).Draw(t, "steps") {
			w.happens(t, ids, n)
		}
		by := w.broughtBy()
		for _, id := range ids {
			w.wantTold(t, id, by)
		}
	})
}

// happens does something to the contacts that these ids lead to; what is refused is not done.
func (w *world) happens(t *rapid.T, ids []ID, n int) {
	ref := rapid.SampledFrom(ids).Draw(t, "ref")
	root := w.root(ref)
	var verb Verb
	switch rapid.SampledFrom([]string{"put", "put", "patch", "merge", "merge", "unmerge", "undo", "delete"}).Draw(t, "what") {
	case "put":
		kept := slices.DeleteFunc(textsOf(root.Values[Emails]), func(string) bool { return rapid.Bool().Draw(t, "goes") })
		verb = &Put{Ref: ref, Patch: sends(nil, root, fmt.Sprintf("e:%s put%d@x", strings.Join(kept, " "), n), fmt.Sprintf("1:slot%d", n))}
	case "patch":
		a := Amendment{}
		a.Values[Emails] = ListAmendment{Add: []string{fmt.Sprintf("added%d@x", n)}}
		if had := textsOf(root.Values[Emails]); len(had) > 0 {
			a.Values[Emails].Remove = []string{rapid.SampledFrom(had).Draw(t, "removed")}
		}
		verb = &Amend{Ref: ref, Amendment: a}
	case "merge":
		verb = &Merge{Survivor: ref, Merged: []ID{rapid.SampledFrom(ids).Draw(t, "merged")}, Confirm: true}
	case "unmerge":
		verb = &Unmerge{Ref: ref, Merged: rapid.SampledFrom(ids).Draw(t, "split off")}
		if root.State != Live || w.past(verb.(*Unmerge).Merged, false) == nil {
			return
		}
	case "undo":
		ch := rapid.SampledFrom(w.changes).Draw(t, "undone")
		verb = &Undo{Ref: ch.Contact, Op: ch.Op, Resolve: true}
	case "delete":
		verb = &Delete{Ref: root.ID}
	}
	_, _, _ = w.try(verb)
}

// wantTold fails the test unless all is told of an id's contact that was sent by ids that
// lead to it, and no more.
func (w *world) wantTold(t *rapid.T, id ID, by map[string]map[ID]bool) {
	group := w.idsOf(id)
	told := map[string]bool{}
	for _, ch := range w.told(id) {
		for _, text := range textsIn(&ch.Edits) {
			told[text] = true
		}
	}
	holds := Diff(&Contact{}, w.root(id))
	for _, text := range textsIn(&holds) {
		if !told[text] {
			t.Fatalf("%d holds %q, and no entry tells of it\n%s", id, text, w.acts())
		}
	}
	for text, senders := range by {
		own := slices.ContainsFunc(group, func(id ID) bool { return senders[id] })
		if told[text] != own {
			t.Fatalf("%q was sent by %v; of %v it is told: %v\n%s", text, senders, group, told[text], w.acts())
		}
	}
}

// acts tells what happened.
func (w *world) acts() string {
	var lines []string
	for _, ch := range w.changes {
		lines = append(lines, fmt.Sprintf("%d: %s %d by %d, undoes %d, %q", ch.Seq, ch.Action, ch.Contact, ch.Ref, ch.Undoes, textsIn(&ch.Edits)))
	}
	return strings.Join(lines, "\n")
}
