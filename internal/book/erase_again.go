package book

import (
	"context"
	"crypto/rand"
	"slices"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// ledgerActor is who erases again what a backup brought back.
var ledgerActor = contact.Actor{KeyName: "ledger"}

// EraseAgain erases once more who was erased after a backup was made that is in its place now:
// a contact with all ids that led to it then, as far as these are there. What was merged
// otherwise when the backup was made is split off first, so that nobody else goes, and nobody
// stays. When it returns, all that follows is done too. It tells whether anything was.
func (b *Book) EraseAgain(ctx context.Context, space contact.SpaceID, of contact.ID, ids []contact.ID) (did bool, err error) {
	if _, found, err := b.store.Erasure(ctx, space, of); err != nil || found {
		return false, err
	}
	// Its own id is the last: where this is cut short in between, it is found here again.
	order := append(slices.DeleteFunc(slices.Clone(ids), func(id contact.ID) bool { return id == of }), of)
	for _, id := range order {
		for {
			c, ok, err := b.store.Found(ctx, space, id)
			if err != nil {
				return did, err
			}
			if !ok || c.State == contact.Erased {
				break // it was made after the backup, or is gone by another of these ids
			}
			if err := b.apartFrom(ctx, space, &c, id, ids); err != nil {
				return did, err
			}
			did = true
		}
	}
	return did, nil
}

// apartFrom takes one step towards the end of a contact that an id leads to.
func (b *Book) apartFrom(ctx context.Context, space contact.SpaceID, c *contact.Contact, id contact.ID, ids []contact.ID) error {
	if !slices.Contains(ids, c.ID) { // it is part of somebody who stays
		return b.asLedger(ctx, space, &contact.Unmerge{Ref: c.ID, Merged: id})
	}
	all, err := b.store.AllIDs(ctx, space, c.ID)
	if err != nil {
		return err
	}
	for _, other := range all {
		if !slices.Contains(ids, other) { // somebody who stays is part of it
			if c.State != contact.Live {
				return b.asLedger(ctx, space, &contact.Undo{Ref: c.ID, Op: c.Head, Resolve: true})
			}
			return b.asLedger(ctx, space, &contact.Unmerge{Ref: c.ID, Merged: other})
		}
	}
	w := b.byLedger(space, &contact.Erase{Ref: c.ID})
	was, err := b.erase(ctx, w, c.ID, func() (access.Budget, error) { return access.Budget{}, nil })
	if err != nil {
		return err
	}
	return b.finishErasure(ctx, &was)
}

// finishErasure does all steps of the job of an erasure.
func (b *Book) finishErasure(ctx context.Context, e *store.Erasure) error {
	j, found, err := b.store.Job(ctx, e.Space, e.Job)
	for err == nil && found && !j.Closed() {
		if err = b.store.Erase(ctx, &j, forgetter{idle: true}); err != nil {
			break
		}
		if j.Closed() {
			j.Completed = b.now()
		}
		_, err = b.store.UpdateJob(ctx, e.Space, e.Job, func(now *store.Job) error { *now = j; return nil })
	}
	return err
}

func (b *Book) byLedger(space contact.SpaceID, verb contact.Verb) store.Write {
	return store.Write{Space: space, By: contact.Attribution{Actor: ledgerActor, RequestID: rand.Text()}, Verbs: []contact.Verb{verb}}
}

// asLedger asks for a verb; nil where its contact has moved on in between.
func (b *Book) asLedger(ctx context.Context, space contact.SpaceID, verb contact.Verb) error {
	out, err := b.asked(ctx, nil, b.byLedger(space, verb))
	if err == nil && out[0].Op == 0 {
		return fault.New(fault.Internal, fault.CodeInternal, "What was merged cannot be split off again.")
	}
	return err
}
