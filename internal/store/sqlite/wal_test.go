package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

func makeSpace(t *testing.T, s *store.Store) {
	t.Helper()
	_, err := s.CreateSpace(context.Background(), access.Act{Who: "test"}, access.Space{Name: "Example Ltd", TimeZone: "UTC", Subscription: access.Active})
	if err != nil {
		t.Fatal(err)
	}
}

// write creates a contact, or gives one that exists another list.
func write(t *testing.T, s *store.Store, id contact.ID, col contact.Collection, texts ...string) contact.ID {
	t.Helper()
	var p contact.Patch
	p.Values[col] = contact.List{Sent: true, Texts: texts}
	var verb contact.Verb = &contact.Put{Ref: id, Patch: p}
	if id == 0 {
		verb = &contact.Create{Patch: p}
	}
	out, err := s.Do(context.Background(), store.Write{Space: 1, By: contact.Attribution{RequestID: "request"}, Verbs: []contact.Verb{verb}})
	if err != nil {
		t.Error(err)
		return id
	}
	return out[0].Subject.ID
}

// Writers and readers that never pause must not keep the write-ahead log from
// starting again from its beginning.
func TestLongLogIsReset(t *testing.T) {
	rows, pages := checkpointPages, longLog
	checkpointPages, longLog = 50, 400
	t.Cleanup(func() { checkpointPages, longLog = rows, pages }) // after the backend is closed
	path := filepath.Join(t.TempDir(), "carnet.db")
	b := opened(t, Options{Path: path, Serve: true})
	s := store.New(b, store.Options{Log: slog.New(slog.DiscardHandler)})
	makeSpace(t, s)
	id := write(t, s, 0, contact.Names, "Ada Example")

	quit := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-quit:
					return
				default:
				}
				if _, ok, err := s.Get(context.Background(), 1, id); err != nil || !ok {
					t.Errorf("the contact cannot be read: %v, %v", ok, err)
					return
				}
			}
		})
	}
	// Every write dirties several pages. So while the log only grows, its file
	// does with each of them; once it was reset, writes fill the file that is
	// there. How soon is the scheduler's business.
	const most = 20_000
	writes, same, size := 0, 0, int64(0)
	for ; same < 20 && writes < most; writes++ {
		write(t, s, id, contact.Names, strings.Repeat("x", 400), fmt.Sprint(writes))
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		if same++; info.Size() != size {
			same, size = 0, info.Size()
		}
	}
	close(quit)
	wg.Wait()
	if writes == most {
		t.Errorf("after %d writes the log has %d pages and was never reset; it is to be from %d on", writes, size/pageSize, longLog)
	}
	if c, ok, err := s.Get(context.Background(), 1, id); err != nil || !ok || int(c.Version) != writes+1 {
		t.Errorf("after all that: %v, %v, version %d", err, ok, c.Version)
	}
}

// Large rows bring the next checkpoint nearer than small ones: the log grows by
// bytes, not by rows.
func TestLargeRowsCountMore(t *testing.T) {
	b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	written := 0
	b.written = func(pages int) { written += pages }
	s := store.New(b, store.Options{})
	makeSpace(t, s)
	texts := make([]string, 100)
	for i := range texts {
		texts[i] = fmt.Sprint(i) + strings.Repeat("x", 400)
	}
	write(t, s, 0, contact.Names, texts...)
	// The contact and its change hold the texts once each.
	if least := 2 * 100 * 400 / pageSize; written < least {
		t.Errorf("it counted for %d pages, want at least %d", written, least)
	}
}

// What a match key was made of is gone from the file once its contact has lost
// the value (secure_delete), so that erasing can be for good.
func TestNothingIsLeftOfDeletedKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	// In capitals, so that history and contact do not hold the key itself.
	const canary = "canary.canary@example.com"
	inFile := func(f func(*store.Store)) bool {
		t.Helper()
		b, err := Open(context.Background(), Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		s := store.New(b, store.Options{})
		f(s)
		if err := s.Close(); err != nil { // which leaves all of it in the one file
			t.Fatal(err)
		}
		if _, err := os.Stat(path + "-wal"); err == nil {
			t.Error("there is still a write-ahead log")
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(content, []byte(canary))
	}
	id := contact.ID(0)
	if !inFile(func(s *store.Store) {
		makeSpace(t, s)
		id = write(t, s, 0, contact.Names, "Ada Example")
		write(t, s, id, contact.Emails, strings.ToUpper(canary), "other@example.com")
	}) {
		t.Error("the key is nowhere in the file: this test looks in the wrong place")
	}
	if inFile(func(s *store.Store) { write(t, s, id, contact.Emails, "other@example.com") }) {
		t.Error("the key is still in the file")
	}
}
