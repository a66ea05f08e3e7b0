package sqlite

import (
	"context"
	"errors"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// CreateSpace stores a new Space.
func (b *Backend) CreateSpace(ctx context.Context, space access.Space, about access.Entry) (access.Space, error) {
	err := b.change(ctx, func(c *conn) error { return createSpace(c, &space, about) })
	return space, err
}

// FirstSpace stores a Space where there is none.
func (b *Backend) FirstSpace(ctx context.Context, space access.Space, about access.Entry) (first access.Space, made bool, err error) {
	err = b.change(ctx, func(c *conn) error {
		err := one(c, selectFirstSpace, func(s *sqlite.Stmt) (err error) {
			first, err = settingsRow(s)
			return err
		})
		if errors.Is(err, store.ErrNoRow) {
			first, made = space, true
			err = createSpace(c, &first, about)
		}
		return err
	})
	return first, made && err == nil, err
}

func createSpace(c *conn, space *access.Space, about access.Entry) error {
	err := c.run(insertSpace, func(s *sqlite.Stmt) error {
		space.ID = contact.SpaceID(s.ColumnInt64(0))
		return store.CheckSpaceID(space.ID)
	})
	if err != nil {
		return err
	}
	err = c.run(insertSettings, nil, int64(space.ID), space.Name, space.TimeZone, space.Region,
		string(space.Subscription), access.EncodeLimits(space.Limits), record.EncodeLabels(&space.Labels), int64(space.Created),
		space.Quota.Bytes, space.Quota.Minute, int64(space.Rekeying.Phase), space.Rekeying.From, int64(space.Rekeying.At), int64(space.BinDays), space.Remember[:], int64(space.Filterable))
	if err != nil {
		return err
	}
	about.Space = space.ID
	return c.saveEntry(&about)
}

// Spaces lists all Spaces.
func (b *Backend) Spaces(ctx context.Context) (list []access.Space, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		return c.run(selectSpaces, func(s *sqlite.Stmt) error {
			space, err := settingsRow(s)
			list = append(list, space)
			return err
		})
	})
	return list, err
}

// Usages tells what each Space keeps.
func (b *Backend) Usages(ctx context.Context) (map[contact.SpaceID]access.Usage, error) {
	all := map[contact.SpaceID]access.Usage{}
	err := b.readKept(ctx, func(c *conn) error {
		return c.run(selectUsages, func(s *sqlite.Stmt) error {
			all[contact.SpaceID(s.ColumnInt64(0))] = access.Usage{Bytes: s.ColumnInt64(1), Since: contact.Time(s.ColumnInt64(2)), Minute: s.ColumnInt64(3)}
			return nil
		})
	})
	return all, err
}

// SpaceNow reads one Space and what it keeps.
func (b *Backend) SpaceNow(ctx context.Context, id contact.SpaceID) (space access.Space, usage access.Usage, found bool, err error) {
	err = b.readKept(ctx, func(c *conn) error {
		if found, err = whether(loadSpace(c, id, &space)); !found {
			return err
		}
		return one(c, selectUsage, func(s *sqlite.Stmt) error {
			usage = access.Usage{Bytes: s.ColumnInt64(0), Since: contact.Time(s.ColumnInt64(1)), Minute: s.ColumnInt64(2)}
			return nil
		}, int64(id))
	})
	return space, usage, found && err == nil, err
}

// UpdateSpace loads a Space, lets change decide, and saves it.
func (b *Backend) UpdateSpace(ctx context.Context, id contact.SpaceID, change func(*access.Space) (store.WithSpace, error)) (space access.Space, err error) {
	err = b.change(ctx, func(c *conn) error {
		if err := loadSpace(c, id, &space); err != nil {
			return err
		}
		with, err := change(&space)
		if err != nil {
			return err
		}
		err = c.run(updateSettings, nil, int64(id), space.Name, space.TimeZone, space.Region,
			string(space.Subscription), access.EncodeLimits(space.Limits), record.EncodeLabels(&space.Labels),
			space.Quota.Bytes, space.Quota.Minute, int64(space.Rekeying.Phase), space.Rekeying.From, int64(space.Rekeying.At), int64(space.BinDays), space.Remember[:], int64(space.Filterable))
		if err != nil {
			return err
		}
		if with.Forget {
			if err := c.run(deleteErasedKeys, nil, int64(id)); err != nil {
				return err
			}
		}
		for i := range with.Jobs {
			if err := createJob(c, &with.Jobs[i]); err != nil {
				return err
			}
		}
		return c.saveEntry(with.About)
	})
	return space, err
}

func loadSpace(c *conn, id contact.SpaceID, space *access.Space) error {
	return one(c, selectSettings, func(s *sqlite.Stmt) (err error) {
		*space, err = settingsRow(s)
		return err
	}, int64(id))
}

// settingsRow reads settingsColumns.
func settingsRow(s *sqlite.Stmt) (access.Space, error) {
	limits, err := access.DecodeLimits(s.ColumnText(5))
	if err != nil {
		return access.Space{}, store.DamagedSettings(s.ColumnInt64(0), "limits")
	}
	labels, err := record.DecodeLabels(columnBytes(s, 6))
	if err != nil {
		return access.Space{}, store.DamagedSettings(s.ColumnInt64(0), "labels")
	}
	var secret contact.ErasedSecret
	if n := s.ColumnBytes(14, secret[:]); n != len(secret) {
		return access.Space{}, store.DamagedSettings(s.ColumnInt64(0), "erased_secret")
	}
	return access.Space{
		Remember:     secret,
		ID:           contact.SpaceID(s.ColumnInt64(0)),
		Name:         s.ColumnText(1),
		TimeZone:     s.ColumnText(2),
		Region:       s.ColumnText(3),
		Subscription: access.Subscription(s.ColumnText(4)),
		Limits:       limits,
		Labels:       labels,
		Created:      contact.Time(s.ColumnInt64(7)),
		Quota:        access.Quota{Bytes: s.ColumnInt64(8), Minute: s.ColumnInt64(9)},
		Rekeying:     access.Rekeying{Phase: access.RekeyPhase(s.ColumnInt64(10)), From: s.ColumnText(11), At: contact.Time(s.ColumnInt64(12))},
		BinDays:      int(s.ColumnInt64(13)),
		Filterable:   contact.Slots(s.ColumnInt64(15)),
	}, nil
}
