package promise

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// What an earlier version left must be read by every later one: so each backend
// keeps, for every schema, a database that FillEarlier filled, and tries it with
// CheckEarlier. Neither may change for what has been released: what comes with a
// later schema is in a Space of its own.
var (
	earlierKey    = sha256.Sum256([]byte("a key of the test"))
	earlierAgent  = sha256.Sum256([]byte("a key with a budget")) // since schema 3
	earlierRetry  = sha256.Sum256([]byte("a key that repeats"))  // since schema 5
	earlierErased = sha256.Sum256([]byte("a key that erases"))   // since schema 8
	earlierFilter = sha256.Sum256([]byte("a key that filters"))  // since schema 13
)

// What schema 4 brought: somebody who is signed in, and a link.
var (
	earlierSession = access.Session{Hash: sha256.Sum256([]byte("a session")), Name: "Zoë", Created: 1, Expires: 1 << 52}
	earlierLink    = access.Session{Hash: sha256.Sum256([]byte("a link")), Created: 2, Expires: 1 << 52}
)

var earlierBudget = access.Budget{MaxRemovals: access.AtMost(1), DailyRemovals: access.AtMost(50), DailyWrites: access.AtMost(500)}

// FillEarlier fills an empty database with a bit of everything.
func FillEarlier(t *testing.T, b store.Backend) {
	t.Helper()
	s := store.New(b, store.Options{})
	space := suite.NewSpace(t, b, "")
	key := access.APIKey{Space: space, Name: "first", Hash: earlierKey, Scopes: access.DefaultScopes, Created: 1}
	if _, err := b.CreateKey(bg, key, suite.Noted("a key")); err != nil {
		t.Fatal(err)
	}
	ada := made(t, s, space, list(contact.Names, "Ada Example", "Zoë 例え"))
	done(t, s, putting(space, ada, list(contact.Emails, "ada@example.com")))
	done(t, s, putting(space, ada, list(contact.Emails, "ada@example.org", "ada@example.com")))
	done(t, s, again(putting(space, ada, list(contact.Emails, "ada@example.org", "ada@example.com")), "a retry"))
	other := made(t, s, space, list(contact.Phones, "+1 555 0101"))
	done(t, s, merging(space, ada, other))
	fillTakenBack(t, b, s)
	fillSignedIn(t, b, s)
	fillRemembered(t, b, s)
	fillWorking(t, b, s)
	fillLookedAt(t, b, s)
	fillErased(t, b, s)
	fillErasedKeys(t, b, s)
	fillExported(t, b, s)
	fillImported(t, b, s)
	fillFilterable(t, b, s)
	folded(t, b, s, space)
}

// earlierAda is the contact that FillEarlier made first.
func earlierAda(t *testing.T, s *store.Store, space contact.SpaceID) contact.ID {
	t.Helper()
	first, ok, err := s.Change(bg, space, 1)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return first.Contact
}

func fillSignedIn(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	space := suite.NewSpace(t, b, "")
	key := access.APIKey{Space: space, Name: "book", Hash: sha256.Sum256([]byte("a key to sign in with")), Scopes: access.DefaultScopes, Created: 1}
	key, err := b.CreateKey(bg, key, suite.Noted("a key"))
	if err != nil {
		t.Fatal(err)
	}
	for _, made := range []access.Session{earlierSession, earlierLink} {
		made.Key, made.Space = key.ID, space
		if err := s.CreateSession(bg, made, made.Hash == earlierLink.Hash); err != nil {
			t.Fatal(err)
		}
	}
}

// checkSignedIn finds who fillSignedIn signed in, and uses the link.
func checkSignedIn(t *testing.T, s *store.Store) {
	t.Helper()
	was, g, ok, err := s.Session(bg, earlierSession.Hash)
	want := earlierSession
	want.Key, want.Space = g.Key.ID, g.Space.ID
	if err != nil || !ok || was != want || g.Key.Name != "book" || g.Space.Name != "Example Ltd" {
		t.Errorf("who is signed in: %v, %v, %+v with %+v", err, ok, was, g)
	}
	next := access.Session{Hash: sha256.Sum256([]byte("another")), Created: 3, Expires: 1 << 52}
	if now, ok, err := s.UseLink(bg, earlierLink.Hash, next); err != nil || !ok || now.Key != g.Key.ID {
		t.Errorf("the link: %v, %v, %+v", err, ok, now)
	}
}

// fillTakenBack makes what schema 3 brought: deleted contacts, pairs of distinct ones,
// and a budget of which something was used.
func fillTakenBack(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	space := suite.NewSpace(t, b, "")
	key, err := b.CreateKey(bg, access.APIKey{
		Space: space, Name: "agent", Hash: earlierAgent, Scopes: access.DefaultScopes, Created: 1, Budget: earlierBudget,
	}, suite.Noted("a key"))
	if err != nil {
		t.Fatal(err)
	}
	by := func(w store.Write) store.Outcome { return done(t, s, of(key.ID, earlierBudget, w)) }
	ada, twin := by(creation(space, name("Ada"))).Subject.ID, by(creation(space, name("Twin"))).Subject.ID
	gone, other := by(creation(space, name("Gone"))).Subject.ID, by(creation(space, name("Other"))).Subject.ID
	by(merging(space, ada, twin))
	by(unmerging(t, s, space, ada, twin))
	by(deleting(space, gone))
	done(t, s, writing(space, &contact.Distinct{Ref: ada, Other: other}))
}

// checkTakenBack reads what fillTakenBack made, and writes to it.
func checkTakenBack(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	g, ok, err := s.Grant(bg, earlierAgent)
	if err != nil || !ok || g.Key.Name != "agent" || g.Key.Budget != earlierBudget {
		t.Fatalf("the key with a budget: %v, %v, %+v", ok, err, g)
	}
	space := g.Space.ID
	wantSpent(t, b, space, g.Key.ID, 1, 9)
	live, err := s.List(bg, store.Query{Space: space}, store.Place{}, 9)
	if err != nil || len(live.Rows) != 3 {
		t.Fatalf("the contacts: %v, %d", err, len(live.Rows))
	}
	ada, twin, other := live.Rows[2].ID, live.Rows[1].ID, live.Rows[0].ID
	if ids, err := s.DistinctFrom(bg, space, ada, 9); err != nil || !slices.Equal(ids, []contact.ID{twin, other}) {
		t.Errorf("distinct from the first: %v, %v", ids, err)
	}
	refusedBy(t, s, merging(space, ada, twin), "distinct")
	gone, by := deletedOf(t, s, store.Query{Space: space}, 9)
	if len(gone) != 1 {
		t.Fatalf("deleted: %v", gone)
	}
	done(t, s, of(g.Key.ID, earlierBudget, takingBack(t, s, space, gone[0], by[0].Op)))
	if c := got(t, s, space, gone[0]); !slices.Equal(suite.Texts(c, contact.Names), []string{"Gone"}) {
		t.Errorf("what came back: %+v", c)
	}
}

// earlierAnswer is what a batch of two was answered with that schema 5 keeps: see
// docs/format.md.
const earlierAnswer = `{"batch":"BATCHABCDEFGHIJKLMNOPQRSTU","results":[{"contact":%d,"version":1,"op":1},` +
	`{"refused":{"kind":"not_found","code":"contact_not_found","message":"There is no contact with this id in your Space."}}]}`

// fillRemembered makes what schema 5 brought: the records of retries are found by their
// age, and count.
func fillRemembered(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	space := suite.NewSpace(t, b, "")
	key := access.APIKey{Space: space, Name: "repeats", Hash: earlierRetry, Scopes: access.DefaultScopes, Created: 1}
	if _, err := b.CreateKey(bg, key, suite.Noted("a key")); err != nil {
		t.Fatal(err)
	}
	wantCodes(t, s, earlierBatch(space), "ok contact_not_found")
}

func earlierBatch(space contact.SpaceID) store.Write {
	w := each(writing(space, &contact.Create{Patch: name("Ada")}, renamed(1, "Nobody")))
	w.By.BatchID = "BATCHABCDEFGHIJKLMNOPQRSTU"
	w.Retry = &store.Retry{Key: "a batch", Fingerprint: []byte("the same"), Answer: func(out []store.Outcome) ([]byte, error) {
		return fmt.Appendf(nil, earlierAnswer, out[0].Subject.ID), nil
	}}
	return w
}

// checkRemembered sends again what fillRemembered did, within a day of it and later.
func checkRemembered(t *testing.T, b store.Backend, s *store.Store, now *time.Time) {
	t.Helper()
	g, ok, err := s.Grant(bg, earlierRetry)
	if err != nil || !ok || g.Key.Name != "repeats" {
		t.Fatalf("the key that repeats: %v, %v, %+v", ok, err, g)
	}
	space := g.Space.ID
	first, _, err := s.Change(bg, space, 1)
	if err != nil || first.BatchID != "BATCHABCDEFGHIJKLMNOPQRSTU" {
		t.Errorf("its change: %v, %+v", err, first)
	}
	_, err = s.Do(bg, earlierBatch(space))
	wantRepeated(t, err, fmt.Sprintf(earlierAnswer, first.Contact))
	suite.Audit(t, b, space)
	*now = now.Add(25 * time.Hour)
	wantCodes(t, s, earlierBatch(space), "ok contact_not_found")
	suite.Audit(t, b, space)
}

// CheckEarlier reads what FillEarlier made with a schema, and writes to it, within a day
// of that.
func CheckEarlier(t *testing.T, b store.Backend, schema int) {
	t.Helper()
	last, err := b.LastAt(bg)
	if err != nil {
		t.Fatal(err)
	}
	now := last.Std().Add(time.Hour)
	s := store.New(b, store.Options{Clock: func() time.Time { return now }})
	if schema >= 5 {
		defer checkRemembered(t, b, s, &now)
	}
	if schema >= 3 {
		checkTakenBack(t, b, s)
	}
	if schema >= 4 {
		checkSignedIn(t, s)
	}
	if schema >= 6 {
		checkWorking(t, s)
	}
	if schema >= 7 {
		checkLookedAt(t, b, s)
	}
	if schema >= 8 {
		checkErased(t, b, s)
	}
	if schema >= 9 {
		checkErasedKeys(t, s)
	}
	if schema >= 10 {
		checkExported(t, b, s)
	}
	if schema >= 11 {
		checkImported(t, b, s)
	}
	if schema >= 13 {
		checkFilterable(t, b, s)
	}
	g, ok, err := s.Grant(bg, earlierKey)
	if err != nil || !ok || g.Space.Name != "Example Ltd" || g.Key.Name != "first" || g.Key.Budget != (access.Budget{}) {
		t.Fatalf("the key: %v, %v, %+v", ok, err, g)
	}
	space := g.Space.ID
	f := &findings{b, s, space}
	if mark, err := b.SearchMark(bg, space); err != nil || (mark.Seq == 6) != (schema >= 13) {
		t.Errorf("its index is at %+v, %v", mark, err)
	}
	f.finds(t, "example zoe", earlierAda(t, s, space))
	folded(t, b, s, space)
	f.finds(t, "example zoe", earlierAda(t, s, space))
	if jobs, err := s.JobsOf(bg, space, 0, 9); err != nil || len(jobs) != 0 || g.Space.Rekeying != (access.Rekeying{}) {
		t.Errorf("nobody asked for work: %v, %+v, %+v", err, jobs, g.Space.Rekeying)
	}
	for _, q := range []store.EntryQuery{{ID: int64(space), Limit: 9}, {Keys: true, ID: g.Key.ID, Limit: 9}} {
		if log, err := s.Entries(bg, q); err != nil || len(log) != 1 || log[0].Who != "test" {
			t.Errorf("the log of %+v: %+v, %v", q, log, err)
		}
	}
	feed, err := s.Feed(bg, store.FeedQuery{Space: space, Limit: 100})
	changes := feed.Changes
	var actions []contact.Action
	for _, ch := range changes {
		actions = append(actions, ch.Action)
	}
	want := []contact.Action{contact.ActionCreate, contact.ActionPut, contact.ActionPut, contact.ActionCreate, contact.ActionMerge, contact.ActionMerge}
	if err != nil || !slices.Equal(actions, want) {
		t.Fatalf("the history is %v, %v; want %v", actions, err, want)
	}
	ada, other := changes[0].Contact, changes[3].Contact
	for _, id := range []contact.ID{ada, other} { // the second leads to the first
		c, ok, err := s.Get(bg, space, id)
		if err != nil || !ok || c.ID != ada || c.Version != 4 {
			t.Fatalf("contact %d: %v, %v, %d at version %d", id, ok, err, c.ID, c.Version)
		}
		for col, want := range map[contact.Collection][]string{
			contact.Names: {"Ada Example", "Zoë 例え"}, contact.Emails: {"ada@example.org", "ada@example.com"}, contact.Phones: {"+1 555 0101"},
		} {
			var got []string
			for _, v := range c.Values[col] {
				got = append(got, v.Text)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v: %q, want %q", col, got, want)
			}
		}
		if len(c.Values[contact.Emails][1].Origins) != 1 || c.Values[contact.Emails][1].Origins[0] != (contact.Origin{Contact: ada, Op: 2}) {
			t.Errorf("the second email has the origins %v", c.Values[contact.Emails][1].Origins)
		}
	}
	page, err := s.List(bg, store.Query{Space: space, Keys: []contact.MatchKey{{Kind: contact.EmailKey, Text: "ada@example.com"}}}, store.Place{}, 10)
	if err != nil || len(page.Rows) != 1 || page.Rows[0].ID != ada {
		t.Errorf("by email: %v, %d contacts", err, len(page.Rows))
	}
	_, err = s.Do(bg, again(putting(space, ada, name("Nobody")), "a retry"))
	wantRepeated(t, err, `{"op":0,"version":3}`)
	done(t, s, putting(space, ada, name("Ada of today")))
	if c, _, err := s.Get(bg, space, other); err != nil || c.Version != 5 {
		t.Errorf("after one more write: %v, version %d", err, c.Version)
	}
}
