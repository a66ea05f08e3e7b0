package promise

import (
	"crypto/sha256"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// What schema 6 brought: work that takes long, and a change of region that is under way.
var (
	earlierWorker = sha256.Sum256([]byte("a key that has work done"))
	earlierJob    = store.Job{Kind: "kind", State: store.JobFailed, Of: `{"of":"Zoë"}`, Cursor: "far", Done: 7, Total: 9,
		Created: 3, Completed: 5, Due: 4, Message: "It failed – 例え."}
)

const earlierPhone = "020 7946 0101"

func fillWorking(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	space := suite.NewSpace(t, b, "US")
	key, err := b.CreateKey(bg, access.APIKey{Space: space, Name: "worker", Hash: earlierWorker, Scopes: access.DefaultScopes, Created: 1}, suite.Noted("a key"))
	if err != nil {
		t.Fatal(err)
	}
	failed := earlierJob
	failed.Space, failed.Key = space, key.ID
	if _, err := s.CreateJob(bg, failed); err != nil {
		t.Fatal(err)
	}
	made(t, s, space, list(contact.Phones, earlierPhone))
	_, err = s.UpdateSpace(bg, access.Act{Who: "test", At: 17}, space, func(s *access.Space) error { s.Region = "GB"; return nil })
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := s.JobsOf(bg, space, 0, 1)
	if err != nil || len(jobs) != 1 {
		t.Fatalf("%v, %+v", err, jobs)
	}
	begun := jobs[0]
	if begun.State = store.JobRunning; s.Rekey(bg, &begun) != nil {
		t.Fatal("the change of region does not begin")
	}
	if _, err := s.UpdateJob(bg, space, begun.ID, func(j *store.Job) error { *j = begun; return nil }); err != nil {
		t.Fatal(err)
	}
}

// checkWorking reads what fillWorking left under way, and brings it to its end.
func checkWorking(t *testing.T, s *store.Store) {
	t.Helper()
	g, ok, err := s.Grant(bg, earlierWorker)
	if want := (access.Rekeying{Phase: access.KeysComing, From: "US", At: 17}); err != nil || !ok || g.Space.Region != "GB" || g.Space.Rekeying != want {
		t.Fatalf("the change of region: %v, %v, %+v", ok, err, g)
	}
	space := g.Space.ID
	jobs, err := s.JobsOf(bg, space, 0, 9)
	if err != nil || len(jobs) != 2 {
		t.Fatalf("the jobs: %v, %+v", err, jobs)
	}
	failed, rekey := earlierJob, jobs[0]
	if failed.ID, failed.Space, failed.Key = jobs[1].ID, space, g.Key.ID; jobs[1] != failed {
		t.Errorf("one that failed: %+v\nwant %+v", jobs[1], failed)
	}
	if rekey.Kind != store.RekeyJob || rekey.State != store.JobRunning || rekey.Created != 17 || rekey.Done != 1 || rekey.Cursor == "" {
		t.Errorf("one that is under way: %+v", rekey)
	}
	wantFound(t, s, space, "US", 1)
	for n := 0; rekey.State != store.JobCompleted && n < 9; n++ {
		if err := s.Rekey(bg, &rekey); err != nil {
			t.Fatal(err)
		}
	}
	if g, _, err := s.Grant(bg, earlierWorker); err != nil || g.Space.Rekeying != (access.Rekeying{}) || rekey.Done != 2 {
		t.Errorf("at its end: %v, %+v, %+v", err, g.Space, rekey)
	}
	wantFound(t, s, space, "US", 0)
	if made, err := s.CreateJob(bg, failed); err != nil || made.ID <= rekey.ID {
		t.Errorf("one more job: %v, %+v", err, made)
	}
	wantFound(t, s, space, "GB", 1)
}

// wantFound wants so many to be found by the phone, as it is read in a region.
func wantFound(t *testing.T, s *store.Store, space contact.SpaceID, region string, n int) {
	t.Helper()
	keys := []contact.MatchKey{contact.MatchKeyOf(contact.Phones, earlierPhone, region)}
	page, err := s.List(bg, store.Query{Space: space, Keys: keys}, store.Place{}, 9)
	if err != nil || len(page.Rows) != n {
		t.Errorf("found by the phone in %s: %v, %d contacts, want %d", region, err, len(page.Rows), n)
	}
}
