package sqlite

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
)

// place is a folder with a database, whose files a test moves about as an
// operator would.
type place struct {
	t    *testing.T
	path string
}

func newPlace(t *testing.T) *place {
	return &place{t, filepath.Join(t.TempDir(), "carnet.db")}
}

// left gives a place with what a kill at this moment would leave.
func (p *place) left() *place {
	p.t.Helper()
	to := newPlace(p.t)
	for _, suffix := range []string{"", "-wal", "-lock"} {
		if _, err := os.Stat(p.path + suffix); err == nil {
			p.copy(suffix, to.path+suffix)
		}
	}
	return to
}

// copy writes over a file, as cp does.
func (p *place) copy(suffix, to string) {
	p.t.Helper()
	content, err := os.ReadFile(p.path + suffix)
	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) remove(suffixes ...string) {
	p.t.Helper()
	for _, s := range suffixes {
		if err := os.Remove(p.path + s); err != nil {
			p.t.Fatal(err)
		}
	}
}

// open serves the database; close must follow.
func (p *place) open(o Options) *store.Store {
	p.t.Helper()
	o.Path, o.Serve, o.Log = p.path, true, slog.New(slog.DiscardHandler)
	b, err := Open(context.Background(), o)
	if err != nil {
		p.t.Fatal(err)
	}
	return store.New(b, store.Options{Log: o.Log})
}

func (p *place) close(s *store.Store) {
	p.t.Helper()
	if err := s.Close(); err != nil {
		p.t.Fatal(err)
	}
}

// run serves while f works.
func (p *place) run(f func(s *store.Store)) {
	p.t.Helper()
	s := p.open(Options{})
	f(s)
	p.close(s)
}

func creates(t *testing.T, s *store.Store, n int) (last contact.ID) {
	t.Helper()
	for i := range n {
		last = write(t, s, 0, contact.Names, fmt.Sprint("Person ", i))
	}
	return last
}

// holds tells how many changes a database has that can be opened as it is.
func (p *place) holds() (n int) {
	p.t.Helper()
	p.run(func(s *store.Store) { n = changesOf(p.t, s) })
	return n
}

func changesOf(t *testing.T, s *store.Store) int {
	t.Helper()
	n := 0
	for after := contact.Seq(0); ; {
		page, err := s.Feed(context.Background(), store.FeedQuery{Space: 1, After: after, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Changes) == 0 {
			return n
		}
		n, after = n+len(page.Changes), page.Last
	}
}

func (p *place) refused(words ...string) {
	p.t.Helper()
	for _, serve := range []bool{true, false} { // a command would spoil it as a server does
		refused(p.t, Options{Path: p.path, Serve: serve, Log: slog.New(slog.DiscardHandler)}, words...)
	}
}

// killed makes a database with 5 contacts, of which it keeps a backup, and 20
// more, with which its server was killed.
func killed(t *testing.T) (backup, now *place) {
	p := newPlace(t)
	p.run(func(s *store.Store) { makeSpace(t, s); creates(t, s, 5) })
	backup = p.left()
	s := p.open(Options{})
	creates(t, s, 20)
	now = p.left()
	p.close(s)
	return backup, now
}

const restoredFlag = "--accept-restored"

// FAULT B2: a file that was put back was opened with another one's log, and one
// without its log as if it had none.
func TestFilesThatDoNotBelongTogether(t *testing.T) {
	backup, killedNow := killed(t)
	stopped := killedNow.left()
	stopped.run(func(*store.Store) {})
	other := newPlace(t)
	other.run(func(s *store.Store) { makeSpace(t, s) })
	otherOpen := other.open(Options{})
	creates(t, otherOpen, 3)
	otherKilled := other.left()
	other.close(otherOpen)
	vacuumed := vacuumedCopy(t, killedNow)
	backedUp := backupOf(t, killedNow)
	later := killedNow.left() // the next opening
	laterOpen := later.open(Options{})
	creates(t, laterOpen, 30)
	laterKilled := later.left()
	later.close(laterOpen)

	for _, c := range []struct {
		name   string
		from   *place
		do     func(p *place)
		words  string
		accept bool // whether the flag alone is enough
	}{
		{"a backup beside the log of the newer one", killedNow, func(p *place) { backup.copy("", p.path) }, "move", false},
		{"a backup, the log moved away", killedNow, func(p *place) { backup.copy("", p.path); p.remove("-wal") }, "older copy", true},
		{"the log deleted", killedNow, func(p *place) { p.remove("-wal") }, "newest changes, is gone", true},
		{"the log emptied", killedNow, func(p *place) { truncate(t, p.path+"-wal", 0) }, "newest changes, is gone", true},
		{"the log of another database", killedNow, func(p *place) { otherKilled.copy("-wal", p.path+"-wal") }, "is not the log", false},
		{"another database", killedNow, func(p *place) { otherKilled.copy("", p.path); p.remove("-wal") }, "or another one", true},
		{"a copy of the same opening beside its log", killedNow, func(p *place) { vacuumed.copy("", p.path) }, "move", false},
		{"a backup of this very state beside its log", killedNow, func(p *place) { backedUp.copy("", p.path) }, "move", false},
		{"a backup of this very state beside its log, the lock file gone", killedNow, func(p *place) { backedUp.copy("", p.path); p.remove("-lock") }, "is not the log", false},
		{"a backup of this very state, all else gone but the lock file", killedNow, func(p *place) { backedUp.copy("", p.path); p.remove("-wal") }, "older copy", true},
		{"a backup where the newer one was closed", stopped, func(p *place) { backup.copy("", p.path) }, "older copy", true},
		{"a log from before beside one that was closed", stopped, func(p *place) { killedNow.copy("-wal", p.path+"-wal") }, "is not the log", false},
		{"a backup with its lock file, beside a later log", killedNow, func(p *place) { laterKilled.copy("-wal", p.path+"-wal") }, "is not the log", false},
		{"a log from before, the lock file gone", stopped, func(p *place) { killedNow.copy("-wal", p.path+"-wal"); p.remove("-lock") }, "is not the log", false},
		{"a backup that is cut off, its lock file gone", stopped, func(p *place) { p.remove("-lock"); truncate(t, p.path, 3*pageSize) }, "shorter than it says", false},
		{"a restored file and its log", killedNow, func(p *place) { otherKilled.copy("", p.path); otherKilled.copy("-wal", p.path+"-wal") }, "move", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := c.from.left()
			c.do(p)
			p.refused(c.words)
			before := p.left()
			if !c.accept {
				refused(t, Options{Path: p.path, Serve: true, AcceptRestored: true, Log: slog.New(slog.DiscardHandler)}, c.words)
				return
			}
			if !strings.Contains(fmt.Sprint(openError(before)), restoredFlag) {
				t.Errorf("nothing is said of %s", restoredFlag)
			}
			s := p.open(Options{AcceptRestored: true})
			p.close(s)
			p.run(func(*store.Store) {}) // and from then on as ever
		})
	}
}

func openError(p *place) error {
	b, err := Open(context.Background(), Options{Path: p.path, Serve: true, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		b.Close()
	}
	return err
}

func truncate(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

// vacuumedCopy makes a backup as sqlite3 would beside the server, and leaves what
// was opened as it was.
func vacuumedCopy(t *testing.T, of *place) *place {
	t.Helper()
	p, to := of.left(), newPlace(t)
	c, err := openConn(p.path, writerPragmas)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.value("VACUUM INTO '" + to.path + "'")
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// FAULT B2: ids that were given before a restore were given again.
func TestNumbersAfterARestore(t *testing.T) {
	backup, p := killed(t)
	var before contact.ID
	p.left().run(func(s *store.Store) { before = creates(t, s, 1) })
	backup.copy("", p.path)
	p.remove("-wal")
	s := p.open(Options{AcceptRestored: true})
	defer p.close(s)
	if n := changesOf(t, s); n != 5 {
		t.Fatalf("the backup has %d changes", n)
	}
	if id := creates(t, s, 1); id <= before || id < store.RestoredSkip {
		t.Errorf("id %d was or may have been given before: %d was", id, before)
	}
	// A follower of the feed that has seen what is lost goes on behind the gap.
	gap, err := s.Feed(context.Background(), store.FeedQuery{Space: 1, After: 25, Limit: 10})
	if err != nil || len(gap.Changes) != 1 || gap.Changes[0].Seq != 6+store.RestoredSkip {
		t.Errorf("after what is lost the feed has %v, %v", gap, err)
	}
	creates(t, s, 2)
	for n := range 3 {
		from, err := s.Feed(context.Background(), store.FeedQuery{Space: 1, After: contact.Seq(6 + n - 1 + store.RestoredSkip), Limit: 1})
		if err != nil || len(from.Changes) != 1 {
			t.Fatal(from, err)
		}
		page, err := s.List(context.Background(), store.Query{Space: 1, UpdatedSince: from.Changes[0].At}, store.Place{}, 10)
		if err != nil || len(page.Rows) != 3-n {
			t.Errorf("a list by changes across the gap has %d contacts, %v; want %d", len(page.Rows), err, 3-n)
		}
	}
}

// A kill at any moment of opening and closing leaves what the next start takes,
// with all that was acknowledged; and where the log is not needed any more, its
// loss is none.
func TestKilledWhileOpeningAndClosing(t *testing.T) {
	_, p := killed(t)
	const want = 25
	type moment struct {
		name string
		left *place
	}
	var moments []moment
	keep := func(name string) { moments = append(moments, moment{name, p.left()}) }
	s := p.open(Options{at: keep})
	if len(moments) != 5 {
		t.Errorf("opening has %d moments", len(moments))
	}
	p.close(s)
	if len(moments) != 12 {
		t.Errorf("opening and closing have %d moments", len(moments))
	}
	for _, m := range moments {
		if n := m.left.left().holds(); n != want {
			t.Errorf("killed when %s: %d changes, want %d", m.name, n, want)
		}
		// Once more killed in the middle of what follows.
		var again []*place
		q := m.left.left()
		q.close(q.open(Options{at: func(string) { again = append(again, q.left()) }}))
		for i, a := range again {
			if n := a.holds(); n != want {
				t.Errorf("killed when %s, and again at moment %d: %d changes, want %d", m.name, i, n, want)
			}
		}
		if m.name == "open" || m.name == "the others are counted" || m.left.path == "" {
			continue
		}
		q = m.left.left()
		if _, err := os.Stat(q.path + "-wal"); err == nil {
			q.remove("-wal")
		}
		if n := q.holds(); n != want {
			t.Errorf("killed when %s, without the log: %d changes, want %d", m.name, n, want)
		}
	}
}

// A command that outlives its server, or is killed, leaves a log that is its own.
func TestCommandsBesideTheMark(t *testing.T) {
	p := newPlace(t)
	s := p.open(Options{})
	makeSpace(t, s)
	command, err := Open(context.Background(), Options{Path: p.path, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	beside := store.New(command, store.Options{})
	p.close(s)
	creates(t, beside, 3)
	killedCommand := p.left()
	p.close(beside)
	if n := killedCommand.holds(); n != 3 {
		t.Errorf("the command was killed: %d changes", n)
	}
	if _, err := os.Stat(p.path + "-wal"); err == nil {
		t.Error("the last one left the log")
	}
	if n := p.holds(); n != 3 {
		t.Errorf("the command ended: %d changes", n)
	}
}

// Without a lock file nothing is known, and a whole pair is opened.
func TestCopyWithoutLockFile(t *testing.T) {
	_, p := killed(t)
	p.remove("-lock")
	if n := p.holds(); n != 25 {
		t.Errorf("%d changes", n)
	}
}

// FAULT B3: one flipped bit in the log cut off all that was behind it.
func TestFlippedBitsInTheLog(t *testing.T) {
	_, p := killed(t)
	log, err := os.ReadFile(p.path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	const frame = frameHeaderSize + pageSize
	end := (len(log) - logHeaderSize) / frame
	for _, at := range []int{0, 9, 14, 17, 26, logHeaderSize + 2, logHeaderSize + 5, logHeaderSize + frameHeaderSize + 100, logHeaderSize + end/2*frame + 18, logHeaderSize + end/2*frame + 1000} {
		q := p.left()
		flipped := append([]byte(nil), log...)
		flipped[at] ^= 4
		if err := os.WriteFile(q.path+"-wal", flipped, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := openError(q); err == nil {
			t.Errorf("octet %d of the log was flipped, and it was opened with what is left", at)
		}
	}
}

// What is left of a write that was under way when the power went is no damage.
func TestTornEndOfTheLog(t *testing.T) {
	_, p := killed(t)
	info, err := os.Stat(p.path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	truncate(t, p.path+"-wal", info.Size()-100)
	if n := p.holds(); n != 24 {
		t.Errorf("%d changes, want all but the last", n)
	}
}

// Every mark is read back as it was, and one that is damaged gives way to the one
// before.
func TestMarks(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, known, err := readMark(f); known || err != nil {
		t.Errorf("an empty file: %v, %v", known, err)
	}
	last := mark{}
	for seq := range uint64(5) {
		m := mark{seq: seq, whole: seq%2 == 0, stamp: 1 + uint32(seq), next: uint32(seq) << 24, schema: 7, log: 1<<32 - 1, any: seq == 3, unchecked: seq == 4}
		if err := writeMark(f, &m); err != nil {
			t.Fatal(err)
		}
		if got, known, err := readMark(f); got != m || !known || err != nil {
			t.Errorf("%+v was read as %+v, %v, %v", m, got, known, err)
		}
		if seq == 4 {
			if _, err := f.WriteAt([]byte("x"), 20); err != nil {
				t.Fatal(err)
			}
			if got, known, err := readMark(f); got != last || !known || err != nil {
				t.Errorf("the newest is damaged: read %+v, %v, %v; want %+v", got, known, err, last)
			}
		}
		last = m
	}
}
