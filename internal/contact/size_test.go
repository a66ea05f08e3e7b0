package contact

import (
	"fmt"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/fault"
)

// CONTRACT D5: the largest contact that can be written at once fits into a body,
// escaped.
func TestLargestContactFits(t *testing.T) {
	c := full(1)
	if err := checkSize(&c, "x"); err != nil {
		t.Error(err)
	}
}

// CONTRACT D15: a merge, or a PUT after one, that would leave a contact which no
// PUT could send back is refused.
func TestContactsStaySendable(t *testing.T) {
	a := full(1)
	for id := ID(2); ; id++ {
		b := full(id)
		entries, err := does(&Merge{Survivor: 1, Merged: []ID{id}}, seen(Seq(id), &a, &b))
		if fault.KindOf(err) == fault.Invalid {
			break
		}
		if err != nil || id > 10 {
			t.Fatalf("after %d merges: %v", id, err)
		}
		a = entries[0].Contact
	}
	if err := checkSize(&a, "x"); err != nil {
		t.Error("a merge went too far")
	}
	var p Patch
	for _, col := range []Collection{Names, Locations} {
		p.Values[col].Sent = true
		for i := range len(a.Values[col]) {
			p.Values[col].Texts = append(p.Values[col].Texts, fmt.Sprint(i)+strings.Repeat("😀", 490))
		}
	}
	if len(a.Values[Names]) < 300 {
		t.Fatalf("only %d names to put", len(a.Values[Names]))
	}
	if _, err := does(&Put{Ref: 1, Patch: p}, seen(99, &a)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a PUT that makes it too large: %v", err)
	}
}

// FAULT F1: what a contact may take counts where its values came from, so that merges
// which bring nothing but origins end, too.
func TestOriginsCountInTheSize(t *testing.T) {
	with := func(origins int) Contact {
		c := full(1)
		for _, col := range []Collection{Names, Locations, Emails, Phones} {
			c.Values[col] = nil
			for i := range MaxMerged {
				v := Value{Text: fmt.Sprintf("%s %d", col, i)}
				for id := range origins {
					v.Origins = append(v.Origins, Origin{ID(id + 1), 1})
				}
				c.Values[col] = append(c.Values[col], v)
			}
		}
		return c
	}
	few, many := with(1), with(MaxOrigins)
	if err := checkSize(&few, "x"); err != nil {
		t.Error(err)
	}
	if err := checkSize(&many, "x"); codeOf(err) != "contact_too_large" {
		t.Errorf("%d values with %d origins each: %v", NumCollections*MaxMerged, MaxOrigins, err)
	}
	// A merge of contacts that hold the same values.
	half, other := with(MaxOrigins/2), with(MaxOrigins/2)
	other.ID = 2
	for _, list := range other.Values {
		for i := range list {
			for n := range list[i].Origins {
				list[i].Origins[n].Contact += MaxOrigins
			}
		}
	}
	if err := checkSize(&half, "x"); err != nil {
		t.Error(err)
	}
	if _, err := does(&Merge{Survivor: 1, Merged: []ID{2}}, seen(9, &half, &other)); codeOf(err) != "contact_too_large" {
		t.Errorf("a merge that brings origins alone: %v", err)
	}
}

// full has as much as one write can hold, in characters that are two UTF-16
// units each in slots, and short of that in lists for some merges to fit.
func full(id ID) Contact {
	c := Contact{ID: id, Version: 1}
	for _, col := range []Collection{Names, Locations} {
		for i := range MaxValues {
			c.Values[col] = append(c.Values[col], Value{Text: fmt.Sprintf("%d of %d ", i, id) + strings.Repeat("é", 100), Origins: []Origin{{id, 1}}})
		}
	}
	for slot := range 15 {
		c.Fields[slot] = Value{Text: strings.Repeat("😀", maxFieldLength), Origins: []Origin{{1, 1}}}
	}
	return c
}
