package integrity_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/carnet-project/carnet/internal/checks/sqlitetest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/integrity"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/store/storetest/model"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// What random writes leave is whole, and so is what a check sees of it while they go on.
func TestBesideWriters(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(*testing.T, bool) *world) {
		w := open(t, false)
		wrote, checked := make(chan struct{}), make(chan int)
		go func() {
			rounds := 0
			defer func() { checked <- rounds }()
			for {
				for _, err := range integrity.New(w.backend, integrity.Options{Found: func(f integrity.Finding) { t.Errorf("beside writers: %s", &f) }}).Pages(bg) {
					if err != nil {
						t.Error(err)
					}
				}
				rounds++
				select {
				case <-wrote:
					return
				default:
				}
			}
		}()
		model.RandomWrites(t, w.backend, 8, 400)
		close(wrote)
		if rounds := <-checked; rounds < 2 {
			t.Errorf("only %d checks beside the writers", rounds)
		}
		w.wantWhole()
	})
}

// A change of region leaves contacts with the keys of one region, of the other, or of
// both: none of that is damage, and nothing is taken for it.
func TestWhileTheRegionChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(*testing.T, bool) *world) {
		w := open(t, true)
		space, _, _, err := w.store.SpaceNow(bg, w.space)
		if err != nil {
			t.Fatal(err)
		}
		j := w.changeRegion(space.ID, "US")
		for steps := 0; !j.Closed(); steps++ {
			w.wantWhole()
			if err := w.store.Rekey(bg, &j); err != nil || steps > 20 {
				t.Fatal(steps, err)
			}
		}
		w.wantWhole()
	})
}

// shown gives what readers are shown of a database, or why not.
func (w *world) shown() (text string) {
	for _, id := range w.ids {
		c, ok, err := w.store.Found(bg, w.space, id)
		text += fmt.Sprintln(c, ok, err)
		aliases, err := w.backend.Aliases(bg, w.space, id)
		pairs, err2 := w.backend.Pairs(bg, w.space, id)
		text += fmt.Sprintln(aliases, err, pairs, err2)
		for _, key := range []contact.MatchKey{{Kind: contact.EmailKey, Text: fmt.Sprintf("ada%d@example.com", id-1)}, {Kind: contact.PhoneKey, Text: fmt.Sprintf("+44770090012%d", id-1)}} {
			walk, err := w.backend.List(bg, store.Listing{Space: w.space, Keys: []contact.MatchKey{key}, Limit: 10})
			text += fmt.Sprintln(suite.IDs(walk.Rows), err)
		}
	}
	feed, err := w.store.Feed(bg, store.FeedQuery{Space: w.space, Limit: 100})
	for i := range feed.Changes {
		feed.Changes[i].Snapshot = nil // a pointer
		text += fmt.Sprintf("%+v\n", feed.Changes[i].Attribution)
	}
	plan, ok, err2 := w.store.Plan(bg, store.PlanID{Space: w.space, ID: "P"})
	rows, err3 := w.store.PlanRowsOf(bg, store.PlanID{Space: w.space, ID: "P"}, w.ids, 100, 100)
	return text + fmt.Sprintln(len(feed.Changes), err, plan, ok, err2, rows, err3)
}

// flips are how many bits of a file are tried.
func flips() int {
	if os.Getenv("CARNET_TEST_LONG") == "1" {
		return 4000
	}
	return 40
}

// A bit of a file that is another is found, or changes nothing that is shown.
func TestFlips(t *testing.T) {
	path := sqlitetest.Path(t, func(path string) (io.Closer, error) { return sqlite.Open(bg, sqlite.Options{Path: path}) })
	open := func(path string) *sqlite.Backend {
		b, err := sqlite.Open(bg, sqlite.Options{Path: path, Log: quiet})
		if err != nil {
			return nil
		}
		return b
	}
	whole := newWorld(t, open(path)).fill()
	want := whole.shown()
	whole.close()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random, found := suite.Seeded(t), 0
	for range flips() {
		if !flipped(t, random, content, open, want) {
			found++
		}
	}
	if found == 0 {
		t.Error("none was found")
	}
}

// flipped tells whether a check of a file with one bit that is another finds nothing.
func flipped(t *testing.T, random *rand.Rand, content []byte, open func(string) *sqlite.Backend, want string) bool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "carnet.db")
	at, bit := random.IntN(len(content)), byte(1)<<random.IntN(8)
	other := append([]byte(nil), content...)
	other[at] ^= bit
	if err := os.WriteFile(path, other, 0o600); err != nil {
		t.Fatal(err)
	}
	b := open(path)
	if b == nil {
		return false
	}
	defer b.Close() // which says that it is damaged, as it may
	found := 0
	check := integrity.New(b, integrity.Options{Files: true, Full: true, Found: func(integrity.Finding) { found++ }})
	for _, err := range check.Pages(bg) {
		if err != nil {
			found++
		}
	}
	if found > 0 {
		return false
	}
	if got := newWorld(t, b).shown(); got != want {
		t.Errorf("bit %08b of octet %d is another: it is not found, and shown is\n%s\nnot\n%s", bit, at, got, want)
	}
	return true
}
