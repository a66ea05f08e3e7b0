package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/carnet-project/carnet/internal/store"
)

// backup makes a backup of a place as the command does.
func (p *place) backup(to string, progress Progress) (Copy, error) {
	return p.backupUntil(context.Background(), to, progress)
}

func (p *place) backupUntil(ctx context.Context, to string, progress Progress) (Copy, error) {
	p.t.Helper()
	b := opened(p.t, Options{Path: p.path, AsItIs: true})
	made, err := b.Backup(ctx, to, progress)
	if err := b.Close(); err != nil {
		p.t.Fatal(err)
	}
	return made, err
}

func quietly(int64, int64) {}

// backupOf gives a place with a backup of another, which stays as it was.
func backupOf(t *testing.T, of *place) *place {
	t.Helper()
	to := newPlace(t)
	if _, err := of.left().backup(to.path, quietly); err != nil {
		t.Fatal(err)
	}
	return to
}

// alone fails the test unless a folder has these files and no others.
func (p *place) alone(names ...string) {
	p.t.Helper()
	entries, err := os.ReadDir(filepath.Dir(p.path))
	if err != nil {
		p.t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if fmt.Sprint(got) != fmt.Sprint(names) {
		p.t.Errorf("the folder has %q, want %q", got, names)
	}
}

// smallSteps has a backup of a few contacts take many steps.
func smallSteps(t *testing.T) {
	before := stepPages
	stepPages = 4
	t.Cleanup(func() { stepPages = before })
}

// A backup that is made beside writes ends though each of its steps had one, and
// holds what was acknowledged before it began, each write whole, and none of what
// came after.
func TestBackupBesideWrites(t *testing.T) {
	smallSteps(t)
	p, to := newPlace(t), newPlace(t)
	s := p.open(Options{})
	defer p.close(s)
	makeSpace(t, s)
	creates(t, s, 300)
	steps := 0
	ctx, giveUp := context.WithCancel(context.Background())
	defer giveUp()
	made, err := p.backupUntil(ctx, to.path, func(done, all int64) {
		if steps++; steps > 1000 {
			giveUp()
		}
		creates(t, s, 1)
		if done > all || done == all != (done*pageSize >= all*pageSize) {
			t.Errorf("%d pages of %d", done, all)
		}
	})
	if err != nil || steps < 20 {
		t.Fatalf("%d steps, %v", steps, err)
	}
	to.alone("carnet.db")
	info, err := os.Stat(to.path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != made.Bytes || made.Newest == 0 || made.Schema < 7 {
		t.Errorf("the backup is %+v, the file %v, %v", made, info, err)
	}
	if n := to.left().holds(); n != 300 {
		t.Errorf("the backup has %d changes, want 300", n)
	}
	if n := changesOf(t, s); n != 300+steps {
		t.Errorf("the database has %d changes, want %d", n, 300+steps)
	}
}

// A backup is one file that needs no log, whatever it is opened with, and that is
// no copy of what it was made of: see TestFilesThatDoNotBelongTogether.
func TestBackupIsOneFile(t *testing.T) {
	_, p := killed(t)
	to := backupOf(t, p)
	content, err := os.ReadFile(to.path)
	if err != nil {
		t.Fatal(err)
	}
	if content[18] != 1 || content[19] != 1 {
		t.Errorf("its format is %d and %d: whoever reads it makes a log", content[18], content[19])
	}
	if n := to.left().holds(); n != 25 {
		t.Errorf("%d changes, want 25", n)
	}
}

// A backup leaves the schema of what it is made of as it is, and has that itself:
// one is made before an update.
func TestBackupOfEarlierSchemas(t *testing.T) {
	files, err := filepath.Glob("testdata/schema-*.db")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d databases in testdata, %v", len(files), err)
	}
	for _, file := range files {
		var schema int64
		if _, err := fmt.Sscanf(filepath.Base(file), "schema-%d", &schema); err != nil {
			t.Fatal(err)
		}
		p := newPlace(t)
		(&place{t, file}).copy("", p.path)
		for range 2 { // so that the database still has it
			made, err := p.backup(newPlace(t).path, quietly)
			if err != nil || made.Schema != schema {
				t.Errorf("the backup of %s has schema %d, %v", file, made.Schema, err)
			}
		}
	}
}

// What is damaged gets no name, and leaves nothing.
func TestDamagedBackupIsNotNamed(t *testing.T) {
	p := newPlace(t)
	p.run(func(s *store.Store) { makeSpace(t, s); creates(t, s, 300) })
	damage(t, p.path)
	to := newPlace(t)
	if made, err := p.backup(to.path, quietly); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("it made %+v, %v", made, err)
	}
	to.alone()
}

// damage writes over the last page of a file, which is one of a table or an index.
func damage(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		_, err = f.WriteAt(bytes.Repeat([]byte{0xff}, 64), info.Size()-pageSize)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A backup that is told to stop, or that fails, leaves nothing; one that is in
// nobody's way takes the place of what was left by a kill.
func TestBackupThatEndsEarly(t *testing.T) {
	smallSteps(t)
	_, p := killed(t)
	to := newPlace(t)
	ctx, stop := context.WithCancel(context.Background())
	if _, err := p.left().backupUntil(ctx, to.path, func(int64, int64) { stop() }); !errors.Is(err, context.Canceled) {
		t.Errorf("it was told to stop: %v", err)
	}
	to.alone()
	for _, suffix := range []string{".partial", ".partial-journal", ".partial-wal"} {
		if err := os.WriteFile(to.path+suffix, []byte("of one that was killed"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.left().backup(to.path, quietly); err != nil {
		t.Fatal(err)
	}
	to.alone("carnet.db")
	if info, err := os.Stat(to.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// Nothing is written over, and nothing is written by two at once.
func TestBackupRefusesPlaces(t *testing.T) {
	_, p := killed(t)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, err := range []error{
		os.WriteFile(at("taken"), nil, 0o600), os.Symlink(at("nowhere"), at("link")), os.Symlink(at("taken"), at("led.partial"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	busy, err := newPartial(at("busy"))
	if err != nil {
		t.Fatal(err)
	}
	defer busy.drop()
	for name, words := range map[string]string{
		"taken": "is there already", "link": "is there already", "busy": "by another carnet",
		"led": "cannot make a file", "none/at all": "cannot make a file"} {
		if _, err := p.left().backup(at(name), quietly); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if content, err := os.ReadFile(at("taken")); err != nil || len(content) > 0 {
		t.Errorf("what was there has %d octets, %v", len(content), err)
	}
}

// What root makes belongs to the owner of the folder.
func TestBackupByRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	_, p := killed(t)
	to, db := newPlace(t), newPlace(t)
	for _, q := range []*place{to, db} {
		if err := os.Chown(filepath.Dir(q.path), 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.backup(to.path, quietly); err != nil {
		t.Fatal(err)
	}
	if _, err := to.restoreTo(db.path, nothingMore); err != nil {
		t.Fatal(err)
	}
	for _, q := range []*place{to, db} {
		var s syscall.Stat_t
		if err := syscall.Stat(q.path, &s); err != nil || s.Uid != 65534 || s.Gid != 65534 {
			t.Errorf("it belongs to %d and %d, %v", s.Uid, s.Gid, err)
		}
	}
}

// A place that is taken while the backup is made stays as it is.
func TestBackupOfAPlaceThatIsTakenMeanwhile(t *testing.T) {
	_, p := killed(t)
	to := newPlace(t)
	_, err := p.backup(to.path, func(int64, int64) {
		if err := os.WriteFile(to.path, []byte("mine"), 0o600); err != nil {
			t.Error(err)
		}
	})
	if content, _ := os.ReadFile(to.path); err == nil || string(content) != "mine" {
		t.Errorf("it has %d octets, %v", len(content), err)
	}
	to.alone("carnet.db")
	from, place := filepath.Join(t.TempDir(), "from"), to.path
	if err := os.WriteFile(from, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := renameNew(from, place); err == nil {
		t.Log("this system renames over what is there") // the look before is all that there is
	}
}

var quietLog = slog.New(slog.DiscardHandler)
