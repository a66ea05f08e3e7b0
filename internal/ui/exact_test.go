package ui_test

import (
	"fmt"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
)

// Numbers and dates are told to the script wherever they are shown, so that each reader
// has them in their language. Without the script they are as they are stored.
func TestNumbersAndDatesAreToldAlike(t *testing.T) {
	w := newWorld(t)
	both := func(number, date string) contact.ID {
		id := w.make("Ada", "ada@example.com")
		w.do(&contact.Amend{Ref: id, Amendment: field(16, number)})
		w.do(&contact.Amend{Ref: id, Amendment: field(26, date)})
		return id
	}
	id, other := both("12480.50", "2024-02-29"), both("-7", "2025-03-01")
	edit := func(slot contact.Slot, text string) contact.ChangeID {
		return w.do(&contact.Amend{Ref: id, Amendment: field(slot, text)}).Change
	}
	counted, dated := edit(16, "99999.50"), edit(26, "2024-02-28")
	b := w.browse("main")
	show := func(address string, texts ...string) {
		t.Helper()
		b.get(address)
		for _, text := range texts {
			told := append(b.all("data", "class", "n", "value", text), b.all("time", "data-f", "day", "datetime", text)...)
			if len(told) == 0 || words(told[0]) != text {
				t.Errorf("%s does not tell %s: %s", address, text, b.text())
			}
		}
	}
	changes := pageOf(id) + "/changes/"
	show(pageOf(id), "99999.50", "2024-02-28")
	show(changes+counted.String(), "12480.50", "99999.50")
	show(changes+dated.String()+"/undo", "2024-02-29", "2024-02-28")
	edit(26, "2020-01-01")
	show(changes+dated.String()+"/undo", "2020-01-01") // changed since
	show("/ui/contacts?cols=profile_field_16,profile_field_26", "99999.50", "2020-01-01", "-7", "2025-03-01")
	show(fmt.Sprintf("/ui/merge?id=%d&id=%d", id, other), "99999.50", "2020-01-01", "-7", "2025-03-01")
	w.do(&contact.Merge{Survivor: id, Merged: []contact.ID{other}})
	show(fmt.Sprintf("%s/split?merged=%d", pageOf(id), other), "99999.50", "2020-01-01", "-7", "2025-03-01")
}
