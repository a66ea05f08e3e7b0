package transfer

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/contact"
)

var odd = []string{"a", "Z", " ", ",", ";", "\"", "'", "\\", "\n", "\r\n", "\t", "=", "+", "-", "@", ":::", " ::: ", "|", "é", "例", "ü", "<", ">", ":", "0", "12", ".", "{", "}", "[", "BEGIN:VCARD", "\u00a0", "/", "x"}

func oddText(t *rapid.T, name string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(odd), 0, 12).Draw(t, name), "")
}

func oddContact(t *rapid.T, id int) *contact.Contact {
	c := &contact.Contact{ID: contact.ID(id)}
	add := func(col contact.Collection, sent string) {
		text, flaw := contact.ParseValue(col, sent)
		if flaw != nil {
			return
		}
		for _, v := range c.Values[col] {
			if contact.DedupKey(col, v.Text) == contact.DedupKey(col, text) {
				return
			}
		}
		c.Values[col] = append(c.Values[col], contact.Value{Text: text})
	}
	for range rapid.IntRange(0, 3).Draw(t, "n") {
		add(contact.Names, oddText(t, "name"))
		add(contact.Locations, oddText(t, "loc"))
		add(contact.Emails, rapid.SampledFrom([]string{"ada@example.com", "Ada+x@example.org", "'a@example.com", "=a@example.com", "é@example.com"}).Draw(t, "e"))
		add(contact.Phones, rapid.SampledFrom([]string{"+1 202-555-0101", "0301234567;7654321", "202-555-0101;ext=12", "123", "1234567.0", "(030) 1", "#31#123"}).Draw(t, "p"))
	}
	for i := range c.Fields {
		s := contact.SlotAt(i)
		if rapid.IntRange(0, 4).Draw(t, "f") > 0 {
			continue
		}
		sent := oddText(t, "slot")
		switch s.Kind() {
		case contact.NumberField:
			sent = rapid.SampledFrom([]string{"1.234", "-5", "0.5", "1234567"}).Draw(t, "num")
		case contact.DateField:
			sent = rapid.SampledFrom([]string{"2025-01-02", "1604-05-04", "1000-01-01"}).Draw(t, "date")
		}
		if text, flaw := contact.ParseField(s, sent, false); flaw == nil {
			c.Fields[i] = contact.Value{Text: text}
		}
	}
	return c
}

// CONTRACT D38: what is written is read again as it was, by the mapping that is suggested.
func TestRound(t *testing.T) {
	for _, form := range []Form{{Format: CSV}, {Format: CSV, Safe: true}, {Format: NDJSON}, {Format: VCard}} {
		t.Run(fmt.Sprint(form.Format, form.Safe), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				var all []*contact.Contact
				for i := range rapid.IntRange(1, 5).Draw(t, "contacts") {
					all = append(all, oddContact(t, i+1))
				}
				f := form
				for _, c := range all {
					f.Widths.Widen(c)
				}
				var labels contact.Labels
				b := f.AppendHead(nil)
				for _, c := range all {
					b = f.Append(b, Item{Contact: c}, &labels)
				}
				file, err := Open(strings.NewReader(string(b)), Recognised{})
				if err != nil {
					t.Fatal(err)
				}
				if file.Recognised.Program != carnet {
					t.Fatalf("%+v", file.Recognised)
				}
				rows, err := file.Rows(file.Suggest(labels))
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for row, err := range rows {
					if err != nil || len(row.Problems) > 0 {
						t.Fatalf("%v %v\n%q", err, row.Problems, b)
					}
					c := all[n]
					n++
					if row.ID != c.ID {
						t.Fatalf("id %d", row.ID)
					}
					norm := func(s string) string {
						if form.Format == VCard {
							return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
						}
						return s
					}
					for _, col := range contact.Collections {
						var want []string
						for _, v := range c.Values[col] {
							want = append(want, norm(v.Text))
						}
						if fmt.Sprintf("%q", want) != fmt.Sprintf("%q", row.Values[col].Texts) {
							t.Fatalf("%s: want %q got %q\n%q", col, want, row.Values[col].Texts, b)
						}
					}
					for i := range c.Fields {
						got := strings.Join(row.Fields[i].Texts, "|")
						want := norm(c.Fields[i].Text)
						if got != want {
							t.Fatalf("slot %d: want %q got %q\n%q", i+1, want, got, b)
						}
					}
				}
				if n != len(all) {
					t.Fatalf("%d rows of %d\n%q", n, len(all), b)
				}
			})
		})
	}
}
