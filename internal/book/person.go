package book

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// Person is what is known of one person beside its history: a contact with all ids that lead
// to it, who brought its values, and when.
type Person struct {
	Contact contact.Contact
	Meta    Meta
	Sources map[contact.Seq]contact.Source // as Book.Sources gives them
	Deleted contact.Time                   // when it was; 0 where it is not
	At      contact.Time                   // when all this was found

	found *store.Person
}

// Person finds the contact that a ref leads to, a deleted one too, with all that is to be
// told of it (CONTRACT D35). It needs contacts:read.
func (b *Book) Person(ctx context.Context, g access.Grant, ref contact.ID) (*Person, error) {
	if err := g.Allow(access.Read); err != nil {
		return nil, err
	}
	if err := b.BeginPage(ctx, g); err != nil {
		return nil, err
	}
	defer b.EndPage(g)
	found, ok, err := b.store.Person(ctx, g.Space.ID, ref)
	if err == nil && !ok {
		err = contact.NotFound()
	}
	if err != nil {
		return nil, err
	}
	p := &Person{Contact: found.Contact, At: b.now(), found: found}
	if p.Meta, err = b.Meta(ctx, g, &p.Contact); err != nil {
		return nil, err
	}
	p.Meta.Aliases = found.IDs[1:]
	if p.Meta.DistinctFrom, err = b.store.DistinctFrom(ctx, g.Space.ID, p.Contact.ID, maxDistinct); err != nil {
		return nil, err
	}
	if p.Contact.State == contact.Deleted {
		p.Deleted = p.Meta.Updated
	}
	p.Sources, err = b.Sources(ctx, g, &p.Contact)
	return p, err
}

// EachTold tells what history has of a person, oldest first, without what is of contacts that
// are not part of it any more. It has the Space's turn to make a page for as long as it reads
// and tells one part, and not for all of it. It needs contacts:read, and goes on needing it.
func (b *Book) EachTold(ctx context.Context, g access.Grant, p *Person, tell func(*contact.Change) error) error {
	for more := true; more; {
		var err error
		if g, err = b.again(ctx, g, access.Read); err != nil {
			return err
		}
		if more, err = b.tellNext(ctx, g, p, tell); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) tellNext(ctx context.Context, g access.Grant, p *Person, tell func(*contact.Change) error) (bool, error) {
	if err := b.BeginPage(ctx, g); err != nil {
		return false, err
	}
	defer b.EndPage(g)
	changes, more, err := b.store.NextTold(ctx, p.found)
	if err != nil {
		return false, err
	}
	for i := range changes {
		if err := tell(&changes[i]); err != nil {
			return false, err
		}
	}
	return more, nil
}
