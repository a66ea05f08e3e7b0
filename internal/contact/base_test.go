package contact

import (
	"testing"

	"github.com/carnet-project/carnet/internal/fault"
)

// CONTRACT D1: that a base is none comes after 404 and 412, and before what the
// values would come to.
func TestUnknownBaseInItsTurn(t *testing.T) {
	c := &Contact{ID: 7, Version: 3}
	var patch Patch
	patch.Values[Names] = List{Sent: true, Texts: []string{"Ann"}}
	var amendment Amendment
	amendment.Values[Names].Add = []string{"Ann"}
	old := Match{Set: true, Versions: []Version{2}}
	for name, verb := range map[string]func(ref ID, m Match) Verb{
		"PUT": func(ref ID, m Match) Verb { return &Put{Ref: ref, Patch: patch, Match: m, Base: Base{Version: 9}} },
		"PATCH": func(ref ID, m Match) Verb {
			return &Amend{Ref: ref, Amendment: amendment, Match: m, Base: Base{Version: 9}}
		},
	} {
		for _, test := range []struct {
			ref   ID
			match Match
			code  fault.Code
		}{{8, old, fault.CodeContactNotFound}, {7, old, fault.CodeVersionMismatch}, {7, Match{}, fault.CodeBaseUnknown}} {
			v := seen(10, c)
			v.Refs = append(v.Refs, Found{ID: 8})
			_, err := verb(test.ref, test.match).Decide(v)
			if codeOf(err) != string(test.code) {
				t.Errorf("%s of %d: %v, want %s", name, test.ref, err, test.code)
			}
		}
	}
}

// CONTRACT D24: what an answer says of a write is what who reads the contact sees
// of it: of a delete, all goes; of its undo, all comes back.
func TestSeen(t *testing.T) {
	c := Contact{ID: 7, Version: 3}
	c.Values[Names] = []Value{{Text: "Ann"}}
	c.Fields[2] = Value{Text: "x"}
	gone := c
	gone.State = Deleted
	for name, test := range map[string]struct {
		before, after Contact
		removed, came int
	}{"delete": {c, gone, 1, 0}, "undelete": {gone, c, 0, 1}} {
		d := Decision{Subject: 7, Steps: []Step{{Before: &test.before, After: test.after}}}
		edits := Seen(d.Enter(Stamp{Op: 4}), 7)
		l := edits.Values[Names]
		if l == nil || len(l.Removed()) != test.removed || len(l.Added()) != test.came || len(edits.Fields) != 1 {
			t.Errorf("%s: %+v", name, edits)
		}
	}
	d := Decision{Subject: 7, Steps: []Step{{Before: &c, After: gone}}}
	if edits := Seen(d.Enter(Stamp{Op: 4}), 8); !edits.Empty() {
		t.Errorf("of another contact: %+v", edits)
	}
}
