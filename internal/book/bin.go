package book

import (
	"context"
	"crypto/rand"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// binActor is who erases what was deleted long ago.
var binActor = contact.Actor{KeyName: "bin"}

// day is 24 hours.
const day = contact.Time(24 * 60 * 60 * 1_000_000)

// binEvery is the time between two looks at what was deleted: it reads all of it.
const binEvery = contact.Time(60 * 60 * 1_000_000)

// Sweep lets go of what nobody needs any more: of plans that ended long enough ago, of exports, once
// an hour of what was deleted, and of copies of what was erased. One at a time may run.
func (b *Book) Sweep(ctx context.Context) error {
	if err := b.SweepPlans(ctx); err != nil {
		return err
	}
	if err := b.SweepFiles(ctx); err != nil {
		return err
	}
	if err := b.WantScrub(ctx); err != nil {
		return err
	}
	now := b.now()
	if now < b.binNext {
		return nil
	}
	if err := b.SweepBin(ctx); err != nil {
		return err
	}
	b.binNext = now + binEvery
	return nil
}

// SweepBin erases for good what was deleted longer ago than its Space keeps that
// (access.Space.BinDays), of all Spaces.
func (b *Book) SweepBin(ctx context.Context) error {
	spaces, err := b.store.Spaces(ctx)
	if err != nil {
		return err
	}
	for i := range spaces {
		s := &spaces[i]
		if s.BinDays == 0 {
			continue
		}
		if err := b.sweepBin(ctx, s.ID, b.now()-contact.Time(s.BinDays)*day); err != nil {
			return err
		}
	}
	return nil
}

// sweepBin erases what was deleted in a Space until a time.
func (b *Book) sweepBin(ctx context.Context, space contact.SpaceID, until contact.Time) error {
	for at := (store.Place{}); ; {
		page, err := b.store.List(ctx, store.Query{Space: space, Deleted: true}, at, MaxPerPage)
		if err != nil {
			return err
		}
		var old []contact.Change
		err = b.store.EachHead(ctx, space, page.Rows, func(ch *contact.Change) {
			if ch.At <= until {
				old = append(old, contact.Change{Contact: ch.Contact, Version: ch.Version})
			}
		})
		if err != nil {
			return err
		}
		for i := range old {
			if err := b.eraseDeleted(ctx, space, &old[i]); err != nil {
				return err
			}
		}
		if page.Next == (store.Place{}) {
			return nil
		}
		at = page.Next
	}
}

// eraseDeleted erases a contact unless it came back since a change.
func (b *Book) eraseDeleted(ctx context.Context, space contact.SpaceID, ch *contact.Change) error {
	w := store.Write{
		Space: space, By: contact.Attribution{Actor: binActor, RequestID: rand.Text()},
		Verbs: []contact.Verb{&contact.Erase{Ref: ch.Contact, Match: contact.Match{Set: true, Versions: []contact.Version{ch.Version}}}},
	}
	was, err := b.erase(ctx, w, ch.Contact, func() (access.Budget, error) { return access.Budget{}, nil })
	if fault.KindOf(err) == fault.Stale {
		return nil
	}
	if err != nil {
		return err
	}
	return b.EraseHistory(ctx, &was)
}
