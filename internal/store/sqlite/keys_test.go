package sqlite_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	raw "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/store/storetest/model"
)

// The keys in the table are those of the live contacts, no more and no less,
// after random writes and after the region of a Space has changed.
func TestMatchKeysAreThoseOfTheContacts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	b, err := sqlite.Open(bg, sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	regions := model.RandomWrites(t, b, 4, 500)
	s := store.New(b, store.Options{})
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	compareKeys(t, path, s, regions)
	for space, region := range map[contact.SpaceID]string{1: "GB", 2: "", 3: "US"} {
		regions[space] = region
		if _, err := s.UpdateSpace(bg, access.Act{Who: "test"}, space, func(sp *access.Space) error { sp.Region = region; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Now()
	runner := jobs.New(s, jobs.Options{Clock: func() time.Time { at = at.Add(time.Minute); return at }})
	for n := 1; n > 0; {
		if n, err = runner.Round(bg); err != nil {
			t.Fatal(err)
		}
	}
	compareKeys(t, path, s, regions)
}

func compareKeys(t *testing.T, path string, s *store.Store, regions map[contact.SpaceID]string) {
	t.Helper()
	c, err := raw.OpenConn(path, raw.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	have, want := map[string]bool{}, map[string]bool{}
	err = sqlitex.Execute(c, "SELECT space_id, kind, key, id FROM match_keys", &sqlitex.ExecOptions{ResultFunc: func(r *raw.Stmt) error {
		have[fmt.Sprint(r.ColumnInt(0), r.ColumnInt(1), r.ColumnText(2), r.ColumnInt(3))] = true
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	err = sqlitex.Execute(c, "SELECT space_id, id FROM contacts WHERE state = 0", &sqlitex.ExecOptions{ResultFunc: func(r *raw.Stmt) error {
		space := contact.SpaceID(r.ColumnInt64(0))
		live, ok, err := s.Get(bg, space, contact.ID(r.ColumnInt64(1)))
		if err != nil || !ok {
			return fmt.Errorf("a live contact cannot be read: %v, %w", ok, err)
		}
		for _, k := range contact.MatchKeys(&live, regions[space]) {
			want[fmt.Sprint(int(space), int(k.Kind), k.Text, live.ID)] = true
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(want) < 100 {
		t.Errorf("only %d keys to compare", len(want))
	}
	if !maps.Equal(have, want) {
		lacks := func(a, b map[string]bool) []string {
			var list []string
			for k := range a {
				if !b[k] {
					list = append(list, k)
				}
			}
			slices.Sort(list)
			return list
		}
		t.Errorf("in the table without a contact: %q\nof a contact and not in the table: %q", lacks(have, want), lacks(want, have))
	}
}
