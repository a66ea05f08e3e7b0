package integrity_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/integrity"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// round is a database of which the rows of one kind are so out of order that a walk comes
// back to its beginning: what is asked for after one of them is the first ones again.
type round struct {
	store.Backend
	of    string // what it does so with
	pages int
}

var errTooManyPages = errors.New("it goes round")

// page reads one page, or the first one again.
func page[A, T any](r *round, of string, first, after A, read func(after A) (T, error)) (rows T, err error) {
	if of != r.of {
		return read(after)
	}
	if r.pages++; r.pages > 50 {
		return rows, errTooManyPages
	}
	return read(first)
}

func (r *round) StoredContacts(ctx context.Context, after store.ContactID, limit int) ([]store.StoredContact, error) {
	return page(r, "contacts", store.ContactID{}, after, func(after store.ContactID) ([]store.StoredContact, error) {
		return r.Backend.StoredContacts(ctx, after, limit)
	})
}

func (r *round) StoredChanges(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) ([]store.StoredChange, error) {
	return page(r, "changes", 0, after, func(after contact.Seq) ([]store.StoredChange, error) {
		return r.Backend.StoredChanges(ctx, space, after, limit)
	})
}

func (r *round) StoredAliases(ctx context.Context, space contact.SpaceID, after contact.ID, limit int) ([]store.StoredAlias, error) {
	return page(r, "aliases", 0, after, func(after contact.ID) ([]store.StoredAlias, error) {
		return r.Backend.StoredAliases(ctx, space, after, limit)
	})
}

func (r *round) StoredKeys(ctx context.Context, after record.MatchKey, limit int) ([]record.MatchKey, error) {
	first := record.MatchKey{Space: after.Space, MatchKey: contact.MatchKey{Kind: -1}}
	return page(r, "match keys", first, after, func(after record.MatchKey) ([]record.MatchKey, error) {
		return r.Backend.StoredKeys(ctx, after, limit)
	})
}

func (r *round) StoredSearchKeys(ctx context.Context, after record.MatchKey, limit int) ([]record.MatchKey, error) {
	first := record.MatchKey{Space: after.Space, MatchKey: contact.MatchKey{Kind: -1}}
	return page(r, "keys of searches", first, after, func(after record.MatchKey) ([]record.MatchKey, error) {
		return r.Backend.StoredSearchKeys(ctx, after, limit)
	})
}

func (r *round) StoredPairs(ctx context.Context, after record.Pair, limit int) ([]store.StoredPair, error) {
	return page(r, "pairs", record.Pair{Space: after.Space}, after, func(after record.Pair) ([]store.StoredPair, error) {
		return r.Backend.StoredPairs(ctx, after, limit)
	})
}

func (r *round) StoredRetries(ctx context.Context, after store.RetryID, limit int) ([]record.Retry, error) {
	return page(r, "records of retries", store.RetryID{Space: after.Space}, after, func(after store.RetryID) ([]record.Retry, error) {
		return r.Backend.StoredRetries(ctx, after, limit)
	})
}

func (r *round) StoredPlan(ctx context.Context, after store.PlanID) (string, error) {
	return page(r, "plans", store.PlanID{Space: after.Space}, after, func(after store.PlanID) (string, error) {
		return r.Backend.StoredPlan(ctx, after)
	})
}

func (r *round) PlanRows(ctx context.Context, q store.PlanRowQuery) ([]record.PlanRow, error) {
	return page(r, "rows of plans", 0, q.After, func(after int64) ([]record.PlanRow, error) {
		q.After = after
		return r.Backend.PlanRows(ctx, q)
	})
}

func (r *round) StoredFile(ctx context.Context, after store.FileID) (string, error) {
	return page(r, "files", store.FileID{Space: after.Space}, after, func(after store.FileID) (string, error) {
		return r.Backend.StoredFile(ctx, after)
	})
}

func (r *round) Erasures(ctx context.Context, after int64, open bool, limit int) ([]store.Erasure, error) {
	return page(r, "erasures", 0, after, func(after int64) ([]store.Erasure, error) {
		return r.Backend.Erasures(ctx, after, open, limit)
	})
}

// A check of rows that are out of their order comes to its end, and says so.
func TestRowsOutOfOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(*testing.T, bool) *world) {
		w := open(t, true)
		w.erase(w.ids[2])
		for _, of := range []string{"contacts", "changes", "aliases", "match keys", "keys of searches", "pairs", "records of retries", "plans", "rows of plans", "files", "erasures"} {
			r, found := &round{Backend: w.backend, of: of}, []string{}
			check := integrity.New(r, integrity.Options{Found: func(f integrity.Finding) { found = append(found, f.String()) }})
			for _, err := range check.Pages(bg) {
				if err != nil {
					t.Errorf("%s: %v", of, err)
				}
			}
			if r.pages < 2 || len(found) == 0 || !strings.Contains(found[len(found)-1], "is damaged") {
				t.Errorf("%s: found %q in %d pages", of, found, r.pages)
			}
		}
	})
}
