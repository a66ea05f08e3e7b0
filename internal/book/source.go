package book

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// Meta is what is known of a contact beside what it holds (CONTRACT D25).
type Meta struct {
	Version contact.Version
	Created contact.Time
	Updated contact.Time // of its newest change
	// These are of a contact as it is now alone: see Book.MetaNow.
	Aliases      []contact.ID // that lead to it beside its own
	DistinctFrom []contact.ID // contacts that are remembered as others than it
}

// maxDistinct is how many contacts a Meta names as distinct.
const maxDistinct = contact.MaxAliases

// Sources tells of the writes that the oldest origins of a contact's values are of,
// by the name of the write. One that history does not have any more is left out. It
// needs contacts:read.
func (b *Book) Sources(ctx context.Context, g access.Grant, c *contact.Contact) (map[contact.Seq]contact.Source, error) {
	if err := g.Allow(access.Read); err != nil {
		return nil, err
	}
	return b.store.Sources(ctx, g.Space.ID, c.OldestOps())
}

// MetaNow tells what is known of a contact that was just read, beside what it
// holds. A merge that came after that read may show in the ids already. It needs
// contacts:read.
func (b *Book) MetaNow(ctx context.Context, g access.Grant, c *contact.Contact) (Meta, error) {
	m, err := b.Meta(ctx, g, c)
	if err != nil {
		return m, err
	}
	m.Aliases, m.DistinctFrom, err = b.IDsNow(ctx, g, c)
	return m, err
}

// IDsNow tells the ids of MetaNow alone. It needs contacts:read.
func (b *Book) IDsNow(ctx context.Context, g access.Grant, c *contact.Contact) (aliases, distinct []contact.ID, err error) {
	if err = g.Allow(access.Read); err != nil {
		return nil, nil, err
	}
	if aliases, err = b.store.Aliases(ctx, g.Space.ID, c.ID); err != nil {
		return nil, nil, err
	}
	distinct, err = b.store.DistinctFrom(ctx, g.Space.ID, c.ID, maxDistinct)
	return aliases, distinct, err
}

// MetaWritten tells what Meta does of the contact that a write answers. It reads
// only where the write changed nothing, so that no error hides that something was
// done. It needs contacts:read.
func (b *Book) MetaWritten(ctx context.Context, g access.Grant, w *Written) (Meta, error) {
	ch := w.change()
	if ch == nil {
		return b.Meta(ctx, g, &w.Contact)
	}
	return Meta{Version: w.Contact.Version, Created: w.Contact.Created, Updated: ch.At}, g.Allow(access.Read)
}

// Meta tells what is known of a contact as it is or was, without ids: those are of
// now. It needs contacts:read.
func (b *Book) Meta(ctx context.Context, g access.Grant, c *contact.Contact) (Meta, error) {
	if err := g.Allow(access.Read); err != nil {
		return Meta{}, err
	}
	found, err := b.store.Sources(ctx, g.Space.ID, []contact.Seq{c.Head})
	if err != nil {
		return Meta{}, err
	}
	head, ok := found[c.Head]
	if !ok {
		return Meta{}, store.ErrNoRow // its history is cut off
	}
	return Meta{Version: c.Version, Created: c.Created, Updated: head.At}, nil
}

// EachContact tells the contacts that these refs lead to, each named once, in no order: in
// one look-up, for pages of many. What is not there, or is deleted, is left out. It needs
// contacts:read.
func (b *Book) EachContact(ctx context.Context, g access.Grant, refs []contact.ID, tell func(ref contact.ID, c *contact.Contact)) error {
	if err := g.Allow(access.Read); err != nil {
		return err
	}
	return b.store.EachContact(ctx, g.Space.ID, refs, tell)
}

// EachHead tells the newest change of each of these contacts, in no order: in one look-up,
// for pages of many. It needs contacts:read.
func (b *Book) EachHead(ctx context.Context, g access.Grant, of []contact.Contact, tell func(*contact.Change)) error {
	if err := g.Allow(access.Read); err != nil {
		return err
	}
	return b.store.EachHead(ctx, g.Space.ID, of, tell)
}
