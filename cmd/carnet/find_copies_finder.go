package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/carnet-project/carnet/api"
)

// copyFinder finds where the values of a contact stand elsewhere. What it remembers is bound:
// of each value mostPlaces.
type copyFinder struct {
	own   *ownValues
	at    map[int64][]foundCopy // by contact
	found int
}

// mostPlaces is in how many places a value may stand and be listed: what is in more is a
// country or a plan, and tells of nobody.
const mostPlaces = 1000

// foundCopy is where a value stands, or stood.
type foundCopy struct {
	field  string
	value  int // in own.values
	whole  bool
	change string // "" where it was not found in the history
	held   bool   // it stands there now
}

const reasonField = "reason"

// change looks at a change of the Space. What goes by an erasure is passed over: what was
// written to the contact, or through its ids, and what others took from it by merges.
func (f *copyFinder) change(ch *api.Change) {
	if ch.Forgotten() || f.own.ids[ch.ContactID] || ch.Ref != nil && f.own.ids[*ch.Ref] {
		return
	}
	if ch.Reason != nil {
		for value, whole := range f.own.in(reasonField, *ch.Reason) {
			f.add(ch.ContactID, foundCopy{reasonField, value, whole, ch.ID, true})
		}
	}
	merged := slices.ContainsFunc(ch.MergedIDs, func(id int64) bool { return f.own.ids[id] })
	for field, l := range listsOf(&ch.Changes) {
		f.edit(ch, field, l.Added, l.After, merged)
	}
	for field, edit := range ch.Changes.CustomFields {
		f.edit(ch, field, textOf(edit.After), textOf(edit.After), merged)
	}
}

func textOf(value any) []string {
	if text, ok := value.(string); ok {
		return []string{text}
	}
	return nil
}

// edit looks at what a change did to one field.
func (f *copyFinder) edit(ch *api.Change, field string, added, after []string, merged bool) {
	if len(f.at[ch.ContactID]) > 0 {
		now := f.in(field, after)
		for i := range f.at[ch.ContactID] {
			if c := &f.at[ch.ContactID][i]; c.field == field {
				_, c.held = now[c.value]
			}
		}
	}
	if !merged {
		for value, whole := range f.in(field, added) {
			f.add(ch.ContactID, foundCopy{field, value, whole, ch.ID, true})
		}
	}
}

func (f *copyFinder) in(field string, texts []string) map[int]bool {
	all := map[int]bool{}
	for _, text := range texts {
		for value, whole := range f.own.in(field, text) {
			all[value] = all[value] || whole
		}
	}
	return all
}

// add remembers a place. Of a field only the first is, of reasons each.
func (f *copyFinder) add(id int64, c foundCopy) {
	known := func(k foundCopy) bool { return k.field == c.field && k.value == c.value && c.field != reasonField }
	if slices.ContainsFunc(f.at[id], known) {
		return
	}
	f.found++
	v := &f.own.values[c.value]
	if v.places++; v.places <= mostPlaces {
		f.at[id] = append(f.at[id], c)
	}
}

// phones has the server look for the phones: it alone knows by which region those are
// compared that are typed without a country.
func (f *copyFinder) phones(ctx context.Context, client *api.Client) error {
	for value := range f.own.values {
		v := &f.own.values[value]
		if v.field != "phones" {
			continue
		}
		for row, err := range client.All(ctx, api.Query{Phone: &v.text, Paging: api.Paging{PerPage: allPerPage}}) {
			if err != nil {
				return err
			}
			if v.places > mostPlaces {
				break
			}
			if !f.own.ids[row.ID] {
				f.add(row.ID, foundCopy{"phones", value, true, "", true})
			}
		}
	}
	return nil
}

// records gives what was found, in the order of the contacts, and what was found in too
// many places behind that.
func (f *copyFinder) records() []foundRecord {
	records := []foundRecord{}
	for id, list := range f.at {
		for _, c := range list {
			if f.own.values[c.value].places > mostPlaces {
				continue
			}
			r := foundRecord{ContactID: &id, Where: "history", Field: &c.field, ChangeID: orNull(c.change), Of: f.own.values[c.value].field, Whole: c.whole, Places: 1}
			switch {
			case c.field == reasonField:
				r.Where = reasonField
			case c.held:
				r.Where = "contact"
			}
			records = append(records, r)
		}
	}
	slices.SortStableFunc(records, func(a, b foundRecord) int {
		return cmp.Or(cmp.Compare(*a.ContactID, *b.ContactID), cmp.Compare(*a.Field, *b.Field), cmp.Compare(a.Of, b.Of), cmp.Compare(cellOf(a.ChangeID), cellOf(b.ChangeID)))
	})
	for _, v := range f.own.values {
		if v.places > mostPlaces {
			records = append(records, foundRecord{Where: "many", Of: v.field, Whole: true, Places: v.places})
		}
	}
	return records
}
