package book_test

import (
	"fmt"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/checks/sqlitetest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// between is a backend that lets somebody else write when a verb has gathered its
// history, and has not decided yet.
type between struct {
	store.Backend
	then func()
}

func (b *between) Begin(ctx ctx, lane int64) (store.Tx, error) {
	if then := b.then; then != nil {
		b.then = nil
		then()
	}
	return b.Backend.Begin(ctx, lane)
}

// pair is two Books on one database, as two servers have it. The first waits for
// the other before it decides.
type pair struct {
	first, other *book.Book
	between      *between
	grant        access.Grant
	ids          [4]contact.ID
}

func openPair(t *testing.T) *pair {
	t.Helper()
	backend, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlitetest.Path(t, madeSQLite)})
	if err != nil {
		t.Fatal(err)
	}
	p := &pair{between: &between{Backend: backend}}
	s := store.New(p.between, store.Options{})
	p.first, p.other = book.New(s, book.Options{}), book.New(store.New(backend, store.Options{}), book.Options{})
	t.Cleanup(func() {
		p.first.Close()
		p.other.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// begin makes a Space, and contacts in it by the writes 1 to 4.
func (p *pair) begin(t *testing.T) {
	t.Helper()
	var err error
	if p.grant.Space, err = p.other.CreateSpace(t.Context(), "test", access.Space{Name: "test"}); err != nil {
		t.Fatal(err)
	}
	if p.grant.Key, _, err = p.other.CreateKey(t.Context(), "test", access.APIKey{Space: p.grant.Space.ID}); err != nil {
		t.Fatal(err)
	}
	for i := range p.ids {
		p.ids[i] = p.do(t, &contact.Create{Patch: emails(fmt.Sprintf("%c@example.com", 'a'+i))})
	}
}

// do has the other Book write.
func (p *pair) do(t *testing.T, verb contact.Verb) contact.ID {
	t.Helper()
	w, err := p.other.Do(t.Context(), p.grant, book.Terms{RequestID: fmt.Sprintf("other %p", verb)}, verb)
	if err != nil {
		t.Fatalf("%T: %v", verb, err)
	}
	return w.Contact.ID
}

type verbOf func(a, b, c, d contact.ID) contact.Verb

func (p *pair) doOf(t *testing.T, verb verbOf) {
	t.Helper()
	if verb != nil {
		p.do(t, verb(p.ids[0], p.ids[1], p.ids[2], p.ids[3]))
	}
}

// The write 5 merges b into a. While that is taken back, somebody writes between
// what was gathered of history and the decision. The answer is the one after that
// write, and never one that holds at no moment.
func TestWritesMeanwhile(t *testing.T) {
	const merged, next = 5, 7
	merge := func(into, what contact.ID) contact.Verb {
		return &contact.Merge{Survivor: into, Merged: []contact.ID{what}}
	}
	p := openPair(t)
	for name, meanwhile := range map[string]struct{ before, then verbOf }{
		"nothing": {},
		"a write by the alias": {nil, func(_, b, _, _ contact.ID) contact.Verb {
			return &contact.Put{Ref: b, Patch: emails("a@example.com", "b@example.com", "new@example.com")}
		}},
		"the contact goes": {nil, func(a, _, _, _ contact.ID) contact.Verb { return &contact.Delete{Ref: a} }},
		"the contact comes back": {
			func(a, _, _, _ contact.ID) contact.Verb { return &contact.Delete{Ref: a} },
			func(a, _, _, _ contact.ID) contact.Verb { return &contact.Undo{Ref: a, Op: next} },
		},
		"another is merged in":    {nil, func(a, _, c, _ contact.ID) contact.Verb { return merge(a, c) }},
		"it is merged on":         {nil, func(a, _, c, _ contact.ID) contact.Verb { return merge(c, a) }},
		"it is split off already": {nil, func(a, b, _, _ contact.ID) contact.Verb { return &contact.Unmerge{Ref: a, Merged: b} }},
		"it is undone already":    {nil, func(a, _, _, _ contact.ID) contact.Verb { return &contact.Undo{Ref: a, Op: merged} }},
		"what it was merged on into goes": {
			func(a, _, c, _ contact.ID) contact.Verb { return merge(c, a) },
			func(_, _, c, _ contact.ID) contact.Verb { return &contact.Delete{Ref: c} },
		},
		"what was split off is merged on": {
			func(a, b, _, _ contact.ID) contact.Verb { return &contact.Unmerge{Ref: a, Merged: b} },
			func(_, b, _, d contact.ID) contact.Verb { return merge(d, b) },
		},
	} {
		for ask, verb := range map[string]verbOf{
			"undo":              func(a, _, _, _ contact.ID) contact.Verb { return &contact.Undo{Ref: a, Op: merged} },
			"undo by the alias": func(_, b, _, _ contact.ID) contact.Verb { return &contact.Undo{Ref: b, Op: merged} },
			"unmerge":           func(a, b, _, _ contact.ID) contact.Verb { return &contact.Unmerge{Ref: a, Merged: b} },
		} {
			t.Run(name+"/"+ask, func(t *testing.T) {
				answer := func(before, then func()) string {
					p.begin(t)
					p.doOf(t, func(a, b, _, _ contact.ID) contact.Verb { return merge(a, b) })
					p.doOf(t, meanwhile.before)
					before()
					p.between.then = then
					w, err := p.first.Do(t.Context(), p.grant, book.Terms{RequestID: "first"}, verb(p.ids[0], p.ids[1], p.ids[2], p.ids[3]))
					if err != nil {
						return err.Error()
					}
					return fmt.Sprintf("contact %d v%d by %d, %d entries", w.Contact.ID-p.ids[0], w.Contact.Version, w.Change.Op, len(w.Entries))
				}
				want := answer(func() { p.doOf(t, meanwhile.then) }, nil)
				if have := answer(func() {}, func() { p.doOf(t, meanwhile.then) }); have != want {
					t.Errorf("answered %s, want %s", have, want)
				}
			})
		}
	}
}
