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
		made, err := does(&Create{Patch: p}, &View{Op: m.seq, At: Time(m.seq), NewIDs: []ID{id}})
		if err != nil {
			t.Fatal(err)
		}
		m.take(made)
	}
	return m
}

func (m *merger) take(entries []Entry) {
	for _, e := range entries {
		m.contacts[e.Contact.ID] = e.Contact
	}
	m.seq += Seq(len(entries))
}

// live gives the contact that an id leads to.
func (m *merger) live(id ID) Contact {
	c := m.contacts[id]
	for c.State == Merged {
		c = m.contacts[c.Parent]
	}
	return c
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
			into, from := ID(ids.Draw(t, "survivor")), ID(ids.Draw(t, "merged"))
			a, b := m.live(into), m.live(from)
			if a.ID == b.ID {
				continue
			}
			wasA, wasB := a, b
			entries, err := does(&Merge{Survivor: into, Merged: []ID{from}}, &View{Op: m.seq, At: Time(m.seq),
				Refs: []Found{{into, &a}, {from, &b}}, Trees: []Tree{{Ref: into}, {Ref: from}}, Pairs: []Paired{{Ref: into}, {Ref: from}}})
			if err != nil {
				t.Fatal(err)
			}
			if different(&a, &wasA) || different(&b, &wasB) {
				t.Fatal("what the merge saw has changed")
			}
			checkMerge(t, &a, &b, entries)
			checkRef(t, entries[0].Change, into)
			checkRef(t, entries[1].Change, from)
			m.take(entries)
		}
		for id, was := range before {
			now := m.live(id)
			if now.State != Live {
				t.Fatalf("contact %d leads to %d, which is no survivor", id, now.ID)
			}
			for _, col := range Collections {
				for _, v := range was.Values[col] {
					at := slices.IndexFunc(now.Values[col], func(w Value) bool {
						return MatchText(col, v.Text, "") == MatchText(col, w.Text, "")
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

// checkRef wants the id by which the caller named a contact, where that is another
// than its own.
func checkRef(t *rapid.T, ch Change, named ID) {
	if named == ch.Contact {
		named = 0
	}
	if ch.Ref != named {
		t.Fatalf("contact %d goes by %d in history, want %d", ch.Contact, ch.Ref, named)
	}
}

func checkMerge(t *rapid.T, a, b *Contact, entries []Entry) {
	if len(entries) != 2 {
		t.Fatalf("%d entries", len(entries))
	}
	survivor, frozen := entries[0].Contact, entries[1].Contact
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
			if key := MatchText(col, v.Text, ""); seen[key] {
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
	if different(b, &frozen) || frozen.State != Merged || frozen.Parent != a.ID {
		t.Fatal("the merged contact's row did not stay as it was, or is not merged")
	}
	// History stands by itself.
	into, from := entries[0].Change, entries[1].Change
	back := into.Edits.Backward(survivor)
	forth := into.Edits.Forward(*a)
	if different(a, &back) || different(&survivor, &forth) {
		t.Fatal("the edits do not lead back and forth")
	}
	if !slices.Equal(into.Edits.Absorbed, []Absorbed{{b.ID, b.Version}}) || into.Edits.State != nil || into.Edits.Link != nil ||
		from.Edits.Link == nil || *from.Edits.Link != (LinkEdit{0, a.ID}) ||
		from.Edits.State == nil || *from.Edits.State != (StateEdit{Live, Merged}) || from.Edits.Absorbed != nil ||
		into.Op != from.Op || into.Action != ActionMerge || from.Action != ActionMerge {
		t.Fatal("the entries do not say who was merged into whom")
	}
}

// different tells whether two contacts hold different values or origins.
func different(a, b *Contact) bool {
	e := Diff(a, b)
	e.Link, e.State = nil, nil
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
	if _, err := does(&Merge{Survivor: 1, Merged: []ID{2}}, seen(1, &a, &b)); err != nil {
		t.Errorf("1,000 values: %v", err)
	}
	if _, err := does(&Merge{Survivor: 1, Merged: []ID{3}}, seen(1, &a, &c)); fault.KindOf(err) != fault.Invalid {
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
		v := seen(1, &a, &b)
		v.Region = region
		entries, err := does(&Merge{Survivor: 1, Merged: []ID{2}}, v)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(entries[0].Contact.Values[Phones]); got != want {
			t.Errorf("region %q: %d phones, want %d", region, got, want)
		}
	}
}

// CONTRACT D23: at most MaxAliases ids lead to a contact beside its own, wherever
// those came from.
func TestMergeHasALimitOfAliases(t *testing.T) {
	for _, test := range []struct {
		into, from int // how many lead to each before
		code       string
	}{
		{0, 0, "<nil>"}, {MaxAliases - 1, 0, "<nil>"}, {0, MaxAliases - 1, "<nil>"}, {4000, 5999, "<nil>"},
		{MaxAliases, 0, "too_many_items"}, {0, MaxAliases, "too_many_items"}, {4000, 6000, "too_many_items"},
	} {
		v := seen(1, &Contact{ID: 1, Version: 1}, &Contact{ID: 2, Version: 1})
		v.Trees = []Tree{{1, make([]Node, test.into)}, {2, make([]Node, test.from)}}
		if _, err := does(&Merge{Survivor: 1, Merged: []ID{2}}, v); codeOf(err) != test.code {
			t.Errorf("%d and %d aliases: %v, want %s", test.into, test.from, err, test.code)
		}
	}
}

// FAULT F1: however many contacts bring a value, it has at most MaxOrigins, each
// once; those that it had first are the first.
func TestOriginsHaveABound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := func(name string) Value {
			ids := rapid.SliceOfNDistinct(rapid.IntRange(1, 2*MaxOrigins), 1, MaxOrigins, rapid.ID).Draw(t, name)
			v := Value{Text: "shared"}
			for _, id := range ids {
				v.Origins = append(v.Origins, Origin{ID(id), Seq(rapid.IntRange(1, 3).Draw(t, "op"))})
			}
			return v
		}
		a, b := Contact{ID: 1, Version: 1}, Contact{ID: 2, Version: 1}
		own, theirs := value("own"), value("theirs")
		a.Values[Names], b.Values[Names] = []Value{own}, []Value{theirs}
		a.Fields[0], b.Fields[0] = own, theirs
		entries, err := does(&Merge{Survivor: 1, Merged: []ID{2}}, seen(9, &a, &b))
		if err != nil {
			t.Fatal(err)
		}
		c := entries[0].Contact
		for _, v := range []Value{c.Values[Names][0], c.Fields[0]} {
			if len(v.Origins) > MaxOrigins || !slices.Equal(v.Origins[:len(own.Origins)], own.Origins) {
				t.Fatalf("%d origins: %v, of %v", len(v.Origins), v.Origins, own.Origins)
			}
			known := map[Origin]bool{}
			for _, o := range v.Origins {
				if known[o] || !slices.Contains(own.Origins, o) && !slices.Contains(theirs.Origins, o) {
					t.Fatalf("%v is there twice, or comes from nowhere", o)
				}
				known[o] = true
			}
			for _, o := range theirs.Origins {
				if !known[o] && len(v.Origins) < MaxOrigins {
					t.Fatalf("%v is gone, with room for it", o)
				}
			}
		}
	})
}

func TestLabels(t *testing.T) {
	var none Labels
	l, err := none.With(1, "  Customer plan ")
	if err != nil || l.Name(1) != "Customer plan" || l.Name(2) != "profile_field_2" {
		t.Fatalf("%q, %v", l.Name(1), err)
	}
	for label, code := range map[string]fault.Code{
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
