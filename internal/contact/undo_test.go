package contact

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/fault"
)

// CONTRACT D28: an undo takes back what its write did and nothing else: what came
// later stays, in its order, and what the write took away comes back with its
// origin.
func TestUndoKeepsLaterWrites(t *testing.T) {
	put := func(names ...string) func(*Contact) Verb {
		return func(*Contact) Verb {
			p := Put{Ref: 7}
			p.Patch.Values[Names] = List{Sent: true, Texts: names}
			return &p
		}
	}
	slot := func(text string) func(*Contact) Verb {
		return func(*Contact) Verb {
			a := Amend{Ref: 7}
			f := &a.Amendment.Fields
			f.Sent, f.Named[0], f.Texts[0] = true, true, text
			return &a
		}
	}
	for about, test := range map[string]struct {
		made, undone, later func(*Contact) Verb
		names               []string
		slot                string
	}{
		"what was added goes":             {put("a"), put("a", "b"), put("a", "b", "c"), []string{"a", "c"}, ""},
		"what was removed comes back":     {put("a", "b", "c"), put("a"), put("a", "d"), []string{"a", "b", "c", "d"}, ""},
		"what was removed again stays so": {put("a", "b"), put("a", "b", "c"), put("a"), []string{"a"}, ""},
		"another field":                   {put("a"), put("b"), slot("later"), []string{"a"}, "later"},
		"another list":                    {put("a"), slot("undone"), put("a", "b"), []string{"a", "b"}, ""},
		"nothing came later":              {put("a"), put("a", "b"), put("a", "b"), []string{"a"}, ""},
	} {
		now := Contact{ID: 7}
		var entries []Change
		for i, verb := range []func(*Contact) Verb{test.made, test.undone, test.later} {
			written, err := does(verb(&now), seen(Seq(i+1), &now))
			if err != nil {
				t.Fatal(err)
			}
			if len(written) == 1 {
				now = written[0].Contact
			}
			if i == 1 {
				entries = []Change{written[0].Change}
			}
		}
		v := seen(10, &now)
		v.Undone = []Standing{{Op: 2}}
		written, err := does(&Undo{Ref: 7, Op: 2, Entries: entries}, v)
		if err != nil {
			t.Errorf("%s: %v", about, err)
			continue
		}
		if len(written) == 1 {
			now = written[0].Contact
		}
		if got := textsOf(now.Values[Names]); !slices.Equal(got, test.names) || now.Fields[0].Text != test.slot {
			t.Errorf("%s: %q and %q, want %q and %q", about, got, now.Fields[0].Text, test.names, test.slot)
		}
		for _, value := range now.Values[Names] {
			if value.Origins[0].Op == 10 {
				t.Errorf("%s: %q is of the undo", about, value.Text)
			}
		}
	}
}

// CONTRACT D25: an unmerge bears the id that it was named by, and belongs to that no
// more than to any other: what is split off later takes it not along.
func TestUnmergeThroughAnAlias(t *testing.T) {
	for _, ref := range []ID{1, 2, 3} {
		w := newWorld(t)
		for _, name := range []string{"A", "B", "C"} {
			w.made(named(name))
		}
		w.do(&Merge{Survivor: 1, Merged: []ID{2, 3}})
		w.put(2, "n:A B C B2")
		w.put(3, "n:A B C B2 C2")
		split := w.do(&Unmerge{Ref: ref, Merged: 2})
		for _, ch := range w.changes {
			if want := (ch.Contact == 1 && ref != 1); ch.Op == split && (ch.Ref == ref) != want {
				t.Errorf("by %d: %d bears %d", ref, ch.Contact, ch.Ref)
			}
		}
		w.do(&Unmerge{Ref: 1, Merged: 3})
		for id, want := range map[ID]string{1: "n:A", 2: "n:B B2", 3: "n:C C2"} {
			if have := shows(w.root(id)); have != want {
				t.Errorf("by %d: %d is %s, want %s", ref, id, have, want)
			}
		}
		_, _, err := w.try(&Undo{Ref: 3, Op: split})
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != fault.CodeChangeNotFound {
			t.Errorf("by %d: an undo where 3 leads: %v", ref, err)
		}
		w.do(&Undo{Ref: 2, Op: split})
		if have := shows(w.root(2)); have != "n:A B B2" {
			t.Errorf("by %d: together they are %s", ref, have)
		}
	}
}

// Which of several is split first rests on who wrote last, not on who split: in a chain
// that is told by its ids.
func TestASplitIsNoLastWrite(t *testing.T) {
	show := func(ref ID) string {
		w := newWorld(t)
		for _, one := range []string{"n:A, 5:a", "n:B, 5:b", "n:C, 5:c", "n:D"} {
			w.made(sends(nil, nil, strings.Split(one, ", ")...))
		}
		merge := w.do(&Merge{Survivor: 1, Merged: []ID{2, 3}})
		w.do(&Merge{Survivor: 1, Merged: []ID{4}})
		w.put(2, "5:two")
		w.put(3, "5:three")
		w.do(&Unmerge{Ref: ref, Merged: 4})
		w.do(&Undo{Ref: 1, Op: merge})
		return shows(w.root(1)) + "; " + shows(w.root(2)) + "; " + shows(w.root(3))
	}
	want := show(1)
	for _, ref := range []ID{2, 3, 4} {
		if have := show(ref); have != want {
			t.Errorf("by %d: %s, want %s", ref, have, want)
		}
	}
}

// The past of an undo is read before the write. What was split off since, even where it
// was deleted then, is not where it was: it is read again, and nothing of it is left to undo.
func TestUndoOfMergeWhosePastIsStale(t *testing.T) {
	for what, since := range map[string]func(w *world){
		"split off":                   func(w *world) { w.do(&Unmerge{Ref: 1, Merged: 2}) },
		"split off, and deleted":      func(w *world) { w.do(&Unmerge{Ref: 1, Merged: 2}); w.do(&Delete{Ref: 2}) },
		"the survivor was written to": func(w *world) { w.put(1, "1:new") },
	} {
		w := newWorld(t)
		w.made(named("One"))
		w.made(named("Two"))
		u := &Undo{Ref: 1, Op: w.do(&Merge{Survivor: 1, Merged: []ID{2}})}
		w.gather(u)
		since(w)
		if _, err := u.Decide(w.view(u.Needs())); !errors.Is(err, ErrStale) {
			t.Errorf("%s since: %v, want that it is read again", what, err)
		}
	}
}
