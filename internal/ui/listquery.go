package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/wire"
)

// listQuery is what the address of the list asks for. The address is the saved view.
type listQuery struct {
	look    string     // what was looked up, as it was typed
	id      contact.ID // that it may name; 0 for none
	note    string     // why nothing can be looked up by it; "" for no reason
	filter  filterForm
	columns []column
	list    book.List
	asks    url.Values // the same, as the API asks for it
}

var errDays = &trouble{http.StatusUnprocessableEntity, "A day is not as it must be", "Write days as in 2026-01-31. Nothing was changed.", "/ui/contacts", "All contacts"}

// listQuery reads the address.
func (v *visit) listQuery() (*listQuery, error) {
	q := &listQuery{
		look: strings.TrimSpace(v.Form.Get("q")), columns: v.columns(), asks: url.Values{},
		list:   book.List{PerPage: contactsAtOnce, Cursor: v.Form.Get("cursor"), LatestFirst: v.Form.Get("sort") == "change"},
		filter: filterForm{Since: v.Form.Get("since"), Start: v.Form.Get("start"), End: v.Form.Get("end")},
	}
	if err := v.readDays(q); err != nil {
		return nil, err
	}
	q.readLook()
	return q, v.readWhere(q)
}

// readDays reads the bounds. A day is one of the Space's zone, from its first moment to
// its last, as the API has its dates.
func (v *visit) readDays(q *listQuery) error {
	space, day := &v.grant.Space, [3]time.Time{}
	for i, text := range []string{q.filter.Since, q.filter.Start, q.filter.End} {
		if text == "" {
			continue
		}
		var err error
		if day[i], err = time.Parse(time.DateOnly, text); err != nil {
			return errDays
		}
	}
	if since := day[0]; !since.IsZero() {
		q.list.UpdatedSince = max(1, space.Earliest(since))
		q.asks.Set("updated_since", q.list.UpdatedSince.Std().Format(time.RFC3339))
	}
	if start := day[1]; !start.IsZero() {
		q.list.CreatedFrom = max(1, space.Earliest(start))
		q.asks.Set("start_date", start.Format(time.DateTime))
	}
	if end := day[2]; !end.IsZero() {
		last := end.Add(24*time.Hour - time.Second)
		q.list.CreatedUntil = max(1, space.Latest(last)+contact.Time(time.Second/time.Microsecond))
		q.asks.Set("end_date", last.Format(time.DateTime))
	}
	return nil
}

// readLook takes what was typed for what it looks like: an id, or else something to search
// for (CONTRACT D39). A number may be either, and is an id first. An email that search may
// not know, as its domain can be written in two ways, is looked up as such.
func (q *listQuery) readLook() {
	if q.look == "" {
		return
	}
	number, hash := strings.CutPrefix(q.look, "#")
	if id, ok := wire.ParseID(number); ok {
		q.id = id
	}
	if hash {
		if q.id == 0 {
			q.note = "An id is a number, as in #7."
		}
		return
	}
	if email, flaw := contact.ParseValue(contact.Emails, q.look); flaw == nil && q.id == 0 && hasOtherForm(email) {
		q.list.Email = email
		q.asks.Set("email", email)
		return
	}
	search, flaw := contact.ParseSearch(q.look)
	switch {
	case flaw != nil && q.id == 0:
		q.note = flaw.Message
	case flaw != nil:
	case q.list.UpdatedSince != 0:
		q.note = "What is looked up comes in the order of how well it fits: take \"Changed since\" off for that."
	default:
		q.list.Search, q.list.LatestFirst = &search, false
		q.asks.Set("q", q.look)
	}
}

// readWho takes what was typed for whom it names: by an id, an email or a phone. A number may
// be either of the last two, and is an id first.
func (q *listQuery) readWho() {
	if q.look == "" {
		return
	}
	number, hash := strings.CutPrefix(q.look, "#")
	if id, ok := wire.ParseID(number); ok {
		q.id = id
	}
	col := contact.Phones
	if strings.Contains(q.look, "@") {
		col = contact.Emails
	}
	text, flaw := contact.ParseValue(col, q.look)
	switch {
	case hash && q.id == 0:
		q.note = "An id is a number, as in #7."
	case hash:
	case flaw == nil && col == contact.Emails:
		q.list.Email = text
	case flaw == nil && strings.ContainsFunc(text, unicode.IsDigit):
		q.list.Phone = text
	case q.id == 0:
		q.note = "Name one contact: by a whole email, a phone number, or an id as in #7."
	}
}

// hasOtherForm tells whether the domain of an email is one that can be written in Unicode and
// in ASCII.
func hasOtherForm(email string) bool {
	return strings.Contains(strings.ToLower(email), "xn--") || strings.ContainsFunc(email, func(r rune) bool { return r > unicode.MaxASCII })
}

// narrows tells whether the list leaves any out.
func (q *listQuery) narrows() bool { return q.narrowsBeside() || len(q.list.Where) > 0 }

// narrowsBeside tells whether it does by anything but conditions on custom fields.
func (q *listQuery) narrowsBeside() bool {
	return q.look != "" || q.list.UpdatedSince != 0 || q.list.CreatedFrom != 0 || q.list.CreatedUntil != 0
}

// request is the list as the API is asked for it. It has no order by the latest change:
// there the same contacts come, the latest last.
func (q *listQuery) request() request {
	asks := url.Values{"per_page": {strconv.Itoa(contactsAtOnce)}}
	for name, values := range q.asks {
		asks[name] = values
	}
	switch {
	case q.list.LatestFirst && q.list.UpdatedSince == 0:
		asks.Set("updated_since", "1970-01-01T00:00:00Z")
	case !q.list.LatestFirst && q.list.Cursor != "":
		asks.Set("cursor", q.list.Cursor)
	}
	return request{path: "/contacts", query: asks}
}

// kept gives what a form of the page keeps of the address.
func (v *visit) kept(names ...string) []field {
	var all []field
	for _, name := range names {
		for _, value := range v.Form[name] {
			if value != "" {
				all = append(all, field{name, value})
			}
		}
	}
	return all
}

// columns gives the columns that the address names, or those that are shown unless
// others are named.
func (v *visit) columns() []column {
	named := v.Form["cols"]
	if len(named) == 0 {
		named = usualColumns
	}
	var keys []string
	for _, some := range named {
		keys = append(keys, strings.Split(some, ",")...)
	}
	var all []column
	for _, c := range v.allColumns() {
		if slices.Contains(keys, c.key) {
			all = append(all, c)
		}
	}
	return all
}
