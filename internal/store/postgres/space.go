package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// CreateSpace stores a new Space.
func (b *Backend) CreateSpace(ctx context.Context, space access.Space, about access.Entry) (access.Space, error) {
	err := b.change(ctx, func(t *tx) error { return t.createSpace(ctx, &space, about) })
	return space, err
}

// FirstSpace stores a Space where there is none. It locks the row that ids of
// Spaces come from, as createSpace does, and only then looks.
func (b *Backend) FirstSpace(ctx context.Context, space access.Space, about access.Entry) (first access.Space, made bool, err error) {
	err = b.change(ctx, func(t *tx) error {
		q := t.statements()
		q.Queue(lockIDs, "space").Exec(exactly(1))
		q.Queue(selectFirstSpace).QueryRow(func(r pgx.Row) (err error) {
			first, err = settingsRow(r)
			made = errors.Is(err, pgx.ErrNoRows)
			if made {
				return nil
			}
			return err
		})
		if err := t.send(ctx, "look for a Space", q); err != nil || !made {
			return err
		}
		first = space
		return t.createSpace(ctx, &first, about)
	})
	return first, made && err == nil, err
}

// createSpace takes the id within its own transaction, so that no two make a
// Space at once.
func (t *tx) createSpace(ctx context.Context, space *access.Space, about access.Entry) error {
	q := t.statements()
	q.Queue(takeIDs, "space", int64(1)).QueryRow(func(r pgx.Row) error { return r.Scan((*int64)(&space.ID)) })
	if err := t.send(ctx, "take an id", q); err != nil {
		return err
	}
	if err := store.CheckSpaceID(space.ID); err != nil {
		return err
	}
	about.Space = space.ID
	q = t.statements()
	q.Queue(insertSpace, int64(space.ID))
	q.Queue(insertSettings, int64(space.ID), space.Name, space.TimeZone, space.Region, string(space.Subscription),
		access.EncodeLimits(space.Limits), record.EncodeLabels(&space.Labels), int64(space.Created),
		space.Quota.Bytes, space.Quota.Minute, int64(space.Rekeying.Phase), space.Rekeying.From, int64(space.Rekeying.At), int64(space.BinDays), space.Remember[:], int64(space.Filterable))
	queueEntry(q, &about)
	return t.send(ctx, "make a Space", q)
}

// Spaces lists all Spaces.
func (b *Backend) Spaces(ctx context.Context) ([]access.Space, error) {
	return list(ctx, b.keys, "list Spaces", settingsRow, selectSpaces)
}

// Usages tells what each Space keeps.
func (b *Backend) Usages(ctx context.Context) (map[contact.SpaceID]access.Usage, error) {
	type usage struct {
		space contact.SpaceID
		access.Usage
	}
	rows, err := list(ctx, b.keys, "look at what Spaces keep", func(r pgx.Row) (u usage, err error) {
		err = r.Scan((*int64)(&u.space), &u.Bytes, (*int64)(&u.Since), &u.Minute)
		return u, err
	}, selectUsages)
	all := map[contact.SpaceID]access.Usage{}
	for _, u := range rows {
		all[u.space] = u.Usage
	}
	return all, err
}

// SpaceNow reads one Space and what it keeps.
func (b *Backend) SpaceNow(ctx context.Context, id contact.SpaceID) (_ access.Space, usage access.Usage, _ bool, _ error) {
	space, found, err := first(list(ctx, b.keys, "look at a Space", func(r pgx.Row) (access.Space, error) {
		var s settingsScan
		err := r.Scan(append(s.columns(), &usage.Bytes, (*int64)(&usage.Since), &usage.Minute)...)
		return s.done(err)
	}, selectSpaceNow, int64(id)))
	return space, usage, found, err
}

// UpdateSpace loads a Space, lets change decide, and saves it. The Space's row is locked all the while, so that no
// batch saves keys by the old settings beside it.
func (b *Backend) UpdateSpace(ctx context.Context, id contact.SpaceID, change func(*access.Space) (store.WithSpace, error)) (space access.Space, err error) {
	err = b.change(ctx, func(t *tx) error {
		rows, err := t.Spaces(ctx, []contact.SpaceID{id})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return store.ErrNoRow
		}
		if space, err = t.settings(ctx, id); err != nil {
			return err
		}
		with, err := change(&space)
		if err != nil {
			return err
		}
		q := t.statements()
		q.Queue(updateSettings, int64(id), space.Name, space.TimeZone, space.Region, string(space.Subscription),
			access.EncodeLimits(space.Limits), record.EncodeLabels(&space.Labels),
			space.Quota.Bytes, space.Quota.Minute, int64(space.Rekeying.Phase), space.Rekeying.From, int64(space.Rekeying.At), int64(space.BinDays), space.Remember[:], int64(space.Filterable)).Exec(exactly(1))
		if with.Forget {
			q.Queue(deleteErasedKeys, int64(id))
		}
		for i := range with.Jobs {
			queueJob(q, &with.Jobs[i])
		}
		queueEntry(q, with.About)
		return t.send(ctx, "save a Space", q)
	})
	return space, err
}

// settings reads the settings of a Space. ErrNoRow where there is none.
func (t *tx) settings(ctx context.Context, id contact.SpaceID) (space access.Space, err error) {
	q := t.statements()
	q.Queue(selectSettings, int64(id)).QueryRow(func(r pgx.Row) (err error) {
		space, err = settingsRow(r)
		return orNoRow(err)
	})
	return space, t.send(ctx, "load a Space", q)
}

// settingsScan takes settingsColumns.
type settingsScan struct {
	space  access.Space
	limits string
	labels []byte
	secret []byte
}

func (s *settingsScan) columns() []any {
	return []any{(*int64)(&s.space.ID), &s.space.Name, &s.space.TimeZone, &s.space.Region,
		(*string)(&s.space.Subscription), &s.limits, &s.labels, (*int64)(&s.space.Created),
		&s.space.Quota.Bytes, &s.space.Quota.Minute, (*int64)(&s.space.Rekeying.Phase), &s.space.Rekeying.From, (*int64)(&s.space.Rekeying.At), &s.space.BinDays, &s.secret, &s.space.Filterable}
}

// done gives the Space, unless scanning its columns failed.
func (s *settingsScan) done(err error) (access.Space, error) {
	if err != nil {
		return s.space, err
	}
	if s.space.Limits, err = access.DecodeLimits(s.limits); err != nil {
		return s.space, corrupt{store.DamagedSettings(int64(s.space.ID), "limits")}
	}
	if s.space.Labels, err = record.DecodeLabels(s.labels); err != nil {
		return s.space, corrupt{store.DamagedSettings(int64(s.space.ID), "labels")}
	}
	if copy(s.space.Remember[:], s.secret) != len(s.space.Remember) {
		return s.space, corrupt{store.DamagedSettings(int64(s.space.ID), "erased_secret")}
	}
	return s.space, nil
}

func settingsRow(r pgx.Row) (access.Space, error) {
	var s settingsScan
	err := r.Scan(s.columns()...)
	return s.done(err)
}
