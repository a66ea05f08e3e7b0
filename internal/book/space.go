package book

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// CreateSpace makes a Space. A time zone and a subscription that are not set
// get their defaults, UTC and active. It is refused, Invalid, with all that
// Space.Check finds; ID and Created are given here.
func (b *Book) CreateSpace(ctx context.Context, by string, s access.Space) (access.Space, error) {
	as, err := b.newSpace(by, &s)
	if err != nil {
		return access.Space{}, err
	}
	s, err = b.store.CreateSpace(ctx, as, s)
	return s, busy(err)
}

// FirstSpace is CreateSpace where there is no Space at all. Else it gives the
// first of them, and false. Of several that start on one empty database, one
// makes a Space, and the others find it.
func (b *Book) FirstSpace(ctx context.Context, by string, s access.Space) (access.Space, bool, error) {
	// Most servers find one, and need not write for that.
	if list, err := b.store.Spaces(ctx); err != nil || len(list) > 0 {
		return firstOf(list), false, busy(err)
	}
	as, err := b.newSpace(by, &s)
	if err != nil {
		return access.Space{}, false, err
	}
	s, made, err := b.store.FirstSpace(ctx, as, s)
	return s, made, busy(err)
}

func firstOf(list []access.Space) (first access.Space) {
	if len(list) > 0 {
		first = list[0]
	}
	return first
}

// newSpace fills in what a Space that is made needs.
func (b *Book) newSpace(by string, s *access.Space) (access.Act, error) {
	if s.TimeZone == "" {
		s.TimeZone = access.DefaultTimeZone
	}
	if s.Subscription == "" {
		s.Subscription = access.Active
	}
	as := b.act(by, access.ActionCreate)
	s.Created = as.At
	return as, s.Check()
}

// Spaces lists all Spaces by id.
func (b *Book) Spaces(ctx context.Context) ([]access.Space, error) {
	list, err := b.store.Spaces(ctx)
	return list, busy(err)
}

// Usages tells what each Space keeps.
func (b *Book) Usages(ctx context.Context) (map[contact.SpaceID]access.Usage, error) {
	all, err := b.store.Usages(ctx)
	return all, busy(err)
}

// UpdateSpace lets change set what it wants of a Space, and saves it if
// Space.Check allows. It gives the Space as it is then; NotFound where there
// is none.
func (b *Book) UpdateSpace(ctx context.Context, by string, id contact.SpaceID, change func(*access.Space) error) (access.Space, error) {
	s, err := b.store.UpdateSpace(ctx, b.act(by, access.ActionUpdate), id, func(s *access.Space) error {
		if err := change(s); err != nil {
			return err
		}
		return s.Check()
	})
	b.grants.forget(func(e *grantEntry) bool { return e.grant.Space.ID == id })
	return s, busy(missing(err, noSpace(id)))
}

// Indexed tells by which slots filters of a Space go by the index: all contacts are in it with
// what these hold.
func (b *Book) Indexed(ctx context.Context, id contact.SpaceID) (contact.Slots, error) {
	slots, err := b.store.Indexed(ctx, id)
	return slots, busy(err)
}

// Reindex has a job make the index of a Space anew; NotFound where there is none.
func (b *Book) Reindex(ctx context.Context, id contact.SpaceID) (store.Job, error) {
	job, err := b.store.AskReindex(ctx, id, b.now())
	return job, busy(missing(err, noSpace(id)))
}

// RememberErased has a Space keep keyed hashes of who is erased from now on, or not: then
// those that it has go, and what they were made with.
func RememberErased(s *access.Space, on bool) {
	switch {
	case !on:
		s.Remember = contact.ErasedSecret{}
	case !s.Remember.On():
		rand.Read(s.Remember[:]) // never fails: see package crypto/rand
	}
}

// erasedBefore tells when somebody was erased who had an email or a phone of a contact that is
// to be made, to who may read and where the Space remembers that; 0 for nobody. It asks
// nothing where it does not.
func (b *Book) erasedBefore(ctx context.Context, g access.Grant, verb contact.Verb) (contact.Day, error) {
	create, ok := verb.(*contact.Create)
	if !ok || !g.Space.Remember.On() || g.Allow(access.Read) != nil {
		return 0, nil
	}
	keys := create.ErasedKeys(g.Space.Remember, g.Space.Region)
	if len(keys) == 0 {
		return 0, nil
	}
	return b.store.ErasedBefore(ctx, g.Space.ID, keys)
}

func noSpace(id contact.SpaceID) error {
	return fault.New(fault.NotFound, fault.CodeSpaceNotFound, fmt.Sprintf("There is no Space with the id %d.", id))
}
