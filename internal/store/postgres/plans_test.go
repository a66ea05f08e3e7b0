package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// scans lists the statements that may read a whole table, with the reason.
var scans = map[string]string{
	"selectUsages":  "it lists the whole table, which has a row a tenant",
	"selectSpaces":  "it lists the whole table, which has a row a tenant",
	"selectLastAt":  "it is for all Spaces, once at the start",
	"lockIDs":       "its table has five rows",
	"insertEntry":   "it takes an id, from a table that has five rows",
	"insertJob":     "it takes an id, from a table that has five rows",
	"selectAPIKeys": "it lists the whole table, which has a few rows a tenant",
	"takeIDs":       "its table has five rows",
	"selectSecret":  "its table has one row",
	"selectVersion": "its table has a row a migration",
	"selectUsed":    "it is for all Spaces, once in a check",
}

// sorts lists the statements that may sort, with the reason.
var sorts = map[string]string{
	"selectChain":  "it puts one page in order",
	"selectTrail":  "it puts what it looked at in order",
	"trimSessions": "it puts the sessions of one key in order, which are as many as it may have",
	"selectTrees":  "it puts the trees of one batch beside each other",

	"selectPlanRowsOfContacts": "it puts the first rows of each of a few contacts in order",
}

const fill = `
	INSERT INTO spaces SELECT s, 100000, 100000, 40001, 1, 0, 0, 0 FROM generate_series(1, 3000) s;
	INSERT INTO space_settings SELECT s, 'Example Ltd', 'UTC', 'US', 'active', '{}', 0, 0, '{}', 1 FROM generate_series(1, 3000) s;
	INSERT INTO api_keys SELECT s, s, 'key', sha256(s::text::bytea), 'contacts:read', 1, 0, 0, 0 FROM generate_series(1, 3000) s;
	INSERT INTO sessions SELECT sha256(s::text::bytea), s % 2, s / 200, s / 200, '', s, s FROM generate_series(1, 6000) s;
	UPDATE id_blocks SET next = 200000;
	INSERT INTO contacts SELECT s, s * 20000 + i, 1, CASE WHEN i % 4 = 0 THEN 1 WHEN i % 40 = 3 THEN 2 ELSE 0 END, CASE WHEN i % 4 = 0 THEN s * 20000 + i + 1 ELSE 0 END, i, i * 2, 2, 0, '{}', '{"from":[]}'
		FROM generate_series(1, 4) s, generate_series(1, 20000) i;
	INSERT INTO aliases SELECT s, s * 20000 + 4 * i, s * 20000 + 4 * i + 1 FROM generate_series(1, 4) s, generate_series(1, 5000) i;
	INSERT INTO changes (space_id, seq, op_seq, contact_id, ref, version, prev_seq, at, action, actor, reason, request_id, batch_id, undoes, checksum, edits, snapshot)
		SELECT s, i, i, s * 20000 + (i + 1) / 2, CASE WHEN i % 20 = 0 THEN s * 20000 + i ELSE 0 END, i, CASE WHEN i % 2 = 0 THEN i - 1 ELSE 0 END, i, 'update', '{}', '', 'r' || i, '', CASE WHEN i % 50 = 0 THEN i - 1 ELSE 0 END, 0, '{}', CASE WHEN i % 32 = 0 THEN '{}' END
		FROM (SELECT s, i FROM generate_series(1, 4) s, generate_series(1, 40000) i) n;
	INSERT INTO retries SELECT s, 'k' || i, '', 'r', i, 0, '{}' FROM generate_series(1, 4) s, generate_series(1, 10000) i;
	INSERT INTO distinct_pairs SELECT s, s * 20000 + i, s * 20000 + i + 2 FROM generate_series(1, 4) s, generate_series(1, 10000) i;
	INSERT INTO key_usage SELECT s, s * 10 + i, 1, 1, 1 FROM generate_series(1, 3000) s, generate_series(1, 3) i;
	INSERT INTO match_keys SELECT s, 0, CASE WHEN i % 10 = 0 THEN 'shared' ELSE 'ada' || i END, s * 20000 + i FROM generate_series(1, 4) s, generate_series(1, 20000) i;
	INSERT INTO erasures SELECT s, i, 1, 1, s * 10000 + i, i % 2 FROM generate_series(1, 4) s, generate_series(1, 5000) i;
	INSERT INTO erased_keys SELECT s, substr(sha256(i::text::bytea), 1, 16), 1 FROM generate_series(1, 3000) s, generate_series(1, 20) i;
	INSERT INTO registry_log SELECT s, (s + 1) / 2, CASE WHEN s % 2 = 0 THEN 0 ELSE s END, 'key', 1, 'test', 'create', '[["name","","key"]]' FROM generate_series(1, 6000) s;
	INSERT INTO plans SELECT s, 'p' || i, 'ready', i, CASE WHEN i % 50 = 0 THEN i ELSE 0 END, 1, 0, '{}' FROM generate_series(1, 4) s, generate_series(1, 2000) i;
	INSERT INTO plan_rows SELECT s, 'p' || p, n, CASE WHEN n % 50 = 0 THEN 'conflict' ELSE 'update' END, CASE WHEN n % 5 = 0 THEN 'refused' ELSE '' END, 0, '{}', '{}', NULL
		FROM generate_series(1, 4) s, generate_series(1, 4) p, generate_series(1, 2000) n;
	INSERT INTO plan_contacts SELECT s, 'p' || p, s * 20000 + n % 500, n FROM generate_series(1, 4) s, generate_series(1, 4) p, generate_series(1, 2000) n;
	INSERT INTO files SELECT s, 'e' || i, 'completed', i, CASE WHEN i % 50 = 0 THEN i ELSE 0 END, 1, 0, '{}' FROM generate_series(1, 4) s, generate_series(1, 2000) i;
	INSERT INTO file_chunks SELECT s, 'e' || i, n, 0, '' FROM generate_series(1, 4) s, generate_series(1, 1000) i, generate_series(1, 4) n;
	INSERT INTO search_marks SELECT s, s, 'GB', 1 FROM generate_series(1, 3000) s;
	INSERT INTO search_keys SELECT s, 2 + i % 3, 'word' || i, s * 20000 + i FROM generate_series(1, 4) s, generate_series(1, 20000) i;
	INSERT INTO searched SELECT s, s * 20000 + i, '3 word' || i FROM generate_series(1, 4) s, generate_series(1, 20000) i;
	INSERT INTO limit_windows SELECT s, b, 1, 1 FROM generate_series(1, 3000) s, unnest(ARRAY['update', 'get']) b;
	INSERT INTO jobs (job_id, space_id, kind, state, key_id, about, cursor, done, total, created_at, completed_at, due_at, message)
		SELECT s, (s + 1) / 20, 'rekey', 'queued', 0, '', '', 0, 0, 1, CASE WHEN s % 4 = 0 THEN 0 ELSE 2 END, s, '' FROM generate_series(1, 60000) s;
	ANALYZE`

// filled makes a database with so many rows that plans are those of a
// database in use.
func filled(t *testing.T) string {
	t.Helper()
	dsn := pgtest.NewTemplate(t, Migrate).Database(t)
	b := opened(t, Options{DSN: dsn})
	for _, statement := range strings.Split(fill, ";") {
		if _, err := b.writes.Exec(bg, statement); err != nil {
			t.Fatalf("%v: %s", err, statement)
		}
	}
	return dsn
}

// calls use every method of a backend that reads or writes, on what fill left.
func calls(b *Backend) []func() error {
	const space, id = contact.SpaceID(1), contact.ID(20000 + 101)
	key, other := contact.MatchKey{Kind: contact.EmailKey, Text: "shared"}, contact.MatchKey{Kind: contact.EmailKey, Text: "ada101"}
	row := record.Contact{Space: space, ID: id, Version: 2, Created: 101, Head: 40001, Depth: 3, Doc: []byte("{}"), Origins: []byte("{}")}
	fresh := row
	fresh.ID, fresh.Version = 150000, 1
	batch := &store.Save{
		Spaces:      []store.SpaceRow{{Space: space, NextID: 150001, BlockEnd: 151000, NextSeq: 40002, LastAt: 2}},
		Contacts:    []store.ContactSave{{Row: row, Loaded: 1}, {Row: fresh}},
		Redirects:   []store.Redirect{{Space: space, From: id, To: id + 1}, {Space: space, To: id, IDs: []contact.ID{id + 3}}},
		Changes:     []record.Change{{Space: space, Seq: 40001, Op: 40001, Contact: id, Version: 2, RequestID: "new", Actor: []byte("{}"), Edits: []byte("{}")}},
		PairsGone:   []record.Pair{{Space: space, Pair: contact.PairOf(id, id+2)}},
		PairsCome:   []record.Pair{{Space: space, Pair: contact.PairOf(id, id+7)}},
		Spent:       []store.KeySpent{{KeyID: store.KeyID{Space: space, Key: 11}, Spent: access.Spent{Since: 2, Writes: 1}}},
		RetriesGone: []store.RetryID{{Space: space, Key: "k7"}},
		Retries:     []record.Retry{{Space: space, Key: "new", RequestID: "new", Fingerprint: []byte{1}, Answer: []byte("{}")}},
		KeysGone:    []record.MatchKey{{Space: space, MatchKey: other, ID: id}},
		KeysCome:    []record.MatchKey{{Space: space, MatchKey: other, ID: id}},
		Anew: &store.Anew{
			Aliases:      []store.Alias{{Space: space, ID: id + 7, To: id}, {Space: space, ID: id + 7}},
			PlanContacts: []store.PlanRowContacts{{PlanID: store.PlanID{Space: space, ID: "p3"}, N: 3, Contacts: []contact.ID{id}}},
		},
		Plans: []store.PlanSaved{
			{Plan: record.Plan{Space: space, ID: "p1", State: "ready", Created: 1}, Gone: 10, Rows: []record.PlanRow{{N: 11, Outcome: "update", Contacts: []contact.ID{id}}}},
			{Plan: record.Plan{Space: space, ID: "new", State: "ready", Created: 1}, New: true},
			{Plan: record.Plan{Space: space, ID: "p4"}, Drop: true},
		},
		Files: []store.FileSaved{
			{File: record.File{Space: space, ID: "e1", State: "running", Created: 1}, Gone: 1, Chunks: []record.FileChunk{{Space: space, File: "e1", N: 9, Data: []byte{}}}},
			{File: record.File{Space: space, ID: "new", State: "running", Created: 1}, New: true},
			{File: record.File{Space: space, ID: "e4"}, Drop: true},
		},
	}
	write := func(s *store.Save, end func(store.Tx) error) error {
		tx, err := b.Begin(bg, int64(space))
		if err != nil {
			return err
		}
		rows, err1 := tx.Spaces(bg, []contact.SpaceID{space})
		two := []store.ContactID{{Space: space, ID: id}, {Space: space, ID: id + 3}}
		_, err2 := tx.Load(bg, &store.Wants{Refs: two, Rows: two, Trees: two, Pairs: two, Undone: []store.WriteID{{Space: space, Op: 49}}, Retries: []store.RetryID{{Space: space, Key: "k7"}},
			Expired: []store.Expired{{Space: space, Until: 9000, Limit: 256}}, Spent: []store.KeyID{{Space: space, Key: 11}}, Plans: []store.PlanID{{Space: space, ID: "p1"}, {Space: space, ID: "p7"}},
			Files: []store.FileID{{Space: space, ID: "e1"}, {Space: space, ID: "e7"}}})
		_, err3 := tx.NewIDs(bg, 10)
		if err := errors.Join(err1, err2, err3); err != nil || len(rows) != 1 {
			tx.Rollback()
			return fmt.Errorf("%d Spaces: %w", len(rows), err)
		}
		if s != nil {
			if err := tx.Save(bg, s); err != nil {
				tx.Rollback()
				return err
			}
		}
		return end(tx)
	}
	list := []func() error{
		func() error { return write(nil, func(tx store.Tx) error { tx.Rollback(); return nil }) },
		func() error { return write(batch, func(tx store.Tx) error { return tx.Commit(bg) }) },
		func() error {
			saved, err := b.Saved(bg, store.Mark{Space: space, Seq: 40001, RequestID: "new"})
			if err == nil && saved {
				saved, err = b.Saved(bg, store.Mark{Space: space, Key: "new", RequestID: "new"})
			}
			if err == nil && !saved {
				err = errors.New("what was saved is not found")
			}
			return err
		},
		func() error { _, _, err := b.Contact(bg, space, id+3); return err },
		func() error { _, err := b.Contacts(bg, space, []contact.ID{id, id + 3, 7}); return err },
		func() error { _, _, err := b.Row(bg, space, id); return err },
		func() error {
			_, err1 := b.SearchMark(bg, space)
			_, err2 := b.Touched(bg, space, 100, 50)
			_, _, err3 := b.Keyed(bg, space, []contact.KeyRange{{Kind: contact.EmailKey, From: "ada12", To: "ada13"}, {Kind: contact.WordKey, From: "word12", To: "word13"}})
			_, err4 := b.Searched(bg, space, []contact.ID{id, id + 3})
			_, err5 := b.Unfolded(bg, 5, 50)
			word := record.MatchKey{Space: space, MatchKey: contact.MatchKey{Kind: contact.WordKey, Text: "word"}, ID: id}
			_, err6 := b.StoredSearchKeys(bg, word, 50)
			_, err7 := b.SearchKeysMissing(bg, space, []record.MatchKey{word})
			err8 := b.SaveSearch(bg, &store.SearchSave{Space: space, Mark: store.SearchMark{Seq: 2, Turn: 1}, Gone: []record.MatchKey{word}, Come: []record.MatchKey{word},
				Searched: []record.Searched{{Space: space, ID: id, Keys: "3 word"}, {Space: space, ID: id + 3}}})
			err9 := b.SaveSearch(bg, &store.SearchSave{Space: 5000, Mark: store.SearchMark{Seq: 2}})
			return errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9)
		},
		func() error { _, _, err := b.Change(bg, space, 7); return err },
		func() error { _, err := b.Changes(bg, space, []contact.Seq{7, 9, 40000}); return err },
		func() error { _, err := b.Aliases(bg, space, id); return err },
		func() error { _, _, _, err := b.CreatedFrom(bg, space, id); return err },
		func() error { _, err := b.Feed(bg, store.Stretch{Space: space, After: 100, Limit: 50}); return err },
		func() error {
			_, err := b.Feed(bg, store.Stretch{Space: space, After: 100, Before: 2000, Only: store.ChangeFilter{Contact: id, KeyID: 1, Action: "put", BatchID: "none"}, Limit: 50})
			return err
		},
		func() error {
			_, err := b.Feed(bg, store.Stretch{Space: space, Before: 30000, NewestFirst: true, Limit: 50})
			return err
		},
		func() error {
			_, err := b.Feed(bg, store.Stretch{Space: space, Before: 30000, NewestFirst: true, Only: store.ChangeFilter{KeyID: 7}, Limit: 50})
			return err
		},
		func() error { _, err := b.Chain(bg, space, 100, 50); return err },
		func() error { _, err := b.Trail(bg, space, 100, 50); return err },
		func() error { _, err := b.Snapshots(bg, space, id, 1, 50); return err },
		func() error { _, err := b.Pairs(bg, space, id); return err },
		func() error { _, err := b.LastSeq(bg, space); return err },
		func() error { _, err := b.Tree(bg, space, id); return err },
		func() error { _, err := b.Through(bg, space, []contact.ID{id, id + 3}, 1, 50); return err },
		func() error { _, err := b.LastAt(bg); return err },
		func() error { _, err := b.Spaces(bg); return err },
		func() error { _, err := b.Usages(bg); return err },
		func() error { _, err := b.APIKeys(bg); return err },
		func() error { _, _, err := b.Grant(bg, [32]byte{1}); return err },
		func() error { _, err := b.APIKeysOf(bg, space, 50); return err },
		func() error { _, _, err := b.APIKey(bg, 5); return err },
		func() error { _, err := b.Spent(bg, space, []int64{11, 12}); return err },
		func() error { _, _, _, err := b.SpaceNow(bg, space); return err },
		func() error { _, _, _, err := b.Session(bg, [32]byte{1}); return err },
		func() error {
			return b.CreateSession(bg, access.Session{Key: 5, Space: 5, Created: 100, Expires: 9000}, true)
		},
		func() error {
			_, ok, err := b.UseLink(bg, [32]byte{}, access.Session{Hash: [32]byte{1}, Created: 100, Expires: 9000})
			if err == nil && !ok {
				err = errors.New("what was made is not found")
			}
			return err
		},
		func() error { return b.EndSession(bg, [32]byte{1}) },
		func() error { return b.EndSessions(bg, 5) },
		func() error {
			_, err := b.UpdateSpace(bg, space, func(*access.Space) (store.WithSpace, error) {
				return store.WithSpace{Forget: true, Jobs: []store.Job{{Space: space, Kind: store.RekeyJob, State: store.JobQueued}}}, nil
			})
			return err
		},
		func() error {
			job, err := b.CreateJob(bg, store.Job{Space: space, Kind: store.RekeyJob, State: store.JobQueued})
			if err != nil {
				return err
			}
			_, _, err1 := b.Job(bg, space, job.ID)
			_, err2 := b.JobsOf(bg, space, 0, 10)
			_, err3 := b.DueJobs(bg, 50000, 10)
			_, err4 := b.UpdateJob(bg, space, job.ID, func(j *store.Job) error { j.Done++; return nil })
			return errors.Join(err1, err2, err3, err4)
		},
		func() error {
			_, _, err1 := b.Erasure(bg, space, 7)
			_, err2 := b.Erasures(bg, 12000, false, 10)
			_, err3 := b.Erasures(bg, 12000, true, 10)
			err4 := b.Scrubbed(bg, []int64{10007, 10009}, 2)
			tx, err := b.Begin(bg, b.Lane(space))
			if err != nil {
				return err
			}
			defer tx.Rollback()
			_, err5 := tx.Spaces(bg, []contact.SpaceID{space})
			row := record.Change{Space: space, Seq: 77, Actor: []byte("{}"), Edits: []byte("{}")}
			err6 := tx.Save(bg, &store.Save{Rewritten: []store.Rewritten{{Row: row}}, Erasures: []store.Erasure{{Space: space, Contact: 6000, Job: 1}},
				Remembered: []store.Remembered{{Space: space, Day: 1}}})
			_, err7 := b.ErasedBefore(bg, space, []contact.ErasedKey{{1}, {2}})
			return errors.Join(err1, err2, err3, err4, err5, err6, err7)
		},
		func() error {
			_, err := b.CreateKey(bg, access.APIKey{Space: space, Name: "key", Scopes: access.DefaultScopes}, access.Entry{Act: access.Act{Who: "test"}})
			return err
		},
		func() error {
			_, err := b.UpdateKey(bg, 5, func(k *access.APIKey) (*access.Entry, error) { k.Name = "new"; return nil, nil })
			return err
		},
		func() error {
			for _, q := range []store.EntryQuery{{}, {ID: 5}, {Keys: true}, {Keys: true, ID: 5}} {
				q.Limit = 50
				if list, err := b.Entries(bg, q); err != nil || len(list) == 0 {
					return fmt.Errorf("%+v: %d entries, %w", q, len(list), err)
				}
			}
			return nil
		},
		func() error { _, _, err := b.Plan(bg, store.PlanID{Space: space, ID: "p1"}); return err },
		func() error { _, err := b.EndedPlans(bg, 500, 50); return err },
		func() error {
			_, _, err1 := b.File(bg, store.FileID{Space: space, ID: "e1"})
			_, err2 := b.Files(bg, store.FileQuery{Space: space, Before: 500, Limit: 50})
			_, _, err3 := b.FileChunk(bg, store.FileID{Space: space, ID: "e2"}, 3)
			_, err4 := b.EndedFiles(bg, 500, 50)
			_, err5 := b.StoredFile(bg, store.FileID{Space: space, ID: "e1"})
			return errors.Join(err1, err2, err3, err4, err5)
		},
		func() error {
			_, err := b.Plans(bg, store.PlanQuery{Space: space, Before: 500, BeforeID: "p500", Limit: 50})
			return err
		},
		func() error {
			for _, q := range []store.PlanRowQuery{{}, {Outcome: "conflict"}, {Result: "refused"}, {Outcome: "conflict", Result: "refused"}} {
				q.PlanID, q.After, q.Limit = store.PlanID{Space: space, ID: "p2"}, 150, 10
				if rows, err := b.PlanRows(bg, q); err != nil || len(rows) != 10 {
					return fmt.Errorf("%+v: %d rows, %w", q, len(rows), err)
				}
			}
			return nil
		},
		func() error {
			rows, err := b.PlanRowsOf(bg, store.PlanID{Space: space, ID: "p2"}, []contact.ID{id, id + 1}, 1000, 50)
			if err == nil && len(rows) != 4 {
				err = fmt.Errorf("%d rows of two contacts", len(rows))
			}
			return err
		},
		func() error {
			_, _, err1 := b.Counters(bg, space)
			_, err2 := b.Used(bg)
			_, err3 := b.Weigh(bg, space)
			_, err4 := b.StoredContacts(bg, store.ContactID{Space: space, ID: id}, 50)
			_, err5 := b.StoredContacts(bg, store.ContactID{Space: space, ID: contact.MaxID}, 50)
			_, err6 := b.StoredChanges(bg, space, 100, 50)
			_, err7 := b.StoredAliases(bg, space, id, 50)
			return errors.Join(err1, err2, err3, err4, err5, err6, err7)
		},
		func() error {
			mine := record.MatchKey{Space: space, MatchKey: other, ID: id}
			_, err1 := b.StoredKeys(bg, mine, 50)
			_, err2 := b.KeysMissing(bg, space, []record.MatchKey{mine})
			_, err3 := b.StoredPairs(bg, record.Pair{Space: space, Pair: contact.PairOf(id, id+2)}, 50)
			_, err4 := b.StoredRetries(bg, store.RetryID{Space: space, Key: "k7"}, 50)
			_, err5 := b.StoredPlan(bg, store.PlanID{Space: space, ID: "p1"})
			_, err6 := b.StoredPlanContacts(bg, store.PlanID{Space: space, ID: "p2"}, 5, 90, 50)
			err7 := b.Still(bg, func(ctx context.Context) error { _, _, err := b.Row(ctx, space, id); return err })
			return errors.Join(err1, err2, err3, err4, err5, err6, err7)
		},
		func() error { _, _, err := b.FirstSpace(bg, access.Space{}, access.Entry{}); return err },
		func() error {
			return b.UpdateWindow(bg, space, access.Update, 0, func(_ access.Window, now contact.Time) access.Window {
				return access.Window{Start: now, Used: 1}
			})
		},
		func() error {
			_, err := b.CreateSpace(bg, access.Space{Name: "b", TimeZone: "UTC", Subscription: access.Active}, access.Entry{Act: access.Act{Who: "test"}})
			return err
		},
	}
	for _, oldest := range []bool{false, true} {
		list = append(list, func() error {
			walk, err := b.List(bg, store.Listing{Space: space, Deleted: true, OldestFirst: oldest, Limit: 51})
			if err == nil && len(walk.Rows) != 51 {
				err = fmt.Errorf("%d deleted contacts", len(walk.Rows))
			}
			return err
		})
		for _, keys := range [][]contact.MatchKey{nil, {key}, {key, other}} {
			list = append(list,
				func() error {
					_, err := b.List(bg, store.Listing{Space: space, Keys: keys, OldestFirst: oldest, Limit: 51})
					return err
				},
				func() error {
					_, err := b.Updated(bg, store.Updates{Space: space, Keys: keys, OldestFirst: oldest, Limit: 51})
					return err
				})
		}
	}
	return list
}

// Every statement finds its rows by an index, in their order, on a database of
// some size. A new one is looked at without being listed anywhere.
func TestPlans(t *testing.T) {
	dsn := filled(t)
	var sent tracer
	b := opened(t, Options{DSN: dsn, tracer: &sent})
	for i, call := range calls(b) {
		if err := call(); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	all := statements(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		times := sent.sent[all[name]]
		switch {
		case name == "insertSecret": // of the migration
		case len(times) == 0:
			t.Errorf("%s is never sent by the calls of this test: add one that needs it", name)
		case hasPlan(all[name]):
			checkPlan(t, name, explained(t, b, name, all[name], times[0]))
			checkPlan(t, name, generic(t, b, name, all[name], times[0]))
		}
	}
}

func checkPlan(t *testing.T, name string, plan *node) {
	t.Helper()
	sorted, scanned := false, false
	plan.walk(func(n *node) {
		switch n.Type {
		case "Sort", "Incremental Sort":
			sorted = true
		case "Seq Scan":
			scanned = true
		case "Index Scan", "Index Only Scan", "Bitmap Index Scan":
			if n.IndexCond == "" {
				scanned = true // all of it
			}
			if spaceOwned(n.Index) && !strings.Contains(n.IndexCond, "space_id = ") {
				t.Errorf("%s goes through other Spaces: %s", name, plan)
			}
		case "Hash Join", "Merge Join":
			t.Errorf("%s joins whole sets: %s", name, plan)
		}
	})
	if sorted != (sorts[name] != "") {
		t.Errorf("%s sorts (%v) against its reason %q: %s", name, sorted, sorts[name], plan)
	}
	if scanned != (scans[name] != "") {
		t.Errorf("%s reads a whole table (%v) against its reason %q: %s", name, scanned, scans[name], plan)
	}
}

func spaceOwned(index string) bool {
	return slices.ContainsFunc([]string{"contacts", "aliases", "changes", "retries", "match_keys", "distinct_pairs", "key_usage", "jobs_spaces", "plan_rows", "plan_contacts", "plans_made", "plans_pkey", "files_made", "files_pkey", "file_chunks"}, func(table string) bool { return strings.HasPrefix(index, table) })
}

// A PUT touches no index: what it updates finds room on its page, and changes
// nothing that an index holds.
func TestUpdatesStayOnTheirPages(t *testing.T) {
	b := opened(t, Options{DSN: filled(t)})
	tx, err := b.begin(bg)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	const space, id = contact.SpaceID(2), contact.ID(40000 + 101)
	err = tx.Save(bg, &store.Save{
		Spaces: []store.SpaceRow{{Space: space, NextID: 150001, BlockEnd: 151000, NextSeq: 40002, LastAt: 2}},
		Contacts: []store.ContactSave{{Loaded: 1, Row: record.Contact{Space: space, ID: id, Version: 2, Created: 101, Head: 40001, Depth: 3,
			Doc: []byte(`{"names":["Ada Example"]}`), Origins: []byte("{}")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"contacts", "spaces"} {
		var updated, hot int
		err := tx.conn.QueryRow(bg, "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = $1", table).Scan(&updated, &hot)
		if err != nil || updated != 1 || hot != 1 {
			t.Errorf("%s: %d rows updated, %d on their page, %v; want 1 and 1", table, updated, hot, err)
		}
	}
}
