package integrity_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/checks/sqlitetest"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/integrity"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/postgres"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var bg = context.Background()

// world is a database that a test damages past the program.
type world struct {
	*testing.T
	backend store.Backend
	store   *store.Store
	sql     func(statement string)
	space   contact.SpaceID
	ids     []contact.ID
}

// onBoth runs a test on each kind of database. open gives an empty one, or one as fill
// leaves it, which is made once and copied. Statements are written for both: see sql.
func onBoth(t *testing.T, test func(t *testing.T, open func(t *testing.T, filled bool) *world)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := sqlitetest.Path(t, func(path string) (io.Closer, error) { return sqlite.Open(bg, sqlite.Options{Path: path}) })
		content := map[bool][]byte{}
		for _, filled := range []bool{false, true} {
			if filled {
				w := onFile(t, path)
				w.fill().wantWhole()
				w.close()
			}
			var err error
			if content[filled], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
		test(t, func(t *testing.T, filled bool) *world {
			path := filepath.Join(t.TempDir(), "carnet.db")
			if err := os.WriteFile(path, content[filled], 0o600); err != nil {
				t.Fatal(err)
			}
			return closed(onFile(t, path))
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		empty := pgtest.NewTemplate(t, postgres.Migrate)
		full := closed(onServer(t, empty.Database(t)))
		full.fill().wantWhole()
		back := full.saved()
		var one sync.Mutex // which test has it
		test(t, func(t *testing.T, filled bool) *world {
			if !filled {
				return closed(onServer(t, empty.Database(t)))
			}
			one.Lock()
			mine := *full
			mine.T = t
			t.Cleanup(func() {
				defer one.Unlock()
				full.sql(back)
			})
			return &mine
		})
	})
}

// saved keeps all rows of a server as they are, and gives what puts them back. To copy a
// database takes ten times as long.
func (w *world) saved() (back string) {
	w.Helper()
	keep := "CREATE SCHEMA saved;"
	var gone, come string
	for _, table := range []string{"spaces", "space_settings", "contacts", "aliases", "changes", "match_keys", "search_marks", "search_keys", "searched", "distinct_pairs", "retries", "plans", "plan_rows", "plan_contacts", "files", "file_chunks", "jobs", "erasures", "id_blocks"} {
		keep += "CREATE TABLE saved." + table + " AS TABLE " + table + ";"
		gone = "DELETE FROM " + table + ";" + gone
		come += "INSERT INTO " + table + " SELECT * FROM saved." + table + ";"
	}
	w.sql(keep)
	return gone + come
}

func onFile(t *testing.T, path string) *world {
	t.Helper()
	b, err := sqlite.Open(bg, sqlite.Options{Path: path, Serve: true, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, b)
	w.sql = func(statement string) {
		t.Helper()
		c, err := driver.OpenConn(path, driver.OpenReadWrite)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		// The key of a change holds its Space there.
		statement = strings.ReplaceAll(statement, "space_id = 1 AND seq =", "change_key - 1099511627776 =")
		if err := sqlitex.ExecuteTransient(c, statement, nil); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return w
}

func onServer(t *testing.T, dsn string) *world {
	t.Helper()
	b, err := postgres.Open(bg, postgres.Options{DSN: dsn, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, b)
	w.sql = func(statement string) {
		t.Helper()
		c, err := pgx.Connect(bg, dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(bg)
		if _, err := c.Exec(bg, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return w
}

var quiet = slog.New(slog.DiscardHandler)

// newWorld is of a database that may have been filled.
func newWorld(t *testing.T, b store.Backend) *world {
	return &world{T: t, backend: b, store: store.New(suite.NewFaulty(b), store.Options{Log: quiet}), space: 1, ids: []contact.ID{1, 2, 3, 4}}
}

func (w *world) close() {
	w.Helper()
	if err := errors.Join(w.store.Close(), w.backend.Close()); err != nil {
		w.Errorf("closing: %v", err)
	}
}

// closed has a world closed when its test ends.
func closed(w *world) *world {
	w.Cleanup(w.close)
	return w
}

func (w *world) do(write store.Write) store.Outcome {
	w.Helper()
	out, err := w.store.Do(bg, write)
	if err != nil {
		w.Fatal(err)
	}
	return append(out, store.Outcome{})[0]
}

func (w *world) verb(v contact.Verb) store.Outcome {
	w.Helper()
	return w.do(suite.Write(suite.NewRequest(), w.space, v))
}

func patch(name, email, phone string) contact.Patch {
	var p contact.Patch
	for col, text := range map[contact.Collection]string{contact.Names: name, contact.Emails: email, contact.Phones: phone} {
		if text != "" {
			p.Values[col] = contact.List{Sent: true, Texts: []string{text}}
		}
	}
	return p
}

// fill makes some of everything: in Space 1 contact 1 with 40 changes, 2 that is merged
// into it, 3 that is deleted, and 4 beside them; a pair, the record of a retry, and a plan.
func (w *world) fill() *world {
	w.Helper()
	if space := suite.NewSpace(w.T, w.backend, "GB"); space != w.space {
		w.Fatalf("the first Space is %d", space)
	}
	for i := range 4 {
		out := w.verb(&contact.Create{Patch: patch(fmt.Sprintf("Ada %d", i), fmt.Sprintf("ada%d@example.com", i), fmt.Sprintf("+44 7700 90012%d", i))})
		if out.Subject.ID != w.ids[i] {
			w.Fatalf("the contacts begin with %d", out.Subject.ID)
		}
	}
	for i := range 39 {
		w.verb(&contact.Put{Ref: w.ids[0], Patch: patch(fmt.Sprintf("Ada of %d", i), "", "")})
	}
	w.verb(&contact.Merge{Survivor: w.ids[0], Merged: []contact.ID{w.ids[1]}})
	w.verb(&contact.Delete{Ref: w.ids[2]})
	lane := w.backend.Lane(w.space)
	suite.Commit(w.T, w.backend, lane, &store.Save{PairsCome: []record.Pair{{Space: w.space, Pair: contact.PairOf(w.ids[0], w.ids[3])}}})
	again := suite.Write(suite.NewRequest(), w.space, &contact.Put{Ref: w.ids[3], Patch: patch("Zoe", "", "")})
	again.Retry = &store.Retry{Key: "a key", Fingerprint: []byte{1}, Answer: func([]store.Outcome) ([]byte, error) { return []byte(`{}`), nil }}
	w.do(again)
	w.fold()
	w.plan("P", w.ids[0])
	w.export("E")
	return w
}

// fold has the index of searches take in all that was written.
func (w *world) fold() {
	w.Helper()
	for more := true; more; {
		var err error
		if more, err = w.store.Fold(bg, w.space); err != nil {
			w.Fatal(err)
		}
	}
}

// plan makes a plan of two rows, of which the first changes a contact.
func (w *world) plan(id string, of contact.ID) {
	w.Helper()
	write := suite.Write(suite.NewRequest(), w.space)
	write.Plan = &store.PlanWrite{ID: id, Change: func(p *record.Plan, now contact.Time, _ []store.Outcome) (store.PlanSave, error) {
		p.State, p.Doc, p.Created = "ready", []byte(`{}`), now
		decided := fmt.Appendf(nil, `{"contact":%d,"version":1,"shown":[{"contact":%d,"op":5,"found":"AAECAwQFBgcICQoLDA0ODw==","edits":{}}]}`, of, of)
		return store.PlanSave{Rows: []record.PlanRow{
			{N: 1, Outcome: "update", Operation: []byte(`{"n":1}`), Decided: decided, Contacts: []contact.ID{of}},
			{N: 2, Outcome: "create", Operation: []byte(`{"n":2}`), Decided: []byte(`{"shown":[{"contact":0,"op":6,"found":"AAECAwQFBgcICQoLDA0ODw==","edits":{}}]}`)},
		}}, nil
	}}
	w.do(write)
}

// export makes an export of two chunks.
func (w *world) export(id string) {
	w.Helper()
	write := suite.Write(suite.NewRequest(), w.space)
	write.File = &store.FileWrite{ID: id, Change: func(e *record.File, now contact.Time) (store.FileSave, error) {
		e.State, e.Doc, e.Created = "running", []byte(`{"sizes":[1,2]}`), now
		return store.FileSave{Chunks: []record.FileChunk{{N: 1, Data: []byte{1}}, {N: 2, Data: []byte{1, 2}}}}, nil
	}}
	w.do(write)
}

// check looks through the database and gives what it finds.
func (w *world) check(o integrity.Options) (found []string, r integrity.Result) {
	w.Helper()
	o.Files, o.Full = true, true
	o.Found = func(f integrity.Finding) { found = append(found, f.String()) }
	check := integrity.New(w.backend, o)
	for _, err := range check.Pages(bg) {
		if err != nil {
			w.Fatal(err)
		}
	}
	return found, check.Result()
}

// wantWhole wants a check to find nothing, and to have looked at something.
func (w *world) wantWhole() {
	w.Helper()
	if found, r := w.check(integrity.Options{}); len(found) > 0 || r.Rows < 10 || r.Found != 0 {
		w.Errorf("found %q: %+v", found, r)
	}
}

// changeRegion begins to change the region of a Space, and gives the job that does it.
func (w *world) changeRegion(id contact.SpaceID, region string) store.Job {
	w.Helper()
	_, err := w.store.UpdateSpace(bg, actOf(access.ActionUpdate), id, func(s *access.Space) error {
		s.Region = region
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	jobs, err := w.store.JobsOf(bg, id, 0, 1)
	if err != nil || len(jobs) != 1 {
		w.Fatal(jobs, err)
	}
	return jobs[0]
}

func actOf(action access.Action) access.Act { return access.Act{At: 1, Who: "test", Action: action} }

func spaceOf(region string) access.Space {
	return access.Space{Name: "Example Ltd", TimeZone: "UTC", Region: region, Subscription: access.Active, Created: 1}
}

// benched gives what opens an empty database of each kind.
func benched(b *testing.B) map[string]func() store.Backend {
	return map[string]func() store.Backend{
		"sqlite": func() store.Backend {
			s, err := sqlite.Open(bg, sqlite.Options{Path: filepath.Join(b.TempDir(), "carnet.db"), Serve: true, Log: quiet})
			if err != nil {
				b.Fatal(err)
			}
			return s
		},
		"postgres": func() store.Backend {
			p, err := postgres.Open(bg, postgres.Options{DSN: pgtest.NewTemplate(b, postgres.Migrate).Database(b), Log: quiet})
			if err != nil {
				b.Fatal(err)
			}
			return p
		},
	}
}
