package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/carnet-project/carnet/internal/metrics"
)

// Backups says where a server puts backups of its SQLite file by itself, and when.
type Backups struct {
	Dir   string        // a folder that must be there, and of this database alone; "" for no backups
	Every time.Duration // from one to the next
	Keep  int           // how many; older ones go
}

// The time at which a backup began stands in its name, in UTC: so the names say
// when the next one is due, also to a server that was started anew, and whoever
// looks into the folder sees what is there.
const (
	backupTime   = "20060102T150405Z"
	backupEnding = ".db"
)

const (
	backupRetry = 10 * time.Minute // after one that failed
	backupLook  = time.Minute      // how often the clock is looked at: it may be set, and machines sleep
)

// schedule makes backups, one at a time. Its folder is locked as long as it lives,
// because two servers that put theirs there would each take the other's for its
// own. A nil one does nothing.
type schedule struct {
	Backups
	name  string // how the names of its files begin
	lock  *os.File
	log   *slog.Logger
	count *metrics.Backups
	make  func(ctx context.Context, path string) error

	mu     sync.Mutex
	began  time.Time
	failed time.Time // when the last one did; zero where the last one did not
	newest time.Time // what was there when the folder was looked at last: nobody needs a key to ask; zero for none
	bytes  int64
}

// openSchedule takes the folder. Its errors are sentences for the operator.
func openSchedule(c Config, data *Database, counted *metrics.Metrics) (*schedule, error) {
	if c.Backups.Dir == "" {
		return nil, nil
	}
	s := &schedule{Backups: c.Backups, log: c.Log, began: time.Now(), name: strings.TrimSuffix(filepath.Base(c.Database), backupEnding) + "-"}
	s.make = func(ctx context.Context, path string) error {
		made, err := data.file.Backup(ctx, path, func(int64, int64) {})
		if err == nil {
			s.look() // before anybody is told
			s.log.Info("a backup was made", "file", path, "bytes", made.Bytes)
		}
		return err
	}
	if err := s.take(); err != nil {
		return nil, err
	}
	s.look()
	s.count = counted.Backups(func() (time.Duration, int64) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.newest.IsZero() {
			return time.Since(time.Unix(0, 0)), 0
		}
		return time.Since(s.newest), s.bytes
	})
	return s, nil
}

// take locks the folder, and removes what a kill has left there.
func (s *schedule) take() (err error) {
	if info, err := os.Stat(s.Dir); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %s for backups: make it first, with `mkdir -m 700`", s.Dir)
	}
	if s.lock, err = os.OpenFile(filepath.Join(s.Dir, s.name+"backups-lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("cannot write to the folder for backups: %w", err)
	}
	if err := syscall.Flock(int(s.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.Join(fmt.Errorf("another server puts its backups into %s: name a folder of its own for each database", s.Dir), s.lock.Close())
	}
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		return errors.Join(err, s.lock.Close())
	}
	for _, e := range entries {
		whole, _, partial := strings.Cut(e.Name(), ".partial")
		if _, ours := s.timeOf(whole); partial && ours {
			if err := os.Remove(filepath.Join(s.Dir, e.Name())); err != nil {
				s.log.Warn("what is left of a backup that was cut off cannot be removed", "error", err)
			}
		}
	}
	return nil
}

func (s *schedule) close() error {
	if s == nil {
		return nil
	}
	return s.lock.Close()
}

// timeOf gives when the backup of a name began. Files with other names are none of
// ours.
func (s *schedule) timeOf(name string) (time.Time, bool) {
	text, ours := strings.CutPrefix(name, s.name)
	text, whole := strings.CutSuffix(text, backupEnding)
	at, err := time.Parse(backupTime, text)
	return at, ours && whole && err == nil && at.Format(backupTime) == text
}

// all gives the names of the backups that are there, the oldest first.
func (s *schedule) all() (names []string, err error) {
	entries, err := os.ReadDir(s.Dir)
	for _, e := range entries {
		if _, ours := s.timeOf(e.Name()); ours && e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, err
}

// look finds the newest backup, and how large it is.
func (s *schedule) look() {
	var at time.Time
	var bytes int64
	if names, err := s.all(); err == nil && len(names) > 0 {
		last := names[len(names)-1]
		at, _ = s.timeOf(last)
		if info, err := os.Stat(filepath.Join(s.Dir, last)); err == nil {
			bytes = info.Size()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newest, s.bytes = at, bytes
}

// run makes backups until ctx ends.
func (s *schedule) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(min(s.wait(time.Now()), backupLook)):
		}
		if s.look(); s.wait(time.Now()) == 0 {
			s.one(ctx)
			s.look()
		}
	}
}

// wait tells how long it is until the next one is due. One that seems to come from
// the future, because the clock was wrong, is waited for no longer than others.
func (s *schedule) wait(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.failed.Add(min(s.Every, backupRetry)).Sub(now); !s.failed.IsZero() && d > 0 {
		return min(d, backupRetry)
	}
	if s.newest.IsZero() {
		return 0
	}
	return min(max(s.newest.Add(s.Every).Sub(now), 0), s.Every)
}

// one makes a backup, and only then removes those that are too old.
func (s *schedule) one(ctx context.Context) {
	now := time.Now()
	err := s.make(ctx, filepath.Join(s.Dir, s.name+now.UTC().Format(backupTime)+backupEnding))
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		err = s.prune()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed = (time.Time{}); err != nil {
		s.failed = now
		s.count.Failed()
		s.log.Error("a backup failed; it will be tried again", "error", err)
	}
}

func (s *schedule) prune() error {
	names, err := s.all()
	for ; err == nil && len(names) > s.Keep; names = names[1:] {
		if err = os.Remove(filepath.Join(s.Dir, names[0])); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	return err
}

// shown gives what the page about the server asks, nil where there is no schedule.
func (s *schedule) shown() func() (time.Time, string) {
	if s == nil {
		return nil
	}
	return s.state
}

// state tells how old the newest backup is, and what is wrong; "" for nothing, and
// where this server makes none.
func (s *schedule) state() (newest time.Time, wrong string) {
	if s == nil {
		return time.Time{}, ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.newest
	if since.IsZero() {
		since = s.began
	}
	switch {
	case !s.failed.IsZero():
		wrong = "The last backup failed: the log of the server says why."
	case time.Since(since) > 2*s.Every:
		wrong = "There has been no backup for more than twice as long as there should be between two."
	}
	return s.newest, wrong
}
