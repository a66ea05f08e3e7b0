package contact

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// sends reads a patch: "e:a b" are emails, "n:" names, "1:Pro" a slot; slots that are
// not named are sent as they are.
func sends(_, now *Contact, what ...string) Patch {
	var p Patch
	for _, item := range what {
		key, text, _ := strings.Cut(item, ":")
		switch key {
		case "e":
			p.Values[Emails] = List{Sent: true, Texts: strings.Fields(text)}
		case "n":
			p.Values[Names] = List{Sent: true, Texts: strings.Fields(text)}
		default:
			if !p.Fields.Sent && now != nil {
				for i, v := range now.Fields {
					p.Fields.Named[i], p.Fields.Texts[i] = true, v.Text
				}
			}
			p.Fields.Sent = true
			var slot int
			fmt.Sscan(key, &slot)
			p.Fields.Named[slot-1], p.Fields.Texts[slot-1] = true, text
		}
	}
	return p
}

// shows writes a contact as sends reads it.
func shows(c *Contact) string {
	var out []string
	for col, key := range map[Collection]string{Emails: "e:", Names: "n:"} {
		if len(c.Values[col]) > 0 {
			out = append(out, key+strings.Join(textsOf(c.Values[col]), " "))
		}
	}
	for i, v := range c.Fields {
		if v.Text != "" {
			out = append(out, fmt.Sprint(i+1, ":", v.Text))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// What comes of an unmerge (CONTRACT D30). S is the survivor and M the one that is
// split off; T, where there is one, is a third.
func TestUnmerge(t *testing.T) {
	for _, tt := range []struct {
		what    string
		s, m, x []string // as they are made
		story   func(w *world, s, m, x ID)
		wantS   string
		wantM   string
		remains string // of S and M
	}{
		{what: "at once, each is what it was", s: []string{"e:a@x b@x", "1:S"}, m: []string{"e:c@x b@x d@x", "1:M", "2:M2"},
			wantS: "1:S, e:a@x b@x", wantM: "1:M, 2:M2, e:c@x b@x d@x"},
		{what: "in their own spelling", s: []string{"e:A@x.c"}, m: []string{"e:a@x.c b@x.c"}, wantS: "e:A@x.c", wantM: "e:a@x.c b@x.c"},
		{what: "what was written by either id goes with it", s: []string{"e:a@x"}, m: []string{"e:b@x"},
			story: func(w *world, s, m, _ ID) { w.put(s, "e:a@x b@x s@x"); w.put(m, "e:a@x b@x s@x m@x") },
			wantS: "e:a@x s@x", wantM: "e:b@x m@x"},
		{what: "slots too", s: []string{"e:a@x"}, m: []string{"e:b@x"},
			story: func(w *world, s, m, _ ID) { w.put(s, "1:S"); w.put(m, "2:M") },
			wantS: "1:S, e:a@x", wantM: "2:M, e:b@x"},
		{what: "what one took of the other's comes back, and is named", s: []string{"e:a@x b@x"}, m: []string{"e:c@x d@x"},
			story: func(w *world, s, m, _ ID) { w.put(s, "e:a@x b@x d@x"); w.put(m, "e:b@x d@x") },
			wantS: "e:a@x b@x", wantM: "e:c@x d@x", remains: "1 emails a@x; 2 emails c@x"},
		{what: "what one took of its own stays away", s: []string{"e:a@x b@x"}, m: []string{"e:c@x d@x"},
			story: func(w *world, s, m, _ ID) { w.put(s, "e:b@x c@x d@x"); w.put(m, "e:b@x d@x") },
			wantS: "e:b@x", wantM: "e:d@x"},
		{what: "a slot that one wrote over comes back", s: []string{"n:S", "1:S"}, m: []string{"n:M", "2:M"},
			story: func(w *world, s, m, _ ID) { w.put(m, "1:new"); w.put(s, "2:other") },
			wantS: "1:S, 2:other, n:S", wantM: "1:new, 2:M, n:M", remains: "1 custom_fields.profile_field_1 S; 2 custom_fields.profile_field_2 M"},
		{what: "a slot that it hid comes forth", s: []string{"n:S"}, m: []string{"n:M", "1:M"}, x: []string{"n:X", "1:X"},
			wantS: "1:X, n:S X", wantM: "1:M, n:M"},
		{what: "preferred, it hid the survivor's", s: []string{"n:S", "1:S"}, m: []string{"n:M", "1:M"},
			wantS: "1:S, n:S", wantM: "1:M, n:M"},
		{what: "undo after the merge of what was before it", s: []string{"e:a@x"}, m: []string{"e:b@x"},
			story: func(w *world, s, m, _ ID) {
				for _, ch := range w.changes {
					if ch.Contact == m && ch.Action == ActionPut {
						w.do(&Undo{Ref: s, Op: ch.Op, Resolve: true}) // both chose a primary
					}
				}
			}, wantS: "e:a@x", wantM: "e:b@x"},
		{what: "an undo by the other's id of its own write", s: []string{"e:a@x b@x"}, m: []string{"e:c@x"},
			story: func(w *world, s, m, _ ID) {
				op := w.put(m, "e:a@x c@x")
				w.do(&Undo{Ref: s, Op: op})
			}, wantS: "e:a@x b@x", wantM: "e:c@x"},
		{what: "the primary that the other's id chose is not the survivor's", s: []string{"e:a@x b@x"}, m: []string{"e:c@x"},
			story: func(w *world, s, m, _ ID) { w.put(m, "e:b@x a@x c@x") }, wantS: "e:a@x b@x", wantM: "e:c@x"},
		{what: "what it merged goes with it", s: []string{"n:S"}, m: []string{"n:M"},
			story: func(w *world, s, m, _ ID) {
				y := w.made(named("Y"))
				w.do(&Merge{Survivor: m, Merged: []ID{y}})
				w.put(y, "n:S M Y Z")
			}, wantS: "n:S", wantM: "n:M Y Z"},
		{what: "several that it merged go with it", s: []string{"n:S"}, m: []string{"n:M"},
			story: func(w *world, s, m, _ ID) {
				w.do(&Merge{Survivor: m, Merged: []ID{w.made(named("Y")), w.made(named("Z"))}, Listed: true})
			}, wantS: "n:S", wantM: "n:M Y Z"},
		{what: "what it took of a third that was split off does not come to the survivor", s: []string{"e:a@x"}, m: []string{"e:m@x"}, x: []string{"e:x@x"},
			story: func(w *world, s, m, x ID) {
				w.put(m, "e:a@x m@x")
				w.do(&Unmerge{Ref: s, Merged: x})
			}, wantS: "e:a@x", wantM: "e:m@x"},
		{what: "what the survivor emptied stays empty, whatever a third hides there", s: []string{"n:S"}, m: []string{"n:M"}, x: []string{"n:X", "1:X"},
			story: func(w *world, s, m, _ ID) { w.put(s, "1:"); w.put(m, "1:M") }, wantS: "n:S X", wantM: "1:M, n:M"},
		{what: "what a merge by its id brought goes with it, though a split hung that elsewhere", s: []string{"n:S"}, m: []string{"n:M"},
			story: func(w *world, s, m, _ ID) {
				top, y := w.made(named("T")), w.made(named("Y"))
				w.do(&Merge{Survivor: top, Merged: []ID{s}})
				w.do(&Merge{Survivor: m, Merged: []ID{y}})
				w.do(&Unmerge{Ref: top, Merged: s})
			}, wantS: "n:S", wantM: "n:M Y"},
		{what: "an undo by its id gives the survivor's slot back, not what came with it", s: []string{"n:S", "1:S"}, m: []string{"n:M"},
			story: func(w *world, s, m, _ ID) { w.do(&Undo{Ref: s, Op: w.put(m, "1:M")}) }, wantS: "1:S, n:S", wantM: "n:M"},
		{what: "split, and merged again", s: []string{"e:a@x"}, m: []string{"e:b@x"},
			story: func(w *world, s, m, _ ID) {
				w.put(m, "e:a@x b@x m@x")
				w.do(&Unmerge{Ref: s, Merged: m})
				w.do(&Merge{Survivor: s, Merged: []ID{m}, Confirm: true})
			}, wantS: "e:a@x", wantM: "e:b@x m@x"},
		{what: "the survivor merged on, and written to by all ids", s: []string{"n:S"}, m: []string{"n:M"},
			story: func(w *world, s, m, _ ID) {
				w.put(m, "n:S M M2")
				top := w.made(named("T"))
				w.do(&Merge{Survivor: top, Merged: []ID{s}})
				w.put(m, "n:T S M M2 M3")
				w.put(s, "n:T S M M2 M3 S2")
				w.put(top, "n:T S M M2 M3 S2 T2")
			}, wantS: "n:T S S2 T2", wantM: "n:M M2 M3"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newWorld(t)
			s := w.made(sends(nil, nil, append([]string{"n:"}, tt.s...)...))
			m := w.made(sends(nil, nil, tt.m...))
			if tt.what == "undo after the merge of what was before it" {
				w.put(m, "e:m@x")
			}
			merge := &Merge{Survivor: s, Merged: []ID{m}}
			if strings.HasPrefix(tt.what, "preferred") {
				merge.Prefer = map[Slot]ID{1: m}
			}
			w.do(merge)
			var x ID
			if tt.x != nil {
				x = w.made(sends(nil, nil, tt.x...))
				w.do(&Merge{Survivor: s, Merged: []ID{x}})
			}
			if tt.story != nil {
				tt.story(w, s, m, x)
			}
			_, remains, err := w.try(&Unmerge{Ref: s, Merged: m})
			if err != nil {
				t.Fatal(err)
			}
			var left []string
			for _, r := range remains {
				left = append(left, fmt.Sprint(r.Contact, " ", r.Field, " ", strings.Join(r.Values, " ")))
			}
			if have := shows(w.root(s)); have != tt.wantS {
				t.Errorf("S is %s, want %s", have, tt.wantS)
			}
			if have := shows(w.root(m)); have != tt.wantM || w.root(m).ID != m {
				t.Errorf("M is %s, want %s", have, tt.wantM)
			}
			if have := strings.Join(left, "; "); have != tt.remains {
				t.Errorf("what remains: %s, want %s", have, tt.remains)
			}
		})
	}
}

// Undo and unmerge together: whose a value is does not change by the way it took.
func TestUndoBesideUnmerge(t *testing.T) {
	want := func(t *testing.T, w *world, shown map[ID]string) {
		t.Helper()
		for id, text := range shown {
			if have := shows(w.root(id)); have != text || w.root(id).ID != id {
				t.Errorf("%d leads to %d, which is %s; want %s", id, w.root(id).ID, have, text)
			}
		}
	}
	make := func(t *testing.T, what ...string) (*world, []ID) {
		w := newWorld(t)
		var ids []ID
		for _, one := range what {
			ids = append(ids, w.made(sends(nil, nil, strings.Split(one, ", ")...)))
		}
		return w, ids
	}
	t.Run("what an undo gives back to one stays that one's, after they were joined again by an undo", func(t *testing.T) {
		w, ids := make(t, "n:A, e:a@x", "n:B, e:b@x")
		w.do(&Merge{Survivor: ids[0], Merged: ids[1:]})
		took := w.put(ids[1], "e:b@x")
		split := w.do(&Unmerge{Ref: ids[0], Merged: ids[1]})
		w.do(&Undo{Ref: ids[0], Op: split})
		w.do(&Undo{Ref: ids[0], Op: took})
		w.do(&Unmerge{Ref: ids[0], Merged: ids[1]})
		want(t, w, map[ID]string{ids[0]: "e:a@x, n:A", ids[1]: "e:b@x, n:B"})
	})
	t.Run("a change that went with what was split is undone there", func(t *testing.T) {
		for _, by := range []int{0, 1} {
			w, ids := make(t, "n:A", "n:B, e:b@x c@x, 2:orig")
			w.do(&Merge{Survivor: ids[0], Merged: ids[1:]})
			change := w.put(ids[1], "e:b@x", "2:wrong")
			w.do(&Unmerge{Ref: ids[0], Merged: ids[1]})
			want(t, w, map[ID]string{ids[0]: "n:A", ids[1]: "2:wrong, e:b@x, n:B"})
			back := w.do(&Undo{Ref: ids[by], Op: change})
			want(t, w, map[ID]string{ids[0]: "n:A", ids[1]: "2:orig, e:b@x c@x, n:B"})
			w.do(&Undo{Ref: ids[1], Op: back}) // which touched that one alone
			want(t, w, map[ID]string{ids[0]: "n:A", ids[1]: "2:wrong, e:b@x, n:B"})
		}
	})
	t.Run("of several that wrote over a field, each has its own after the undo of the merge", func(t *testing.T) {
		for _, order := range [][]int{{1, 2}, {2, 1}} {
			w, ids := make(t, "n:A, 5:X", "n:B, 5:Y", "n:C, 5:Z")
			merge := w.do(&Merge{Survivor: ids[0], Merged: ids[1:]})
			w.put(ids[order[0]], "5:new")
			w.put(ids[order[1]], "5:")
			w.do(&Undo{Ref: ids[0], Op: merge})
			if have := shows(w.root(ids[0])); have != "5:X, n:A" {
				t.Errorf("%v: the survivor is %s", order, have)
			}
			if have := w.root(ids[order[0]]).Fields[4].Text; have != "new" {
				t.Errorf("%v: who wrote has %q", order, have)
			}
		}
	})
}

// However long a chain of merges is, each contact of it is looked at once, and has the
// level of the lowest on the way that it is part of.
func TestLevels(t *testing.T) {
	// 4 into 3 into 2 into 1, and beside them 5 into 4, 6 into 3, 7 into 6.
	tree := []Node{{ID: 2, Parent: 1}, {ID: 7, Parent: 6}, {ID: 3, Parent: 2}, {ID: 4, Parent: 3}, {ID: 5, Parent: 4}, {ID: 6, Parent: 3}, {ID: 8, Parent: 1}}
	want := map[ID]int{3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 2: 1, 1: 2, 8: 2}
	if have := levels([]ID{3, 2, 1}, tree); !maps.Equal(have, want) {
		t.Errorf("got %v, want %v", have, want)
	}
}

// What was taken of one that was split off since is that one's, and comes back to nobody
// else (CONTRACT D30): also where the history is too long to be played.
func TestUnmergeGivesNobodyWhatIsAThirds(t *testing.T) {
	for _, unread := range []bool{false, true} {
		w := newWorld(t)
		w.unread = unread
		for _, one := range []string{"n:A, e:a@x", "n:B, e:b@x", "n:C, e:c@x"} {
			w.made(sends(nil, nil, strings.Split(one, ", ")...))
		}
		w.do(&Merge{Survivor: 1, Merged: []ID{2, 3}})
		w.put(2, "e:a@x b@x")
		w.do(&Unmerge{Ref: 1, Merged: 3})
		w.do(&Unmerge{Ref: 1, Merged: 2})
		for id, want := range map[ID]string{1: "a@x", 2: "b@x", 3: "c@x"} {
			if have := strings.Join(textsOf(w.root(id).Values[Emails]), " "); have != want {
				t.Errorf("unread %v: %d has %s, want %s", unread, id, have, want)
			}
		}
	}
}
