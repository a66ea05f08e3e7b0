package server

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/integrity"
	"github.com/carnet-project/carnet/internal/store"
)

// lines hands on each line of a log.
type lines struct {
	slog.Handler
	to chan string
}

func (l *lines) Enabled(context.Context, slog.Level) bool { return true }

func (l *lines) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		return true
	})
	select {
	case l.to <- text:
	default:
	}
	return nil
}

// crashed gives a copy of a database as a power cut would leave it, with one contact.
func crashed(t *testing.T) string {
	t.Helper()
	from, to := filepath.Join(t.TempDir(), "carnet.db"), filepath.Join(t.TempDir(), "carnet.db")
	r := start(t, opened(t, from))
	if status := r.post(t); status != http.StatusCreated {
		t.Fatal(status)
	}
	for _, end := range []string{"", "-wal", "-lock"} {
		content, err := os.ReadFile(from + end)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+end, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.stop()
	if err := <-r.ended; err != nil {
		t.Fatal(err)
	}
	return to
}

// After a stop that was not clean a server looks through all that is stored, without being
// asked, and says what came of it; after one that was, it does not.
func TestCheckAfterAnUncleanStop(t *testing.T) {
	path := crashed(t)
	for _, unclean := range []bool{true, false} {
		told := &lines{slog.DiscardHandler, make(chan string, 1000)}
		s, err := Open(t.Context(), Config{Database: path, Listen: "127.0.0.1:0", Log: slog.New(told)})
		if err != nil {
			t.Fatal(err)
		}
		r := start(t, s)
		var said []string
		for unclean && !slices.ContainsFunc(said, func(line string) bool { return strings.HasPrefix(line, "the check of the database ") }) {
			said = append(said, <-told.to)
		}
		if last := said[max(0, len(said)-1):]; unclean && !strings.HasPrefix(last[0], "the check of the database found nothing wrong rows=") {
			t.Errorf("it says %q", last)
		}
		r.stop() // which waits for the job to be saved
		if err := <-r.ended; err != nil {
			t.Fatal(err)
		}
		db, err := OpenDatabase(t.Context(), path, false, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		jobs, err := db.store.JobsOf(t.Context(), 0, 0, 10)
		last, found, err2 := db.Book.LastCheck(t.Context())
		if err != nil || err2 != nil || !found || len(jobs) != 1 || last != jobs[0] || last.Kind != integrity.Job || last.State != store.JobCompleted ||
			last.Done == 0 || !strings.HasPrefix(last.Message, "Nothing is wrong in the ") {
			t.Errorf("unclean %v: %+v, %v, %v", unclean, jobs, err, err2)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
