package contact

import (
	"fmt"
	"strings"
	"testing"
)

// tells writes what a split could not leave as it was.
func tells(remains []Remains) string {
	var out []string
	for _, r := range remains {
		out = append(out, fmt.Sprint(r.Contact, " ", strings.TrimPrefix(r.Field, "custom_fields."), " ", strings.Join(r.Values, " ")))
	}
	return strings.Join(out, "; ")
}

// What a split answers in conflicts (CONTRACT D30): whatever comes back to one though an
// edit of another's had taken it away, once for a contact and field, the survivor first.
// The survivor is 1; 2 and 3 are what is split off, or what stays with it.
func TestRemains(t *testing.T) {
	one, two := []string{"n:A, e:a@x a2@x, 1:a, 16:1", "n:B, e:b@x b2@x, 2:b"}, []string{"n:A, e:a@x, 1:a", "n:B, e:b@x, 1:b", "n:C, e:c@x, 1:c"}
	for _, tt := range []struct {
		what  string
		made  []string
		story func(w *world)
		undo  bool // of the merge; else 2 alone is split off
		want  string
		plain string // where the history is not read, if that is another
	}{
		{what: "nothing", made: one},
		{what: "a field that the other wrote over", made: one, story: func(w *world) { w.put(2, "1:new") }, want: "1 profile_field_1 a"},
		{what: "twice", made: one, story: func(w *world) { w.put(2, "1:new"); w.put(2, "1:newer") }, want: "1 profile_field_1 a"},
		{what: "and that the survivor wrote again", made: one, story: func(w *world) { w.put(2, "1:new"); w.put(1, "1:own") }, want: "2 profile_field_1 new"},
		{what: "and that the other gave back", made: one, story: func(w *world) { w.put(2, "1:new"); w.put(2, "1:a") }},
		{what: "an undo gave it back", made: one, story: func(w *world) { w.do(&Undo{Ref: 1, Op: w.put(2, "1:new")}) }},
		{what: "a field that the other emptied", made: one, story: func(w *world) { w.put(2, "1:", "16:") }, want: "1 profile_field_1 a; 1 profile_field_16 1"},
		{what: "a field that the survivor wrote over", made: one, story: func(w *world) { w.put(1, "2:new") }, want: "2 profile_field_2 b"},
		{what: "a field that the survivor emptied", made: one, story: func(w *world) { w.put(1, "2:") }, want: "2 profile_field_2 b"},
		{what: "a field of its own that the other wrote over", made: one, story: func(w *world) { w.put(2, "2:new") }},
		{what: "a field that neither had", made: one, story: func(w *world) { w.put(2, "3:new") }},
		{what: "values of each, by the other, one after the other", made: one, story: func(w *world) {
			w.put(2, "e:a2@x b@x b2@x", "1:new")
			w.put(2, "e:b@x b2@x")
			w.put(1, "e:b2@x", "2:other")
			w.put(1, "e:new@x")
		}, want: "1 emails a@x a2@x; 1 profile_field_1 a; 2 emails b@x b2@x; 2 profile_field_2 b"},
		{what: "values that come back, and a first place that the survivor chose", made: one, story: func(w *world) {
			w.put(2, "e:a2@x b@x b2@x")
			w.put(1, "e:b@x a2@x b2@x")
		}, want: "1 emails a@x", plain: "1 emails a@x b@x"},
		{what: "the merge undone", made: two, undo: true},
		{what: "the merge undone, a field written over by each in turn", made: two, undo: true, story: func(w *world) {
			w.put(2, "1:two")
			w.put(3, "1:three")
		}, want: "1 profile_field_1 a; 2 profile_field_1 two b; 3 profile_field_1 c"},
		{what: "the merge undone, values taken by each of each", made: two, undo: true, story: func(w *world) {
			w.put(2, "e:b@x c@x")
			w.put(3, "e:c@x")
			w.put(1, "e:new@x")
		}, want: "1 emails a@x; 2 emails b@x; 3 emails c@x"},
		{what: "the merge undone, all of it taken by one", made: two, undo: true, story: func(w *world) {
			w.put(3, "e:c@x", "1:three")
		}, want: "1 emails a@x; 1 profile_field_1 a; 2 emails b@x; 3 profile_field_1 c"},
		{what: "what was merged on in between is told of the contact that it leads to", made: one, story: func(w *world) {
			w.made(sends(nil, nil, "n:T", "e:t@x", "3:t"))
			w.do(&Merge{Survivor: 3, Merged: []ID{1}})
			w.put(2, "e:t@x b@x b2@x", "1:new", "3:new")
		}, want: "3 emails a@x a2@x; 3 profile_field_1 a; 3 profile_field_3 t"},
	} {
		for _, plain := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, plain %v", tt.what, plain), func(t *testing.T) {
				w := newWorld(t)
				w.plain = plain
				ids := make([]ID, len(tt.made))
				for i, one := range tt.made {
					ids[i] = w.made(sends(nil, nil, strings.Split(one, ", ")...))
				}
				merge := w.do(&Merge{Survivor: ids[0], Merged: ids[1:]})
				if tt.story != nil {
					tt.story(w)
				}
				var verb Verb = &Unmerge{Ref: 1, Merged: 2}
				if tt.undo {
					verb = &Undo{Ref: 1, Op: merge}
				}
				_, remains, err := w.try(verb)
				if err != nil {
					t.Fatal(err)
				}
				if have := tells(remains); have != tt.want && !(plain && have == tt.plain) {
					t.Errorf("got %q, want %q", have, tt.want)
				}
			})
		}
	}
}
