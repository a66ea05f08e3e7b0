package contact

import (
	"strings"
	"testing"
)

// CONTRACT D24: what a write is counted to take away is what its answer and its refusal
// show: values that are removed, fields that are other now, and of a merge the fields that
// are hidden. What only moves is none.
func TestRemovalsAreShown(t *testing.T) {
	three := []string{"n:A, e:a@x, 1:a, 2:a2", "n:B, e:b@x, 1:b, 3:b3", "n:C, e:c@x, 1:c, 2:a2, 3:c3"}
	merging := func(ids ...ID) Verb { return &Merge{Survivor: 1, Merged: ids} }
	for _, tt := range []struct {
		what string
		do   func(w *world) Verb
		want int
	}{
		{"a put", func(*world) Verb { return &Put{Ref: 1, Patch: sends(nil, nil, "e:", "1:")} }, 3},
		{"a delete", func(*world) Verb { return &Delete{Ref: 1} }, 4},
		{"an undo of what made it", func(*world) Verb { return &Undo{Ref: 1, Op: 1} }, 4},
		{"a merge of one", func(*world) Verb { return merging(2) }, 1},
		{"a merge of several, of which one fills what the next is hidden by", func(*world) Verb { return merging(2, 3) }, 3},
		{"a merge that hides nothing", func(w *world) Verb { w.put(2, "1:", "3:"); return merging(2) }, 0},
		{"a merge of the same content", func(w *world) Verb { w.put(2, "1:a"); return merging(2) }, 0},
		{"a merge that prefers the merged one's", func(*world) Verb {
			return &Merge{Survivor: 1, Merged: []ID{2}, Prefer: map[Slot]ID{1: 2}}
		}, 1},
		{"a merge that prefers the last one's", func(*world) Verb {
			return &Merge{Survivor: 1, Merged: []ID{2, 3}, Prefer: map[Slot]ID{1: 3, 3: 3}}
		}, 3},
		{"a merge that prefers its own", func(*world) Verb {
			return &Merge{Survivor: 1, Merged: []ID{2, 3}, Prefer: map[Slot]ID{1: 1}}
		}, 3},
		{"a merge by other ids", func(w *world) Verb { w.do(merging(2)); return &Merge{Survivor: 2, Merged: []ID{3}} }, 2},
		{"a merge of what merged before", func(w *world) Verb { w.do(&Merge{Survivor: 2, Merged: []ID{3}}); return merging(3) }, 1},
		{"an undo of an unmerge", func(w *world) Verb {
			w.do(merging(2))
			split := w.do(&Unmerge{Ref: 1, Merged: 2})
			w.put(2, "2:other")
			return &Undo{Ref: 1, Op: split}
		}, 2},
		{"an unmerge, of which all moves", func(w *world) Verb { w.do(merging(2, 3)); return &Unmerge{Ref: 1, Merged: 2} }, 0},
		{"an unmerge of one that took its own away long ago", func(w *world) Verb {
			w.do(merging(2))
			w.put(2, "n:A", "e:a@x", "3:")
			return &Unmerge{Ref: 1, Merged: 2}
		}, 0},
		{"an unmerge in a chain", func(w *world) Verb {
			w.do(&Merge{Survivor: 2, Merged: []ID{3}})
			w.do(merging(2))
			w.put(3, "n:A B", "3:other")
			return &Unmerge{Ref: 1, Merged: 3}
		}, 0},
		{"an undo of a merge", func(w *world) Verb { return &Undo{Ref: 1, Op: w.do(merging(2, 3))} }, 0},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newWorld(t)
			for _, one := range three {
				w.made(sends(nil, nil, strings.Split(one, ", ")...))
			}
			verb := tt.do(w)
			op := w.do(verb)
			var entries []Entry
			for _, ch := range w.changes {
				if ch.Op == op {
					entries = append(entries, Entry{Contact: *w.rows[ch.Contact], Change: ch})
				}
			}
			n := len(Hides(entries, 1))
			edits := Seen(entries, 1)
			for _, l := range edits.Values {
				if l != nil {
					n += len(l.Removed())
				}
			}
			for _, f := range edits.Fields {
				if f.Before.Text != "" && f.Before.Text != f.After.Text {
					n++
				}
			}
			if have := Removals(entries); have != tt.want {
				t.Errorf("counted %d, want %d", have, tt.want)
			}
			if _, joins := verb.(*Merge); n != tt.want && (joins || n < tt.want) {
				t.Errorf("shown are %d, counted %d", n, tt.want)
			}
		})
	}
}
