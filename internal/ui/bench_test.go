package ui_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// crowd is how many contacts the pages that are measured lie among.
const crowd = 10_000

// What a page takes on its way from the handler to the database and back, as a browser
// asks for it. It is for who looks where the time goes; internal/checks/costs holds
// what it may be.
func BenchmarkPages(b *testing.B) {
	w := newWorld(b)
	some, reader := fillCrowd(w), w.browse("main")
	for _, page := range []struct{ name, address string }{
		{"list", "/ui/contacts"},
		{"list by change", "/ui/contacts?sort=change"},
		{"look-up", fmt.Sprintf("/ui/contacts?q=person%d@example.com", crowd/2)},
		{"contact", fmt.Sprintf("/ui/contacts/%d", some)},
		{"history", fmt.Sprintf("/ui/contacts/%d/history", some)},
		{"activity", "/ui/activity"},
	} {
		b.Run(page.name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, page.address, nil)
			r.Header.Set("Accept-Encoding", "gzip")
			for name, value := range reader.cookies {
				r.AddCookie(&http.Cookie{Name: name, Value: value})
			}
			b.ReportAllocs()
			for b.Loop() {
				res := httptest.NewRecorder()
				w.handler.ServeHTTP(res, r.Clone(b.Context()))
				if res.Code != http.StatusOK {
					b.Fatalf("%s answers %d", page.address, res.Code)
				}
			}
		})
	}
}

// fillCrowd makes contacts, and changes each once, many in a transaction. It gives the id
// of one in the middle.
func fillCrowd(w *world) contact.ID {
	const clients = 64
	g, some := w.grant("client"), contact.ID(0)
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() {
			for n := c; n < crowd && !w.t.Failed(); n += clients {
				ctx, terms := w.t.Context(), func() book.Terms { return book.Terms{RequestID: rand.Text()} }
				made, err1 := w.book.Do(ctx, g, terms(), &contact.Create{Patch: personAt(n, 0)})
				_, err2 := w.book.Do(ctx, g, terms(), &contact.Put{Ref: made.Contact.ID, Patch: personAt(n, 1)})
				if err := errors.Join(err1, err2); err != nil {
					w.t.Error(err)
				}
				if n == crowd/2 {
					some = made.Contact.ID
				}
			}
		})
	}
	all.Wait()
	return some
}

// personAt is what a put sends of a person: 2 emails, a phone, a name, a location and 8
// fields, of which half change from round to round.
func personAt(n, round int) (p contact.Patch) {
	set := func(col contact.Collection, texts ...string) {
		p.Values[col].Sent, p.Values[col].Texts = true, texts
	}
	set(contact.Names, fmt.Sprintf("Person %d", n))
	set(contact.Emails, fmt.Sprintf("person%d@example.com", n), fmt.Sprintf("home%d.%d@example.org", n, round))
	set(contact.Phones, fmt.Sprintf("+1 206 555 01%02d", n%100))
	set(contact.Locations, fmt.Sprintf("%d Example Street, Springfield", 100+round))
	p.Fields.Sent = true
	for slot := range 8 {
		p.Fields.Named[slot], p.Fields.Texts[slot] = true, fmt.Sprintf("Text %d of person %d, %d", slot, n, round*(slot%2))
	}
	return p
}
