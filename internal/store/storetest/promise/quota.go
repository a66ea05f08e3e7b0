package promise

import (
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var quotaTests = []suite.Test{
	{"a Space that is full takes no more, and goes on being read", testFull},
	{"a Space that wrote too much in a minute waits for the next", testFullMinute},
	{"quotas and what is kept are told of each Space", testUsages},
}

// quotaOf sets the quota of a Space.
func quotaOf(t *testing.T, b store.Backend, space contact.SpaceID, q access.Quota) {
	t.Helper()
	_, err := b.UpdateSpace(bg, space, func(s *access.Space) (store.WithSpace, error) { s.Quota = q; return store.WithSpace{}, nil })
	if err != nil {
		t.Fatal(err)
	}
}

// undoing is a verb that changes a contact and says that this takes a write back.
type undoing struct{ contact.Put }

func (u *undoing) Decide(v *contact.View) (contact.Decision, error) {
	d, err := u.Put.Decide(v)
	for i := range d.Steps {
		d.Steps[i].Undoes = 1
	}
	return d, err
}

// FAULT F2: what history takes is bounded where an operator says so.
func testFull(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	quotaOf(t, b, space, access.Quota{Bytes: 20_000})
	id, theirs := made(t, s, space, name("A")), made(t, s, other, name("B"))
	writes := 0
	for ; writes < 100; writes++ {
		_, err := s.Do(bg, putting(space, id, name(strings.Repeat(string(rune('a'+writes%26)), 400))))
		if suite.CodeOf(err) == "space_full" {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if kept := suite.Counters(t, b, space)[0].Usage.Bytes; writes < 5 || writes == 100 || kept < 20_000 || kept > 25_000 {
		t.Errorf("full after %d writes, with %d bytes", writes, kept)
	}
	same := got(t, s, space, id)
	for what, w := range map[string]store.Write{
		"a creation": creation(space, name("New")), "a smaller value": putting(space, id, name("a")), "a merge": merging(space, id, id+1),
	} {
		if _, err := s.Do(bg, w); suite.CodeOf(err) == "" {
			t.Errorf("%s: it was taken", what)
		}
	}
	done(t, s, putting(space, id, name(suite.Texts(same, contact.Names)[0]))) // which changes nothing
	if feed, err := s.Feed(bg, store.FeedQuery{Space: space, Limit: 100}); err != nil || len(feed.Changes) != writes+1 {
		t.Errorf("reading the history: %v, %d changes", err, len(feed.Changes))
	}
	done(t, s, writing(space, &undoing{contact.Put{Ref: id, Patch: name("A")}}))
	done(t, s, putting(other, theirs, name("C")))
	quotaOf(t, b, space, access.Quota{Bytes: 40_000})
	done(t, s, putting(space, id, name("With more room")))
	suite.Audit(t, b, space)
}

func testFullMinute(t *testing.T, b store.Backend) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := suite.NewStore(t, b, store.Options{Clock: func() time.Time { return now }})
	space := suite.NewSpace(t, b, "")
	quotaOf(t, b, space, access.Quota{Minute: 10_000})
	long := name(strings.Repeat("é", 500))
	for range 3 {
		writes := 0
		for ; writes < 100; writes++ {
			if _, err := s.Do(bg, creation(space, long)); suite.CodeOf(err) == "space_full" {
				break
			}
		}
		if writes < 5 || writes > 15 {
			t.Errorf("full after %d writes", writes)
		}
		now = now.Add(time.Minute + time.Second)
	}
	suite.Audit(t, b, space)
}

func testUsages(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	full, empty := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	want := access.Quota{Bytes: 1 << 50, Minute: 1 << 49}
	quotaOf(t, b, full, want)
	made(t, s, full, name("A"))
	all, err := s.Usages(bg)
	if err != nil || all[full] != suite.Counters(t, b, full)[0].Usage || all[full].Bytes == 0 || all[empty] != (access.Usage{}) || len(all) != 2 {
		t.Errorf("what Spaces keep: %v, %+v", err, all)
	}
	list, err := b.Spaces(bg)
	if err != nil || len(list) != 2 || list[0].Quota != want || list[1].Quota != (access.Quota{}) {
		t.Errorf("the Spaces: %v, %+v", err, list)
	}
	if row := suite.Counters(t, b, full)[0]; row.Quota != want {
		t.Errorf("a batch sees the quota %+v, want %+v", row.Quota, want)
	}
}
