package contact

import "testing"

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
