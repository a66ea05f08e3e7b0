package contact

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// An unmerge, its undo, and then an unmerge again: what was written before, and while
// the two were apart, is where it belongs, or is named (CONTRACT D28, D30). S is the
// survivor and M the one that is split off; O is another, of which each was a part when
// the value came, or neither.
func TestUnmergeAfterItsUndo(t *testing.T) {
	for _, tt := range []struct {
		what    string
		s, m    string // as they are made
		brings  string // what comes by the id of who is in
		in      string // who was part of O then: "S", "M", or nobody
		taken   string // what M's id makes of both together
		apart   string // what M makes of itself while they are apart
		wantS   string
		wantM   string
		remains string // of the second unmerge
	}{
		{what: "what M took of S", s: "e:a@x v@x", m: "e:m@x", taken: "e:a@x m@x", wantS: "e:a@x v@x", wantM: "e:m@x", remains: "S emails v@x"},
		{what: "what M took of S, which came when that was part of another", s: "e:a@x", m: "e:m@x", in: "S", brings: "e:o@x a@x v@x", taken: "e:a@x m@x",
			wantS: "e:a@x v@x", wantM: "e:m@x", remains: "S emails v@x"},
		{what: "all that M took of S, which came when that was part of another", s: "e:a@x", m: "e:m@x", in: "S", brings: "e:v@x", taken: "e:m@x",
			wantS: "e:v@x", wantM: "e:m@x", remains: "S emails v@x"},
		{what: "the slot that M emptied, which came when S was part of another", s: "e:a@x", m: "e:m@x", in: "S", brings: "1:v", taken: "1:",
			wantS: "1:v, e:a@x", wantM: "e:m@x", remains: "S custom_fields.profile_field_1 v"},
		{what: "what M took of its own while apart", s: "e:a@x", m: "e:m@x v@x", apart: "e:m@x", wantS: "e:a@x", wantM: "e:m@x", remains: "M emails v@x"},
		{what: "what M took of its own while apart, which came when that was part of another", s: "e:a@x", m: "e:m@x", in: "M", brings: "e:o@x m@x v@x", apart: "e:m@x",
			wantS: "e:a@x", wantM: "e:m@x", remains: "M emails v@x"},
		{what: "what M wrote while they were one, and took while apart", s: "e:a@x", m: "e:m@x", taken: "e:a@x m@x v@x", apart: "e:m@x",
			wantS: "e:a@x", wantM: "e:m@x", remains: "M emails v@x"},
		{what: "all that M had", s: "e:a@x", m: "e:m@x v@x, n:M", apart: "e:", wantS: "e:a@x", wantM: "n:M", remains: "M emails m@x v@x"},
		{what: "what S holds as well", s: "e:a@x v@x", m: "e:m@x v@x", apart: "e:m@x", wantS: "e:a@x v@x", wantM: "e:m@x"},
		{what: "what M spells otherwise by now", s: "e:a@x", m: "e:m@x V@x", apart: "e:m@x v@x", wantS: "e:a@x", wantM: "e:m@x v@x"},
		{what: "a slot that M emptied while apart", s: "e:a@x", m: "e:m@x, 1:v", apart: "1:", wantS: "e:a@x", wantM: "e:m@x", remains: "M custom_fields.profile_field_1 v"},
		{what: "a slot that M filled otherwise while apart", s: "e:a@x", m: "e:m@x, 1:v", apart: "1:w", wantS: "e:a@x", wantM: "1:w, e:m@x", remains: "M custom_fields.profile_field_1 v"},
	} {
		for _, plain := range []bool{false, true} {
			w, ids := newWorld(t), map[string]ID{}
			w.plain = plain
			for who, what := range map[string]string{"S": tt.s, "M": tt.m, "O": "e:o@x"} {
				ids[who] = w.made(sends(nil, nil, strings.Split(what, ", ")...))
			}
			put := func(who, what string) {
				if what != "" {
					w.put(ids[who], what)
				}
			}
			if tt.in != "" {
				w.do(&Merge{Survivor: ids["O"], Merged: []ID{ids[tt.in]}})
				put(tt.in, tt.brings)
				w.do(&Unmerge{Ref: ids["O"], Merged: ids[tt.in]})
			}
			w.do(&Merge{Survivor: ids["S"], Merged: []ID{ids["M"]}})
			put("M", tt.taken)
			split := w.do(&Unmerge{Ref: ids["S"], Merged: ids["M"]})
			put("M", tt.apart)
			var left []string
			for range 2 { // and once more: what was named is in the history alone by then
				joined := w.do(&Undo{Ref: ids["S"], Op: split})
				_, remains, err := w.try(&Undo{Ref: ids["S"], Op: joined})
				if err != nil {
					t.Fatalf("%s: %v", tt.what, err)
				}
				left = nil
				for _, r := range remains {
					who := "S"
					if r.Contact == ids["M"] {
						who = "M"
					}
					left = append(left, fmt.Sprint(who, " ", r.Field, " ", strings.Join(slices.Sorted(slices.Values(r.Values)), " ")))
				}
				if have := strings.Join(left, "; "); have != tt.remains {
					t.Errorf("%s: named is %q, want %q", tt.what, have, tt.remains)
				}
				for who, want := range map[string]string{"S": tt.wantS, "M": tt.wantM} {
					if have := shows(w.root(ids[who])); have != want || w.root(ids[who]).ID != ids[who] {
						t.Errorf("%s: %s is %s, want %s", tt.what, who, have, want)
					}
				}
			}
		}
	}
}
