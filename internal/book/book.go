// Package book holds the use cases: what callers can do with a contact book.
// It is the only writer. It knows who asks and whether they may, hands the
// store a decision from package contact, and knows no database and no HTTP.
package book

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Book is a contact book over one store. Its methods may be called from many
// goroutines.
type Book struct {
	store   *store.Store
	log     *slog.Logger
	clock   func() time.Time
	grants  grants
	waiting waiting
	pages   *store.Turns
	ready   ready
	cursors cursors
	after   sync.WaitGroup // what goes on after an answer
}

// Options set what a Book takes from its surroundings; zero values will do.
type Options struct {
	Log   *slog.Logger     // nil: slog.Default
	Clock func() time.Time // nil: time.Now
}

// New makes a Book.
func New(s *store.Store, o Options) *Book {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	b := &Book{store: s, log: o.Log, clock: o.Clock, pages: store.NewTurns(maxPages())}
	b.grants.known = map[[32]byte]grantEntry{}
	b.grants.touched = map[int64]time.Time{}
	return b
}

// Close waits for what goes on after answers. Nobody may call the Book any
// more.
func (b *Book) Close() { b.after.Wait() }

func (b *Book) now() contact.Time { return contact.TimeOf(b.clock()) }

// Attribution is what a write is known by in history, beside its key
// (CONTRACT D22).
type Attribution struct {
	RequestID string // unique
	Name      string // the person or program behind the key, if the caller said; at most MaxActorName
	Reason    string // why, if the caller said; at most MaxReason
}

// Limits on an Attribution, in code points.
const (
	MaxActorName = 100
	MaxReason    = 500
)

// Written is what a write answers: the contact as it is now, and the name of
// the change, zero where nothing changed (CONTRACT D22).
type Written struct {
	Contact contact.Contact
	Change  contact.ChangeID
}

// Get reads the contact that a ref leads to. It needs contacts:read.
func (b *Book) Get(ctx context.Context, g access.Grant, ref contact.ID) (contact.Contact, error) {
	if err := g.Allow(access.Read); err != nil {
		return contact.Contact{}, err
	}
	c, ok, err := b.store.Get(ctx, g.Space.ID, ref)
	if err == nil && !ok {
		err = noContact()
	}
	return c, err
}

// Create makes a contact (CONTRACT P3, D16). It needs contacts:write.
func (b *Book) Create(ctx context.Context, g access.Grant, by Attribution, p *contact.Patch) (Written, error) {
	return b.write(ctx, g, by, p, store.Needs{NewIDs: 1}, func(s *store.State) (contact.Delta, error) {
		return contact.Create(s.NextID(), p, stamp(s, g, by))
	})
}

// Put is a sparse PUT of one contact (CONTRACT S1-S7).
type Put struct {
	Ref   contact.ID
	Patch contact.Patch
	// BodyID is the id that the body named as well, 0 for none. It must lead
	// to the same contact as Ref (CONTRACT D6).
	BodyID contact.ID
	Match  Match
}

// Put applies a sparse PUT. It needs contacts:write. Where nothing comes out
// different, Written.Change is zero and the version stays (CONTRACT D15).
func (b *Book) Put(ctx context.Context, g access.Grant, by Attribution, p *Put) (Written, error) {
	needs := store.Needs{Contacts: []contact.ID{p.Ref}}
	if p.BodyID != 0 && p.BodyID != p.Ref {
		needs.Contacts = append(needs.Contacts, p.BodyID)
	}
	var found *contact.Contact
	w, err := b.write(ctx, g, by, &p.Patch, needs, func(s *store.State) (contact.Delta, error) {
		c, ok := s.Contact(p.Ref)
		if !ok {
			return contact.Delta{}, noContact()
		}
		if p.BodyID != 0 {
			if other, ok := s.Contact(p.BodyID); !ok || other.ID != c.ID {
				return contact.Delta{}, fault.At("id", "id_mismatch", "The id in the body names another contact than the path. Leave it out.")
			}
		}
		if err := p.Match.check(c.Version, g); err != nil {
			return contact.Delta{}, err
		}
		found = c
		return contact.Put(c, &p.Patch, stamp(s, g, by))
	})
	if err == nil && w.Change.Op == 0 {
		w.Contact = *found
	}
	return w, err
}

// write runs a write of one contact and gives the contact that it left.
func (b *Book) write(ctx context.Context, g access.Grant, by Attribution, p *contact.Patch, needs store.Needs,
	decide func(*store.State) (contact.Delta, error)) (Written, error) {
	if err := g.Allow(access.Write); err != nil {
		return Written{}, err
	}
	// The body may have been long on its way: the key is asked for again, as the
	// last thing before the write is handed over (CONTRACT D19). While it is in
	// use that costs nothing.
	if _, err := b.again(ctx, g, access.Write); err != nil {
		return Written{}, err
	}
	var w Written
	out, err := b.store.Do(ctx, store.Write{
		Space:     g.Space.ID,
		RequestID: by.RequestID,
		Needs:     needs,
		Weight:    p.Size(),
		Decide: func(s *store.State) (contact.Delta, error) {
			d, err := decide(s)
			if err == nil && !d.Empty() {
				w.Contact = d.Contacts[0]
			}
			return d, err
		},
	})
	if err == nil && out.Op != 0 {
		w.Change = contact.ChangeID{Space: g.Space.ID, Op: out.Op}
	}
	return w, err
}

func stamp(s *store.State, g access.Grant, by Attribution) contact.Stamp {
	st := s.Stamp()
	st.Actor = contact.Actor{KeyID: g.Key.ID, KeyName: g.Key.Name, Name: by.Name}
	st.Reason, st.RequestID = by.Reason, by.RequestID
	return st
}

// noContact is the same for an id of another Space and one that never was
// (CONTRACT D3).
func noContact() error {
	return fault.New(fault.NotFound, "contact_not_found", "There is no contact with this id.")
}
