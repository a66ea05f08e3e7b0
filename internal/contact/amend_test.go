package contact

import (
	"fmt"
	"slices"
	"testing"
)

// CONTRACT D26: remove, then add, then primary, each as the collection compares
// values; the rest keeps its order.
func TestAmend(t *testing.T) {
	for _, test := range []struct {
		about string
		col   Collection
		old   []string
		ask   ListAmendment
		want  []string
	}{
		{"appends in order", Names, []string{"a"}, ListAmendment{Add: []string{"c", "b"}}, []string{"a", "c", "b"}},
		{"what is there stays where it is", Names, []string{"a", "b"}, ListAmendment{Add: []string{"a", "c"}}, []string{"a", "b", "c"}},
		{"takes away", Names, []string{"a", "b", "c"}, ListAmendment{Remove: []string{"b", "x"}}, []string{"a", "c"}},
		{"all", Names, []string{"a"}, ListAmendment{Remove: []string{"a"}}, nil},
		{"takes away before it appends", Names, []string{"a", "b"}, ListAmendment{Remove: []string{"a"}, Add: []string{"a"}}, []string{"b", "a"}},
		{"moves to the front", Names, []string{"a", "b", "c"}, ListAmendment{Primary: "c"}, []string{"c", "a", "b"}},
		{"the primary is added", Names, []string{"a"}, ListAmendment{Primary: "x"}, []string{"x", "a"}},
		{"what it takes away and adds stays", Names, []string{"a"}, ListAmendment{Remove: []string{"a"}, Add: []string{"a"}}, []string{"a"}},
		{"in another spelling it comes anew", Emails, []string{"Ann@example.com", "b@example.com"},
			ListAmendment{Remove: []string{"ann@example.com"}, Add: []string{"ann@example.com", "b@example.com"}}, []string{"b@example.com", "ann@example.com"}},
		{"all that it takes away and adds", Phones, []string{"+44 7700 900123", "(07700) 900123", "112"},
			ListAmendment{Remove: []string{"07700900123", "112"}, Add: []string{"(07700) 900123"}, Primary: "112"}, []string{"112", "(07700) 900123"}},
		{"the primary was taken away", Names, []string{"a", "b"}, ListAmendment{Remove: []string{"b"}, Primary: "b"}, []string{"b", "a"}},
		{"names by their bytes", Names, []string{"a"}, ListAmendment{Remove: []string{"A"}, Add: []string{"A"}}, []string{"a", "A"}},
		{"emails without case", Emails, []string{"Ann@Example.com", "b@example.com"}, ListAmendment{Remove: []string{"ann@example.COM"}}, []string{"b@example.com"}},
		{"an email keeps its spelling", Emails, []string{"b@example.com", "Ann@example.com"}, ListAmendment{Add: []string{"ann@example.com"}, Primary: "ANN@example.com"},
			[]string{"Ann@example.com", "b@example.com"}},
		{"phones by their number", Phones, []string{"+44 7700 900123", "112"}, ListAmendment{Remove: []string{"07700 900123"}}, []string{"112"}},
		{"every one that compares equal", Phones, []string{"+44 7700 900123", "(07700) 900123", "112"}, ListAmendment{Remove: []string{"07700900123"}}, []string{"112"}},
	} {
		c := &Contact{ID: 7, Version: 3}
		for _, text := range test.old {
			c.Values[test.col] = append(c.Values[test.col], Value{Text: text, Origins: []Origin{{Contact: 7, Op: 1}}})
		}
		v := seen(10, c)
		v.Region = "GB"
		amend := Amend{Ref: 7}
		amend.Amendment.Values[test.col] = test.ask
		d, err := amend.Decide(v)
		if err != nil {
			t.Errorf("%s: %v", test.about, err)
			continue
		}
		after := d.Steps[0].After.Values[test.col]
		if got := textsOf(after); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.about, got, test.want)
		}
		for _, value := range after {
			fresh := value.Origins[0].Op == 10
			kept := slices.Contains(test.old, value.Text)
			if fresh == kept {
				t.Errorf("%s: %q is new: %v", test.about, value.Text, fresh)
			}
		}
	}
}

// CONTRACT D26: slots that are not named stay, one that is null is cleared, and what
// is sent again keeps its origin.
func TestAmendFields(t *testing.T) {
	c := &Contact{ID: 7, Version: 3}
	for i, text := range []string{"one", "two", "three"} {
		c.Fields[i] = Value{Text: text, Origins: []Origin{{Contact: 7, Op: 1}}}
	}
	amend := Amend{Ref: 7}
	f := &amend.Amendment.Fields
	f.Sent, f.Named[0], f.Named[1], f.Texts[1], f.Named[3], f.Texts[3] = true, true, true, "two", true, "four"
	d, err := amend.Decide(seen(10, c))
	if err != nil {
		t.Fatal(err)
	}
	after := &d.Steps[0].After
	if after.Fields[0].Text != "" || !after.Fields[1].Equal(c.Fields[1]) || !after.Fields[2].Equal(c.Fields[2]) || after.Fields[3].Text != "four" {
		t.Errorf("%v", after.Fields[:4])
	}
}

// CONTRACT D8: an amended list keeps the limit, or what the contact had already.
func TestAmendKeepsLimits(t *testing.T) {
	names := func(n int) (list []Value) {
		for i := range n {
			list = append(list, Value{Text: fmt.Sprint("old ", i)})
		}
		return list
	}
	for _, test := range []struct {
		had, removed, added int
		code                string
	}{
		{99, 0, 1, ""}, {100, 0, 1, "too_many_items"}, {100, 1, 1, ""}, {60, 0, 60, "too_many_items"},
		{300, 0, 1, "too_many_items"}, {300, 1, 1, ""}, {300, 1, 0, ""}, {300, 2, 3, "too_many_items"},
	} {
		c := &Contact{ID: 7, Version: 3}
		c.Values[Names] = names(test.had)
		amend := Amend{Ref: 7}
		l := &amend.Amendment.Values[Names]
		l.Remove = textsOf(names(test.removed))
		for i := range test.added {
			l.Add = append(l.Add, fmt.Sprint("new ", i))
		}
		if _, err := amend.Decide(seen(10, c)); (err == nil) != (test.code == "") || err != nil && codeOf(err) != test.code {
			t.Errorf("%+v: %v", test, err)
		}
	}
}
