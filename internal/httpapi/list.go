package httpapi

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/wire"
)

// The parameters of lists (CONTRACT P4, D17).
var (
	perPageParam = number("per_page", 1, book.MaxPerPage, func(q *asked, n int64) { q.perPage = int(n) })
	cursorParam  = param{"cursor", "the cursor of an earlier answer", func(q *asked, v *sent) error {
		q.cursor = v.text
		return formed(v.text != "" && len(v.text) <= 200)
	}}
	searchParam = param{"q", "1 to 200 characters to look for", func(q *asked, v *sent) error {
		v.text = phoneTyped(v)
		search, flaw := contact.ParseSearch(v.text)
		if flaw != nil {
			return errors.New(flaw.Message)
		}
		q.search = &search
		return nil
	}}
	narrowingParams = []param{
		localTime("start_date", func(q *asked) **time.Time { return &q.start }),
		localTime("end_date", func(q *asked) **time.Time { return &q.end }),
		moment("updated_since", func(q *asked) *contact.Time { return &q.updatedSince }),
		value("email", contact.Emails, "a valid email", emailTyped, func(q *asked) *string { return &q.email }),
		value("phone", contact.Phones, "a valid phone number", phoneTyped, func(q *asked) *string { return &q.phone }),
		searchParam,
		{filtersName, "conditions on custom fields", func(q *asked, v *sent) error {
			q.filters = v.text
			return nil // filter reads it, which knows the labels
		}},
		flag("deleted", func(q *asked) *bool { return &q.deleted }),
	}
	listParams = append(slices.Clone(narrowingParams),
		perPageParam, cursorParam,
		flag("include_all_emails", func(q *asked) *bool { return &q.allEmails }),
		flag("include_all_values", func(q *asked) *bool { return &q.allValues }),
		flag("include_custom_fields", func(q *asked) *bool { return &q.customFields }),
		labelsParam, numbersParam,
	)
)

const filtersName = "custom_field_filters"

// filter reads the conditions that are asked for (CONTRACT P5).
func (q *asked) filter(r *request) (contact.Filter, error) {
	if _, sent := r.params[filtersName]; !sent {
		return nil, nil
	}
	filter, problems := wire.ReadFilter(filtersName, []byte(q.filters), &r.grant.Space.Labels)
	for i := range problems {
		problems[i].Code = fault.CodeParameterInvalid // as of all parameters
	}
	return filter, fault.Problems(problems)
}

// number is a parameter that is a whole number from low to high.
func number(name string, low, high int64, set func(*asked, int64)) param {
	form := "a whole number from " + strconv.FormatInt(low, 10) + " to " + strconv.FormatInt(high, 10)
	return param{name, form, func(q *asked, v *sent) error {
		n, err := strconv.ParseInt(v.text, 10, 64)
		set(q, n)
		return formed(err == nil && low <= n && n <= high && strconv.FormatInt(n, 10) == v.text)
	}}
}

// moment is a parameter that is a time with its zone.
func moment(name string, into func(*asked) *contact.Time) param {
	return param{name, "a time as in 2026-01-31T14:00:00Z", func(q *asked, v *sent) error {
		t, err := time.Parse(time.RFC3339, v.plain) // no space belongs there
		*into(q) = max(1, contact.TimeOf(t))
		return formed(err == nil)
	}}
}

func localTime(name string, into func(*asked) **time.Time) param {
	return param{name, "a time as in 2026-01-31 14:00:00", func(q *asked, v *sent) error {
		t, err := time.Parse(time.DateTime, v.text)
		*into(q) = &t
		return formed(err == nil && len(v.text) == len(time.DateTime))
	}}
}

// value is a parameter that is a value of a collection, as typed gives it.
func value(name string, col contact.Collection, form string, typed func(*sent) string, into func(*asked) *string) param {
	return param{name, form, func(q *asked, v *sent) error {
		text, flaw := contact.ParseValue(col, typed(v))
		*into(q), v.text = text, text
		switch {
		case flaw == nil:
			return nil
		case flaw.Code == fault.CodeTextEmpty:
			return errForm
		default:
			return errors.New(flaw.Message)
		}
	}}
}

// emailTyped gives an email as it was typed: no email has a space in it.
func emailTyped(v *sent) string { return v.plain }

// phoneTyped gives a phone as it was typed: a + before its first digit is one,
// unless a %2B is there too; further on it is a space.
func phoneTyped(v *sent) string {
	end := strings.IndexFunc(v.text, unicode.IsDigit)
	if end < 0 || strings.Contains(v.text[:end], "+") {
		return v.text
	}
	return v.plain[:end] + v.text[end:]
}

// pageSize gives the size of the page that is asked for.
func (q *asked) pageSize() int {
	if q.perPage == 0 {
		return book.DefaultPerPage
	}
	return q.perPage
}

// list gives the list that is asked for.
func (q *asked) list(r *request) (l book.List, err error) {
	l = book.List{Cursor: q.cursor, PerPage: q.pageSize(), Deleted: q.deleted, Email: q.email, Phone: q.phone, UpdatedSince: q.updatedSince, Search: q.search}
	if err := q.checkTogether(); err != nil {
		return l, err
	}
	if l.Where, err = q.filter(r); err != nil {
		return l, err
	}
	if q.start != nil && q.end != nil && !q.end.After(*q.start) {
		return l, fault.At("end_date", fault.CodeParameterInvalid, "Send an end_date that is after the start_date.")
	}
	l.CreatedFrom, l.CreatedUntil = createdBounds(&r.grant.Space, q.start, q.end)
	return l, nil
}

// countContacts answers how many contacts a list has (CONTRACT D39).
func (a *api) countContacts(w http.ResponseWriter, r *request) error {
	l, err := r.asked.list(r)
	if err != nil {
		return err
	}
	n, exact, err := a.book.Count(r.Context(), r.grant, &l)
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		return b.open('{').member("count").integer(int64(n)).member("exact").boolean(exact).end('}')
	})
	return nil
}

// listContacts answers a page of contacts (CONTRACT P4, D17).
func (a *api) listContacts(w http.ResponseWriter, r *request) error {
	q := &r.asked
	l, err := q.list(r)
	if err != nil {
		return err
	}
	page, err := a.book.List(r.Context(), r.grant, &l)
	if err != nil {
		return err
	}
	var row rowWriter
	for _, col := range contact.Collections {
		if q.allValues || q.allEmails && col == contact.Emails {
			row.whole = append(row.whole, col)
		}
	}
	if q.customFields {
		row.fields = fieldLook(r)
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = b.open('{').member("data").open('[')
		for i := range page.Contacts {
			b = row.write(b, &page.Contacts[i])
			if page.Deletions != nil {
				b = b.member("deleted_at").moment(page.Deletions[i].At)
				b = b.member("change_id").text(page.Deletions[i].Change.String())
			}
			b = b.end('}')
		}
		return a.endPage(b.end(']'), r, l.PerPage, page.Next, page.Prev)
	})
	return nil
}

// checkTogether refuses what finds no deleted contact (CONTRACT D31), and an order that is
// not that of what is found best (CONTRACT D39).
func (q *asked) checkTogether() error {
	var bad []fault.Problem
	without := func(sent bool, name, why string) {
		if q.deleted && sent {
			bad = append(bad, fault.Problem{Path: name, Code: fault.CodeParameterInvalid, Message: "Leave out " + name + " where deleted is 1: " + why})
		}
	}
	without(q.email != "", "email", "a deleted contact is found by no value.")
	without(q.phone != "", "phone", "a deleted contact is found by no value.")
	without(q.filters != "", filtersName, "a deleted contact is found by no value.")
	without(q.search != nil, "q", "a deleted contact is found by no word.")
	if q.search != nil && q.updatedSince != 0 {
		bad = append(bad, fault.Problem{Path: "updated_since", Code: fault.CodeParameterInvalid,
			Message: "Leave out updated_since where q is sent: what is found comes in the order of how well it fits."})
	}
	without(q.updatedSince != 0, "updated_since", "each row says when the contact was deleted.")
	return fault.Problems(bad)
}

// rowWriter writes the rows of a list (CONTRACT P4).
type rowWriter struct {
	whole  []contact.Collection // of which it has all values too
	fields *look                // nil leaves the custom fields out
}

var primaryNames = [contact.NumCollections]string{"email", "phone", "name", "location"}

// primaryOrder is the order in which a row has its primaries.
var primaryOrder = [contact.NumCollections]contact.Collection{contact.Emails, contact.Names, contact.Phones, contact.Locations}

// write begins a row.
func (rw rowWriter) write(b jsonText, c *contact.Contact) jsonText {
	b = b.contactID(c.ID)
	for _, col := range primaryOrder {
		b = b.member(primaryNames[col]).textIf(c.Primary(col))
	}
	for _, col := range rw.whole {
		b = b.values(col, c.Values[col])
	}
	if rw.fields != nil {
		b = b.fields(c, rw.fields)
	}
	return b
}

// endPage ends an answer that is a page, which has begun with its data
// (CONTRACT P4).
func (a *api) endPage(b jsonText, r *request, perPage int, next, prev string) jsonText {
	b = b.member("path").text(a.listAddress(r))
	b = b.member("per_page").integer(int64(perPage))
	for _, c := range []struct{ name, cursor string }{{"next", next}, {"prev", prev}} {
		link := ""
		if c.cursor != "" {
			link = a.link(r, "cursor", c.cursor)
		}
		b = b.member(c.name+"_cursor").textIf(c.cursor, c.cursor != "")
		b = b.member(c.name+"_page_url").textIf(link, link != "")
	}
	return b.end('}')
}

// address gives the scheme and host that the client sees.
func (a *api) address(r *request) string {
	if a.publicURL != "" {
		return a.publicURL
	}
	return "http://" + r.Host
}
