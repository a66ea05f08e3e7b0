package book

import (
	"context"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Moment is when to look at a contact: at one of its versions, or at a time. One of
// the two is set.
type Moment = store.Moment

// GetAt reads what a Get of this ref gave at a moment: with a version, what it gave
// with that, whenever that was (CONTRACT D29). It needs contacts:read.
func (b *Book) GetAt(ctx context.Context, g access.Grant, ref contact.ID, m Moment) (contact.Contact, error) {
	if err := g.Allow(access.Read); err != nil {
		return contact.Contact{}, err
	}
	if err := b.notToCome(ctx, g, m.At); err != nil {
		return contact.Contact{}, err
	}
	c, ok, err := b.store.At(ctx, g.Space.ID, ref, m)
	switch {
	case err != nil || ok:
		return c, err
	case m.Version != 0:
		return contact.Contact{}, neverGave("this version")
	}
	return contact.Contact{}, fault.New(fault.NotFound, fault.CodeContactNotFound, "This id led to no contact at that time.")
}

// notToCome refuses a time that nobody knows anything of yet. The times of changes
// may be ahead of the clock, where that was set back.
func (b *Book) notToCome(ctx context.Context, g access.Grant, at contact.Time) error {
	if at <= b.now() {
		return nil
	}
	last, err := b.store.Newest(ctx, g.Space.ID)
	if err != nil {
		return err
	}
	newest, ok, err := b.store.Change(ctx, g.Space.ID, last)
	if err != nil || ok && at <= newest.At {
		return err
	}
	return fault.At("at", fault.CodeParameterInvalid, "Send an at that is not in the future.")
}

// Diff tells what differs from one version to another of what a Get of this ref gave
// (CONTRACT D29). It needs contacts:read.
func (b *Book) Diff(ctx context.Context, g access.Grant, ref contact.ID, from, to contact.Version) (contact.Edits, error) {
	if err := g.Allow(access.Read); err != nil {
		return contact.Edits{}, err
	}
	var states [2]contact.Contact
	for i, v := range [2]contact.Version{from, to} {
		c, ok, err := b.store.At(ctx, g.Space.ID, ref, Moment{Version: v})
		if err == nil && !ok {
			err = neverGave([2]string{"the version of from", "the version of to"}[i])
		}
		if err != nil {
			return contact.Edits{}, err
		}
		states[i] = c
	}
	return contact.Diff(&states[0], &states[1]), nil
}

// neverGave is the same for an id of another Space and one that never was
// (CONTRACT D3).
func neverGave(what string) error {
	return fault.New(fault.NotFound, fault.CodeVersionNotFound,
		"This id never led to a contact in "+what+". Its history has the versions that there were.")
}
