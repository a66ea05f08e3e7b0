package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// stillKey is where a context holds the connection that Still lends.
type stillKey struct{}

// asks is what a statement can be sent with.
type asks interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
}

// asking gives what a read is to be sent with: what Still lends, or any connection.
func asking(ctx context.Context, on *pgxpool.Pool) asks {
	if c, still := ctx.Value(stillKey{}).(*pgxpool.Conn); still {
		return c
	}
	return on
}

// isStill tells whether a read is one of those of a Still.
func isStill(ctx context.Context) bool { return ctx.Value(stillKey{}) != nil }

// Still lends f one state: that of its first statement.
func (b *Backend) Still(ctx context.Context, f func(context.Context) error) error {
	var found error // by f, which says itself what it means
	err := read(ctx, b.reads, "look at one state", func() error {
		conn, err := b.reads.Acquire(ctx)
		if err != nil {
			return err
		}
		defer conn.Release() // which drops a connection whose transaction is open
		if _, err := conn.Exec(ctx, beginStill); err != nil {
			return err
		}
		found = f(context.WithValue(ctx, stillKey{}, conn))
		if found != nil {
			return nil // its connection may be good or not: Release tells
		}
		_, err = conn.Exec(ctx, rollback)
		return err
	})
	return errors.Join(found, err)
}

// Examine does nothing: PostgreSQL has its own tools for that.
func (b *Backend) Examine(context.Context, bool) ([]string, error) { return nil, nil }

// Unclean is never so: PostgreSQL sees to that itself.
func (b *Backend) Unclean() bool { return false }

// Counters reads the counters of a Space, in one statement and so without its lock.
func (b *Backend) Counters(ctx context.Context, space contact.SpaceID) (row store.SpaceRow, found bool, err error) {
	row.Space = space
	var secret []byte
	found, err = one(ctx, b.reads, "read counters", selectCounters, []any{int64(space)}, []any{
		(*int64)(&row.NextID), (*int64)(&row.BlockEnd), (*int64)(&row.NextSeq), (*int64)(&row.LastAt), &row.Usage.Bytes, (*int64)(&row.Usage.Since), &row.Usage.Minute,
		&row.Region, &row.Quota.Bytes, &row.Quota.Minute, (*int64)(&row.Rekeying.Phase), &row.Rekeying.From, (*int64)(&row.Rekeying.At), &secret})
	copy(row.Remember[:], secret)
	return row, found, err
}

// Used tells how far the numbers of all kinds are.
func (b *Backend) Used(ctx context.Context) ([]store.Used, error) {
	return list(ctx, b.reads, "read numbers", func(r pgx.Row) (u store.Used, err error) {
		err = r.Scan(&u.Kind, &u.Next, &u.Greatest)
		return u, err
	}, selectUsed)
}

// Weigh adds up what a Space keeps.
func (b *Backend) Weigh(ctx context.Context, space contact.SpaceID) (bytes int64, err error) {
	_, err = one(ctx, b.reads, "weigh a Space", weighSpace, []any{int64(space), int64(store.EntryWeight)}, []any{&bytes})
	return bytes, err
}

// StoredContacts reads contacts, Space by Space.
func (b *Backend) StoredContacts(ctx context.Context, after store.ContactID, limit int) ([]store.StoredContact, error) {
	for {
		rows, err := list(ctx, b.reads, "read contacts", func(r pgx.Row) (c store.StoredContact, err error) {
			c.Row, err = contactRow(after.Space, r, (*int64)(&c.Leads))
			return c, err
		}, storedContacts, int64(after.Space), int64(store.MaxPageBytes), int64(after.ID), int64(limit))
		if err != nil || len(rows) > 0 {
			return rows, err
		}
		next := store.ContactID{}
		found, err := one(ctx, b.reads, "look for a Space", selectNextSpace, []any{int64(after.Space)}, []any{(*int64)(&next.Space)})
		if err != nil || !found {
			return nil, err
		}
		after = next
	}
}

// StoredChanges reads the changes of a Space.
func (b *Backend) StoredChanges(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) ([]store.StoredChange, error) {
	return list(ctx, b.reads, "read changes", func(r pgx.Row) (c store.StoredChange, err error) {
		c.Row, err = changeRow(space, r, (*int64)(&c.Head))
		return c, err
	}, storedChanges, int64(space), int64(store.MaxPageBytes), int64(after), int64(limit))
}

// StoredAliases reads the aliases of a Space.
func (b *Backend) StoredAliases(ctx context.Context, space contact.SpaceID, after contact.ID, limit int) ([]store.StoredAlias, error) {
	return list(ctx, b.reads, "read aliases", func(r pgx.Row) (store.StoredAlias, error) {
		a := store.StoredAlias{Alias: store.Alias{Space: space}}
		err := r.Scan((*int64)(&a.ID), (*int64)(&a.To), &a.There)
		return a, err
	}, storedAliases, int64(space), int64(after), int64(limit))
}

// StoredKeys reads match keys of a Space.
func (b *Backend) StoredKeys(ctx context.Context, after record.MatchKey, limit int) ([]record.MatchKey, error) {
	return list(ctx, b.reads, "read match keys", keysOf(after.Space), storedKeys, int64(after.Space), int64(after.Kind), after.Text, int64(after.ID), int64(limit))
}

func keysOf(space contact.SpaceID) func(pgx.Row) (record.MatchKey, error) {
	return func(r pgx.Row) (record.MatchKey, error) {
		k, kind := record.MatchKey{Space: space}, int64(0)
		err := r.Scan(&kind, &k.Text, (*int64)(&k.ID))
		k.Kind = contact.Kind(kind)
		return k, err
	}
}

// KeysMissing gives those of some match keys that are not there.
func (b *Backend) KeysMissing(ctx context.Context, space contact.SpaceID, keys []record.MatchKey) ([]record.MatchKey, error) {
	return list(ctx, b.reads, "look for match keys", keysOf(space), selectMissingKeys, keyArgs(space, keys)...)
}

// StoredSearchKeys reads keys of the index of a Space.
func (b *Backend) StoredSearchKeys(ctx context.Context, after record.MatchKey, limit int) ([]record.MatchKey, error) {
	return list(ctx, b.reads, "read keys of an index", keysOf(after.Space), storedSearchKeys, int64(after.Space), int64(after.Kind), after.Text, int64(after.ID), int64(limit))
}

// SearchKeysMissing gives those of some keys that the index has not.
func (b *Backend) SearchKeysMissing(ctx context.Context, space contact.SpaceID, keys []record.MatchKey) ([]record.MatchKey, error) {
	return list(ctx, b.reads, "look for keys of an index", keysOf(space), selectMissingSearchKeys, keyArgs(space, keys)...)
}

// StoredPairs reads the pairs of a Space.
func (b *Backend) StoredPairs(ctx context.Context, after record.Pair, limit int) ([]store.StoredPair, error) {
	return list(ctx, b.reads, "read pairs", func(r pgx.Row) (store.StoredPair, error) {
		p := store.StoredPair{Pair: record.Pair{Space: after.Space}}
		err := r.Scan((*int64)(&p.Pair.A), (*int64)(&p.Pair.B), &p.A, &p.B)
		return p, err
	}, storedPairs, int64(after.Space), int64(after.A), int64(after.B), int64(limit))
}

// StoredRetries reads the records of retries of a Space.
func (b *Backend) StoredRetries(ctx context.Context, after store.RetryID, limit int) ([]record.Retry, error) {
	return list(ctx, b.reads, "read records of retries", func(r pgx.Row) (record.Retry, error) { return retryRow(after.Space, r) },
		storedRetries, int64(after.Space), int64(store.MaxPageBytes), after.Key, int64(limit))
}

// StoredPlan gives the next plan of which there is anything.
func (b *Backend) StoredPlan(ctx context.Context, after store.PlanID) (id string, err error) {
	_, err = one(ctx, b.reads, "look for a plan", storedPlan, []any{int64(after.Space), after.ID}, []any{&id})
	return id, err
}

// StoredPlanContacts reads by which contacts rows of a plan are found.
func (b *Backend) StoredPlanContacts(ctx context.Context, id store.PlanID, after, upTo int64, limit int) ([]store.PlanContact, error) {
	return list(ctx, b.reads, "read the contacts of a plan", func(r pgx.Row) (c store.PlanContact, err error) {
		err = r.Scan(&c.N, (*int64)(&c.Contact))
		return c, err
	}, storedPlanContacts, int64(id.Space), id.ID, after, upTo, int64(limit))
}

// queueAnew writes what is derived and made anew.
func queueAnew(q *pgx.Batch, a *store.Anew) {
	for _, alias := range a.Aliases {
		if alias.To == 0 {
			q.Queue(deleteAlias, int64(alias.Space), int64(alias.ID))
			continue
		}
		q.Queue(upsertAlias, int64(alias.Space), int64(alias.ID), int64(alias.To))
	}
	for _, row := range a.PlanContacts {
		q.Queue(deletePlanRowContacts, int64(row.Space), row.ID, []int64{row.N})
		if len(row.Contacts) > 0 {
			q.Queue(insertPlanContacts, int64(row.Space), row.ID, column(row.Contacts, func(id *contact.ID) int64 { return int64(*id) }),
				column(row.Contacts, func(*contact.ID) int64 { return row.N }))
		}
	}
}
