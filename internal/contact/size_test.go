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
		d, err := Merge(&a, &b, "", Stamp{Seq: Seq(id)})
		if fault.KindOf(err) == fault.Invalid {
			break
		}
		if err != nil || id > 10 {
			t.Fatalf("after %d merges: %v", id, err)
		}
		a = d.Contacts[0]
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
	if _, err := Put(&a, &p, Stamp{Seq: 99}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a PUT that makes it too large: %v", err)
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
