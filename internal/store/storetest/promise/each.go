package promise

import (
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

var eachTests = []suite.Test{
	{"verbs that stand by themselves leave the others", testEach},
	{"a write of which each verb is refused is remembered with that", testEachRefused},
	{"verbs that stand by themselves end where a Space is full", testEachFull},
	{"verbs that stand by themselves end where numbers do", testEachUsedUp},
	{"verbs that stand by themselves end where a past is out of date", testEachStale},
	{"verbs that are too heavy together are cut, or refused whole", testTooHeavy},
	{"removals are used up over the verbs of a write, and over writes", testRemovalsUsedUp},
	{"the budget of a key is used up over the verbs of a write, and over writes", testBudgetUsedUp},
}

var eachBatchTests = []suite.Test{
	{"what is too heavy leaves its neighbours", testTooHeavyBeside},
	{"a lost commit of verbs that stand by themselves is found", testEachFound},
}

// each lets every verb of a write stand by itself.
func each(w store.Write) store.Write {
	w.Each = true
	return w
}

// renamed is a verb that gives a contact another name.
func renamed(ref contact.ID, to string) contact.Verb { return &contact.Put{Ref: ref, Patch: name(to)} }

// codes gives what each verb of a write was refused with, "ok" for none.
func codes(out []store.Outcome) string {
	var list []string
	for i := range out {
		code := suite.CodeOf(out[i].Err)
		if (code == "") != (out[i].Subject != nil) {
			code += "!"
		}
		if code == "" {
			code = "ok"
		}
		list = append(list, code)
	}
	return strings.Join(list, " ")
}

// wantCodes runs a write, and looks at what became of its verbs.
func wantCodes(t *testing.T, s *store.Store, w store.Write, want string) []store.Outcome {
	t.Helper()
	out, err := s.Do(bg, w)
	if err != nil || codes(out) != want {
		t.Fatalf("answered %v, %s; want %s", err, codes(out), want)
	}
	return out
}

// CONTRACT D33.
func testEach(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	one, two := made(t, s, space, name("A")), made(t, s, space, name("B"))
	verbs := []contact.Verb{
		renamed(one, "C"),
		renamed(one+99, "nobody"),
		&contact.Put{Ref: one, Patch: name("stale"), Match: contact.Match{Set: true, Versions: []contact.Version{1}}},
		&contact.Put{Ref: one, Patch: list(contact.Emails, "c@example.com"), Match: contact.Match{Set: true, Versions: []contact.Version{2}}},
		&contact.Merge{Survivor: two, Merged: []contact.ID{one}},
		renamed(one, "D"), // which is the other by now
		&contact.Refused{Err: errNotKept},
		&contact.Delete{Ref: one},
		&contact.Delete{Ref: two},
		renamed(two, "gone"),
	}
	// In one write the first refusal is that of all, with the outcomes of those before it.
	out, err := s.Do(bg, writing(space, verbs...))
	if suite.CodeOf(err) != "contact_not_found" || codes(out) != "ok" {
		t.Errorf("together: %v, %s", err, codes(out))
	}
	if c := got(t, s, space, one); c.Version != 1 {
		t.Errorf("together the first was done: %+v", c)
	}
	const want = "ok contact_not_found version_mismatch ok ok ok the test keeps nothing alias ok contact_not_found"
	dry := each(writing(space, verbs...))
	dry.Terms.Dry = true
	before := suite.Counters(t, b, space)[0]
	foretold := wantCodes(t, s, dry, want)
	if after := suite.Counters(t, b, space)[0]; after.NextSeq != before.NextSeq || after.Usage != before.Usage {
		t.Errorf("a dry run left %+v of %+v", after, before)
	}
	w := each(writing(space, verbs...))
	w.By.BatchID = "batch"
	out = wantCodes(t, s, w, want)
	for i := range out {
		if len(out[i].Entries) != len(foretold[i].Entries) || foretold[i].Op != 0 || (out[i].Op != 0) != (len(out[i].Entries) > 0) {
			t.Errorf("verb %d: %+v, foretold %+v", i, out[i], foretold[i])
		}
	}
	l := suite.Audit(t, b, space)
	if len(l.Changes) != 8 || l.Ops[w.By.RequestID] != 5 {
		t.Errorf("%d changes by %d writes, want 8 by 5", len(l.Changes), l.Ops[w.By.RequestID])
	}
	for _, ch := range l.Changes[2:] {
		if ch.BatchID != "batch" {
			t.Errorf("change %d is of batch %q", ch.Seq, ch.BatchID)
		}
	}
}

// remembering makes a write one that is done once, and answers with what became of
// its verbs.
func remembering(w store.Write, key string) store.Write {
	w.Retry = &store.Retry{Key: key, Fingerprint: []byte(key), Answer: func(out []store.Outcome) ([]byte, error) {
		return fmt.Appendf(nil, "%q", codes(out)), nil
	}}
	return w
}

// CONTRACT D32, D33.
func testEachRefused(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	w := func(ref contact.ID) store.Write {
		return each(writing(space, renamed(ref+99, "B"), &contact.Delete{Ref: ref + 98}))
	}
	wantCodes(t, s, w(id), "contact_not_found contact_not_found")
	if keys := remembered(t, b, space); len(keys) != 0 {
		t.Errorf("remembered are %q", keys)
	}
	wantCodes(t, s, remembering(w(id), "K"), "contact_not_found contact_not_found")
	_, err := s.Do(bg, remembering(w(id-99), "K"))
	wantRepeated(t, err, `"contact_not_found contact_not_found"`)
	if _, err := s.Do(bg, remembering(writing(space, w(id).Verbs...), "together")); suite.CodeOf(err) != "contact_not_found" {
		t.Errorf("together: %v", err)
	}
	if keys := remembered(t, b, space); !slices.Equal(keys, []string{"K"}) {
		t.Errorf("remembered are %q", keys)
	}
	suite.Audit(t, b, space)
}

// endsAt runs a write whose verbs end before they all are done, and then what is left
// of it, which is refused whole. It gives how many were done.
func endsAt(t *testing.T, s *store.Store, space contact.SpaceID, verbs []contact.Verb, code string) int {
	t.Helper()
	out, err := s.Do(bg, remembering(each(writing(space, verbs...)), "first"))
	if err != nil || len(out) == 0 || len(out) == len(verbs) || strings.Trim(codes(out), "ok ") != "" {
		t.Fatalf("answered %v, %s", err, codes(out))
	}
	for _, left := range [][]contact.Verb{verbs[len(out):], verbs[len(out) : len(out)+1]} {
		if none, err := s.Do(bg, remembering(each(writing(space, left...)), "second")); suite.CodeOf(err) != code || len(none) != 0 {
			t.Errorf("what is left: %v, %s", err, codes(none))
		}
	}
	return len(out)
}

// CONTRACT D2, D33: that a Space is full says nothing about a verb.
func testEachFull(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	quotaOf(t, b, space, access.Quota{Bytes: 10_000})
	var verbs []contact.Verb
	for range 40 {
		verbs = append(verbs, &contact.Create{Patch: name(strings.Repeat("a", 400))})
	}
	dry := each(writing(space, verbs...))
	dry.Terms.Dry = true
	out, err := s.Do(bg, dry) // which tells all that is to be told
	first := slices.IndexFunc(out, func(o store.Outcome) bool { return o.Err != nil })
	if err != nil || len(out) != len(verbs) || first < 5 || codes(out[first:]) != strings.TrimSpace(strings.Repeat("space_full ", len(verbs)-first)) {
		t.Errorf("a dry run: %v, %s", err, codes(out))
	}
	if _, err := s.Do(bg, writing(space, verbs...)); suite.CodeOf(err) != "space_full" {
		t.Errorf("together: %v", err)
	}
	if n := endsAt(t, s, space, verbs, "space_full"); n != first {
		t.Errorf("%d were done, and %d foretold", n, first)
	}
	if l := suite.Audit(t, b, space); len(l.Changes) != first {
		t.Errorf("%d changes, want %d", len(l.Changes), first)
	}
}

func testEachUsedUp(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	row := suite.Counters(t, b, space)[0]
	row.NextSeq = contact.MaxSeq - 2
	suite.Commit(t, b, b.Lane(space), &store.Save{Spaces: []store.SpaceRow{row}})
	var verbs []contact.Verb
	for range 9 {
		verbs = append(verbs, &contact.Create{Patch: name("A")})
	}
	if n := endsAt(t, s, space, verbs, "storage_full"); n != 3 {
		t.Errorf("%d were done, want 3", n)
	}
}

func testEachStale(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id, merged, other := made(t, s, space, name("A")), made(t, s, space, name("M")), made(t, s, space, name("B"))
	done(t, s, merging(space, id, merged))
	split := unmerging(t, s, space, id, merged).Verbs[0]
	done(t, s, putting(space, id, list(contact.Emails, "a@example.com"))) // what the split was made from is out of date
	verbs := []contact.Verb{renamed(other, "D"), split, renamed(other, "E")}
	for _, w := range []store.Write{writing(space, verbs...), each(writing(space, verbs[1:]...))} {
		if out, err := s.Do(bg, w); !errors.Is(err, contact.ErrStale) {
			t.Errorf("answered %v, %s; want ErrStale", err, codes(out))
		}
	}
	dry := each(writing(space, verbs...))
	dry.Terms.Dry = true
	if _, err := s.Do(bg, dry); !errors.Is(err, contact.ErrStale) {
		t.Errorf("a dry run: %v, want ErrStale", err)
	}
	wantCodes(t, s, each(writing(space, verbs...)), "ok")
	if err := s.Gather(bg, space, split); err != nil {
		t.Fatal(err)
	}
	wantCodes(t, s, each(writing(space, verbs[1:]...)), "ok ok")
	wantNames(t, s, space, map[contact.ID]string{id: fmt.Sprint(id, " [A]"), merged: fmt.Sprint(merged, " [M]"), other: fmt.Sprint(other, " [E]")})
	suite.Audit(t, b, space)
}

// heavyContacts makes contacts that are more together than a batch may load.
func heavyContacts(t *testing.T, b store.Backend, space contact.SpaceID) (ids []contact.ID) {
	t.Helper()
	var save store.Save
	for i := range 64 + 8 { // the first are loaded before it is known what they weigh
		id := contact.ID(1<<40 + i)
		row := record.Contact{Space: space, ID: id, Version: 1, Created: 1, Depth: 1,
			Doc: []byte(`{"names":["Large"]` + strings.Repeat(" ", 300_000) + `}`), Origins: []byte(`{"from":[[1,1]],"names":[0]}`)}
		row.Seal()
		save.Contacts = append(save.Contacts, store.ContactSave{Row: row})
		ids = append(ids, id)
	}
	suite.Commit(t, b, b.Lane(space), &save)
	return ids
}

// CONTRACT D33.
func testTooHeavy(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	var verbs []contact.Verb
	for _, id := range heavyContacts(t, b, space) {
		verbs = append(verbs, renamed(id, "Small"))
	}
	dry := each(writing(space, verbs...))
	dry.Terms.Dry = true
	for what, w := range map[string]store.Write{"together": remembering(writing(space, verbs...), "K"), "dry": dry} {
		if out, err := s.Do(bg, w); suite.CodeOf(err) != "batch_too_heavy" || len(out) != 0 {
			t.Errorf("%s: %v, %s", what, err, codes(out))
		}
	}
	if last, err := b.LastSeq(bg, space); last != 0 || err != nil || len(remembered(t, b, space)) != 0 {
		t.Errorf("it was done: change %d, %v", last, err)
	}
	writes := 0
	for rest := verbs; len(rest) > 0; writes++ {
		out, err := s.Do(bg, remembering(each(writing(space, rest...)), fmt.Sprint("from ", len(rest))))
		if err != nil || len(out) == 0 || strings.Trim(codes(out), "ok ") != "" {
			t.Fatalf("answered %v, %s", err, codes(out))
		}
		_, err = s.Do(bg, remembering(each(writing(space, rest...)), fmt.Sprint("from ", len(rest))))
		wantRepeated(t, err, fmt.Sprintf("%q", codes(out)))
		rest = rest[len(out):]
	}
	if last, err := b.LastSeq(bg, space); int(last) != len(verbs) || err != nil || writes != 2 {
		t.Errorf("%d changes by %d writes, %v; want %d by 2", last, writes, err, len(verbs))
	}
	if _, err := s.Do(bg, writing(space, verbs...)); err != nil { // they are light by now
		t.Error(err)
	}
}

func testTooHeavyBeside(t *testing.T, b store.Backend) {
	g, space := gated(t, b), suite.NewSpace(t, b, "")
	var verbs []contact.Verb
	for _, id := range heavyContacts(t, b, space) {
		verbs = append(verbs, renamed(id, "Small"))
	}
	first := g.holdUp(space)
	before, heavy := g.send(bg, creation(space, name("A"))), g.send(bg, writing(space, verbs...))
	cut, after := g.send(bg, each(writing(space, verbs...))), g.send(bg, creation(space, name("B")))
	g.pass(4)
	saved(t, first, before, cut, after)
	if suite.CodeOf(heavy.err) != "batch_too_heavy" {
		t.Errorf("answered %v", heavy.err)
	}
}

// capped lets a write take away so much, some of which others did.
func capped(w store.Write, most, removed int) store.Write {
	w.Terms.MaxRemovals, w.Terms.Removed = &most, removed
	return w
}

// removedOf gives what each verb took away.
func removedOf(out []store.Outcome) (list []int) {
	for i := range out {
		list = append(list, out[i].Removed)
	}
	return list
}

// CONTRACT D33: the verb that would pass it is refused alone.
func testRemovalsUsedUp(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, list(contact.Emails, "a@example.com", "b@example.com"))
	other := made(t, s, space, list(contact.Emails, "c@example.com", "d@example.com", "e@example.com"))
	emails := func(ref contact.ID, texts ...string) contact.Verb {
		return &contact.Put{Ref: ref, Patch: list(contact.Emails, texts...)}
	}
	verbs := []contact.Verb{
		emails(id, "a@example.com"),    // 1
		emails(other),                  // 3, which is too much
		emails(id, "x@example.com"),    // 1
		emails(id, "y@example.com"),    // 1, which is too much by now
		renamed(other, "none removed"), // 0
		emails(id, "x@example.com", "z@example.com"),
	}
	if _, err := s.Do(bg, capped(writing(space, verbs...), 2, 0)); suite.CodeOf(err) != "too_many_removals" {
		t.Errorf("together: %v", err)
	}
	for _, dry := range []bool{true, false} {
		w := capped(each(writing(space, verbs...)), 2, 0)
		w.Terms.Dry = dry
		out := wantCodes(t, s, w, "ok too_many_removals ok too_many_removals ok ok")
		if have := removedOf(out); !slices.Equal(have, []int{1, 0, 1, 0, 0, 0}) {
			t.Errorf("removed are %v", have)
		}
	}
	one := func() []contact.Verb { return []contact.Verb{emails(other, "c@example.com", "d@example.com")} }
	for _, w := range []store.Write{writing(space, one()...), each(writing(space, one()...))} {
		out, err := s.Do(bg, capped(w, 2, 2))
		if err == nil {
			err = out[0].Err
		}
		if suite.CodeOf(err) != "too_many_removals" {
			t.Errorf("after two others: %v", err)
		}
	}
	wantCodes(t, s, capped(each(writing(space, one()...)), 3, 2), "ok")
	suite.Audit(t, b, space)
}

// CONTRACT D24, D33.
func testBudgetUsedUp(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	for _, c := range []struct {
		what            string
		budget          access.Budget
		before          int
		want            string
		removals, count int64
	}{
		{"removals of a write", access.Budget{MaxRemovals: access.AtMost(2)}, 0, "ok ok over_budget over_budget ok", 0, 0},
		{"removals of a write, after others", access.Budget{MaxRemovals: access.AtMost(2)}, 1, "ok over_budget over_budget over_budget ok", 0, 0},
		{"removals of a day", daily(2, -1), 0, "ok ok over_budget over_budget ok", 2, 3},
		{"removals of a day, after others", daily(2, -1), 1, "ok ok over_budget over_budget ok", 2, 3}, // which are counted already
		{"contacts of a day", daily(-1, 3), 0, "ok ok ok over_budget over_budget", 3, 3},
	} {
		space := suite.NewSpace(t, b, "")
		var verbs []contact.Verb
		for range 4 {
			verbs = append(verbs, renamed(made(t, s, space, name("A")), "B"))
		}
		verbs = append(verbs, &contact.Create{Patch: name("New")})
		w := of(1, c.budget, each(writing(space, verbs...)))
		w.Terms.Removed = c.before
		if out, err := s.Do(bg, w); err != nil || codes(out) != c.want {
			t.Errorf("%s: %v, %s; want %s", c.what, err, codes(out), c.want)
		}
		wantSpent(t, b, space, 1, c.removals, c.count)
		suite.Audit(t, b, space)
	}
}

// Where a commit is lost, what became of it is asked: by its first change, or by what
// is remembered of it.
func testEachFound(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	for _, step := range []suite.Step{suite.BeforeCommit, suite.AfterCommit} {
		space := suite.NewSpace(t, b, "")
		id := made(t, s, space, name("A"))
		for key, c := range map[string]struct {
			verbs []contact.Verb
			want  string
		}{
			"some":  {[]contact.Verb{renamed(id+99, "B"), renamed(id, "C"), renamed(id+99, "D"), renamed(id, "E")}, "contact_not_found ok contact_not_found ok"},
			"none":  {[]contact.Verb{renamed(id+99, "B"), renamed(id+98, "C")}, "contact_not_found contact_not_found"},
			"still": {[]contact.Verb{renamed(id, "F"), renamed(id, "F")}, "ok ok"},
		} {
			f.SetHook(troubled([]trouble{{step, errOdd, 1}, {suite.AtSaved, errOdd, 2}}))
			w := remembering(each(writing(space, c.verbs...)), key)
			wantCodes(t, s, w, c.want)
			f.SetHook(troubled(nil))
			_, err := s.Do(bg, w)
			wantRepeated(t, err, fmt.Sprintf("%q", c.want))
			changes := map[string]int{"some": 2, "none": 0, "still": 1}[key]
			if l := suite.Audit(t, b, space); l.Ops[w.By.RequestID] != changes {
				t.Errorf("%s: %d writes in the history, want %d", key, l.Ops[w.By.RequestID], changes)
			}
		}
	}
}
