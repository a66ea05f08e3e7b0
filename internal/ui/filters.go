package ui

import (
	"net/url"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
)

// filtersView is what narrows the contacts that a page is about, and the forms that add to it.
type filtersView struct {
	At, Words string // the path of the page, and the words of its buttons
	Changes   bool   // it can be narrowed by the latest change
	Chips     []chip
	Kept      []field // what the form of the days keeps of the address
	Filter    filterForm
	KeptAll   []field        // and that of the conditions
	Fields    []choice       // that a condition can be about; nil where there are enough of them
	Adding    *conditionForm // nil where no field is chosen
}

// chip is a filter, or an order, that is on or can be.
type chip struct {
	Name, Text, To string
	On             bool
}

// field is a field of a form that nobody sees.
type field struct{ Name, Value string }

// filterForm holds the dates that the list is narrowed by.
type filterForm struct{ Since, Start, End string }

// narrowing gives what narrows the list, as the address of a page has it.
func (q *listQuery) narrowing() url.Values {
	all := url.Values{}
	for name, value := range map[string]string{"q": q.look, "since": q.filter.Since, "start": q.filter.Start, "end": q.filter.End, filtersName: q.asks.Get(filtersName)} {
		if value != "" {
			all.Set(name, value)
		}
	}
	return all
}

// filters gives what narrows a page.
func (v *visit) filters(q *listQuery, adding *conditionForm) (f filtersView, err error) {
	f = filtersView{At: v.URL.Path, Words: "Show these", Filter: q.filter, Kept: v.kept("q", "sort", "cols", filtersName), Adding: adding}
	if f.Chips, err = v.whereChips(q); err != nil {
		return f, err
	}
	f.Chips = append(f.Chips, v.chips(q)...)
	if len(q.list.Where) < contact.MaxConditions {
		f.KeptAll = v.kept("q", "sort", "cols", "since", "start", "end", filtersName)
		for i := range contact.NumSlots {
			f.Fields = append(f.Fields, choice{Key: contact.SlotAt(i).String(), Label: v.label(contact.SlotAt(i))})
		}
	}
	return f, nil
}

// chips are what narrows the list, but for its conditions: each leads to the list without it.
func (v *visit) chips(q *listQuery) []chip {
	var all []chip
	on := func(name, text, param string) {
		all = append(all, chip{name, text, v.address(param, "", "cursor", "", "done", ""), true})
	}
	if q.look != "" {
		on("Looked up", shortened(q.look), "q")
	}
	for _, d := range []struct{ name, text, param string }{
		{"Changed since", q.filter.Since, "since"}, {"Made from", q.filter.Start, "start"}, {"Made until", q.filter.End, "end"},
	} {
		if d.text != "" {
			on(d.name, dayText(d.text), d.param)
		}
	}
	return all
}

// orderChip turns the order of the list around.
func (v *visit) orderChip(q *listQuery) chip {
	if q.list.LatestFirst {
		return chip{"Latest change first", "", v.address("sort", "", "cursor", "", "done", ""), true}
	}
	return chip{Name: "Latest change first", To: v.address("sort", "change", "cursor", "", "done", "")}
}

// dayText gives a day as chips have it.
func dayText(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("2 Jan 2006")
}

// howMany says how many contacts a list has, whatever its page is: "10,000+ contacts" where there
// are so many at least.
func (v *visit) howMany(q *listQuery) (string, error) {
	n, exact, err := v.ui.book.Count(v.Context(), v.grant, &q.list)
	text := grouped(n)
	switch {
	case !exact:
		text += "+ contacts"
	case n == 1:
		text += " contact"
	default:
		text += " contacts"
	}
	return text, err
}

// grouped writes a number as people read it.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
