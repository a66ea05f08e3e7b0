package sqlite

import (
	"context"
	"errors"
	"slices"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// stillKey is where a context holds the connection that Still lends.
type stillKey struct{}

// Still lends f one state: a transaction that reads, on one of the readers.
func (b *Backend) Still(ctx context.Context, f func(context.Context) error) error {
	return b.read(ctx, func(c *conn) error {
		if err := c.run(beginStill, nil); err != nil {
			return err
		}
		err := f(context.WithValue(ctx, stillKey{}, c))
		c.SetInterrupt(nil) // or its end would be given up as well
		if c.AutocommitEnabled() {
			return err // some errors have ended it
		}
		return errors.Join(err, c.run(rollback, nil))
	})
}

// Examine looks through one table after the other, on a connection of its own, so that it
// takes nobody's place: the log can start anew between two of them.
func (b *Backend) Examine(ctx context.Context, full bool) (damaged []string, err error) {
	c, err := openConn(b.path, readerPragmas)
	if err != nil {
		return nil, err
	}
	c.SetInterrupt(ctx.Done())
	tables := []string{"sqlite_schema"}
	err = c.run(selectTables, func(s *sqlite.Stmt) error {
		tables = append(tables, s.ColumnText(0))
		return nil
	})
	slices.Sort(tables)
	for _, table := range tables {
		if err != nil {
			break
		}
		var whole bool
		if whole, err = c.examine(table, full); err == nil && !whole {
			damaged = append(damaged, table)
		}
	}
	c.SetInterrupt(nil)
	if ended := ctx.Err(); ended != nil {
		err = ended
	}
	if isCorrupt(err) { // the list of tables itself
		damaged, err = []string{"sqlite_schema"}, nil
	}
	if errors.Is(err, store.ErrBroken) {
		return nil, err // and the connection stays open: see closeConns
	}
	return damaged, errors.Join(err, c.close())
}

// examine tells whether a table is whole. What is wrong with it is left out: it may name
// what is stored.
func (c *conn) examine(table string, full bool) (whole bool, err error) {
	check := "quick_check"
	if full {
		check = "integrity_check"
	}
	whole = true
	err = c.run("PRAGMA "+check+"('"+table+"')", func(s *sqlite.Stmt) error {
		whole = whole && s.ColumnText(0) == "ok"
		return nil
	})
	if isCorrupt(err) {
		return false, nil
	}
	return whole, err
}

// isCorrupt tells whether SQLite says that the file is damaged, and not the disk.
func isCorrupt(err error) bool { return errors.Is(err, errCorrupt) }

// Unclean tells whether this process serves the file and found that it was not closed.
func (b *Backend) Unclean() bool { return b.serve && b.unclean }

// Counters reads the counters of a Space.
func (b *Backend) Counters(ctx context.Context, space contact.SpaceID) (row store.SpaceRow, found bool, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectSpace, func(s *sqlite.Stmt) error {
			row, found = spaceRow(space, s), true
			return nil
		}, int64(space))
	})
	return row, found && err == nil, err
}

// spaceRow reads what selectSpace gives.
func spaceRow(id contact.SpaceID, s *sqlite.Stmt) store.SpaceRow {
	row := store.SpaceRow{
		Space:    id,
		NextID:   contact.ID(s.ColumnInt64(0)),
		BlockEnd: contact.ID(s.ColumnInt64(1)),
		NextSeq:  contact.Seq(s.ColumnInt64(2)),
		LastAt:   contact.Time(s.ColumnInt64(3)),
		Usage:    access.Usage{Bytes: s.ColumnInt64(4), Since: contact.Time(s.ColumnInt64(5)), Minute: s.ColumnInt64(6)},
		Region:   s.ColumnText(7),
		Quota:    access.Quota{Bytes: s.ColumnInt64(8), Minute: s.ColumnInt64(9)},
		Rekeying: access.Rekeying{Phase: access.RekeyPhase(s.ColumnInt64(10)), From: s.ColumnText(11), At: contact.Time(s.ColumnInt64(12))},
	}
	s.ColumnBytes(13, row.Remember[:]) // what is damaged is refused where settings are read whole
	return row
}

// Used tells how far ids of contacts are; SQLite itself gives the others.
func (b *Backend) Used(ctx context.Context) (list []store.Used, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(selectUsed, func(s *sqlite.Stmt) error {
			list = append(list, store.Used{Kind: "contact", Next: s.ColumnInt64(0), Greatest: max(s.ColumnInt64(1), s.ColumnInt64(2))})
			return nil
		})
	})
	return list, err
}

// Weigh adds up what a Space keeps.
func (b *Backend) Weigh(ctx context.Context, space contact.SpaceID) (bytes int64, err error) {
	err = b.read(ctx, func(c *conn) error {
		return one(c, weighSpace, func(s *sqlite.Stmt) error {
			bytes = s.ColumnInt64(0)
			return nil
		}, int64(space), historyKey(space, 0), historyKey(space+1, 0), int64(store.EntryWeight))
	})
	return bytes, err
}

// StoredContacts reads contacts of all Spaces by their ids.
func (b *Backend) StoredContacts(ctx context.Context, after store.ContactID, limit int) (rows []store.StoredContact, err error) {
	err = b.read(ctx, func(c *conn) error {
		var p page
		return enough(c.run(storedContacts, func(s *sqlite.Stmt) error {
			row := contactRow(contact.SpaceID(s.ColumnInt64(contactWidth)), s)
			rows = append(rows, store.StoredContact{Row: row, Leads: contact.ID(s.ColumnInt64(contactWidth + 1))})
			return p.add(row.Weight())
		}, int64(after.ID), int64(limit)))
	})
	return rows, err
}

// StoredChanges reads the changes of a Space.
func (b *Backend) StoredChanges(ctx context.Context, space contact.SpaceID, after contact.Seq, limit int) (rows []store.StoredChange, err error) {
	err = b.read(ctx, func(c *conn) error {
		var p page
		return enough(c.run(storedChanges, func(s *sqlite.Stmt) error {
			row := changeRow(space, s)
			rows = append(rows, store.StoredChange{Row: row, Head: contact.Seq(s.ColumnInt64(changeWidth))})
			return p.add(row.Weight())
		}, historyKey(space, bound(after)), historyKey(space+1, 0), int64(space), int64(limit)))
	})
	return rows, err
}

// StoredAliases reads the aliases of a Space.
func (b *Backend) StoredAliases(ctx context.Context, space contact.SpaceID, after contact.ID, limit int) (rows []store.StoredAlias, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(storedAliases, func(s *sqlite.Stmt) error {
			alias := store.Alias{Space: space, ID: contact.ID(s.ColumnInt64(0)), To: contact.ID(s.ColumnInt64(1))}
			rows = append(rows, store.StoredAlias{Alias: alias, There: s.ColumnBool(2)})
			return nil
		}, int64(space), int64(after), int64(limit))
	})
	return rows, err
}

// StoredKeys reads match keys of a Space.
func (b *Backend) StoredKeys(ctx context.Context, after record.MatchKey, limit int) ([]record.MatchKey, error) {
	return b.someKeys(ctx, storedKeys, after, limit)
}

// StoredSearchKeys reads keys of the index of a Space.
func (b *Backend) StoredSearchKeys(ctx context.Context, after record.MatchKey, limit int) ([]record.MatchKey, error) {
	return b.someKeys(ctx, storedSearchKeys, after, limit)
}

func (b *Backend) someKeys(ctx context.Context, query string, after record.MatchKey, limit int) (rows []record.MatchKey, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(query, func(s *sqlite.Stmt) error {
			key := contact.MatchKey{Kind: contact.Kind(s.ColumnInt64(0)), Text: s.ColumnText(1)}
			rows = append(rows, record.MatchKey{Space: after.Space, MatchKey: key, ID: contact.ID(s.ColumnInt64(2))})
			return nil
		}, int64(after.Space), int64(after.Kind), after.Text, int64(after.ID), int64(limit))
	})
	return rows, err
}

// KeysMissing gives those of some match keys that are not there.
func (b *Backend) KeysMissing(ctx context.Context, space contact.SpaceID, keys []record.MatchKey) ([]record.MatchKey, error) {
	return b.keysMissing(ctx, selectKey, space, keys)
}

// SearchKeysMissing gives those of some keys that the index has not.
func (b *Backend) SearchKeysMissing(ctx context.Context, space contact.SpaceID, keys []record.MatchKey) ([]record.MatchKey, error) {
	return b.keysMissing(ctx, selectSearchKey, space, keys)
}

func (b *Backend) keysMissing(ctx context.Context, query string, space contact.SpaceID, keys []record.MatchKey) (missing []record.MatchKey, err error) {
	err = b.read(ctx, func(c *conn) error {
		for _, k := range keys {
			there := false
			err := c.run(query, func(*sqlite.Stmt) error {
				there = true
				return nil
			}, int64(space), int64(k.Kind), k.Text, int64(k.ID))
			if err != nil {
				return err
			}
			if !there {
				missing = append(missing, k)
			}
		}
		return nil
	})
	return missing, err
}

// StoredPairs reads the pairs of a Space.
func (b *Backend) StoredPairs(ctx context.Context, after record.Pair, limit int) (rows []store.StoredPair, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(storedPairs, func(s *sqlite.Stmt) error {
			pair := contact.Pair{A: contact.ID(s.ColumnInt64(0)), B: contact.ID(s.ColumnInt64(1))}
			rows = append(rows, store.StoredPair{Pair: record.Pair{Space: after.Space, Pair: pair}, A: s.ColumnBool(2), B: s.ColumnBool(3)})
			return nil
		}, int64(after.Space), int64(after.A), int64(after.B), int64(limit))
	})
	return rows, err
}

// StoredRetries reads the records of retries of a Space.
func (b *Backend) StoredRetries(ctx context.Context, after store.RetryID, limit int) (rows []record.Retry, err error) {
	err = b.read(ctx, func(c *conn) error {
		var p page
		return enough(c.run(storedRetries, func(s *sqlite.Stmt) error {
			row := retryRow(after.Space, s)
			rows = append(rows, row)
			return p.add(row.Weight())
		}, int64(after.Space), after.Key, int64(limit)))
	})
	return rows, err
}

// StoredPlan gives the next plan of which there is anything.
func (b *Backend) StoredPlan(ctx context.Context, after store.PlanID) (id string, err error) {
	return b.leastText(ctx, storedPlan, int64(after.Space), after.ID)
}

// leastText gives the least of the texts in a row, "" where there is none.
func (b *Backend) leastText(ctx context.Context, query string, args ...any) (least string, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(query, func(s *sqlite.Stmt) error {
			for column := range s.ColumnCount() {
				if found := s.ColumnText(column); found != "" && (least == "" || found < least) {
					least = found
				}
			}
			return nil
		}, args...)
	})
	return least, err
}

// StoredPlanContacts reads by which contacts rows of a plan are found.
func (b *Backend) StoredPlanContacts(ctx context.Context, id store.PlanID, after, upTo int64, limit int) (rows []store.PlanContact, err error) {
	err = b.read(ctx, func(c *conn) error {
		return c.run(storedPlanContacts, func(s *sqlite.Stmt) error {
			rows = append(rows, store.PlanContact{N: s.ColumnInt64(0), Contact: contact.ID(s.ColumnInt64(1))})
			return nil
		}, int64(id.Space), id.ID, after, upTo, int64(limit))
	})
	return rows, err
}

// saveAnew writes what is derived and made anew.
func (t *tx) saveAnew(a *store.Anew) error {
	for _, alias := range a.Aliases {
		query, args := upsertAlias, []any{int64(alias.Space), int64(alias.ID), int64(alias.To)}
		if alias.To == 0 {
			query, args = deleteAlias, args[:2]
		}
		if err := t.writer.run(query, nil, args...); err != nil {
			return err
		}
	}
	for _, row := range a.PlanContacts {
		if err := t.savePlanContacts(row.PlanID, []record.PlanRow{{N: row.N, Contacts: append([]contact.ID{}, row.Contacts...)}}); err != nil {
			return err
		}
	}
	t.pages += len(a.Aliases)
	return nil
}
