package httpapi

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// The parameters of lists (CONTRACT P4, D17).
var (
	perPageParam = number("per_page", 1, book.MaxPerPage)
	cursorParam  = param{"cursor", "the cursor of an earlier answer", func(s string) bool { return s != "" && len(s) <= 200 }}
	listParams   = []param{
		localTime("start_date"), localTime("end_date"),
		{"updated_since", "a time as in 2026-01-31T14:00:00Z", func(s string) bool { _, err := time.Parse(time.RFC3339, withPlus(s)); return err == nil }},
		value("email", contact.Emails, "a valid email"), value("phone", contact.Phones, "a valid phone number"),
		perPageParam, cursorParam,
		flag("include_all_emails"), flag("include_custom_fields"), flag("use_custom_field_labels"),
	}
)

// number is a parameter that is a whole number from low to high.
func number(name string, low, high int64) param {
	form := "a whole number from " + strconv.FormatInt(low, 10) + " to " + strconv.FormatInt(high, 10)
	return param{name, form, func(s string) bool {
		n, err := strconv.ParseInt(s, 10, 64)
		return err == nil && low <= n && n <= high && strconv.FormatInt(n, 10) == s
	}}
}

func localTime(name string) param {
	return param{name, "a time as in 2026-01-31 14:00:00", func(s string) bool {
		_, err := time.Parse(time.DateTime, s)
		return err == nil && len(s) == len(time.DateTime)
	}}
}

// value is a parameter that is a value of a collection.
func value(name string, col contact.Collection, form string) param {
	return param{name, form, func(s string) bool { _, flaw := contact.ParseValue(col, withPlus(s)); return flaw == nil }}
}

// withPlus takes a space for the plus that it was typed as: unless it is written
// %2B, a plus in a query is read as a space. A phone begins with one, and a
// time has one before its offset; neither has a space there.
func withPlus(s string) string {
	if strings.HasPrefix(s, " ") {
		return "+" + s[1:]
	}
	if n := len(s); n > 6 && s[n-6] == ' ' && s[n-3] == ':' && strings.Contains(s, "T") {
		return s[:n-6] + "+" + s[n-5:]
	}
	return s
}

// perPage gives the size of a page that a checked query asks for.
func perPage(q url.Values) int {
	if n, err := strconv.Atoi(q.Get("per_page")); err == nil {
		return n
	}
	return book.DefaultPerPage
}

// listContacts answers a page of contacts (CONTRACT P4, D17).
func (a *api) listContacts(w http.ResponseWriter, r *request) error {
	q := r.URL.Query()
	l := book.List{Cursor: q.Get("cursor"), PerPage: perPage(q)}
	l.Email, _ = contact.ParseValue(contact.Emails, q.Get("email")) // "" where it was not sent
	l.Phone, _ = contact.ParseValue(contact.Phones, withPlus(q.Get("phone")))
	if t, err := time.Parse(time.RFC3339, withPlus(q.Get("updated_since"))); err == nil {
		l.UpdatedSince = max(1, contact.TimeOf(t))
	}
	start, startErr := time.Parse(time.DateTime, q.Get("start_date"))
	end, endErr := time.Parse(time.DateTime, q.Get("end_date"))
	if startErr == nil && endErr == nil && !end.After(start) {
		return fault.At("end_date", "parameter_invalid", "Send an end_date that is after the start_date.")
	}
	if startErr == nil {
		l.CreatedFrom = max(1, r.grant.Space.Earliest(start))
	}
	if endErr == nil { // inclusive: to the end of that second
		l.CreatedUntil = max(1, r.grant.Space.Latest(end)+contact.Time(time.Second/time.Microsecond))
	}
	page, err := a.book.List(r.Context(), r.grant, &l)
	if err != nil {
		return err
	}
	row := rowWriter{emails: q.Get("include_all_emails") == "1"}
	if q.Get("include_custom_fields") == "1" {
		row.fields = fieldNames(r, q)
	}
	answer(w, r, http.StatusOK, func(b []byte) []byte {
		b = append(b, `{"data":[`...)
		for i := range page.Contacts {
			if i > 0 {
				b = append(b, ',')
			}
			b = row.append(b, &page.Contacts[i])
		}
		return a.appendEnvelope(append(b, ']'), r, q, l.PerPage, page.Next, page.Prev)
	})
	return nil
}

// fieldNames gives what custom fields are called in an answer: by their labels
// where the query asks for that (CONTRACT P2).
func fieldNames(r *request, q url.Values) *contact.Labels {
	if q.Get("use_custom_field_labels") == "1" {
		return &r.grant.Space.Labels
	}
	return &contact.Labels{}
}

// rowWriter writes the rows of a list (CONTRACT P4).
type rowWriter struct {
	emails bool
	fields *contact.Labels // nil leaves the custom fields out
}

var primaryNames = [contact.NumCollections]string{"email", "phone", "name", "location"}

// primaryOrder is the order in which a row has its primaries.
var primaryOrder = [contact.NumCollections]contact.Collection{contact.Emails, contact.Names, contact.Phones, contact.Locations}

func (rw rowWriter) append(b []byte, c *contact.Contact) []byte {
	b = appendID(b, c.ID)
	for _, col := range primaryOrder {
		b = append(append(append(b, `,"`...), primaryNames[col]...), `":`...)
		text, ok := c.Primary(col)
		b = appendText(b, text, ok)
	}
	if rw.emails {
		b = appendList(b, contact.Emails, c.Values[contact.Emails])
	}
	if rw.fields != nil {
		b = appendFields(b, c, rw.fields)
	}
	return append(b, '}')
}

// appendText writes a string, or null where there is none.
func appendText(b []byte, text string, ok bool) []byte {
	if !ok {
		return append(b, "null"...)
	}
	return appendString(b, text)
}

// appendEnvelope closes an answer that is a page, which has begun with its data
// (CONTRACT P4).
func (a *api) appendEnvelope(b []byte, r *request, q url.Values, perPage int, next, prev string) []byte {
	path := a.address(r) + r.URL.EscapedPath()
	b = append(b, `,"path":`...)
	b = appendString(b, path)
	b = append(b, `,"per_page":`...)
	b = strconv.AppendInt(b, int64(perPage), 10)
	for _, c := range []struct{ name, cursor string }{{"next", next}, {"prev", prev}} {
		b = append(append(append(b, `,"`...), c.name...), `_cursor":`...)
		b = appendText(b, c.cursor, c.cursor != "")
		b = append(append(append(b, `,"`...), c.name...), `_page_url":`...)
		link := ""
		if c.cursor != "" {
			q.Set("cursor", c.cursor)
			link = path + "?" + q.Encode()
		}
		b = appendText(b, link, link != "")
	}
	return append(b, '}')
}

// address gives the scheme and host that the client sees.
func (a *api) address(r *request) string {
	if a.publicURL != "" {
		return a.publicURL
	}
	return "http://" + r.Host
}
