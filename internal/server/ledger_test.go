package server

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/metrics"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
)

// canary is in all that is to be forgotten, and in nothing else.
const canary = "canary"

var noLog = slog.New(slog.DiscardHandler)

// erasable is a database with a ledger, as a server has it open.
type erasable struct {
	*Database
	grant access.Grant
}

func openErasable(t *testing.T, path string) *erasable {
	t.Helper()
	l := &ledger{path: Ledger(path)}
	d, err := open(t.Context(), path, sqlite.Options{Serve: true, Log: noLog}, metrics.New(), erasing{noted: l})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.begin(t.Context(), d.store, noLog); err != nil {
		t.Fatal(err)
	}
	e := &erasable{Database: d}
	spaces, err := d.Book.Spaces(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(spaces) == 0 {
		s, err := d.Book.CreateSpace(t.Context(), "test", access.Space{Name: "Space"})
		if err != nil {
			t.Fatal(err)
		}
		spaces = append(spaces, s)
	}
	e.grant.Space = spaces[0]
	e.grant.Key, _, err = d.Book.CreateKey(t.Context(), "test", access.APIKey{Space: spaces[0].ID, Scopes: access.ScopesOf(access.Read, access.Write, access.Erase)})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *erasable) close(t *testing.T) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

func (e *erasable) do(t *testing.T, verb contact.Verb) contact.ID {
	t.Helper()
	if u, ok := verb.(*contact.Unmerge); ok {
		var err error
		if u.Past, err = e.store.Past(t.Context(), e.grant.Space.ID, u.Merged); err != nil {
			t.Fatal(err)
		}
	}
	w, err := e.Book.Do(t.Context(), e.grant, book.Terms{RequestID: t.Name()}, verb)
	if err != nil {
		t.Fatalf("%T: %v", verb, err)
	}
	return w.Contact.ID
}

func (e *erasable) create(t *testing.T, text string) contact.ID {
	t.Helper()
	p := contact.Patch{}
	p.Values[contact.Names] = contact.List{Sent: true, Texts: []string{text}}
	return e.do(t, &contact.Create{Patch: p})
}

// erase erases, and does all that follows.
func (e *erasable) erase(t *testing.T, id contact.ID) book.Receipt {
	t.Helper()
	receipt, err := e.Book.Erase(t.Context(), e.grant, book.Terms{RequestID: "erase"}, &contact.Erase{Ref: id})
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

// work does all jobs that are due.
func (e *erasable) work(t *testing.T) {
	t.Helper()
	e.works(t, true)
}

// works does all jobs that are due, but where scrub is not set that of the files.
func (e *erasable) works(t *testing.T, scrub bool) {
	t.Helper()
	r := jobs.New(e.store, jobs.Options{Log: noLog, Chore: e.Book.Sweep})
	r.Does(store.EraseJob, jobs.Work{Step: e.Book.EraseStep})
	r.Does(book.PlanApplyJob, jobs.Work{Step: e.Book.ApplyPlanStep})
	if scrub {
		r.Does(store.ScrubJob, jobs.Work{Step: e.Book.Scrub})
	}
	for {
		n, err := r.Round(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (e *erasable) wantLiving(t *testing.T, want map[contact.ID]string) {
	t.Helper()
	for id, names := range want {
		c, ok, err := e.store.Get(t.Context(), e.grant.Space.ID, id)
		var have []string
		for _, v := range c.Values[contact.Names] {
			have = append(have, v.Text)
		}
		if err != nil || ok != (names != "") || strings.Join(have, " ") != names {
			t.Errorf("%d is found %t: %v, as %q, want %q", id, ok, err, have, names)
		}
	}
}

// canaries counts the files of a folder that hold a canary.
func canaries(t *testing.T, folder string) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte(canary)) {
			n++
		}
	}
	return n
}

// CONTRACT D35: who was erased after a backup was made does not come back with it, also where
// contacts were merged otherwise then; nobody else goes, and no file holds a copy.
func TestRestoreBringsNobodyBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	e := openErasable(t, path)
	ada, alias, bob, eve, stays := e.create(t, canary+" 1"), e.create(t, canary+" 2"), e.create(t, "Bob"), e.create(t, canary+" 3"), e.create(t, "Stays")
	e.do(t, &contact.Merge{Survivor: bob, Merged: []contact.ID{ada}})   // and is split off later
	e.do(t, &contact.Merge{Survivor: eve, Merged: []contact.ID{stays}}) // likewise
	e.close(t)
	backup := filepath.Join(t.TempDir(), "backup.db")
	if _, err := Backup(t.Context(), path, backup, func(int64, int64) {}, noLog); err != nil {
		t.Fatal(err)
	}
	e = openErasable(t, path)
	e.do(t, &contact.Unmerge{Ref: bob, Merged: ada})
	e.do(t, &contact.Merge{Survivor: ada, Merged: []contact.ID{alias}})
	e.do(t, &contact.Unmerge{Ref: eve, Merged: stays})
	late := e.create(t, canary+" 4") // of which the backup knows nothing
	for _, id := range []contact.ID{ada, eve, late} {
		e.erase(t, id)
	}
	e.work(t)
	if receipt := e.erase(t, ada); receipt.Scrubbed == 0 {
		t.Errorf("it is not scrubbed: %+v", receipt)
	}
	living := map[contact.ID]string{ada: "", alias: "", eve: "", late: "", bob: "Bob", stays: "Stays"}
	e.wantLiving(t, living)
	e.close(t)
	if n := canaries(t, filepath.Dir(path)); n != 0 {
		t.Errorf("%d files hold a canary", n)
	}
	if n := canaries(t, filepath.Dir(backup)); n != 1 {
		t.Errorf("the backup holds %d: this test asks for nothing", n)
	}

	restored := filepath.Join(t.TempDir(), "carnet.db")
	text, err := os.ReadFile(Ledger(path))
	if err == nil {
		err = os.WriteFile(Ledger(restored), text, 0o600)
	}
	if err != nil || bytes.Count(text, []byte("\n")) != 3 {
		t.Fatalf("the ledger is %q: %v", text, err)
	}
	if _, err := Restore(t.Context(), Restoring{From: backup, To: restored, Progress: func(int64, int64) {}, Log: noLog}); err != nil {
		t.Fatal(err)
	}
	if n := canaries(t, filepath.Dir(restored)); n != 0 {
		t.Errorf("%d restored files hold a canary", n)
	}
	var last contact.Seq
	for start := range 2 { // the second finds nothing to do
		e = openErasable(t, restored)
		e.wantLiving(t, living)
		page, err := e.store.Recent(t.Context(), store.FeedQuery{Space: e.grant.Space.ID, Limit: 1})
		if err != nil || len(page.Changes) != 1 || start > 0 && page.Changes[0].Seq != last {
			t.Errorf("start %d: %v, the newest changes are %+v", start, err, page.Changes)
		}
		last = page.Changes[0].Seq
		e.close(t)
	}
}

// An erasure is in the ledger before it is answered, and what is missing there is noted when
// the database is opened next; a torn line is none.
func TestLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	e := openErasable(t, path)
	ada, bob := e.create(t, "Ada"), e.create(t, "Bob")
	lines := func() []string {
		t.Helper()
		text, err := os.ReadFile(Ledger(path))
		if err != nil {
			t.Fatal(err)
		}
		return strings.SplitAfter(string(text), "\n")
	}
	e.erase(t, ada)
	first := lines()
	e.erase(t, ada)
	if again := lines(); len(first) != 2 || len(again) != 2 || strings.Contains(first[0], "Ada") {
		t.Errorf("the ledger is %q, and then %q", first, again)
	}
	info, err := os.Stat(Ledger(path))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v: %v", info.Mode(), err)
	}
	e.erase(t, bob)
	e.close(t)
	whole := strings.Join(lines(), "")
	for _, left := range []string{"", whole[:len(whole)-9], first[0]} {
		if err := os.WriteFile(Ledger(path), []byte(left), 0o600); err != nil {
			t.Fatal(err)
		}
		openErasable(t, path).close(t)
		if now := strings.Join(lines(), ""); now != whole {
			t.Errorf("after %q it is\n%s\nwant\n%s", left, now, whole)
		}
	}
	if err := os.Remove(Ledger(path)); err != nil {
		t.Fatal(err)
	}
	openErasable(t, path).close(t)
	if now := strings.Join(lines(), ""); now != whole {
		t.Errorf("made anew it is %s", now)
	}
}

// A ledger that cannot be read, or is of another installation, is refused: nobody can tell who
// must not come back.
func TestLedgersOfOthersAreRefused(t *testing.T) {
	_, backup := backedUp(t)
	other := filepath.Join(t.TempDir(), "carnet.db")
	e := openErasable(t, other)
	e.erase(t, e.create(t, "Ada"))
	e.close(t)
	theirs, err := os.ReadFile(Ledger(other))
	if err != nil {
		t.Fatal(err)
	}
	for says, text := range map[string]string{
		"is no line of a ledger":                "somebody\n",
		"is the ledger of another installation": string(theirs),
	} {
		db := filepath.Join(t.TempDir(), "carnet.db")
		if err := os.WriteFile(Ledger(db), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Restore(context.Background(), Restoring{From: backup, To: db, Progress: func(int64, int64) {}, Log: noLog})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("restored beside a ledger: %v, want %q", err, says)
		}
		if _, err := os.Stat(db); err == nil {
			t.Error("there is a database")
		}
	}
}

// An erasure that is done again, and was cut short there, is gone on with before anybody is
// served: the history of the contact is empty when the database is open.
func TestCutShortWhileErasingAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "carnet.db")
	e := openErasable(t, path)
	ada := e.create(t, canary)
	job, err := e.store.CreateJob(t.Context(), store.Job{Space: e.grant.Space.ID, Kind: store.EraseJob, State: store.JobQueued, Of: ada.String(), Created: 1, Due: 1})
	if err != nil {
		t.Fatal(err)
	}
	w := store.Write{Space: e.grant.Space.ID, By: contact.Attribution{RequestID: "erase"}, Verbs: []contact.Verb{&contact.Erase{Ref: ada}}, Erase: job.ID}
	if _, err := e.store.Do(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	e.close(t) // here it was killed
	for start := range 2 {
		e = openErasable(t, path)
		page, err := e.store.Recent(t.Context(), store.FeedQuery{Space: e.grant.Space.ID, Limit: 9})
		if err != nil || len(page.Changes) != 2 {
			t.Fatalf("start %d: %v, the changes are %+v", start, err, page.Changes)
		}
		for _, ch := range page.Changes {
			if !ch.Edits.Erased {
				t.Errorf("start %d: change %d holds something", start, ch.Seq)
			}
		}
		e.close(t)
	}
	text, err := os.ReadFile(Ledger(path))
	if err != nil || bytes.Count(text, []byte("\n")) != 1 {
		t.Errorf("the ledger is %q: %v", text, err)
	}
}
