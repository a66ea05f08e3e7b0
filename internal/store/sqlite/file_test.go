package sqlite

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/store"
)

// FAULT B4: by a hard link two servers had one file, with a log each.
func TestFileWithSeveralNames(t *testing.T) {
	p := newPlace(t)
	p.run(func(*store.Store) {})
	for _, open := range []bool{false, true} {
		link := filepath.Join(filepath.Dir(p.path), "link.db")
		if open {
			s := p.open(Options{})
			defer p.close(s)
		}
		if err := os.Link(p.path, link); err != nil {
			t.Fatal(err)
		}
		(&place{t, link}).refused("2 names", "Remove the other names")
		if err := os.Remove(link); err != nil {
			t.Fatal(err)
		}
	}
}

// FAULT B4: a file that was moved while it was served was served once more by its
// new name, and written to by its old one.
func TestFileMovedWhileServed(t *testing.T) {
	for name, move := range map[string]func(from, to string) error{
		"moved":               os.Rename,
		"removed":             func(from, _ string) error { return os.Remove(from) },
		"parted from its log": func(from, _ string) error { return os.Remove(from + "-wal") },
		"beside another one's log": func(from, to string) error {
			if err := os.Rename(from+"-wal", to); err != nil {
				return err
			}
			return os.WriteFile(from+"-wal", nil, 0o600)
		},
		"replaced by a copy": func(from, to string) error {
			content, err := os.ReadFile(from)
			if err == nil {
				err = os.Rename(from, to)
			}
			if err == nil {
				err = os.WriteFile(from, content, 0o600)
			}
			return err
		},
		"moved and linked": func(from, to string) error {
			if err := os.Rename(from, to); err != nil {
				return err
			}
			return os.Symlink(to+"-not", from)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			other := filepath.Join(filepath.Dir(p.path), "other.db")
			s := p.open(Options{})
			makeSpace(t, s)
			id := creates(t, s, 1)
			if err := s.Check(context.Background()); err != nil {
				t.Fatal(err)
			}
			if err := move(p.path, other); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(other); err == nil && runtime.GOOS == "linux" && !strings.Contains(name, "log") {
				refused(t, Options{Path: other, Serve: true}, "is being served already")
			}
			if err := s.Check(context.Background()); err == nil || !strings.Contains(err.Error(), "moved") {
				t.Errorf("it is ready: %v", err)
			}
			_, err := s.Do(context.Background(), store.Write{Space: 1, Verbs: []contact.Verb{&contact.Put{Ref: id}}})
			if fault.KindOf(err) != fault.Unavailable {
				t.Errorf("a write is answered %v", err)
			}
			select {
			case <-s.Broken():
			default:
				t.Error("nobody is told")
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(p.path + "-wal"); err != nil && name != "parted from its log" {
				t.Errorf("the log, which has the newest writes, was taken away: %v", err)
			}
		})
	}
}

// FAULT B5: an empty file was taken for a new installation.
func TestEmptyFile(t *testing.T) {
	p := newPlace(t)
	if err := os.WriteFile(p.path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p.refused("is empty", "remove it to begin anew")
	p.remove("")
	p.run(func(*store.Store) {})
	truncate(t, p.path, 0)
	p.refused("is empty")
	p.remove("")
	p.refused("is gone", "carnet.db-lock")
	p.remove("-lock")
	p.run(func(s *store.Store) { makeSpace(t, s) })
	p.remove("", "-lock")
	if err := os.WriteFile(p.path+"-wal", []byte("a log"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.refused("its log", "is not: put the database back")
}

// A server that is killed while it makes the database leaves nothing that the
// next one takes for one.
func TestKilledWhileMakingTheDatabase(t *testing.T) {
	p := newPlace(t)
	for _, suffix := range []string{"-new", "-new-wal", "-new-shm", "-lock"} {
		if err := os.WriteFile(p.path+suffix, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.run(func(s *store.Store) { makeSpace(t, s) })
	entries, err := os.ReadDir(filepath.Dir(p.path))
	if err != nil || len(entries) != 2 { // the database and its lock
		t.Errorf("there are %v, %v", entries, err)
	}
}

// FAULT B7: a database that others may read was served as it was.
func TestModesAreTightened(t *testing.T) {
	_, p := killed(t)
	for _, suffix := range []string{"", "-wal", "-lock"} {
		if err := os.Chmod(p.path+suffix, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var log strings.Builder
	b, err := Open(context.Background(), Options{Path: p.path, Serve: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm", "-lock"} {
		info, err := os.Stat(p.path + suffix)
		if err != nil || info.Mode() != fs.FileMode(0o600) {
			t.Errorf("%s: %v, %v", suffix, info.Mode(), err)
		}
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if n := strings.Count(log.String(), "was open to other users"); n != 3 {
		t.Errorf("the log tells of %d files: %s", n, &log)
	}
}

// FAULT B3: what a read found damaged was that request's error alone.
func TestDamageIsNoticed(t *testing.T) {
	damages := map[string]func(t *testing.T, path string){
		"cut to 99 %": func(t *testing.T, path string) {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			truncate(t, path, info.Size()*99/100/pageSize*pageSize)
		},
		"pages overwritten": func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			info, err := f.Stat()
			// Behind the pages of the schema.
			for at := int64(66 * pageSize); err == nil && at < info.Size(); at += pageSize {
				_, err = f.WriteAt(make([]byte, pageSize/2), at)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, damage := range damages {
		t.Run(name+", by a read", func(t *testing.T) {
			p := newPlace(t)
			p.run(func(s *store.Store) { makeSpace(t, s); creates(t, s, 300) })
			// Served by what has nothing in its memory yet.
			s := p.open(Options{})
			damage(t, p.path)
			var err error
			for after := contact.Seq(0); after < 300 && err == nil; after += 50 {
				_, err = s.Feed(context.Background(), store.FeedQuery{Space: 1, After: after, Limit: 50})
			}
			if err == nil {
				_, err = s.List(context.Background(), store.Query{Space: 1}, store.Place{}, 300)
			}
			if err == nil {
				t.Fatal("nothing is wrong")
			}
			wantBroken(t, s)
		})
		t.Run(name+", by the check after an unclean stop", func(t *testing.T) {
			p := newPlace(t)
			s := p.open(Options{})
			makeSpace(t, s)
			creates(t, s, 300)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			// As after a kill whose log was copied all the same.
			s = p.open(Options{})
			q := p.left()
			p.close(s)
			s = q.open(Options{at: func(moment string) {
				if moment == "open" {
					damage(t, q.path)
				}
			}})
			<-s.Broken()
			wantBroken(t, s)
		})
	}
}

func wantBroken(t *testing.T, s *store.Store) {
	t.Helper()
	select {
	case <-s.Broken():
	default:
		t.Error("nobody is told")
	}
	if s.Check(context.Background()) == nil {
		t.Error("it is ready")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// The check after an unclean stop is made once, and says how it ended.
func TestCheckAfterAnUncleanStop(t *testing.T) {
	_, p := killed(t)
	var log strings.Builder
	open := func() *Backend {
		log.Reset()
		b, err := Open(context.Background(), Options{Path: p.path, Serve: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	// A command that comes first leaves the check to the server.
	opened(t, Options{Path: p.path}).Close()
	b := open()
	b.Close()
	if text := log.String(); !strings.Contains(text, "is being checked") {
		t.Errorf("the log says %s", text)
	}
	for b.mark.unchecked { // where closing was quicker than the check
		b = open()
		b.Close()
	}
	if text := log.String(); !strings.Contains(text, "found nothing wrong") {
		t.Errorf("the log says %s", text)
	}
	open().Close()
	if text := log.String(); text != "" {
		t.Errorf("after a clean stop the log says %s", text)
	}
}
