package promise

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var valueTests = []suite.Test{
	{"texts come back byte for byte", testTexts},
	{"numbers come back digit for digit", testNumbers},
	{"dates come back as they are", testDates},
	{"times are exact to the microsecond, and grow", testTimes},
	{"empty is not missing, and nothing is left of what was cleared", testEmpty},
	{"what a write was known by comes back", testAttribution},
	{"the largest contact fits", testLargest},
}

// awkward are texts that stores have been known to change, fold, sort, cut or
// execute (CONTRACT D8, D12).
var awkward = []string{
	"Z", "a", "Ä", "ä", "A", "z", // an order of nobody
	"STRASSE", "straße", "İstanbul", "ıstanbul", // case that does not fold back
	"e\u0301", "\u00e9", "\u1112\u1161\u11ab", "\ud55c", // composed and not
	"a\u00a0b", "a\u200bb", "\ufeffa", "a\u202eb", "a\u2028b", "a\tb\r\nc", // spaces and the invisible
	"👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "\U0010ffff", "\ufffd", "𝒜", "नमस्ते", "שלום", "例え",
	`'`, `''`, `"`, `\`, `\\`, "`", `\u0041`, `\x00`, `\0`, "%", "_", "%s", "?1", "$1", ":a", "@b",
	`'; DROP TABLE contacts; --`, `" OR "1"="1`, `/* */`, `{"a":1}`, `[1]`, `null`, `NULL`, `true`, `0`, `0x1F`, `1e3`, `-`, `<b>&amp;`,
}

func testTexts(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	long := strings.Repeat("👩‍👧", 10_240/3)
	for _, col := range []contact.Collection{contact.Names, contact.Locations} {
		id := made(t, s, space, name("to begin with"))
		want := append(slices.Clone(awkward), long)
		out := done(t, s, putting(space, id, list(col, want...)))
		if have := suite.Texts(got(t, s, space, id), col); !slices.Equal(have, want) {
			t.Errorf("%s: got %q\nwant %q", col, have, want)
		}
		ch, _, err := s.Change(bg, space, out.Op)
		if err != nil {
			t.Fatal(err)
		}
		if have := suite.Texts(contact.Contact{Values: [4][]contact.Value{ch.Edits.Values[col].After}}, 0); !slices.Equal(have, want) {
			t.Errorf("the history of %s: got %q\nwant %q", col, have, want)
		}
	}
	for _, text := range append(slices.Clone(awkward), long) {
		wantField(t, s, space, 1, text)
	}
}

// wantField puts a text into a slot, and expects it back from the contact and
// from its history.
func wantField(t *testing.T, s *store.Store, space contact.SpaceID, slot contact.Slot, text string) {
	t.Helper()
	p := name("Ada Example")
	p.Fields.Sent, p.Fields.Named[slot.Index()], p.Fields.Texts[slot.Index()] = true, true, text
	c := got(t, s, space, made(t, s, space, p))
	ch, _, err := s.Change(bg, space, c.Head)
	if err != nil || len(ch.Edits.Fields) != 1 {
		t.Fatalf("its change: %v, %+v", err, ch)
	}
	if f := ch.Edits.Fields[0]; c.Fields[slot.Index()].Text != text || f.After.Text != text || f.Slot != slot {
		t.Errorf("%s: got %q, in history %q; want %q", slot, c.Fields[slot.Index()].Text, f.After.Text, text)
	}
}

// CONTRACT D13: exact, never through a float.
func testNumbers(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	for _, text := range []string{
		"0", "500", "-12.5", "0.1", "9007199254740993", "-9223372036854775809", "18446744073709551616",
		"99999999999999999999", "-99999999999999999999", "0.00000000000000000001",
		"12345678901234567890.1234567891", "1.10000000000000000001", "0.3000000000000000004",
	} {
		wantField(t, s, space, 16, text)
		wantField(t, s, space, 25, text)
	}
}

func testDates(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	for _, text := range []string{"1000-01-01", "1582-10-10", "1969-12-31", "2024-02-29", "9999-12-31"} {
		wantField(t, s, space, 26, text)
		wantField(t, s, space, 30, text)
	}
}

// Times grow strictly within a Space, whatever the clock does.
func testTimes(t *testing.T, b store.Backend) {
	clock := []int64{1, 1, 1_700_000_000_123_457, 1_700_000_000_123_456, 253402300799_999_999, 1_800_000_000_000_000}
	want := []contact.Time{1, 2, 1_700_000_000_123_457, 1_700_000_000_123_458, 253402300799_999_999, 253402300800_000_000}
	i := 0
	s := suite.NewStore(t, b, store.Options{Clock: func() time.Time {
		return time.UnixMicro(clock[i]).Add(999 * time.Nanosecond).In(time.FixedZone("", 3600))
	}})
	space := suite.NewSpace(t, b, "")
	for i = range clock {
		c := got(t, s, space, made(t, s, space, name("Ada Example")))
		ch, _, err := s.Change(bg, space, c.Head)
		if err != nil || c.Created != want[i] || ch.At != want[i] {
			t.Errorf("at %d: created %d, change %d, %v; want %d", clock[i], c.Created, ch.At, err, want[i])
		}
	}
}

// CONTRACT S3, S4, D22.
func testEmpty(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	p := name("Ada Example")
	p.Values[contact.Emails] = contact.List{Sent: true, Texts: []string{"ada@example.com"}}
	p.Fields.Sent, p.Fields.Texts[4] = true, "Pro"
	id := made(t, s, space, p)
	p = list(contact.Emails)
	p.Fields.Sent = true
	done(t, s, putting(space, id, p))
	c := got(t, s, space, id)
	if len(c.Values[contact.Emails]) != 0 || c.Fields[4].Text != "" || len(c.Values[contact.Names]) != 1 {
		t.Errorf("got %+v", c)
	}
	ch, _, err := s.Change(bg, space, c.Head)
	if err != nil {
		t.Fatal(err)
	}
	e := ch.Edits
	if l := e.Values[contact.Emails]; l == nil || len(l.Before) != 1 || len(l.After) != 0 {
		t.Errorf("emails: got %+v", l)
	}
	if e.Values[contact.Phones] != nil || e.Values[contact.Names] != nil || e.Link != nil || ch.Snapshot != nil {
		t.Errorf("what did not change is in the history: %+v", ch)
	}
	if len(e.Fields) != 1 || e.Fields[0].Before.Text != "Pro" || e.Fields[0].After.Text != "" {
		t.Errorf("fields: got %+v", e.Fields)
	}
}

// CONTRACT D22.
func testAttribution(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	for _, text := range append([]string{""}, awkward...) {
		p, id := name("Ada Example"), "request "+text
		actor := contact.Actor{KeyID: 1<<53 + 1, KeyName: text, Name: text}
		w := suite.Write(id, space, &contact.Create{Patch: p})
		w.By.Actor, w.By.Reason, w.By.BatchID = actor, text, text
		out := done(t, s, w)
		ch, _, err := s.Change(bg, space, out.Op)
		if err != nil || ch.Actor != actor || ch.Reason != text || ch.BatchID != text || ch.RequestID != id {
			t.Errorf("got %v %+v, want %q everywhere", err, ch, text)
		}
	}
}

// CONTRACT D8, D12: no collection passes 1,000 values, no text slot 10,240
// code points.
func testLargest(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	var p contact.Patch
	p.Fields.Sent = true
	for i := range 15 {
		p.Fields.Texts[i] = strings.Repeat("\U0001f469", 10_240)
	}
	cols := []contact.Collection{contact.Phones, contact.Names} // those of most keys, and of most text
	var ids []contact.ID
	for part := range contact.MaxMerged / contact.MaxValues {
		for _, col := range cols {
			p.Values[col] = contact.List{Sent: true}
			for i := range contact.MaxValues {
				text := fmt.Sprintf("+1 555 01%d%02d", part, i)
				if col != contact.Phones {
					text += strings.Repeat("é", 200)
				}
				p.Values[col].Texts = append(p.Values[col].Texts, text)
			}
		}
		ids = append(ids, made(t, s, space, p))
		p.Fields.Sent = false
		p.Fields.Texts = [contact.NumSlots]string{}
	}
	survivor := ids[0]
	for _, id := range ids[1:] {
		done(t, s, merging(space, survivor, id))
	}
	c := got(t, s, space, survivor)
	for _, col := range cols {
		if n := len(c.Values[col]); n != contact.MaxMerged {
			t.Errorf("%d %s", n, col)
		}
	}
	if c.Fields[14].Text != strings.Repeat("\U0001f469", 10_240) {
		t.Error("the longest text of a slot came back otherwise")
	}
	if _, err := s.Do(bg, merging(space, survivor, made(t, s, space, name("One more")))); suite.CodeOf(err) != "too_many_items" {
		t.Errorf("a value beyond the limit: %v", err)
	}
	suite.Audit(t, b, space)
}
