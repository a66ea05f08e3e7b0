package promise

import (
	"fmt"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var unmergeTests = []suite.Test{
	{"what was merged is split off again, with all that leads to it", testUnmerge},
	{"a merge is undone, and that as well", testUndoOfMerge},
	{"what was split is distinct until somebody says otherwise", testDistinct},
	{"a past that is out of date is told", testStalePast},
	{"a hundred edits later each has its own", testUnmergeAfterMuch},
	{"a history that is too long to be played is not read", testTooLongToPlay},
}

// unmerging is a write that splits a contact off.
func unmerging(t *testing.T, s *store.Store, space contact.SpaceID, ref, merged contact.ID) store.Write {
	t.Helper()
	u := &contact.Unmerge{Ref: ref, Merged: merged}
	if err := s.Gather(bg, space, u); err != nil {
		t.Fatal(err)
	}
	return writing(space, u)
}

func wantNames(t *testing.T, s *store.Store, space contact.SpaceID, want map[contact.ID]string) {
	t.Helper()
	for ref, names := range want {
		c := got(t, s, space, ref)
		if have := fmt.Sprintf("%d %v", c.ID, suite.Texts(c, contact.Names)); have != names {
			t.Errorf("%d leads to %s, want %s", ref, have, names)
		}
	}
}

// CONTRACT D30.
func testUnmerge(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	a, m, x, top := made(t, s, space, name("A")), made(t, s, space, name("M")), made(t, s, space, name("X")), made(t, s, space, name("T"))
	done(t, s, merging(space, m, x))
	done(t, s, merging(space, a, m))
	done(t, s, merging(space, top, a))
	done(t, s, putting(space, x, list(contact.Names, "T", "A", "M", "X", "X2")))
	out := done(t, s, putting(space, a, list(contact.Names, "T", "A", "M", "X", "X2", "A2")))
	version := out.Subject.Version
	out = done(t, s, unmerging(t, s, space, top, m))
	wantNames(t, s, space, map[contact.ID]string{
		top: fmt.Sprint(top, " [T A A2]"), a: fmt.Sprint(top, " [T A A2]"), m: fmt.Sprint(m, " [M X X2]"), x: fmt.Sprint(m, " [M X X2]"),
	})
	for _, e := range out.Entries {
		if e.Contact.Version != version+1 || e.Change.Action != contact.ActionUnmerge || e.Change.Ref != 0 {
			t.Errorf("entry %+v", e.Change)
		}
	}
	for _, w := range []store.Write{unmerging(t, s, space, top, m), unmerging(t, s, space, m, m)} {
		if _, err := s.Do(bg, w); suite.CodeOf(err) != "not_merged" {
			t.Errorf("what is no alias: %v", err)
		}
	}
	done(t, s, unmerging(t, s, space, a, a))
	done(t, s, unmerging(t, s, space, x, x))
	wantNames(t, s, space, map[contact.ID]string{
		top: fmt.Sprint(top, " [T]"), a: fmt.Sprint(a, " [A A2]"), m: fmt.Sprint(m, " [M]"), x: fmt.Sprint(x, " [X X2]"),
	})
	suite.Audit(t, b, space)
}

// CONTRACT D28.
func testUndoOfMerge(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	a, m, x := made(t, s, space, name("A")), made(t, s, space, name("M")), made(t, s, space, name("X"))
	op := done(t, s, writing(space, &contact.Merge{Survivor: a, Merged: []contact.ID{m, x}})).Op
	for range 3 {
		wantNames(t, s, space, map[contact.ID]string{a: fmt.Sprint(a, " [A M X]"), m: fmt.Sprint(a, " [A M X]"), x: fmt.Sprint(a, " [A M X]")})
		op = done(t, s, takingBack(t, s, space, a, op)).Op
		wantNames(t, s, space, map[contact.ID]string{a: fmt.Sprint(a, " [A]"), m: fmt.Sprint(m, " [M]"), x: fmt.Sprint(x, " [X]")})
		op = done(t, s, takingBack(t, s, space, a, op)).Op
	}
	suite.Audit(t, b, space)
}

// CONTRACT D30.
func testDistinct(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	a, m, x := made(t, s, space, name("A")), made(t, s, space, name("M")), made(t, s, space, name("X"))
	done(t, s, merging(space, m, x))
	done(t, s, merging(space, a, m))
	done(t, s, unmerging(t, s, space, a, m))
	from := func(ref contact.ID, want ...contact.ID) {
		t.Helper()
		if have, err := s.DistinctFrom(bg, space, ref, 10); err != nil || !slices.Equal(have, want) {
			t.Errorf("%d is distinct from %v, %v; want %v", ref, have, err, want)
		}
	}
	from(a, m)
	from(x, a)
	if _, err := s.Do(bg, merging(space, a, x)); suite.CodeOf(err) != "distinct" {
		t.Errorf("merged again: %v", err)
	}
	done(t, s, unmerging(t, s, space, m, x)) // which is distinct from a by its own id too
	from(x, a, m)
	if _, err := s.Do(bg, merging(space, x, a)); suite.CodeOf(err) != "distinct" {
		t.Errorf("merged again: %v", err)
	}
	before := suite.Counters(t, b, space)
	done(t, s, writing(space, &contact.Distinct{Ref: x, Other: a, Forget: true}))
	if after := suite.Counters(t, b, space); after[0].NextSeq != before[0].NextSeq {
		t.Error("to forget a pair is a change")
	}
	from(x, m)
	done(t, s, writing(space, &contact.Distinct{Ref: a, Other: x}))
	from(x, a, m)
	confirmed := merging(space, a, x)
	confirmed.Verbs[0].(*contact.Merge).Confirm = true
	done(t, s, confirmed)
	from(a, m)
	suite.Audit(t, b, space)
}

// CONTRACT D30.
func testStalePast(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	a, m := made(t, s, space, name("A")), made(t, s, space, name("M"))
	done(t, s, merging(space, a, m))
	w := unmerging(t, s, space, a, m)
	done(t, s, putting(space, m, list(contact.Names, "A", "M", "M2")))
	if _, err := s.Do(bg, w); err != contact.ErrStale {
		t.Errorf("got %v", err)
	}
	done(t, s, unmerging(t, s, space, a, m))
	wantNames(t, s, space, map[contact.ID]string{a: fmt.Sprint(a, " [A]"), m: fmt.Sprint(m, " [M M2]")})

	// That of a deleted contact, which may be back when the verb decides.
	x := made(t, s, space, name("X"))
	merged := done(t, s, merging(space, a, x)).Op
	gone := done(t, s, writing(space, &contact.Delete{Ref: a})).Op
	past, err := s.Past(bg, space, x)
	if err != nil || past == nil || !slices.Contains(past.By, merged) {
		t.Fatalf("the past of what was merged into a deleted contact: %+v, %v", past, err)
	}
	w = takingBack(t, s, space, a, merged)
	w.Verbs[0].(*contact.Undo).Pasts = []*contact.Past{past}
	done(t, s, takingBack(t, s, space, a, gone))
	if _, err := s.Do(bg, w); err != contact.ErrStale {
		t.Errorf("got %v", err)
	}

	// That of nobody, as all were split off: the undo of that lets the merge stand again.
	split := done(t, s, unmerging(t, s, space, a, x)).Op
	w = takingBack(t, s, space, a, merged)
	done(t, s, takingBack(t, s, space, a, split))
	if _, err := s.Do(bg, w); err != contact.ErrStale {
		t.Errorf("got %v", err)
	}
	done(t, s, takingBack(t, s, space, a, merged))
	wantNames(t, s, space, map[contact.ID]string{a: fmt.Sprint(a, " [A]"), x: fmt.Sprint(x, " [X]")})
}

// adding is a write that adds a name by a ref, and takes another away.
func adding(space contact.SpaceID, ref contact.ID, add string, remove ...string) store.Write {
	a := contact.Amendment{}
	a.Values[contact.Names] = contact.ListAmendment{Add: []string{add}, Remove: remove}
	return writing(space, &contact.Amend{Ref: ref, Amendment: a})
}

// CONTRACT D30: edits by both ids, some of them undone, a second merge of the
// survivor, a split elsewhere, and another server in between.
func testUnmergeAfterMuch(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	ids := map[string]contact.ID{}
	for _, who := range []string{"S", "M", "T", "X"} {
		ids[who] = made(t, s, space, name(who))
	}
	done(t, s, merging(space, ids["S"], ids["M"]))
	want := map[string][]string{"S": {"S"}, "M": {"M"}, "T": {"T"}, "X": {"X"}}
	for i := range 100 {
		switch i {
		case 40:
			done(t, s, merging(space, ids["T"], ids["S"]))
		case 50:
			done(t, s, merging(space, ids["T"], ids["X"]))
		case 60:
			s = store.New(b, store.Options{}) // as another server has it; the first one closes the backend
		case 70:
			done(t, s, unmerging(t, s, space, ids["T"], ids["X"]))
		}
		who := []string{"S", "M", "T"}[i%3]
		if who == "T" && i < 40 {
			who = "S"
		}
		text := fmt.Sprint(who, i)
		w := adding(space, ids[who], text)
		if n := len(want[who]); i%10 == 9 && n > 1 { // away with what the same id brought last
			w = adding(space, ids[who], text, want[who][n-1])
			want[who] = want[who][:n-1]
		}
		op := done(t, s, w).Op
		if want[who] = append(want[who], text); i%10 == 5 {
			done(t, s, takingBack(t, s, space, ids["M"], op))
			want[who] = want[who][:len(want[who])-1]
		}
	}
	out := done(t, s, unmerging(t, s, space, ids["T"], ids["M"]))
	if len(out.Remains) > 0 {
		t.Errorf("named is %+v", out.Remains)
	}
	out = done(t, s, unmerging(t, s, space, ids["T"], ids["S"]))
	if len(out.Remains) > 0 {
		t.Errorf("named is %+v", out.Remains)
	}
	for who, id := range ids {
		if have := suite.Texts(got(t, s, space, id), contact.Names); !slices.Equal(have, want[who]) {
			t.Errorf("%s has %v\nwant %v", who, have, want[who])
		}
	}
	suite.Audit(t, b, space)
}
