package promise

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// CONTRACT D35.
var eraseTests = []suite.Test{
	{"nothing of an erased contact is left in any row", testErased},
	{"each step of an erasure may be done again", testErasedTwice},
	{"whoever is to be told of an erasure is told before its history is said to be gone", testErasureTold},
	{"a job that erased nothing does nothing", testErasedByNobody},
	{"history that changed since it was read is not written over", testRewritten},
}

// withSnapshots is how many writes bring snapshots of all kinds.
const withSnapshots = 2 * contact.SnapshotEvery

// canary is in all that is to be erased, and in nothing else.
const canary = "canary"

// eraseScene is a Space in which somebody was merged, written to, split off and planned.
type eraseScene struct {
	space                  contact.SpaceID
	ada, alias, bob, other contact.ID
	forgets                *forgets
}

// forgets takes out of rows of package book what holds a canary. It counts plans.
type forgets struct{ rows, answers, waits, files int }

func (f *forgets) ForgetAnswer(r *record.Retry, _ map[contact.ID]bool) (bool, error) {
	is := bytes.Contains(r.Answer, []byte(canary))
	if is {
		r.Answer = []byte(`{}`)
		f.answers++
	}
	return is, nil
}

// ForgetFile takes a chunk at a time.
func (f *forgets) ForgetFile(e *record.File) (store.FileSave, bool, error) {
	e.State = "erased"
	f.files++
	if e.Weight == 0 {
		return store.FileSave{}, false, nil
	}
	return store.FileSave{Gone: exportChunks - e.Weight/chunkWeight + 1, Was: chunkWeight}, e.Weight > chunkWeight, nil
}

// chunkWeight is what each chunk of the files of these tests weighs: the chunks that are
// left are counted by it.
const (
	chunkWeight  = 4
	exportChunks = 3 // at first
)

func (f *forgets) PlanBusy(*record.Plan) bool {
	if f.waits > 0 {
		f.waits--
		return true
	}
	return false
}

func (f *forgets) ForgetPlanRow(row *record.PlanRow, _ map[contact.ID]bool) (bool, error) {
	is := bytes.Contains(row.Operation, []byte(canary))
	if is {
		row.Operation, row.Decided, row.Done = []byte(`{}`), []byte(`{}`), nil
		f.rows++
	}
	return is, nil
}

func newEraseScene(t *testing.T, b store.Backend, s *store.Store, writes int) *eraseScene {
	t.Helper()
	sc := &eraseScene{space: suite.NewSpace(t, b, ""), forgets: &forgets{waits: 1}}
	create := func(text string) contact.ID { return made(t, s, sc.space, list(contact.Emails, text+"@example.com")) }
	sc.bob, sc.ada, sc.alias, sc.other = create("bob"), create(canary+"1"), create(canary+"2"), create("other")
	done(t, s, merging(sc.space, sc.ada, sc.alias))
	done(t, s, merging(sc.space, sc.bob, sc.ada))
	by := adding(sc.space, sc.ada, canary+"3@example.com")
	by.By.Reason, by.By.Actor.Name = canary+" asked", "Agent"
	done(t, s, again(by, "a retry"))
	for i := range writes {
		done(t, s, adding(sc.space, sc.alias, fmt.Sprint(canary, "-", i, "@example.com")))
	}
	done(t, s, adding(sc.space, sc.bob, "bob2@example.com"))
	done(t, s, merging(sc.space, sc.other, sc.bob)) // which ada was never merged into by itself
	done(t, s, unmerging(t, s, sc.space, sc.other, sc.ada))
	done(t, s, adding(sc.space, sc.ada, canary+"4@example.com", canary+"1@example.com"))
	answered := again(adding(sc.space, sc.alias, canary+"5@example.com"), "told")
	answered.Retry.Answer = func([]store.Outcome) ([]byte, error) { return []byte(`{"of":"` + canary + `"}`), nil }
	done(t, s, answered)
	row := func(n int64, text string) record.PlanRow {
		return record.PlanRow{N: n, Outcome: "update", Operation: []byte(text), Decided: []byte(text), Contacts: []contact.ID{sc.ada}}
	}
	folded(t, b, s, sc.space)
	do(t, s, proposing(store.Write{Space: sc.space}, "PLAN", row(1, "bob"), row(2, canary), row(3, "bob")))
	return sc
}

// erased erases a contact, and gives the job that does the rest.
func (sc *eraseScene) erased(t *testing.T, s *store.Store, id contact.ID) store.Job {
	t.Helper()
	job, err := s.CreateJob(bg, store.Job{Space: sc.space, Kind: store.EraseJob, State: store.JobQueued, Of: id.String(), Created: 1})
	if err != nil {
		t.Fatal(err)
	}
	w := writing(sc.space, &contact.Erase{Ref: id})
	w.Erase = job.ID
	out := done(t, s, w)
	e, ok, err := s.Erasure(bg, sc.space, id)
	if want := (store.Erasure{Space: sc.space, Contact: id, At: e.At, Op: out.Op, Job: job.ID}); err != nil || !ok || e != want || e.At == 0 {
		t.Fatalf("the erasure: %v, %v, %+v, want %+v", ok, err, e, want)
	}
	return job
}

// finish does the rest, each step as often as told.
func (sc *eraseScene) finish(t *testing.T, s *store.Store, job store.Job, times int) store.Job {
	t.Helper()
	for n := 0; !job.Closed(); n++ {
		next := job
		for range times {
			next = job
			if err := s.Erase(bg, &next, sc.forgets); err != nil {
				t.Fatalf("step %d at %s: %v", n, job.Cursor, err)
			}
		}
		if job = next; n > 1000 {
			t.Fatalf("it does not end: %s", job.Cursor)
		}
	}
	return job
}

// wantNone fails where a canary is in any row of the Space.
func (sc *eraseScene) wantNone(t *testing.T, b store.Backend) {
	t.Helper()
	look := func(what string, texts ...[]byte) {
		for _, text := range texts {
			if bytes.Contains(text, []byte(canary)) {
				t.Errorf("%s holds %s", what, text)
			}
		}
	}
	contacts, err1 := b.StoredContacts(bg, store.ContactID{}, 100)
	for _, c := range contacts {
		look(fmt.Sprint("contact ", c.Row.ID), c.Row.Doc, c.Row.Origins)
	}
	var changes []store.StoredChange
	for {
		page, err := b.StoredChanges(bg, sc.space, contact.Seq(len(changes)), 1000)
		if err != nil || len(page) == 0 {
			break
		}
		changes = append(changes, page...)
	}
	for _, ch := range changes {
		look(fmt.Sprint("change ", ch.Row.Seq), ch.Row.Edits, ch.Row.Snapshot, ch.Row.Actor, []byte(ch.Row.Reason))
	}
	retries, err2 := b.StoredRetries(bg, store.RetryID{Space: sc.space}, 100)
	for _, r := range retries {
		look("the record of "+r.Key, r.Answer)
	}
	rows, err3 := b.PlanRows(bg, store.PlanRowQuery{PlanID: store.PlanID{Space: sc.space, ID: "PLAN"}, Limit: 100})
	for _, r := range rows {
		look(fmt.Sprint("row ", r.N), r.Operation, r.Decided, r.Done)
	}
	keys, err4 := b.StoredKeys(bg, record.MatchKey{Space: sc.space}, 100)
	for _, k := range keys {
		look("a key", []byte(k.Text))
	}
	searched, err5 := b.StoredSearchKeys(bg, record.MatchKey{Space: sc.space}, 1000)
	for _, k := range searched {
		look("a key of searches", []byte(k.Text))
	}
	by, err6 := b.Searched(bg, sc.space, []contact.ID{sc.ada, sc.alias, sc.bob, sc.other})
	for _, of := range by {
		look(fmt.Sprint("what finds ", of.ID), []byte(of.Keys))
	}
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil || len(contacts) != 4 || len(changes) < 70 || len(retries) != 2 || len(rows) != 3 {
		t.Fatalf("%v: %d contacts, %d changes, %d records, %d rows", err, len(contacts), len(changes), len(retries), len(rows))
	}
}

func testErased(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	sc := newEraseScene(t, b, s, withSnapshots)
	before := got(t, s, sc.space, sc.bob)
	job := sc.erased(t, s, sc.ada)
	if err := s.EraseHistory(bg, &job, &forgets{}); err != nil || job.Closed() {
		t.Fatalf("its history: %v, %+v", err, job)
	}
	if by, err := b.Searched(bg, sc.space, []contact.ID{sc.ada, sc.alias}); err != nil || len(by) != 0 {
		t.Errorf("it is told that it is erased, and there is %+v, %v", by, err)
	}
	own := map[contact.ID]bool{sc.ada: true, sc.alias: true}
	feed, err := s.Feed(bg, store.FeedQuery{Space: sc.space, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range feed.Changes {
		if ch.Edits.Erased != own[ch.Contact] {
			t.Errorf("change %d of %d: erased %t", ch.Seq, ch.Contact, ch.Edits.Erased)
		}
	}
	suite.Audit(t, b, sc.space)
	job = sc.finish(t, s, job, 1)
	sc.wantNone(t, b)
	suite.Audit(t, b, sc.space)
	if sc.forgets.rows != 1 || sc.forgets.answers != 1 || sc.forgets.waits != 0 || job.Done == 0 || job.Total != job.Done {
		t.Errorf("it forgot %+v; the job is %+v", sc.forgets, job)
	}
	for _, ref := range []contact.ID{sc.ada, sc.alias} {
		if _, ok, err := s.Get(bg, sc.space, ref); ok || err != nil {
			t.Errorf("%d is found: %v", ref, err)
		}
		if _, ok, err := s.Person(bg, sc.space, ref); ok || err != nil {
			t.Errorf("all of %d is told: %v", ref, err)
		}
		if _, ok, err := s.At(bg, sc.space, ref, store.Moment{Version: 1}); ok || err != nil {
			t.Errorf("%d was found: %v", ref, err)
		}
	}
	for _, of := range []struct {
		ref    contact.ID
		op     contact.Seq
		merged contact.ID
	}{{sc.bob, 7, sc.ada}, {sc.ada, 2, sc.alias}} {
		refusedBy(t, s, takingBack(t, s, sc.space, of.ref, of.op), "erased")
		refusedBy(t, s, writing(sc.space, &contact.Unmerge{Ref: of.ref, Merged: of.merged}), "erased")
	}
	if after := got(t, s, sc.space, sc.bob); !slices.Equal(suite.Texts(after, contact.Emails), suite.Texts(before, contact.Emails)) || after.Version != before.Version {
		t.Errorf("the other is %+v, and was %+v", after, before)
	}
	done(t, s, unmerging(t, s, sc.space, sc.other, sc.bob))
	sc.wantNone(t, b)
	suite.Audit(t, b, sc.space)
}

func testErasedTwice(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	sc := newEraseScene(t, b, s, withSnapshots)
	sc.finish(t, s, sc.erased(t, s, sc.ada), 2)
	sc.wantNone(t, b)
	suite.Audit(t, b, sc.space)
	if out := done(t, s, writing(sc.space, &contact.Erase{Ref: sc.ada})); out.Op != 0 || out.Subject.ID != sc.ada {
		t.Errorf("it is erased again: %+v", out)
	}
}

func testErasureTold(t *testing.T, b store.Backend) {
	var told []string
	fails := errors.New("the disk is full")
	s := suite.NewStore(t, b, store.Options{Erased: func(_ context.Context, e store.Erasure, ids []contact.ID) error {
		told = append(told, fmt.Sprint(e.Contact, ids))
		if len(told) == 1 {
			return fails
		}
		return nil
	}})
	sc := newEraseScene(t, b, s, withSnapshots)
	job := sc.erased(t, s, sc.ada)
	if err := s.EraseHistory(bg, &job, &forgets{}); !errors.Is(err, fails) {
		t.Errorf("nobody could be told: %v", err)
	}
	if err := s.EraseHistory(bg, &job, &forgets{}); err != nil {
		t.Error(err)
	}
	one := fmt.Sprint(sc.ada, []contact.ID{sc.ada, sc.alias})
	if want := []string{one, one}; !slices.Equal(told, want) {
		t.Errorf("told were %q, want %q", told, want)
	}
}

func testErasedByNobody(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	space := suite.NewSpace(t, b, "")
	id := made(t, s, space, name("Ada"))
	job, err := s.CreateJob(bg, store.Job{Space: space, Kind: store.EraseJob, State: store.JobQueued, Of: id.String(), Created: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(bg, &job, &forgets{}); err != nil || job.State != store.JobCompleted || job.Message == "" {
		t.Errorf("%v: %+v", err, job)
	}
	if c := got(t, s, space, id); len(c.Values[contact.Names]) != 1 {
		t.Errorf("it is %+v", c)
	}
}

func testRewritten(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	space := suite.NewSpace(t, b, "")
	made(t, s, space, name("Ada"))
	change := func() record.Change {
		row, ok, err := b.Change(bg, space, 1)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return row
	}
	first := change()
	over := func(text string) store.Rewritten {
		row := first
		row.Reason = text
		row.Seal()
		return store.Rewritten{Row: row, Was: first.Sum}
	}
	once := over("once")
	for range 2 { // which is no fault: the first may have been in doubt
		suite.Commit(t, b, b.Lane(space), &store.Save{Rewritten: []store.Rewritten{once}})
	}
	tx := suite.Begin(t, b, b.Lane(space))
	defer tx.Rollback()
	if _, err := tx.Spaces(bg, []contact.SpaceID{space}); err != nil {
		t.Fatal(err)
	}
	if err := tx.Save(bg, &store.Save{Rewritten: []store.Rewritten{over("twice")}}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("it is written over: %v", err)
	}
	if row := change(); row.Reason != "once" || !row.Intact() || !strings.Contains(string(row.Edits), "Ada") {
		t.Errorf("it is %+v", row)
	}
}

// fillErased makes what schema 8 brought: a contact that was erased, and one that is to be
// taken out of another yet.
func fillErased(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	sc := newEraseScene(t, b, s, 3)
	key := access.APIKey{Space: sc.space, Name: "erases", Hash: earlierErased, Scopes: access.DefaultScopes, Created: 1}
	if _, err := b.CreateKey(bg, key, suite.Noted("a key")); err != nil {
		t.Fatal(err)
	}
	job := sc.erased(t, s, sc.ada)
	if err := s.EraseHistory(bg, &job, &forgets{}); err != nil {
		t.Fatal(err)
	}
	_, err := s.UpdateJob(bg, sc.space, job.ID, func(j *store.Job) error { j.Cursor = job.Cursor; return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// checkErased does the rest of what fillErased began.
func checkErased(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	g, ok, err := s.Grant(bg, earlierErased)
	if err != nil || !ok {
		t.Fatalf("the key of who erased: %v, %v", ok, err)
	}
	list, err := s.JobsOf(bg, g.Space.ID, 0, 9)
	if err != nil || len(list) != 1 || list[0].Kind != store.EraseJob {
		t.Fatalf("its job: %v, %+v", err, list)
	}
	sc := &eraseScene{space: g.Space.ID, forgets: &forgets{}}
	sc.finish(t, s, list[0], 1)
	open, err := s.Erasures(bg, 0, true, 9)
	if err != nil || len(open) != 1 || open[0].Job != list[0].ID {
		t.Fatalf("what is to be scrubbed: %v, %+v", err, open)
	}
	if _, ok, err := s.Get(bg, g.Space.ID, open[0].Contact); ok || err != nil {
		t.Errorf("it is found: %v", err)
	}
	suite.Audit(t, b, g.Space.ID)
}

// What schema 9 brought: a Space that remembers who was erased.
var (
	earlierRemembers = sha256.Sum256([]byte("a key of a Space that remembers"))
	earlierSecret    = contact.ErasedSecret{1, 2, 3}
	earlierKept      = contact.ErasedKey{4, 5, 6}
)

func fillErasedKeys(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	space := suite.NewSpace(t, b, "")
	key := access.APIKey{Space: space, Name: "remembers", Hash: earlierRemembers, Scopes: access.DefaultScopes, Created: 1}
	if _, err := b.CreateKey(bg, key, suite.Noted("a key")); err != nil {
		t.Fatal(err)
	}
	_, err := s.UpdateSpace(bg, access.Act{Who: "test"}, space, func(s *access.Space) error {
		s.Remember = earlierSecret
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	suite.Commit(t, b, b.Lane(space), &store.Save{Remembered: []store.Remembered{{Space: space, Key: earlierKept, Day: 20000}}})
}

// checkErasedKeys finds what fillErasedKeys left.
func checkErasedKeys(t *testing.T, s *store.Store) {
	t.Helper()
	g, ok, err := s.Grant(bg, earlierRemembers)
	if err != nil || !ok || g.Space.Remember != earlierSecret {
		t.Fatalf("the Space that remembers: %v, %v", ok, err)
	}
	if day, err := s.ErasedBefore(bg, g.Space.ID, []contact.ErasedKey{earlierKept}); err != nil || day != 20000 {
		t.Errorf("what it remembers: %d, %v", day, err)
	}
}
