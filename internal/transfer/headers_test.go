package transfer

import (
	"slices"
	"strings"
	"testing"
)

// TestHeadersOf is about which files have the same columns, and how a mapping of one is that of another.
func TestHeadersOf(t *testing.T) {
	open := func(text string) *File {
		f, err := Open(strings.NewReader(text), Recognised{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	one := open("Name,E-Mail,Nr\nAda,ada@example.com,7\n")
	for text, same := range map[string]bool{
		"E-MAIL; name ;nr\nada@example.com;Ada;7\n": true, "E-Mail,Name\nada@example.com,Ada\n": false, "Name,E-Mail,No\nAda,ada@example.com,7\n": false,
	} {
		if f := open(text); (f.HeadersOf() == one.HeadersOf()) != same {
			t.Errorf("%q: not %t", text, same)
		}
	}
	if f := open("Ada,ada@example.com\nBo,bo@example.com\n"); f.HeadersOf() != "" {
		t.Error("columns without names are those of any file")
	}
	m := Mapping{{From: []string{"Gone"}, Rule: Ignore}, {From: []string{"Name"}, To: "names", Rule: Add}, {From: []string{"E-Mail", "Fax"}, To: "emails", Rule: Add}}
	got, missing := m.For(open("E-MAIL; name ;nr\nada@example.com;Ada;7\n"))
	if !slices.Equal(missing, []string{"Fax"}) || len(got) != 2 || got[0].From[0] != "name" || got[1].From[0] != "E-MAIL" || m[1].From[0] != "Name" {
		t.Errorf("%v, %v", got, missing)
	}
	whole := m[1:2].Whole(one)
	if len(whole) != 3 || whole[1].Rule != Ignore || whole[1].From[0] != "E-Mail" || whole[2].From[0] != "Nr" || len(whole[2].Why) != 1 || !whole.Takes() || whole[1:].Takes() {
		t.Errorf("%v", whole)
	}
}
