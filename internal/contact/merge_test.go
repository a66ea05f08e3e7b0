package contact

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/fault"
)

// merger is a small Space: contacts by id, merged into each other at random,
// with the history that Merge writes.
type merger struct {
	contacts map[ID]Contact
	seq      Seq
}

// drawMerger makes contacts with few values, so that many are shared.
func drawMerger(t *rapid.T) *merger {
	m := &merger{contacts: map[ID]Contact{}, seq: 1}
	for id := ID(1); id <= ID(rapid.IntRange(2, 6).Draw(t, "contacts")); id++ {
		var p Patch
		p.Values[Emails] = List{Sent: true, Texts: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			"a@example.com", "A@example.com", "b@example.com", "c@EXAMPLE.com", "c@example.com", "d@example.com"}), 1, 3, func(s string) string {
			return DedupKey(Emails, s)
		}).Draw(t, "emails")}
		p.Values[Names] = List{Sent: true, Texts: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"Ada", "ada", "Bo"}), 0, 3, rapid.ID).Draw(t, "names")}
		p.Fields.Sent = true
		for slot := range 3 {
			p.Fields.Texts[slot] = rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "field")
		}
		d, err := Create(id, &p, Stamp{Seq: m.seq, At: Time(m.seq)})
		if err != nil {
			t.Fatal(err)
		}
		m.take(d)
	}
	return m
}

func (m *merger) take(d Delta) {
	for _, c := range d.Contacts {
		m.contacts[c.ID] = c
	}
	for _, r := range d.Redirects {
		for id, c := range m.contacts {
			if c.Canonical == r.From {
				c.Canonical = r.To
				m.contacts[id] = c
			}
		}
	}
	m.seq += Seq(len(d.Changes))
}

// live gives the contact that an id leads to.
func (m *merger) live(id ID) Contact {
	c := m.contacts[id]
	return m.contacts[c.Leads()]
}

// CONTRACT D23: no value is ever lost by merges in any order, every id leads to
// a survivor at once, and no value appears twice.
func TestMergesLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMerger(t)
		before := map[ID]Contact{}
		for id, c := range m.contacts {
			before[id] = c
		}
		for range rapid.IntRange(1, 8).Draw(t, "merges") {
			ids := rapid.IntRange(1, len(before))
			a, b := m.live(ID(ids.Draw(t, "survivor"))), m.live(ID(ids.Draw(t, "merged")))
			if a.ID == b.ID {
				continue
			}
			d, err := Merge(&a, &b, "", Stamp{Seq: m.seq, At: Time(m.seq)})
			if err != nil {
				t.Fatal(err)
			}
			checkMerge(t, &a, &b, &d)
			m.take(d)
		}
		for id, was := range before {
			now := m.live(id)
			if now.State != Live {
				t.Fatalf("contact %d leads to %d, which is no survivor", id, now.ID)
			}
			for _, col := range Collections {
				for _, v := range was.Values[col] {
					at := slices.IndexFunc(now.Values[col], func(w Value) bool {
						return MatchKey(col, v.Text, "") == MatchKey(col, w.Text, "")
					})
					if at < 0 {
						t.Fatalf("contact %d lost a value of %s", id, col)
					}
					for _, o := range v.Origins {
						if !slices.Contains(now.Values[col][at].Origins, o) {
							t.Fatalf("a value of contact %d lost its origin", id)
						}
					}
				}
			}
		}
	})
}

func checkMerge(t *rapid.T, a, b *Contact, d *Delta) {
	survivor, frozen := d.Contacts[0], d.Contacts[1]
	version := max(a.Version, b.Version) + 1
	if survivor.ID != a.ID || frozen.ID != b.ID || survivor.Version != version || frozen.Version != version {
		t.Fatalf("versions %d and %d, want %d (CONTRACT D20)", survivor.Version, frozen.Version, version)
	}
	for _, col := range Collections {
		// The survivor's own first and in order.
		own, now := a.Values[col], survivor.Values[col]
		if len(now) < len(own) {
			t.Fatal("a value of the survivor is gone")
		}
		for i := range own {
			if now[i].Text != own[i].Text {
				t.Fatal("the survivor's own values moved")
			}
		}
		seen := map[string]bool{}
		for _, v := range now[len(own):] {
			if key := MatchKey(col, v.Text, ""); seen[key] {
				t.Fatal("a value was taken twice")
			} else {
				seen[key] = true
			}
		}
	}
	for i := range a.Fields {
		want := a.Fields[i].Text
		if want == "" {
			want = b.Fields[i].Text
		}
		if survivor.Fields[i].Text != want {
			t.Fatalf("slot %d holds what neither rule says", i)
		}
	}
	if different(b, &frozen) {
		t.Fatal("the merged contact's row did not stay as it was")
	}
	// History stands by itself.
	back := d.Changes[0].Edits.Backward(survivor)
	forth := d.Changes[0].Edits.Forward(*a)
	if different(a, &back) || different(&survivor, &forth) {
		t.Fatal("the edits do not lead back and forth")
	}
	if d.Changes[0].Edits.Absorbed != b.ID || d.Changes[1].Edits.Link == nil || d.Changes[1].Edits.Link.After != a.ID {
		t.Fatal("the entries do not say who was merged into whom")
	}
}

// different tells whether two contacts hold different values or origins.
func different(a, b *Contact) bool {
	e := Diff(a, b)
	e.Link = nil
	return !e.Empty()
}

// CONTRACT D8: merges add up, but no collection passes 1,000.
func TestMergeHasALimit(t *testing.T) {
	big := func(id ID, n int) Contact {
		c := Contact{ID: id, Version: 1}
		for i := range n {
			c.Values[Names] = append(c.Values[Names], Value{Text: fmt.Sprintf("name %d of %d", i, id), Origins: []Origin{{id, 1}}})
		}
		return c
	}
	a, b, c := big(1, 600), big(2, 400), big(3, 401)
	if _, err := Merge(&a, &b, "", Stamp{Seq: 1}); err != nil {
		t.Errorf("1,000 values: %v", err)
	}
	if _, err := Merge(&a, &c, "", Stamp{Seq: 1}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("1,001 values: %v", err)
	}
}

// CONTRACT D10: whether two phones are the same depends on the region.
func TestMergeComparesPhonesInTheRegion(t *testing.T) {
	phone := func(id ID, text string) Contact {
		c := Contact{ID: id, Version: 1}
		c.Values[Phones] = []Value{{Text: text, Origins: []Origin{{id, 1}}}}
		return c
	}
	a, b := phone(1, "030 23125 001"), phone(2, "+49 30 23125001")
	for region, want := range map[string]int{"DE": 1, "": 2} {
		d, err := Merge(&a, &b, region, Stamp{Seq: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(d.Contacts[0].Values[Phones]); got != want {
			t.Errorf("region %q: %d phones, want %d", region, got, want)
		}
	}
}

func TestLabels(t *testing.T) {
	var none Labels
	l, err := none.With(1, "  Customer plan ")
	if err != nil || l.Name(1) != "Customer plan" || l.Name(2) != "profile_field_2" {
		t.Fatalf("%q, %v", l.Name(1), err)
	}
	for label, code := range map[string]string{
		"Customer plan":          "label_taken",
		"profile_field_9":        "label_reserved",
		"Profile_Field_x":        "label_reserved",
		"two\nlines":             "text_control",
		strings.Repeat("x", 101): "text_too_long",
	} {
		_, err := l.With(2, label)
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Code != code {
			t.Errorf("%q: %v, want %s", label, err, code)
		}
	}
	if l, err = l.With(1, ""); err != nil || l != none {
		t.Errorf("a label cannot be taken away: %v", err)
	}
}
