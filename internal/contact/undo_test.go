package contact

import (
	"slices"
	"testing"
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
