package transfer

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/contact"
)

// The rules (CONTRACT D37): what they make of a list, and of a slot.
func TestAmendment(t *testing.T) {
	for _, c := range []struct {
		rule        Rule
		there, says []string
		want        string
	}{
		{Add, []string{"a"}, []string{"a", "b"}, "[a b]"},
		{Add, nil, []string{"b"}, "[b]"},
		{Fill, []string{"a"}, []string{"b"}, "[a]"},
		{Fill, nil, []string{"b", "c"}, "[b c]"},
		{Replace, []string{"a", "b"}, []string{"b", "c"}, "[b c]"},
		{Replace, []string{"a", "b"}, []string{"b", "a"}, "[b a]"},
		{Replace, []string{"a"}, []string{"c", "a"}, "[c a]"},
		{Replace, []string{"a", "b"}, []string{"a", "b"}, "[a b]"},
		{Mirror, []string{"a", "b"}, nil, "[]"},
		{Mirror, nil, []string{"b"}, "[b]"},
		{"", []string{"a"}, nil, "[a]"},
	} {
		got := amendedBy(t, c.rule, contact.Names, c.there, c.says)
		if fmt.Sprint(got.names) != c.want {
			t.Errorf("%s of %v to %v: %v, want %s", c.rule, c.says, c.there, got.names, c.want)
		}
	}
	for _, c := range []struct {
		rule              Rule
		there, says, want string
	}{
		{Add, "", "x", "x"}, {Add, "a", "x", "a"}, {Fill, "", "x", "x"}, {Fill, "a", "x", "a"},
		{Replace, "a", "x", "x"}, {Mirror, "a", "x", "x"}, {Mirror, "a", "", ""}, {"", "a", "", "a"},
	} {
		var row Row
		row.Fields[0].Rule = c.rule
		if c.says != "" {
			row.Fields[0].Texts = []string{c.says}
		}
		before := contact.Contact{ID: 1}
		before.Fields[0].Text = c.there
		after := amend(t, &row, &before)
		if got := after.Fields[0].Text; got != c.want {
			t.Errorf("%s of %q to %q: %q, want %q", c.rule, c.says, c.there, got, c.want)
		}
	}
}

type amendedList struct{ names []string }

func amendedBy(t testing.TB, rule Rule, col contact.Collection, there, says []string) (got amendedList) {
	before := contact.Contact{ID: 1}
	for _, text := range there {
		before.Values[col] = append(before.Values[col], contact.Value{Text: text})
	}
	var row Row
	row.Values[col] = Said{Rule: rule, Texts: says}
	after := amend(t, &row, &before)
	for _, v := range after.Values[col] {
		got.names = append(got.names, v.Text)
	}
	return got
}

// amend has a row amend a contact.
func amend(t testing.TB, row *Row, before *contact.Contact) contact.Contact {
	a := row.Amendment(before, "")
	d, err := (&contact.Amend{Ref: 1, Amendment: a}).Decide(&contact.View{Reads: true, Refs: []contact.Found{{ID: 1, Contact: before}}})
	if err != nil {
		t.Fatal(err)
	}
	return d.Steps[0].After
}

// Replaced, a list is that of the row, in its order and as it is spelled there, whatever it was.
func TestReplaceGivesTheList(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		texts := func(label string) (list []string) {
			seen := map[string]bool{}
			for _, text := range rapid.SliceOfN(rapid.SampledFrom([]string{"a@example.com", "A@example.com", "b@example.com", "c@example.com", "C@Example.com"}), 0, 4).Draw(rt, label) {
				if key := contact.DedupKey(contact.Emails, text); !seen[key] {
					seen[key], list = true, append(list, text)
				}
			}
			return list
		}
		there, says := texts("there"), texts("says")
		if got := amendedBy(t, Mirror, contact.Emails, there, says); !slices.Equal(got.names, says) {
			rt.Errorf("of %v it makes %v, want %v", there, got.names, says)
		}
	})
}
