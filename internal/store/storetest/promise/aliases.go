package promise

import (
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var aliasTests = []suite.Test{
	{"every alias leads to the survivor, through any number of merges", testAliasChain},
	{"an alias of another Space leads nowhere", testAliasOfOtherSpace},
	{"a merged contact whose alias is lost is not taken for a live one", testLostAlias},
	{"a write to an alias that is not there is refused", testNoContact},
}

// In a bubble.
var aliasBatchTests = []suite.Test{{"merges and writes of one batch see each other", testAliasInBatch}}

// chain merges n contacts one into the next, and gives all their ids.
func chain(t *testing.T, s *store.Store, space contact.SpaceID, n int) []contact.ID {
	t.Helper()
	ids := []contact.ID{made(t, s, space, name("A"))}
	for i := 1; i < n; i++ {
		ids = append(ids, made(t, s, space, name(string(rune('A'+i)))))
		done(t, s, merging(space, ids[i], ids[i-1]))
	}
	return ids
}

// CONTRACT S6, D20.
func testAliasChain(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	ids := chain(t, s, space, 6)
	last := ids[len(ids)-1]
	if have := suite.Texts(got(t, s, space, last), contact.Names); !slices.Equal(have, []string{"F", "E", "D", "C", "B", "A"}) {
		t.Errorf("the survivor is called %q", have)
	}
	for i, id := range ids {
		want := "By way of " + string(rune('A'+i))
		before := got(t, s, space, last)
		done(t, s, putting(space, id, name(want)))
		c := got(t, s, space, id)
		if c.ID != last || c.Version != before.Version+1 || !slices.Equal(suite.Texts(c, contact.Names), []string{want}) {
			t.Errorf("%s: got %+v", want, c)
		}
		if i < len(ids)-1 {
			row, _, err := b.Row(bg, space, id)
			if err != nil || row.State != contact.Merged || row.Parent != ids[i+1] {
				t.Errorf("the row of the alias: %v, %+v", err, row)
			}
		}
	}
	suite.Audit(t, b, space)
}

// CONTRACT D3.
func testAliasOfOtherSpace(t *testing.T, b store.Backend) {
	s, space, other := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	ids := chain(t, s, space, 3)
	for _, id := range ids {
		if _, ok, err := s.Get(bg, other, id); ok || err != nil {
			t.Errorf("contact %d can be read: %v", id, err)
		}
		for code, w := range map[string]store.Write{
			"contact_not_found": putting(other, id, name("Mine")), "merged_not_found": merging(other, made(t, s, other, name("Mine")), id),
		} {
			if _, err := s.Do(bg, w); suite.CodeOf(err) != code {
				t.Errorf("contact %d can be written: %v", id, err)
			}
		}
	}
	suite.Audit(t, b, space)
}

// FAULT F3.
func testLostAlias(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id, other := made(t, s, space, name("Merged")), made(t, s, space, name("Other"))
	row, _, err := b.Row(bg, space, id)
	if err != nil {
		t.Fatal(err)
	}
	row.Version, row.State, row.Parent = 2, contact.Merged, other
	row.Seal()
	suite.Commit(t, b, b.Lane(space), &store.Save{Contacts: []store.ContactSave{{Row: row, Loaded: 1, Moved: true}}}) // and no redirect
	if c, _, err := s.Get(bg, space, id); suite.CodeOf(err) != "row_damaged" {
		t.Errorf("reading it: %v, %+v", err, c)
	}
	for what, w := range map[string]store.Write{
		"a put": putting(space, id, name("Mine")), "a merge into it": merging(space, id, other), "a merge of it": merging(space, other, id),
	} {
		if _, err := s.Do(bg, w); suite.CodeOf(err) != "row_damaged" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if c, ok, err := s.Row(bg, space, id); err != nil || !ok || c.State != contact.Merged {
		t.Errorf("its own row: %v, %v, %+v", err, ok, c)
	}
}

func testNoContact(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("Ada Example"))
	for _, ref := range []contact.ID{id + 1, contact.MaxID, 0, -1} {
		if _, err := s.Do(bg, putting(space, ref, name("B"))); suite.CodeOf(err) != "contact_not_found" {
			t.Errorf("contact %d: %v", ref, err)
		}
	}
	if l := suite.Audit(t, b, space); len(l.Changes) != 1 {
		t.Errorf("%d changes, want that of the creation alone", len(l.Changes))
	}
}

// Every write of the batch names contacts by ids that earlier ones of it
// redirect.
func testAliasInBatch(t *testing.T, b store.Backend) {
	f, space := suite.NewFaulty(b), suite.NewSpace(t, b, "")
	s := suite.NewStore(t, f, store.Options{})
	var ids []contact.ID
	for _, text := range []string{"A", "B", "C", "D"} {
		ids = append(ids, made(t, s, space, name(text)))
	}
	done(t, s, merging(space, ids[1], ids[0]))
	writes := []store.Write{
		merging(space, ids[2], ids[0]), // B, by way of A, into C
		putting(space, ids[0], name("E")),
		merging(space, ids[3], ids[1]), // C, by way of B, into D
		putting(space, ids[0], list(contact.Locations, "1 Example Road")),
	}
	saved(t, batched(t, f, s, space, troubled(nil), writes...)...)
	for _, id := range ids {
		c := got(t, s, space, id)
		if c.ID != ids[3] || !slices.Equal(suite.Texts(c, contact.Names), []string{"D", "E"}) || len(c.Values[contact.Locations]) != 1 {
			t.Errorf("contact %d leads to %+v", id, c)
		}
	}
	suite.Audit(t, b, space)
}
