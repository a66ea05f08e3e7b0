package contact

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
)

// Of a field that nobody wrote to since a merge, that merge leaves no trace when it is
// taken back: each has what it had, in its order and with all its origins, whatever
// happened before. For the merge may be an undo itself, and what it found may be what an
// undo left (CONTRACT D30). The last write of each story is the merge of 2 into 1.
func TestMergeTakenBackLeavesNoTrace(t *testing.T) {
	for _, tt := range []struct {
		what  string
		made  [][]string
		story func(w *world) Seq
	}{
		{"an undo put a list into another order, and the merge is the undo of a split", [][]string{{"e:c@x"}, {"e:d@x c@x"}, {"e:o@x"}}, func(w *world) Seq {
			return w.rejoined(w.emptied(1, "e:"))
		}},
		{"the same of names", [][]string{{"n:C"}, {"n:D C"}, {"e:o@x"}}, func(w *world) Seq {
			return w.rejoined(w.emptied(1, "n:"))
		}},
		{"the same of names, and the merge is a merge", [][]string{{"n:C"}, {"n:D C"}, {"e:o@x"}}, func(w *world) Seq {
			w.emptied(1, "n:")
			return w.do(&Merge{Survivor: 1, Merged: []ID{2}, Confirm: true})
		}},
		{"the same of a slot", [][]string{{"e:a@x", "1:A"}, {"e:b@x", "1:A"}, {"e:o@x"}}, func(w *world) Seq {
			return w.rejoined(w.emptied(1, "1:"))
		}},
		{"it was a part of what was parted, and is merged by an undo", [][]string{{"e:a@x"}, {"n:B"}, {"e:c@x"}}, func(w *world) Seq {
			w.do(&Merge{Survivor: 3, Merged: []ID{2}})
			w.put(2, "e:")
			w.do(&Merge{Survivor: 1, Merged: []ID{3}})
			emptied := w.put(3, "e:")
			split := w.do(&Unmerge{Ref: 3, Merged: 2})
			w.do(&Undo{Ref: 3, Op: emptied})
			return w.do(&Undo{Ref: 3, Op: split, Resolve: true})
		}},
	} {
		for what, write := range map[string]string{"nothing is written": "", "something else is written": "9:new"} {
			for _, plain := range []bool{false, true} {
				w := newWorld(t)
				for _, one := range tt.made {
					w.made(sends(nil, nil, append(one, "16:kept")...))
				}
				merge := tt.story(w)
				before := map[ID]*Contact{1: w.at(1, merge-1), 2: w.at(2, merge-1)}
				w.plain = plain && write == ""
				if write != "" {
					w.put(1, write)
				}
				w.do(&Unmerge{Ref: 1, Merged: 2})
				for id, was := range before {
					now := *w.rows[id]
					now.Fields[SlotAt(8).Index()] = Value{}
					if have, want := holds(&now), holds(was); now.State != Live || have != want {
						t.Errorf("%s, then %s, plain %v: %d has %s\nand had %s", tt.what, what, plain, id, have, want)
					}
				}
			}
		}
	}
}

// emptied empties what 2 and another have as one, parts them, and takes that back.
func (w *world) emptied(id ID, what string) Seq {
	merge := w.do(&Merge{Survivor: id, Merged: []ID{2}})
	emptied := w.put(2, what)
	split := w.do(&Undo{Ref: id, Op: merge})
	w.do(&Undo{Ref: 2, Op: emptied})
	return split
}

func (w *world) rejoined(split Seq) Seq { return w.do(&Undo{Ref: 1, Op: split, Resolve: true}) }

// holds writes all that a contact has, the origins of each value in one order.
func holds(c *Contact) string {
	var out []any
	for _, list := range append(slices.Clone(c.Values[:]), c.Fields[:]) {
		for _, v := range list {
			from := slices.Clone(v.Origins)
			slices.SortFunc(from, func(a, b Origin) int { return cmp.Compare(a.Op, b.Op) })
			out = append(out, v.Text, from)
		}
		out = append(out, ";")
	}
	return fmt.Sprint(out...)
}
