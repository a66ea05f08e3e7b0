package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Row is a contact in a list: its primary values, nil where there is none.
type Row struct {
	ID           int64        `json:"id"`
	Email        *string      `json:"email"`
	Name         *string      `json:"name"`
	Phone        *string      `json:"phone"`
	Location     *string      `json:"location"`
	Emails       []string     `json:"emails,omitzero"` // all of them, with Query.AllEmails
	Phones       []string     `json:"phones,omitzero"` // these, and Emails too, with Query.AllValues
	Names        []string     `json:"names,omitzero"`
	Locations    []string     `json:"locations,omitzero"`
	CustomFields CustomFields `json:"custom_fields,omitzero"` // all 30, with Query.CustomFields
	DeletedAt    time.Time    `json:"deleted_at,omitzero"`    // with Query.Deleted, to the microsecond, UTC
	ChangeID     string       `json:"change_id,omitzero"`     // with Query.Deleted: the change that deleted it
}

// Query says which contacts to list and how. The zero Query lists all, newest
// first.
type Query struct {
	// Start and End bound the time of creation, both inclusive, as
	// "2026-01-31 14:00:00" in the Space's time zone. nil is no bound; a text
	// that came to nothing is refused, here and below.
	Start, End *string
	// UpdatedSince lists only contacts that changed at that moment or later, in
	// the order of their newest changes, oldest first: one that changes while
	// you walk comes again and is never missed. nil is no bound.
	UpdatedSince *time.Time
	// Email and Phone find contacts that have such a value, primary or not,
	// compared as the server compares them. nil is any: new(text) is one.
	Email, Phone *string
	// Search finds contacts by words, or by a number or a part of it, the best first. It
	// does not go with UpdatedSince. nil is all.
	Search *string
	// Where finds contacts of which all of these hold, at most ten. nil is any; an
	// empty list is refused.
	Where []Condition
	// Deleted lists the contacts that were deleted, and no others. It goes with
	// neither UpdatedSince, Email, Phone, Search nor Where.
	Deleted bool

	AllEmails    bool // rows have Emails
	AllValues    bool // rows have Emails, Phones, Names and Locations
	CustomFields bool // rows have CustomFields
	Labels       bool // custom fields are under their labels, where they have one

	Paging
}

// Paging asks for one page of a list.
type Paging struct {
	PerPage int    // 1 to 5,000; 0 is 200
	Cursor  string // Page.NextCursor or PrevCursor of an answer to the same query; "" for the first page
}

// Page is a page of a list. Cursors and URLs are "" where there is nothing in
// their direction. A page may be shorter than was asked for, or empty, though the
// list goes on: only NextCursor tells.
type Page[T any] struct {
	Data        []T    `json:"data"`
	Path        string `json:"path"` // the URL of the list, without its query
	PerPage     int    `json:"per_page"`
	NextCursor  string `json:"next_cursor"`
	NextPageURL string `json:"next_page_url"`
	PrevCursor  string `json:"prev_cursor"`
	PrevPageURL string `json:"prev_page_url"`
}

// List reads one page of contacts.
func (c *Client) List(ctx context.Context, q Query) (Page[Row], error) {
	var page Page[Row]
	_, err := c.do(ctx, &request{method: http.MethodGet, path: "/contacts", query: q.values()}, &page)
	return page, err
}

// ContactCount is how many contacts a list has.
type ContactCount struct {
	Count int  `json:"count"`
	Exact bool `json:"exact"` // false: there are so many at least
}

// Count tells how many contacts Query narrows the list to, whatever its page and its rows
// are. The server counts up to 10,000, and looks at 50,000 at most.
func (c *Client) Count(ctx context.Context, q Query) (n ContactCount, err error) {
	narrowed := Query{Start: q.Start, End: q.End, UpdatedSince: q.UpdatedSince, Email: q.Email, Phone: q.Phone, Where: q.Where, Deleted: q.Deleted}
	_, err = c.do(ctx, &request{method: http.MethodGet, path: "/contacts/count", query: narrowed.values()}, &n)
	return n, err
}

// All lists contacts from the page of q on to the end, asking for page after
// page. The pages are stable while contacts are created. An error is the last
// thing that it gives.
func (c *Client) All(ctx context.Context, q Query) iter.Seq2[Row, error] {
	return pages(q.Cursor, func(cursor string) (Page[Row], error) {
		q.Cursor = cursor
		return c.List(ctx, q)
	})
}

// pages gives what is on a page and on all that follow it.
func pages[T any](cursor string, load func(cursor string) (Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for at := cursor; ; {
			page, err := load(at)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page.Data {
				if !yield(item, nil) {
					return
				}
			}
			if at = page.NextCursor; at == "" {
				return
			}
		}
	}
}

func (q *Query) values() url.Values {
	v := q.Paging.values()
	for name, filter := range map[string]*string{"start_date": q.Start, "end_date": q.End, "email": q.Email, "phone": q.Phone, "q": q.Search} {
		if filter != nil {
			v.Set(name, *filter)
		}
	}
	if q.UpdatedSince != nil {
		v.Set("updated_since", q.UpdatedSince.UTC().Format(time.RFC3339Nano))
	}
	if q.Where != nil {
		v.Set("custom_field_filters", conditionsText(q.Where))
	}
	for name, on := range map[string]bool{
		"deleted": q.Deleted, "include_all_emails": q.AllEmails, "include_all_values": q.AllValues, "include_custom_fields": q.CustomFields, "use_custom_field_labels": q.Labels,
	} {
		if on {
			v.Set(name, "1")
		}
	}
	return v
}

func (p *Paging) values() url.Values {
	v := url.Values{}
	if p.PerPage != 0 {
		v.Set("per_page", strconv.Itoa(p.PerPage))
	}
	set(v, "cursor", p.Cursor)
	return v
}

func set(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}
