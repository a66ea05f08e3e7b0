package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"zombiezen.com/go/sqlite"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// failAt has the nth statement from here on fail: as on a full disk, where SQLite rolls
// the whole transaction back by itself, so that what follows would be a transaction of
// its own; or as one that leaves it open. It gives how many there were.
func failAt(c *conn, nth int, code sqlite.ResultCode, rolledBack bool) *int {
	ran := 0
	c.before = func(string) error {
		if ran++; ran != nth {
			return nil
		}
		if rolledBack && !c.AutocommitEnabled() {
			if _, err := c.value(rollback); err != nil {
				return err
			}
		}
		return code.ToError()
	}
	return &ran
}

// everything gives all rows of all tables.
func everything(t *testing.T, c *conn) string {
	t.Helper()
	var tables []string
	err := c.run(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`, func(s *sqlite.Stmt) error {
		tables = append(tables, s.ColumnText(0))
		return nil
	})
	var all strings.Builder
	for _, table := range tables {
		if err == nil {
			err = c.run(`SELECT * FROM "`+table+`"`, func(s *sqlite.Stmt) error {
				fmt.Fprint(&all, table)
				for i := range s.ColumnCount() {
					fmt.Fprintf(&all, "|%q", s.ColumnText(i))
				}
				_, err := fmt.Fprintln(&all)
				return err
			})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// saving is a save with each kind of row, so many of those that may be many. The contact
// 1 and what goes were there before.
func saving(space contact.SpaceID, many int) (before, s *store.Save) {
	row := func(id contact.ID, version contact.Version) record.Contact {
		return record.Contact{Space: space, ID: id, Version: version, Created: 1, Head: contact.Seq(version), Doc: []byte(`{}`), Origins: []byte(`{}`)}
	}
	before = &store.Save{Contacts: []store.ContactSave{{Row: row(1, 1)}, {Row: row(2, 1)}}}
	s = &store.Save{
		Contacts:    []store.ContactSave{{Row: row(1, 2), Loaded: 1}, {Row: row(2, 2), Loaded: 1, Moved: true}, {Row: row(3, 1)}},
		Redirects:   []store.Redirect{{Space: space, From: 2, To: 1}, {Space: space, From: 1, To: 3}, {Space: space, To: 1, IDs: []contact.ID{2}}},
		RetriesGone: []store.RetryID{{Space: space, Key: "gone"}},
		Retries:     []record.Retry{{Space: space, Key: "come", Fingerprint: []byte("f"), RequestID: "r", Answer: []byte(`{}`)}},
		Spent:       []store.KeySpent{{KeyID: store.KeyID{Space: space, Key: 1}, Spent: access.Spent{Writes: 1}}},
		Spaces:      []store.SpaceRow{{Space: space, NextID: 4, BlockEnd: 1000, NextSeq: 9}},
	}
	plan := func(id string) store.PlanSaved {
		return store.PlanSaved{Plan: record.Plan{Space: space, ID: id, Doc: []byte(`{}`)}, New: true,
			Rows: []record.PlanRow{{Space: space, Plan: id, N: 1, Operation: []byte(`{}`), Contacts: []contact.ID{1}}}}
	}
	before.Plans = []store.PlanSaved{plan("gone"), plan("here")}
	s.Plans = []store.PlanSaved{{Plan: plan("gone").Plan, Drop: true}, plan("come"), {Plan: plan("here").Plan, Gone: 1}}
	file := func(id string) store.FileSaved {
		return store.FileSaved{File: record.File{Space: space, ID: id, Doc: []byte(`{}`)}, New: true,
			Chunks: []record.FileChunk{{Space: space, File: id, N: 1, Data: []byte{1}}}}
	}
	before.Files = []store.FileSaved{file("gone"), file("here")}
	s.Files = []store.FileSaved{{File: file("gone").File, Drop: true}, file("come"), {File: file("here").File, Gone: 1}}
	for n := range many {
		key := contact.MatchKey{Kind: contact.EmailKey, Text: fmt.Sprintf("%04d@example.com", n)}
		pair := contact.Pair{A: contact.ID(10 + n), B: contact.ID(20_000 + n)}
		before.KeysCome = append(before.KeysCome, record.MatchKey{Space: space, MatchKey: key, ID: 1})
		s.KeysGone = append(s.KeysGone, record.MatchKey{Space: space, MatchKey: key, ID: 1})
		s.KeysCome = append(s.KeysCome, record.MatchKey{Space: space, MatchKey: key, ID: 3})
		before.PairsCome = append(before.PairsCome, record.Pair{Space: space, Pair: pair})
		s.PairsGone = append(s.PairsGone, record.Pair{Space: space, Pair: pair})
		pair.A++
		s.PairsCome = append(s.PairsCome, record.Pair{Space: space, Pair: pair})
		s.Changes = append(s.Changes, record.Change{Space: space, Seq: contact.Seq(1 + n), Op: 1, Contact: 1, Version: 2, Action: contact.ActionPut, Actor: []byte(`{}`), Edits: []byte(`{}`)})
	}
	return before, s
}

// save writes in a transaction, as a batch does.
func save(b *Backend, space contact.SpaceID, s *store.Save) error {
	ctx := context.Background()
	tx, err := b.Begin(ctx, 0)
	if err != nil {
		return err
	}
	_, err = tx.Spaces(ctx, []contact.SpaceID{space})
	if err == nil {
		_, err = tx.Load(ctx, &store.Wants{Refs: []store.ContactID{{Space: space, ID: 1}}, Pairs: []store.ContactID{{Space: space, ID: 1}}, Spent: []store.KeyID{{Space: space, Key: 1}}, Plans: []store.PlanID{{Space: space, ID: "here"}}, Files: []store.FileID{{Space: space, ID: "here"}}})
	}
	if err == nil {
		_, err = tx.NewIDs(ctx, 1)
	}
	if err == nil {
		err = tx.Save(ctx, s)
	}
	if err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit(ctx)
}

// Whichever statement of a write fails, nothing of it stands, and the next write works.
func TestEveryStatementFails(t *testing.T) {
	for name, how := range map[string]struct {
		code       sqlite.ResultCode
		rolledBack bool
	}{
		"a full disk, rolled back":    {sqlite.ResultFull, true},
		"a full disk, left open":      {sqlite.ResultFull, false},
		"no memory, rolled back":      {sqlite.ResultNoMem, true},
		"a failed write, rolled back": {sqlite.ResultIOErrWrite, true},
	} {
		b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
		space := suite.NewSpace(t, b, "")
		before, s := saving(space, 2)
		suite.Commit(t, b, 0, before)
		for nth := 1; ; nth++ {
			was := everything(t, b.writer)
			ran := failAt(b.writer, nth, how.code, how.rolledBack)
			err := save(b, space, s)
			b.writer.before = nil
			if *ran < nth {
				if err != nil || nth < 30 {
					t.Errorf("%s: %v after %d statements", name, err, *ran)
				}
				break
			}
			if err == nil || everything(t, b.writer) != was {
				t.Errorf("%s: statement %d fails: %v, and something stands", name, nth, err)
				break
			}
			suite.NewSpace(t, b, "") // the next write
		}
	}
}

// A rollback that fails too is made up for by the next write.
func TestRollbackFails(t *testing.T) {
	b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	space := suite.NewSpace(t, b, "")
	before, s := saving(space, 2)
	suite.Commit(t, b, 0, before)
	was := everything(t, b.writer)
	b.writer.before = func(query string) error {
		if query == updateSpace || query == rollback {
			return sqlite.ResultNoMem.ToError()
		}
		return nil
	}
	if err := save(b, space, s); err == nil {
		t.Error("it was saved")
	}
	b.writer.before = nil
	tx := suite.Begin(t, b, 0)
	tx.Rollback()
	if everything(t, b.writer) != was {
		t.Error("something stands")
	}
}

// The same on a disk that is full in truth, after each number of pages that it may have
// had left.
func TestFullAfterPages(t *testing.T) {
	b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	space := suite.NewSpace(t, b, "")
	_, s := saving(space, 150)
	s.Contacts, s.KeysGone, s.Plans, s.Files = s.Contacts[2:], nil, s.Plans[1:2], s.Files[1:2]
	pages := func(query string) {
		if _, err := b.writer.value(query); err != nil {
			t.Fatal(err)
		}
	}
	for left := 0; ; left++ {
		was := everything(t, b.writer)
		count, err := b.writer.value("PRAGMA page_count")
		if err != nil {
			t.Fatal(err)
		}
		var n int
		fmt.Sscan(count, &n)
		pages(fmt.Sprintf("PRAGMA max_page_count = %d", n+left))
		err = save(b, space, s)
		pages("PRAGMA max_page_count = 1000000")
		if err == nil {
			if left < 5 {
				t.Errorf("it takes %d pages alone", left)
			}
			return
		}
		if fault.KindOf(err) != fault.Unavailable || everything(t, b.writer) != was {
			t.Fatalf("with %d pages left: %v, and something stands", left, err)
		}
	}
}

// Writes that share a transaction fail together, whichever statement does, and all are
// told.
func TestSharedTransactionFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
		space, f := suite.NewSpace(t, b, ""), suite.NewFaulty(b)
		s := suite.NewStore(t, f, store.Options{})
		for nth := 1; ; nth++ {
			ran, errs, was := together(t, b, f, s, space, nth)
			if *ran < nth {
				if err := errors.Join(errs...); err != nil || nth < 12 {
					t.Errorf("%v after %d statements", err, *ran)
				}
				return
			}
			for _, err := range errs {
				if suite.CodeOf(err) != string(fault.CodeStorageFull) {
					t.Errorf("statement %d fails: %v", nth, err)
				}
			}
			if everything(t, b.writer) != was {
				t.Fatalf("statement %d fails, and something stands", nth)
			}
		}
	})
}

// together does one write, and while that waits sends four, of which a statement fails.
func together(t *testing.T, b *Backend, f *suite.Faulty, s *store.Store, space contact.SpaceID, nth int) (ran *int, errs []error, was string) {
	release, batches := make(chan struct{}), 0
	f.SetHook(func(step suite.Step, _ *store.Save) error {
		if step != suite.AtBegin {
			return nil
		}
		if batches++; batches == 1 {
			<-release
			return nil
		}
		was = everything(t, b.writer)
		ran = failAt(b.writer, nth, sqlite.ResultFull, true)
		return nil
	})
	answers := make(chan error, 4)
	send := func() error {
		var p contact.Patch
		p.Values[contact.Emails] = contact.List{Sent: true, Texts: []string{"ada@example.com"}}
		_, err := s.Do(t.Context(), suite.Write(suite.NewRequest(), space, &contact.Create{Patch: p}))
		return err
	}
	first := make(chan error, 1)
	go func() { first <- send() }()
	synctest.Wait()
	for range cap(answers) {
		go func() { answers <- send() }()
	}
	synctest.Wait()
	close(release)
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	for range cap(answers) {
		errs = append(errs, <-answers)
	}
	b.writer.before = nil
	if batches != 2 {
		t.Fatalf("%d batches", batches)
	}
	return ran, errs, was
}
