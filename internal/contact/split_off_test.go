package contact

import (
	"strings"
	"testing"
)

// What an id's own write spells otherwise than it found it, is spelled so from then on
// where the id leads, and is its to take away and to have undone (CONTRACT D27, D30).
func TestRespellingGoesWithWhoWrote(t *testing.T) {
	const plain, other, third = "zoë@bücher.example", "zoë@xn--bcher-kva.example", "Zoë@bücher.example"
	for _, tt := range []struct {
		what   string
		writes []string // of M, which has the first spelling; "undo" takes the first of them back
		want   string
	}{
		{"spelled otherwise", []string{"s@x " + other}, other},
		{"and once more", []string{"s@x " + other, "s@x " + third}, third},
		{"and as it was", []string{"s@x " + other, "s@x " + plain}, plain},
		{"with another, and taken away", []string{other + " new@x", "new@x"}, "new@x"},
		{"with another, that is spelled otherwise then", []string{other + " New@x", "new@x"}, "new@x"},
		{"and that is undone", []string{other + " New@x", "new@x", "undo"}, "new@x " + plain},
		{"undone at once", []string{other + " New@x", "undo"}, plain},
		{"spelled otherwise twice, and the first undone", []string{other, third, "undo"}, third},
	} {
		w := newWorld(t)
		s, m := w.made(sends(nil, nil, "e:s@x")), w.made(sends(nil, nil, "e:"+plain))
		w.do(&Merge{Survivor: s, Merged: []ID{m}})
		first := Seq(0)
		for _, write := range tt.writes {
			op := first
			if write == "undo" {
				w.do(&Undo{Ref: m, Op: op, Resolve: true})
			} else if op = w.put(m, "e:"+write); first == 0 {
				first = op
			}
		}
		_, remains, err := w.try(&Unmerge{Ref: s, Merged: m})
		if err != nil {
			t.Fatal(err)
		}
		if have := strings.TrimPrefix(shows(w.root(m)), "e:"); have != tt.want {
			t.Errorf("%s: %s, want %s; named is %+v", tt.what, have, tt.want, remains)
		}
		if have := shows(w.root(s)); have != "e:s@x" {
			t.Errorf("%s: the survivor has %s", tt.what, have)
		}
	}
}
