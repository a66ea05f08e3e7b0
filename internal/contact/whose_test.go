package contact

import (
	"fmt"
	"strings"
	"testing"
)

// Where a split had hung a contact, it leaves behind what is of those that are there to
// this day, and nothing of one that was split off since (CONTRACT D30).
func TestASplitGivesNothingOfWhoLeft(t *testing.T) {
	for _, tt := range []struct {
		what   string
		writes string // by the id of who is hung, where another's field stood
		leaves bool   // the other
		want   string // of who they were merged into
	}{
		{what: "emptied, who held it stays", writes: "1:", want: "1:other, n:D"},
		{what: "emptied, who held it leaves", writes: "1:", leaves: true, want: "n:D"},
		{what: "covered, who held it stays", writes: "1:mine", want: "1:other, n:D"},
		{what: "covered, who held it leaves", writes: "1:mine", leaves: true, want: "n:D"},
	} {
		w := newWorld(t)
		d, alias, other := w.made(named("D")), w.made(named("D")), w.made(sends(nil, nil, "1:other", "n:O"))
		top, hung := w.made(named("T")), w.made(named("H"))
		w.do(&Merge{Survivor: d, Merged: []ID{alias, other}})
		w.put(d, "n:D")
		merge := w.do(&Merge{Survivor: top, Merged: []ID{d}})
		w.do(&Merge{Survivor: alias, Merged: []ID{hung}}) // it goes where the alias goes
		w.put(hung, tt.writes)
		w.do(&Undo{Ref: top, Op: merge})
		if tt.leaves {
			w.do(&Unmerge{Ref: d, Merged: other})
		}
		w.do(&Unmerge{Ref: d, Merged: hung})
		if have := shows(w.root(d)); have != tt.want {
			t.Errorf("%s: %s, want %s", tt.what, have, tt.want)
		}
	}
}

// What an undo of an unmerge gave back to the survivor goes with the one that it is of,
// also where that had become part of another before; what that had taken away itself is
// named, as it is where it was joined alone (CONTRACT D28, D30).
func TestWhatCameAgainGoesWithAnother(t *testing.T) {
	for made, what := range map[string]string{"n:M": "e:v@x", "e:m@x": "n:v", "e:m@x n@x": "1:v"} {
		key, _, _ := strings.Cut(what, ":")
		for _, tt := range []struct {
			nested bool // it is part of another when it is joined again
			takes  bool // it takes its value away while it is apart
		}{{}, {nested: true}, {takes: true}, {nested: true, takes: true}} {
			w := newWorld(t)
			s, m, o := w.made(sends(nil, nil, "e:s@x")), w.made(sends(nil, nil, made)), w.made(sends(nil, nil, "e:o@x"))
			w.put(m, what)
			w.do(&Merge{Survivor: s, Merged: []ID{m}})
			split := w.do(&Unmerge{Ref: s, Merged: m})
			wantM := shows(w.root(m))
			if tt.takes {
				w.put(m, key+":")
				wantM = shows(w.root(m))
			}
			if tt.nested {
				w.do(&Merge{Survivor: o, Merged: []ID{m}})
			}
			w.do(&Undo{Ref: s, Op: split})
			_, remains, err := w.try(&Unmerge{Ref: s, Merged: m})
			if err != nil {
				t.Fatal(err)
			}
			if have := shows(w.root(s)); strings.Contains(have, "v") || shows(w.root(m)) != wantM {
				t.Errorf("%s, %+v: %s; and %s, want %s", what, tt, have, shows(w.root(m)), wantM)
			}
			if told := strings.Contains(fmt.Sprint(remains), "[v"); told != tt.takes {
				t.Errorf("%s, %+v: named is %+v", what, tt, remains)
			}
		}
	}
}
