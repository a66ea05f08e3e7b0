package book

import (
	"context"
	"fmt"
	"runtime"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// How many rows a page has (CONTRACT P4).
const (
	DefaultPerPage = 200
	MaxPerPage     = 5000
)

// List says which contacts to list, and which page of them. The zero List,
// but for PerPage, is the first page of all that are not deleted.
type List struct {
	Deleted      bool         // those that are; by neither UpdatedSince, LatestFirst, Email, Phone nor Where
	CreatedFrom  contact.Time // inclusive; 0 for no bound
	CreatedUntil contact.Time // exclusive; 0 for no bound
	UpdatedSince contact.Time // inclusive; 0 for no bound; orders by the newest change, oldest first
	LatestFirst  bool         // in the order of the newest changes, latest first
	Email, Phone string       // as ParseValue gives them; "" for any
	Where        contact.Filter
	// Search says what they are found by, the best first: by neither Deleted, UpdatedSince
	// nor LatestFirst; nil for all.
	Search  *contact.Search
	Cursor  string // of an answer to the same query
	PerPage int    // 1 to MaxPerPage
}

// ListPage is a page of contacts: newest id first, or with Search the best first, or with UpdatedSince in the
// order of their newest changes, so that one that changes while the list is
// walked comes again and is never missed; with LatestFirst it is behind whoever
// walks by then. A page is shorter than asked for, or
// empty, where contacts are large or few of those looked at are of the list: it
// goes on all the same. A cursor is "" where there is nothing in its direction.
type ListPage struct {
	Contacts   []contact.Contact
	Deletions  []Deletion // of each contact, where they are deleted
	Next, Prev string
}

// Deletion tells when a contact was deleted, and by which write.
type Deletion struct {
	At     contact.Time
	Change contact.ChangeID
}

// List gives a page of the contacts of a Space (CONTRACT P4, D17). It needs
// contacts:read.
func (b *Book) List(ctx context.Context, g access.Grant, l *List) (ListPage, error) {
	if err := g.Allow(access.Read); err != nil {
		return ListPage{}, err
	}
	secret, err := b.cursorSecret(ctx)
	if err != nil {
		return ListPage{}, err
	}
	q := b.queryOf(g, l)
	name := listName{
		space: g.Space.ID,
		query: fmt.Sprintf("contacts %t %d %d %d %q %q", l.Deleted, l.CreatedFrom, l.CreatedUntil, l.UpdatedSince, l.Email, l.Phone),
		dated: l.CreatedFrom != 0 || l.CreatedUntil != 0,
	}
	if l.LatestFirst {
		name.query += " latest"
	}
	if len(l.Where) > 0 {
		name.query += " where " + l.Where.String()
	}
	if l.Search != nil {
		name.query += fmt.Sprintf(" q %q", l.Search.Text())
	}
	at, err := name.place(secret, l.Cursor)
	if err != nil {
		return ListPage{}, err
	}
	page, err := b.store.List(ctx, q, at, l.PerPage)
	if err != nil {
		return ListPage{}, err
	}
	answer := ListPage{Contacts: page.Rows, Next: name.cursor(secret, page.Next), Prev: name.cursor(secret, page.Prev)}
	for _, d := range page.Deletions {
		answer.Deletions = append(answer.Deletions, Deletion{d.At, contact.ChangeID{Space: g.Space.ID, Op: d.Op}})
	}
	return answer, nil
}

// queryOf gives what the store is asked for by a list.
func (b *Book) queryOf(g access.Grant, l *List) store.Query {
	q := store.Query{Space: g.Space.ID, Deleted: l.Deleted, CreatedFrom: l.CreatedFrom, CreatedUntil: l.CreatedUntil, UpdatedSince: l.UpdatedSince, LatestFirst: l.LatestFirst}
	if l.Email != "" {
		q.Keys = append(q.Keys, keyOf(contact.Emails, l.Email, g))
	}
	if l.Phone != "" {
		q.Keys = append(q.Keys, keyOf(contact.Phones, l.Phone, g))
	}
	if len(l.Where) > 0 {
		q.Where, q.Today = l.Where, g.Space.Day(b.now())
	}
	if l.Search != nil {
		q.Find = &store.Finding{Search: *l.Search, Region: g.Space.FindRegion()}
	}
	return q
}

// Count tells how many contacts a list has, whatever its page is (CONTRACT D39). It needs
// contacts:read. Where it is not exact there are so many at least: it looks at no more
// than store.Store's Count does, whatever the Space holds.
func (b *Book) Count(ctx context.Context, g access.Grant, l *List) (n int, exact bool, err error) {
	if err := g.Allow(access.Read); err != nil {
		return 0, false, err
	}
	return b.store.Count(ctx, b.queryOf(g, l))
}

func keyOf(col contact.Collection, text string, g access.Grant) contact.MatchKey {
	return contact.MatchKeyOf(col, text, g.Space.FindRegion())
}

// BeginPage waits until a page of the grant's Space may be made: a list, a
// history or a feed, from its reading to its text. Only so many of one Space are
// made at once, whatever they weigh, so that it takes neither the processors nor
// the memory from the others. It ends with ctx; else EndPage must follow.
func (b *Book) BeginPage(ctx context.Context, g access.Grant) error {
	return b.pages.Enter(ctx, g.Space.ID)
}

// EndPage tells that a page was made, or was given up.
func (b *Book) EndPage(g access.Grant) { b.pages.Leave(g.Space.ID) }

// maxPages is how many pages of one Space are made at once: as many as half of
// the processors. To make one takes a processor for up to some ten milliseconds,
// and who else comes must find one that is free.
func maxPages() int { return max(1, runtime.GOMAXPROCS(0)/2) }
