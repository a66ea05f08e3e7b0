package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/metrics"
)

// made is a schedule that writes nothing but a name, and can fail.
type made struct {
	*schedule
	t      *testing.T
	calls  int
	err    error
	within func(path string)
}

func newMade(t *testing.T, dir string, every time.Duration, keep int) *made {
	t.Helper()
	m := &made{t: t, within: func(string) {}}
	s, err := openSchedule(Config{Database: "some/carnet.db", Backups: Backups{Dir: dir, Every: every, Keep: keep}, Log: slog.New(slog.DiscardHandler)}, nil, metrics.New())
	if err != nil {
		t.Fatal(err)
	}
	m.schedule = s
	s.make = func(_ context.Context, path string) error {
		m.calls++
		m.within(path)
		if m.err != nil {
			return m.err
		}
		return os.WriteFile(path, []byte("a backup"), 0o600)
	}
	return m
}

// after runs the schedule for so long.
func (m *made) after(d time.Duration) {
	ctx, stop := context.WithTimeout(context.Background(), d)
	defer stop()
	m.run(ctx)
}

func (m *made) has() (names []string) {
	m.t.Helper()
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "carnet-backups-lock" {
			names = append(names, e.Name())
		}
	}
	return names
}

// Backups are made by the clock, over restarts too, and the oldest go, but never
// what has another name.
func TestSchedule(t *testing.T) {
	dir := t.TempDir()
	others := []string{"carnet-20000101T000000Z.db.gz", "carnet-2000.db", "carnet-20001301T000000Z.db", "other-20000101T000000Z.db", "mine.db", "mine.db.partial"}
	for _, name := range append([]string{"carnet-20000101T000000Z.db.partial", "carnet-20000101T000000Z.db.partial-journal"}, others...) {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) { // which begins at 2000-01-01
		m := newMade(t, dir, 24*time.Hour, 3)
		m.after(5*24*time.Hour + time.Hour)
		if m.calls != 6 {
			t.Errorf("%d backups in five days and an hour, want 6", m.calls)
		}
		if err := m.close(); err != nil {
			t.Fatal(err)
		}
		// The next one is due a day after the last, not after the start.
		time.Sleep(22 * time.Hour)
		m = newMade(t, dir, 24*time.Hour, 3)
		m.after(30 * time.Minute)
		if m.calls != 0 {
			t.Error("a restart made a backup before it was due")
		}
		m.after(time.Hour)
		if m.calls != 1 {
			t.Errorf("%d backups when one was due", m.calls)
		}
		want := append([]string{"carnet-20000105T000000Z.db", "carnet-20000106T000000Z.db", "carnet-20000107T000000Z.db"}, others...)
		slices.Sort(want)
		if got := m.has(); !slices.Equal(got, want) {
			t.Errorf("the folder has %q, want %q", got, want)
		}
		if err := m.close(); err != nil {
			t.Fatal(err)
		}
	})
}

// An old backup goes only once a new one is whole; one that fails is told, counted,
// and tried again soon.
func TestScheduleThatFails(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		m := newMade(t, dir, 24*time.Hour, 1)
		defer m.close()
		m.after(time.Hour)
		first := m.has()
		m.err = errors.New("the disk is full")
		m.within = func(string) {
			if !slices.Equal(m.has(), first) {
				t.Errorf("while the next is made there is %q", m.has())
			}
		}
		m.after(23*time.Hour + 35*time.Minute)
		if _, wrong := m.state(); m.calls != 5 || !strings.Contains(wrong, "failed") { // after 0, 10, 20 and 30 minutes
			t.Errorf("%d calls, %q", m.calls, wrong)
		}
		if !slices.Equal(m.has(), first) {
			t.Errorf("after failures there is %q, was %q", m.has(), first)
		}
		m.err = nil
		m.after(20 * time.Minute)
		if newest, wrong := m.state(); wrong != "" || time.Since(newest) > 20*time.Minute || len(m.has()) != 1 || slices.Equal(m.has(), first) {
			t.Errorf("after one that went well: %v, %q, %q", newest, wrong, m.has())
		}
	})
}

// Where backups stay away it is told, also when none was ever made; a clock that
// was wrong delays the next by no more than the usual time.
func TestScheduleIsLate(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		m := newMade(t, dir, time.Hour, 2)
		defer m.close()
		if _, wrong := m.state(); wrong != "" {
			t.Errorf("at the start: %q", wrong)
		}
		time.Sleep(3 * time.Hour)
		if _, wrong := m.state(); wrong == "" {
			t.Error("nothing is said of no backup for three hours")
		}
		if err := os.WriteFile(filepath.Join(dir, "carnet-20300101T000000Z.db"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		m.look()
		if wait := m.wait(time.Now()); wait != time.Hour {
			t.Errorf("one of the future is followed after %v", wait)
		}
	})
}

// Two servers never take each other's backups for their own.
func TestScheduleHasItsFolderAlone(t *testing.T) {
	m := newMade(t, t.TempDir(), time.Hour, 1)
	c := Config{Database: "other/carnet.db", Backups: m.Backups}
	if _, err := openSchedule(c, nil, metrics.New()); err == nil || !strings.Contains(err.Error(), "a folder of its own") {
		t.Errorf("a second one: %v", err)
	}
	if err := m.close(); err != nil {
		t.Fatal(err)
	}
	s, err := openSchedule(c, nil, metrics.New())
	if err != nil {
		t.Fatal(err)
	}
	s.close()
	c.Backups.Dir = filepath.Join(m.Dir, "none")
	if _, err := openSchedule(c, nil, metrics.New()); err == nil || !strings.Contains(err.Error(), "make it first") {
		t.Errorf("no folder: %v", err)
	}
}

// A server makes a backup when it starts, which opens, and says so.
func TestServerMakesBackups(t *testing.T) {
	dir := t.TempDir()
	told := make(chan string, 10)
	log := slog.New(slog.NewTextHandler(lineTo(told), nil))
	s, err := Open(t.Context(), Config{Database: filepath.Join(t.TempDir(), "carnet.db"), Listen: "127.0.0.1:0", Metrics: "127.0.0.1:0",
		Backups: Backups{Dir: dir, Every: time.Hour, Keep: 1}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, s)
	for line := range told {
		if strings.Contains(line, "a backup was made") {
			break
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "carnet-*Z.db"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the folder has %q, %v", files, err)
	}
	if status, text := get(t, r.MetricsURL()); status != http.StatusOK || !strings.Contains(text, "carnet_backup_failures_total 0\n") || strings.Contains(text, "carnet_backup_bytes 0\n") {
		t.Error("the counters say nothing of the backup")
	}
	if _, text := get(t, r.URL()+"/readyz"); strings.Contains(text, "warning") {
		t.Errorf("/readyz says %s", text)
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	s.backups.look()
	s.backups.mu.Lock()
	s.backups.began = time.Now().Add(-3 * time.Hour)
	s.backups.mu.Unlock()
	if _, text := get(t, r.URL()+"/readyz"); !strings.Contains(text, `"warning":"There has been no backup`) {
		t.Errorf("/readyz says %s", text)
	}
	http.DefaultClient.CloseIdleConnections()
	r.stop()
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
	if _, err := Open(t.Context(), Config{Database: "postgres://127.0.0.1:1/none", Listen: "127.0.0.1:0", Backups: Backups{Dir: dir}}); err == nil || !strings.Contains(err.Error(), "docs/backup.md") {
		t.Errorf("PostgreSQL: %v", err)
	}
}

// lineTo gives each line of a log.
type lineTo chan<- string

func (l lineTo) Write(line []byte) (int, error) {
	select {
	case l <- string(line):
	default:
	}
	return len(line), nil
}
