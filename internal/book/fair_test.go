package book_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// CONTRACT D33: while a Space has a batch of a thousand operations done, a write of
// another waits behind one commit at most, on the database whose writes have one queue.
func TestBatchLetsOthersWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quiet := slog.New(slog.DiscardHandler)
		backend, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "carnet.db"), Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		faulty := suite.NewFaulty(backend)
		s := store.New(faulty, store.Options{Log: quiet})
		b := book.New(s, book.Options{Log: quiet})
		defer func() {
			b.Close()
			s.Close()
			backend.Close()
		}()
		busy, other := enteredSpace(t, b), enteredSpace(t, b)
		for _, g := range []access.Grant{busy, other} { // that a key is used is noted once, by a write that may not wait in a bubble
			if _, err := b.Do(t.Context(), g, book.Terms{RequestID: "first"}, &contact.Create{Patch: emails("first@example.com")}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()

		var commits []map[contact.SpaceID]int // by Space, how many changes
		var sent sync.WaitGroup
		faulty.SetHook(func(step suite.Step, save *store.Save) error {
			if step != suite.BeforeCommit {
				return nil
			}
			of := map[contact.SpaceID]int{}
			for i := range save.Changes {
				of[save.Changes[i].Space]++
			}
			if commits = append(commits, of); of[busy.Space.ID] > 0 { // while this commits, the other writes
				sent.Go(func() {
					if _, err := b.Do(t.Context(), other, book.Terms{RequestID: "r"}, &contact.Create{Patch: emails("other@example.com")}); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
			}
			return nil
		})
		const operations = 1000
		done := 0
		_, _, err = b.Batch(t.Context(), busy, book.Terms{RequestID: "batch"}, book.Batch{Verbs: func(yield func(contact.Verb, error) bool) {
			for i := range operations {
				if !yield(&contact.Create{Patch: emails(fmt.Sprintf("busy-%d@example.com", i))}, nil) {
					return
				}
			}
		}}, func(r *book.Result) error { done++; return r.Err })
		sent.Wait()
		faulty.SetHook(func(suite.Step, *store.Save) error { return nil })
		if err != nil || done != operations {
			t.Fatalf("%d were done, %v", done, err)
		}
		batches, changes := 0, 0
		for i, of := range commits {
			n := of[busy.Space.ID]
			if changes += n; n == 0 {
				continue
			}
			if batches++; n > 100 {
				t.Errorf("commit %d has %d operations, want 100 at most", i, n)
			}
			if i+1 == len(commits) || commits[i+1][other.Space.ID] == 0 {
				t.Errorf("a write that came with commit %d is not in the next: %v", i, commits[min(i+1, len(commits)-1)])
			}
		}
		if changes != operations || batches < operations/100 || !slices.ContainsFunc(commits, func(of map[contact.SpaceID]int) bool { return of[other.Space.ID] > 0 }) {
			t.Errorf("%d operations in %d commits of %d", changes, batches, len(commits))
		}
	})
}

// enteredSpace makes a Space and a key of it.
func enteredSpace(t *testing.T, b *book.Book) (g access.Grant) {
	t.Helper()
	var err error
	if g.Space, err = b.CreateSpace(t.Context(), "test", access.Space{Name: "test"}); err != nil {
		t.Fatal(err)
	}
	if g.Key, _, err = b.CreateKey(t.Context(), "test", access.APIKey{Space: g.Space.ID}); err != nil {
		t.Fatal(err)
	}
	return g
}
