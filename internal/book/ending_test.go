package book_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// notices are the lines that servers on one store wrote of keys that end.
type notices struct {
	mu   sync.Mutex
	text strings.Builder
}

func (n *notices) Write(line []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(line)
}

// take gives the lines since the last time.
func (n *notices) take() (lines []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	defer n.text.Reset()
	for line := range strings.Lines(n.text.String()) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

// server gives a book that was started just now, over the same store as others.
func (s *shop) server(log *notices) *book.Book {
	clock := func() time.Time { return time.Unix(0, s.now.Load()) }
	return book.New(s.store, book.Options{Clock: clock, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
}

// ends makes a key that was made long ago and ends so long after the shop was opened.
func (s *shop) ends(t *testing.T, after time.Duration) access.APIKey {
	t.Helper()
	k, _ := s.makeKey(t, access.DefaultScopes)
	k, err := s.store.UpdateKey(t.Context(), access.Act{Who: "test"}, k.ID, func(k *access.APIKey) error {
		k.Name, k.Expires = "a telling name", contact.TimeOf(time.Unix(0, s.now.Load()).Add(after))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Of each key that ends it is said 14 days ahead, 3 and 1, once, whatever server is asked
// and however often it was started anew. Nothing is said that would be no log's business.
func TestTellOfEnding(t *testing.T) {
	const day = 24 * time.Hour
	s := openShop(t)
	late, soon := s.ends(t, 30*day), s.ends(t, 20*day)
	s.ends(t, -day)
	log := &notices{}
	begun := s.now.Load()
	for _, c := range []struct {
		after time.Duration
		soon  int
		told  []access.APIKey
	}{
		{0, 0, nil},
		{6*day - 1, 0, nil},
		{6 * day, 1, []access.APIKey{soon}},
		{15 * day, 1, nil},
		{18 * day, 2, []access.APIKey{late, soon}}, // of late it is said when it is found out
		{19 * day, 2, []access.APIKey{soon}},
		{20 * day, 1, nil},
		{29*day + 12*time.Hour, 1, []access.APIKey{late}}, // nobody looked for a while: it is said once
		{30 * day, 0, nil},
	} {
		s.now.Store(begun + int64(c.after))
		for try := range 3 {
			n, err := s.server(log).TellOfEnding(t.Context())
			if err != nil || n != c.soon {
				t.Errorf("after %v: %d, %v; want %d", c.after, n, err, c.soon)
			}
			lines := log.take()
			if want := len(c.told); try > 0 && len(lines) > 0 || try == 0 && len(lines) != want {
				t.Fatalf("after %v, for the time %d: %q, want %d lines", c.after, try, lines, want)
			}
			for i, line := range lines {
				k := c.told[i]
				if !strings.Contains(line, "level=WARN") || !strings.Contains(line, fmt.Sprintf("key_id=%d space_id=%d expires=%s", k.ID, k.Space, k.Expires.Std().Format("2006-01-02T15:04"))) {
					t.Errorf("after %v: %s", c.after, line)
				}
				if strings.Contains(line, k.Name) {
					t.Errorf("the log names it: %s", line)
				}
			}
		}
	}
	if last, found, err := s.LastCheck(t.Context()); err != nil || found {
		t.Errorf("it is taken for a check of the database: %+v, %v", last, err)
	}
	if due, err := s.store.DueJobs(t.Context(), 1<<60, 10); err != nil || len(due) > 0 {
		t.Errorf("servers have something to do for it: %+v, %v", due, err)
	}
}

// Of several servers that look at once, one says it.
func TestTellOfEndingOnce(t *testing.T) {
	s := openShop(t)
	s.ends(t, 4*24*time.Hour)
	log := &notices{}
	if _, err := s.server(log).TellOfEnding(t.Context()); err != nil || len(log.take()) != 1 {
		t.Fatalf("the first notice: %v", err)
	}
	s.now.Add(int64(30 * time.Hour))
	var all sync.WaitGroup
	for range 8 {
		b := s.server(log)
		all.Go(func() {
			if _, err := b.TellOfEnding(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if lines := log.take(); len(lines) != 1 {
		t.Errorf("%d servers said it: %q", len(lines), lines)
	}
}

// The check of the database is found whatever came after it.
func TestLastCheckIsTheNewestOfItsKind(t *testing.T) {
	s := openShop(t)
	var checks []int64
	for i := range 120 {
		kind := book.KeyNotice
		if i == 3 || i == 5 {
			kind = store.CheckJob
		}
		j, err := s.store.CreateJob(t.Context(), store.Job{Kind: kind, State: store.JobCompleted, Created: 1, Due: 1})
		if err != nil {
			t.Fatal(err)
		}
		if kind == store.CheckJob {
			checks = append(checks, j.ID)
		}
	}
	if last, found, err := s.LastCheck(t.Context()); err != nil || !found || last.ID != slices.Max(checks) {
		t.Errorf("%+v, %v, %v; want one of %d", last, found, err, checks)
	}
}
