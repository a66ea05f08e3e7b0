package storetest

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var inventoryTests = []suite.Test{
	{"all that is stored is read as it is, page by page", testInventory},
	{"what is read of one state is of one state", testStill},
	{"what is derived is made anew", testAnew},
	{"the counters of a Space are read without its lock", testCountersRead},
}

// shelf is what shelved stores of a Space.
type shelf struct {
	space contact.SpaceID
	save  store.Save
}

// shelved stores some of everything in a Space, whose ids begin at first.
func shelved(t *testing.T, b store.Backend, first contact.ID) shelf {
	t.Helper()
	s := shelf{space: suite.NewSpace(t, b, "")}
	for i := range 5 {
		id := first + contact.ID(i)
		row := rowOf(s.space, id, 1, "Ada")
		if row.Head = contact.Seq(i + 1); i == 3 {
			row.State, row.Parent = contact.Merged, first
		}
		if i == 4 {
			row.State = contact.Deleted
		}
		s.save.Contacts = append(s.save.Contacts, store.ContactSave{Row: sealed(row)})
		ch := record.Change{Space: s.space, Seq: row.Head, Op: row.Head, Contact: id, Version: 1, At: 1, Action: contact.ActionCreate, Actor: []byte("{}"), RequestID: "r", Edits: []byte("{}")}
		ch.Seal()
		s.save.Changes = append(s.save.Changes, ch)
		for _, kind := range []contact.Kind{contact.PhoneKey, contact.EmailKey} {
			s.save.KeysCome = append(s.save.KeysCome, record.MatchKey{Space: s.space, MatchKey: contact.MatchKey{Kind: kind, Text: fmt.Sprintf("k%d", i%2)}, ID: id})
		}
		s.save.PairsCome = append(s.save.PairsCome, record.Pair{Space: s.space, Pair: contact.Pair{A: id, B: id + 1}})
		s.save.Retries = append(s.save.Retries, retryOf(s.space, fmt.Sprintf("r%d", i), "r"))
	}
	s.save.Redirects = []store.Redirect{{Space: s.space, From: first + 3, To: first}, {Space: s.space, From: first + 77, To: first}}
	suite.Commit(t, b, b.Lane(s.space), &s.save)
	for _, id := range []string{"a", "b"} {
		p := planOf(s.space, id, 5)
		made(t, b, p, planRow(p, 1, "update", "", first), planRow(p, 2, "update", "", first, first+1))
	}
	return s
}

// paged reads all pages of so many rows.
func paged[Row any](t *testing.T, limit int, read func(last *Row, limit int) ([]Row, error)) (all []Row) {
	t.Helper()
	for {
		var last *Row
		if len(all) > 0 {
			last = &all[len(all)-1]
		}
		rows, err := read(last, limit)
		if err != nil || len(rows) > limit {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		if len(rows) == 0 {
			return all
		}
		all = append(all, rows...)
	}
}

func wantAll[Row any](t *testing.T, what string, got, want []Row) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %+v\nwant %+v", what, got, want)
	}
}

func testInventory(t *testing.T, b store.Backend) {
	shelved(t, b, 2001) // of another Space
	s := shelved(t, b, 1001)
	for _, limit := range []int{1, 2, 100} {
		s.wantContacts(t, b, limit)
		s.wantHistory(t, b, limit)
		s.wantDerived(t, b, limit)
		s.wantPlans(t, b, limit)
	}
	if damaged, err := b.Examine(bg, true); err != nil || len(damaged) != 0 {
		t.Errorf("Examine: %v, %v", damaged, err)
	}
	if b.Unclean() {
		t.Error("a database that was just made was not closed")
	}
	used, err := b.Used(bg)
	if err != nil || !slices.ContainsFunc(used, func(u store.Used) bool { return u.Kind == "contact" && u.Next > 0 }) {
		t.Errorf("Used: %+v, %v", used, err)
	}
	var want int64
	for i := range s.save.Contacts {
		want += int64(s.save.Contacts[i].Row.Weight()) + 2*store.EntryWeight + int64(s.save.Changes[i].Weight()+s.save.Retries[i].Weight())
	}
	for _, id := range []string{"a", "b"} {
		p, _, err := b.Plan(bg, store.PlanID{Space: s.space, ID: id})
		if err != nil {
			t.Fatal(err)
		}
		want += p.Weight
	}
	if got, err := b.Weigh(bg, s.space); err != nil || got != want {
		t.Errorf("Weigh: %d, %v, want %d", got, err, want)
	}
}

func (s *shelf) wantContacts(t *testing.T, b store.Backend, limit int) {
	t.Helper()
	all := paged(t, limit, func(last *store.StoredContact, limit int) ([]store.StoredContact, error) {
		after := store.ContactID{}
		if last != nil {
			after = store.ContactID{Space: last.Row.Space, ID: last.Row.ID}
		}
		return b.StoredContacts(bg, after, limit)
	})
	var want []store.StoredContact
	for i := range s.save.Contacts {
		c := store.StoredContact{Row: s.save.Contacts[i].Row}
		if c.Row.State == contact.Merged {
			c.Leads = c.Row.Parent
		}
		want = append(want, c)
	}
	if len(all) != 2*len(want) {
		t.Errorf("%d contacts of two Spaces", len(all))
	}
	mine := slices.DeleteFunc(all, func(c store.StoredContact) bool { return c.Row.Space != s.space })
	wantAll(t, "contacts", mine, want)
}

func (s *shelf) wantHistory(t *testing.T, b store.Backend, limit int) {
	t.Helper()
	var changes []store.StoredChange
	for i := range s.save.Changes {
		changes = append(changes, store.StoredChange{Row: s.save.Changes[i], Head: s.save.Changes[i].Seq})
	}
	wantAll(t, "changes", paged(t, limit, func(last *store.StoredChange, limit int) ([]store.StoredChange, error) {
		after := contact.Seq(0)
		if last != nil {
			after = last.Row.Seq
		}
		return b.StoredChanges(bg, s.space, after, limit)
	}), changes)
	wantAll(t, "retries", paged(t, limit, func(last *record.Retry, limit int) ([]record.Retry, error) {
		after := store.RetryID{Space: s.space}
		if last != nil {
			after.Key = last.Key
		}
		return b.StoredRetries(bg, after, limit)
	}), s.save.Retries)
}

func (s *shelf) wantDerived(t *testing.T, b store.Backend, limit int) {
	t.Helper()
	first := s.save.Contacts[0].Row.ID
	wantAll(t, "aliases", paged(t, limit, func(last *store.StoredAlias, limit int) ([]store.StoredAlias, error) {
		after := contact.ID(0)
		if last != nil {
			after = last.ID
		}
		return b.StoredAliases(bg, s.space, after, limit)
	}), []store.StoredAlias{{Alias: store.Alias{Space: s.space, ID: first + 3, To: first}, There: true}, {Alias: store.Alias{Space: s.space, ID: first + 77, To: first}}})
	keys := slices.Clone(s.save.KeysCome)
	slices.SortFunc(keys, func(a, b record.MatchKey) int {
		switch {
		case a.Kind != b.Kind:
			return int(a.Kind - b.Kind)
		case a.Text != b.Text:
			return int(a.Text[1]) - int(b.Text[1])
		}
		return int(a.ID - b.ID)
	})
	wantAll(t, "match keys", paged(t, limit, func(last *record.MatchKey, limit int) ([]record.MatchKey, error) {
		after := record.MatchKey{Space: s.space, MatchKey: contact.MatchKey{Kind: math.MinInt32}}
		if last != nil {
			after = *last
		}
		return b.StoredKeys(bg, after, limit)
	}), keys)
	lacking := record.MatchKey{Space: s.space, MatchKey: contact.MatchKey{Kind: contact.EmailKey, Text: "k1"}, ID: first}
	missing, err := b.KeysMissing(bg, s.space, []record.MatchKey{keys[0], lacking, keys[1]})
	if err != nil || !slices.Equal(missing, []record.MatchKey{lacking}) {
		t.Errorf("missing: %+v, %v", missing, err)
	}
	var pairs []store.StoredPair
	for i, p := range s.save.PairsCome {
		pairs = append(pairs, store.StoredPair{Pair: p, A: true, B: i < 4})
	}
	wantAll(t, "pairs", paged(t, limit, func(last *store.StoredPair, limit int) ([]store.StoredPair, error) {
		after := record.Pair{Space: s.space}
		if last != nil {
			after = last.Pair
		}
		return b.StoredPairs(bg, after, limit)
	}), pairs)
}

func (s *shelf) wantPlans(t *testing.T, b store.Backend, limit int) {
	t.Helper()
	var ids []string
	for after := (store.PlanID{Space: s.space}); ; {
		id, err := b.StoredPlan(bg, after)
		if err != nil {
			t.Fatal(err)
		}
		if id == "" {
			break
		}
		after.ID = id
		ids = append(ids, id)
	}
	wantAll(t, "plans", ids, []string{"a", "b"})
	first := s.save.Contacts[0].Row.ID
	for upTo, want := range map[int64][]store.PlanContact{1: nil, 2: {{N: 2, Contact: first}, {N: 2, Contact: first + 1}}} {
		got, err := b.StoredPlanContacts(bg, store.PlanID{Space: s.space, ID: "a"}, 1, upTo, max(2, limit))
		slices.SortFunc(got, func(a, b store.PlanContact) int { return int(a.Contact - b.Contact) })
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("contacts of rows after 1, up to %d: %+v, %v, want %+v", upTo, got, err, want)
		}
	}
}

func testStill(t *testing.T, b store.Backend) {
	s := shelved(t, b, 1001)
	first := s.save.Contacts[0].Row.ID
	row := s.save.Contacts[0].Row
	row.Version = 2
	row.Seal()
	err := b.Still(bg, func(ctx context.Context) error {
		for n := range 2 {
			found, ok, err := b.Row(ctx, s.space, first)
			if err != nil || !ok || found.Version != 1 {
				t.Errorf("read %d of one state: version %d, %v, %v", n, found.Version, ok, err)
			}
			keys, err := b.StoredKeys(ctx, record.MatchKey{Space: s.space, MatchKey: contact.MatchKey{Kind: math.MinInt32}}, 100)
			if err != nil || len(keys) != 10 {
				t.Errorf("read %d of one state: %d keys, %v", n, len(keys), err)
			}
			if n == 0 {
				suite.Commit(t, b, b.Lane(s.space), &store.Save{Contacts: []store.ContactSave{{Row: row, Loaded: 1}}, KeysGone: s.save.KeysCome[:1]})
			}
		}
		if found, _, err := b.Row(bg, s.space, first); err != nil || found.Version != 2 {
			t.Errorf("outside of it: version %d, %v", found.Version, err)
		}
		return context.DeadlineExceeded
	})
	if err == nil {
		t.Error("an error of what reads is lost")
	}
	if found, _, err := b.Row(bg, s.space, first); err != nil || found.Version != 2 {
		t.Errorf("afterwards: version %d, %v", found.Version, err)
	}
	ended, end := context.WithCancel(bg)
	end()
	if err := b.Still(ended, func(ctx context.Context) error { _, _, err := b.Row(ctx, s.space, first); return err }); err == nil {
		t.Error("it reads though nobody waits for it")
	}
	if err := b.Still(bg, func(ctx context.Context) error { _, err := b.Used(ctx); return err }); err != nil {
		t.Errorf("after one that was given up: %v", err)
	}
}

func testAnew(t *testing.T, b store.Backend) {
	other, s := shelved(t, b, 2001), shelved(t, b, 1001)
	first, plan := s.save.Contacts[0].Row.ID, store.PlanID{Space: s.space, ID: "a"}
	suite.Commit(t, b, b.Lane(s.space), &store.Save{Anew: &store.Anew{
		Aliases:      []store.Alias{{Space: s.space, ID: first + 3, To: first + 1}, {Space: s.space, ID: first + 4, To: first}, {Space: s.space, ID: first + 77}, {Space: s.space, ID: first + 99}},
		PlanContacts: []store.PlanRowContacts{{PlanID: plan, N: 1, Contacts: []contact.ID{first + 1}}, {PlanID: plan, N: 2}, {PlanID: plan, N: 9}},
	}})
	aliases, err := b.StoredAliases(bg, s.space, 0, 100)
	want := []store.StoredAlias{{Alias: store.Alias{Space: s.space, ID: first + 3, To: first + 1}, There: true}, {Alias: store.Alias{Space: s.space, ID: first + 4, To: first}, There: true}}
	if err != nil || !slices.Equal(aliases, want) {
		t.Errorf("aliases: %+v, %v", aliases, err)
	}
	contacts, err := b.StoredPlanContacts(bg, plan, 0, math.MaxInt64, 100)
	if err != nil || !slices.Equal(contacts, []store.PlanContact{{N: 1, Contact: first + 1}}) {
		t.Errorf("contacts of a plan: %+v, %v", contacts, err)
	}
	other.wantDerived(t, b, 100)
	other.wantPlans(t, b, 100)
}

func testCountersRead(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "GB")
	tx := suite.Begin(t, b, b.Lane(space))
	want, err := tx.Spaces(bg, []contact.SpaceID{space})
	if err != nil || len(want) != 1 {
		t.Fatal(err)
	}
	got, found, err := b.Counters(bg, space) // while it is locked
	tx.Rollback()
	if err != nil || !found || got != want[0] || got.Region != "GB" {
		t.Errorf("got %+v, %v, %v\nwant %+v", got, found, err, want)
	}
	if _, found, err := b.Counters(bg, space+1); found || err != nil {
		t.Errorf("of no Space: %v, %v", found, err)
	}
}
