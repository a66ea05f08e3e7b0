package storetest

import (
	"crypto/sha256"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var sessionTests = []suite.Test{
	{"a session is found by its hash, with its key as it is then", testSession},
	{"a session needs a key", testSessionNeedsKey},
	{"a link signs in once, as what it is of", testUseLink},
	{"links and sessions are apart", testLinksApart},
	{"a link that has ended signs nobody in", testEndedLink},
	{"of those who use a link at once, one is signed in", testLinkRace},
	{"sessions end one by one, and all of a key", testEndSessions},
	{"what has ended goes, so many at a time", testSweep},
	{"a key keeps its newest sessions", testOldestGoes},
	{"sessions made at once keep to the bound", testSessionsRace},
}

// begun is a moment, and ended a later one.
const begun, ended = 1_700_000_000_123_456, 1<<53 + 1

func anySession(k access.APIKey, hash byte) access.Session {
	return access.Session{
		Hash: [sha256.Size]byte{0: hash, sha256.Size - 1: 0xee}, Space: k.Space, Key: k.ID, Name: "Zoë 例え", Created: begun, Expires: ended,
	}
}

func makeSession(t *testing.T, b store.Backend, s access.Session, link bool) access.Session {
	t.Helper()
	if err := b.CreateSession(bg, s, link); err != nil {
		t.Fatalf("CreateSession: %v", err)
	}
	return s
}

// wantSession looks for a session, which must be there as it was made, or not at all.
func wantSession(t *testing.T, b store.Backend, s access.Session, there bool) access.Grant {
	t.Helper()
	got, grant, ok, err := b.Session(bg, s.Hash)
	switch {
	case err != nil || ok != there:
		t.Errorf("a session made at %d: %v, found is %v, want %v", s.Created, err, ok, there)
	case ok && got != s:
		t.Errorf("got %+v\nwant %+v", got, s)
	}
	return grant
}

func testSession(t *testing.T, b store.Backend) {
	space, err := b.CreateSpace(bg, anySpace(), suite.Noted("a Space"))
	if err != nil {
		t.Fatal(err)
	}
	key := makeKey(t, b, anyKey(space.ID, 1))
	other := makeKey(t, b, anyKey(suite.NewSpace(t, b, ""), 2))
	s := makeSession(t, b, anySession(key, 1), false)
	nameless := anySession(other, 2)
	nameless.Name = ""
	makeSession(t, b, nameless, false)
	if grant := wantSession(t, b, s, true); !reflect.DeepEqual(grant, access.Grant{Key: key, Space: space}) {
		t.Errorf("its grant is %+v", grant)
	}
	wantSession(t, b, nameless, true)
	wantSession(t, b, anySession(key, 3), false)
	key, err = b.UpdateKey(bg, key.ID, func(k *access.APIKey) (*access.Entry, error) { k.Revoked, k.Scopes = 7, 1; return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	if grant := wantSession(t, b, s, true); grant.Key != key {
		t.Errorf("its key is %+v, and was changed to %+v", grant.Key, key)
	}
	if err := b.CreateSession(bg, anySession(other, 1), false); err == nil {
		t.Error("two sessions have one hash")
	}
}

func testSessionNeedsKey(t *testing.T, b store.Backend) {
	key := makeKey(t, b, anyKey(suite.NewSpace(t, b, ""), 1))
	s := anySession(key, 1)
	s.Key++
	for _, link := range []bool{false, true} {
		if err := b.CreateSession(bg, s, link); !errors.Is(err, store.ErrNoRow) {
			t.Errorf("of no key, a link is %v: %v, want ErrNoRow", link, err)
		}
	}
	wantSession(t, b, s, false)
}

// useLink signs in by a link with a session that begins at a moment, and tells whether
// that was possible.
func useLink(t *testing.T, b store.Backend, link access.Session, hash byte, at contact.Time) (access.Session, bool) {
	t.Helper()
	s := access.Session{Hash: sha256.Sum256([]byte{hash}), Created: at, Expires: ended}
	s, ok, err := b.UseLink(bg, link.Hash, s)
	if err != nil {
		t.Errorf("UseLink: %v", err)
	}
	return s, ok
}

func testUseLink(t *testing.T, b store.Backend) {
	key := makeKey(t, b, anyKey(suite.NewSpace(t, b, ""), 1))
	link := makeSession(t, b, anySession(key, 1), true)
	s, ok := useLink(t, b, link, 2, begun+1)
	want := access.Session{Hash: sha256.Sum256([]byte{2}), Space: key.Space, Key: key.ID, Name: link.Name, Created: begun + 1, Expires: ended}
	if !ok || s != want {
		t.Fatalf("got %v, %+v\nwant %+v", ok, s, want)
	}
	if grant := wantSession(t, b, want, true); grant.Key != key {
		t.Errorf("its key is %+v", grant.Key)
	}
	if _, ok := useLink(t, b, link, 3, begun+1); ok {
		t.Error("it signs in once more")
	}
	named := access.Session{Hash: sha256.Sum256([]byte{4}), Name: "whoever came", Created: begun + 1, Expires: ended}
	if s, ok, err := b.UseLink(bg, makeSession(t, b, anySession(key, 5), true).Hash, named); err != nil || !ok || s.Name != named.Name || s.Key != key.ID {
		t.Errorf("in a name of their own: %v, %+v, %v", ok, s, err)
	} else {
		wantSession(t, b, s, true)
	}
	if _, ok := useLink(t, b, anySession(key, 9), 3, begun+1); ok {
		t.Error("a link that was never made signs in")
	}
}

func testLinksApart(t *testing.T, b store.Backend) {
	key := makeKey(t, b, anyKey(suite.NewSpace(t, b, ""), 1))
	s, link := makeSession(t, b, anySession(key, 1), false), makeSession(t, b, anySession(key, 2), true)
	wantSession(t, b, link, false)
	if _, ok := useLink(t, b, s, 3, begun+1); ok {
		t.Error("a session signs in")
	}
	if err := b.EndSession(bg, link.Hash); err != nil {
		t.Error(err)
	}
	if _, ok := useLink(t, b, link, 3, begun+1); !ok {
		t.Error("a link was ended as a session")
	}
	wantSession(t, b, s, true)
}

func testEndedLink(t *testing.T, b store.Backend) {
	key := makeKey(t, b, anyKey(suite.NewSpace(t, b, ""), 1))
	for i, test := range []struct {
		expires, at contact.Time
		works       bool
	}{
		{begun + 5, begun + 4, true}, {begun + 5, begun + 5, false}, {begun + 5, begun + 6, false}, {begun, ended, false},
	} {
		link := anySession(key, byte(i+1))
		link.Expires = test.expires
		makeSession(t, b, link, true)
		if _, ok := useLink(t, b, link, byte(100+i), test.at); ok != test.works {
			t.Errorf("one that ends at %d, used at %d: signed in is %v", test.expires, test.at, ok)
		}
	}
}

func testLinkRace(t *testing.T, b store.Backend) {
	key := makeKey(t, b, anyKey(suite.NewSpace(t, b, ""), 1))
	for round := range byte(5) {
		link := makeSession(t, b, anySession(key, round), true)
		var signedIn atomic.Int64
		var wg sync.WaitGroup
		for i := range byte(6) {
			wg.Go(func() {
				if s, ok := useLink(t, b, link, 100+10*round+i, begun+1); ok {
					signedIn.Add(1)
					wantSession(t, b, s, true)
				}
			})
		}
		wg.Wait()
		if n := signedIn.Load(); n != 1 {
			t.Errorf("%d of 6 are signed in by one link", n)
		}
	}
}

func testEndSessions(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	key, other := makeKey(t, b, anyKey(space, 1)), makeKey(t, b, anyKey(space, 2))
	one, two, three := makeSession(t, b, anySession(key, 1), false), makeSession(t, b, anySession(key, 2), false), makeSession(t, b, anySession(key, 3), false)
	link, kept := makeSession(t, b, anySession(key, 4), true), makeSession(t, b, anySession(other, 5), false)
	for range 2 { // that it is not there is no fault
		if err := b.EndSession(bg, one.Hash); err != nil {
			t.Fatal(err)
		}
	}
	wantSession(t, b, one, false)
	wantSession(t, b, two, true)
	for _, id := range []int64{key.ID, key.ID, other.ID + 1} {
		if err := b.EndSessions(bg, id); err != nil {
			t.Fatal(err)
		}
	}
	wantSession(t, b, two, false)
	wantSession(t, b, three, false)
	wantSession(t, b, kept, true)
	if _, ok := useLink(t, b, link, 6, begun+1); ok {
		t.Error("a link of the key still signs in")
	}
}

// present tells of sessions which are there.
func present(t *testing.T, b store.Backend, sessions []access.Session) []bool {
	t.Helper()
	there := make([]bool, len(sessions))
	for i, s := range sessions {
		var err error
		if _, _, there[i], err = b.Session(bg, s.Hash); err != nil {
			t.Fatal(err)
		}
	}
	return there
}

// wantPresent wants the sessions from one on to be there, and none before.
func wantPresent(t *testing.T, b store.Backend, sessions []access.Session, from int) {
	t.Helper()
	for i, there := range present(t, b, sessions) {
		if there != (i >= from) {
			t.Errorf("number %d of %d is there: %v, where those from %d on are to be", i, len(sessions), there, from)
		}
	}
}

func testSweep(t *testing.T, b store.Backend) {
	const n, after = store.MaxSwept + 30, begun + 1000
	space := suite.NewSpace(t, b, "")
	var keys []access.APIKey // several, as one keeps no more
	for i := range byte(3) {
		keys = append(keys, makeKey(t, b, anyKey(space, i)))
	}
	var old []access.Session
	for i := range n {
		s := anySession(keys[i%2], byte(i))
		s.Expires = after - n + contact.Time(i) + 1 // the last one as the next begins
		old = append(old, makeSession(t, b, s, false))
	}
	wantPresent(t, b, old, 0)
	for i, left := range []int{store.MaxSwept, n} {
		s := anySession(keys[2], byte(200+i))
		s.Created = after
		makeSession(t, b, s, i == 1)
		wantPresent(t, b, old, left)
	}
	running := anySession(keys[2], 210)
	running.Expires = after + 1
	makeSession(t, b, running, false)
	wantSession(t, b, running, true)
	s := anySession(keys[2], 211)
	s.Created = after
	makeSession(t, b, s, false)
	wantSession(t, b, running, true)
}

func testOldestGoes(t *testing.T, b store.Backend) {
	const n = access.MaxSessions + 3
	space := suite.NewSpace(t, b, "")
	key, other := makeKey(t, b, anyKey(space, 1)), makeKey(t, b, anyKey(space, 2))
	elsewhere, link := anySession(other, 250), anySession(key, 251)
	elsewhere.Created, link.Created = 1, 1
	makeSession(t, b, elsewhere, false)
	makeSession(t, b, link, true)
	var all []access.Session
	for i := range n {
		s := anySession(key, byte(i))
		s.Created += contact.Time(i)
		all = append(all, makeSession(t, b, s, false))
	}
	wantPresent(t, b, all, n-access.MaxSessions)
	wantSession(t, b, elsewhere, true)
	if _, ok := useLink(t, b, link, 252, begun+n); !ok {
		t.Error("the key's link is gone")
	}
	wantPresent(t, b, all, n-access.MaxSessions+1)
}

func testSessionsRace(t *testing.T, b store.Backend) {
	const atOnce, rounds = 8, 4
	key := makeKey(t, b, anyKey(suite.NewSpace(t, b, ""), 1))
	var all []access.Session
	for i := range access.MaxSessions + atOnce*rounds {
		s := anySession(key, byte(i))
		s.Created += contact.Time(i)
		all = append(all, s)
	}
	for _, s := range all[:access.MaxSessions] {
		makeSession(t, b, s, false)
	}
	for from := access.MaxSessions; from < len(all); from += atOnce {
		var wg sync.WaitGroup
		for _, s := range all[from : from+atOnce] {
			wg.Go(func() {
				if err := b.CreateSession(bg, s, false); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n := 0
		for _, there := range present(t, b, all) {
			if there {
				n++
			}
		}
		if n != access.MaxSessions {
			t.Errorf("%d are there, want %d", n, access.MaxSessions)
		}
	}
}
