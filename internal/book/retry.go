package book

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// Retry makes a write one that is done once, however often it is sent within a day
// (CONTRACT D32).
type Retry struct {
	Key         string   // names it in its Space: 1 to MaxRetryKey visible characters of ASCII
	Fingerprint [32]byte // of all that it asks
}

// MaxRetryKey is how many characters the name of a write may have.
const MaxRetryKey = 255

// ParseRetryKey gives false for what is no name of a write.
func ParseRetryKey(text string) bool {
	if text == "" || len(text) > MaxRetryKey {
		return false
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// of gives what the store is to remember of a write under a key.
func (r *Retry) of(g access.Grant, key, batch string) *store.Retry {
	reads := g.Key.Scopes.Has(access.Read)
	return &store.Retry{Key: key, Fingerprint: r.Fingerprint[:],
		Answer: func(out []store.Outcome) ([]byte, error) { return keep(batch, reads, out) }}
}

// kept reads what a write was answered with that is sent again. It must ask the same.
func (r *Retry) kept(again *store.Repeated) (kept, error) {
	var k kept
	if !bytes.Equal(again.Kept.Fingerprint, r.Fingerprint[:]) {
		return k, fault.At("Idempotency-Key", fault.CodeIdempotencyReused,
			"Another request bore this Idempotency-Key within the last 24 hours. Give each write a key of its own, and send the same request where it is to be repeated.")
	}
	err := json.Unmarshal(again.Kept.Answer, &k)
	return k, err
}

// replayed gives what a write was answered with.
func (b *Book) replayed(ctx context.Context, g access.Grant, retry *Retry, again *store.Repeated) (Written, error) {
	k, err := retry.kept(again)
	if err != nil {
		return Written{}, err
	}
	if len(k.Results) == 1 && k.Results[0].Refused != nil && k.Results[0].Refused.Code == fault.CodeErased {
		return Written{}, k.Results[0].Refused.err(g.Key.Scopes.Has(access.Read))
	}
	if len(k.Results) != 1 || k.Results[0].Refused != nil {
		return Written{}, errors.New("book: what is kept of a write is of another kind")
	}
	return b.recall(ctx, g, &k.Results[0])
}

// recall reads again what a verb was answered with. What cannot change is read from
// history, as the verb left it.
func (b *Book) recall(ctx context.Context, g access.Grant, k *keptResult) (w Written, err error) {
	w.Replayed, w.Remains = true, k.remains()
	if k.Op != 0 {
		w.Change = contact.ChangeID{Space: g.Space.ID, Op: k.Op}
		changes, err := b.store.WriteChanges(ctx, g.Space.ID, k.Op)
		if err != nil {
			return w, err
		}
		if w.Entries, err = b.entriesOf(ctx, g, changes); err != nil {
			return w, err
		}
	}
	if k.Contact != 0 {
		w.Contact, err = b.store.AsOf(ctx, g.Space.ID, k.Contact, k.Version)
	}
	return w, err
}

// entriesOf gives the entries of a write again: with its contacts, as it left them.
func (b *Book) entriesOf(ctx context.Context, g access.Grant, changes []contact.Change) ([]contact.Entry, error) {
	entries := make([]contact.Entry, len(changes))
	for i := range changes {
		ch := &changes[i]
		c, err := b.store.AsOf(ctx, g.Space.ID, ch.Contact, ch.Version)
		if err != nil {
			return nil, err
		}
		entries[i] = contact.Entry{Contact: c, Change: *ch}
	}
	return entries, nil
}

// running are the writes under way that may be sent again.
type running struct {
	mu    sync.Mutex
	names map[retryName]chan struct{} // closed when it has ended
}

type retryName struct {
	space contact.SpaceID
	key   string
}

// begin waits until no write of the same name is under way here, and gives what ends
// this one.
func (b *Book) begin(ctx context.Context, space contact.SpaceID, retry *Retry) (leave func(), err error) {
	name := retryName{space, retry.Key}
	for {
		before, leave := b.running.enter(name)
		if before == nil {
			return leave, nil
		}
		select {
		case <-before:
		case <-ctx.Done():
			return nil, &fault.Error{Kind: fault.Conflict, Code: fault.CodeIdempotencyInProgress, Err: ctx.Err(),
				Message: "The request with this Idempotency-Key still runs. Send this one again in a moment."}
		}
	}
}

// enter takes a name that is free, or gives what to wait for.
func (r *running) enter(name retryName) (before chan struct{}, leave func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if before := r.names[name]; before != nil {
		return before, nil
	}
	if r.names == nil {
		r.names = map[retryName]chan struct{}{}
	}
	done := make(chan struct{})
	r.names[name] = done
	return nil, func() {
		r.mu.Lock()
		delete(r.names, name)
		r.mu.Unlock()
		close(done)
	}
}
