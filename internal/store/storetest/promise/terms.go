package promise

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var termTests = []suite.Test{
	{"a dry run predicts the write and does nothing", testDryRun},
	{"a write that takes away too much is refused whole", testMaxRemovals},
}

// everyVerb gives a write of each kind that changes something, of a Space with two
// contacts.
func everyVerb(space contact.SpaceID, a, b contact.ID) map[string]store.Write {
	return map[string]store.Write{
		"create": creation(space, name("New")),
		"put":    putting(space, a, list(contact.Emails, "new@example.com")),
		"patch": writing(space, &contact.Amend{Ref: a, Amendment: contact.Amendment{
			Values: [contact.NumCollections]contact.ListAmendment{contact.Emails: {Remove: []string{"a@example.com"}}}}}),
		"merge":  merging(space, a, b),
		"delete": writing(space, &contact.Delete{Ref: a}),
	}
}

// CONTRACT D24.
func testDryRun(t *testing.T, b store.Backend) {
	for _, kind := range []string{"create", "put", "patch", "merge", "delete", "refused"} {
		t.Run(kind, func(t *testing.T) {
			s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
			a := made(t, s, space, list(contact.Emails, "a@example.com", "b@example.com"))
			other := made(t, s, space, list(contact.Emails, "c@example.com"))
			w, ok := everyVerb(space, a, other)[kind]
			if !ok {
				w = putting(space, 1<<40, name("Nobody"))
			}
			dry := w
			dry.Terms.Dry = true
			before := suite.Counters(t, b, space)
			foretold, errDry := s.Do(bg, dry)
			if after := suite.Counters(t, b, space); after[0].NextSeq != before[0].NextSeq || after[0].Usage != before[0].Usage {
				t.Errorf("it left %+v of %+v", after, before)
			}
			suite.Audit(t, b, space)
			done, err := s.Do(bg, w)
			if suite.CodeOf(errDry) != suite.CodeOf(err) || (err == nil) != ok {
				t.Fatalf("foretold %v, was %v", errDry, err)
			}
			if err != nil {
				return
			}
			if foretold[0].Op != 0 || done[0].Op == 0 {
				t.Errorf("writes %d and %d", foretold[0].Op, done[0].Op)
			}
			for i := range done[0].Entries { // the moment alone is another
				foretold[0].Entries[i].Contact.Created, foretold[0].Entries[i].Change.At = done[0].Entries[i].Contact.Created, done[0].Entries[i].Change.At
			}
			if !reflect.DeepEqual(foretold[0].Entries, done[0].Entries) {
				t.Errorf("foretold %+v\nwas      %+v", foretold[0].Entries, done[0].Entries)
			}
			suite.Audit(t, b, space)
		})
	}
}

// CONTRACT D24.
func testMaxRemovals(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id := made(t, s, space, list(contact.Emails, "a@example.com", "b@example.com", "c@example.com"))
	most := 1
	w := putting(space, id, list(contact.Emails, "c@example.com", "d@example.com"))
	w.Terms.MaxRemovals = &most
	_, err := s.Do(bg, w)
	refusal, ok := errors.AsType[*contact.Refusal](err)
	if !ok || suite.CodeOf(err) != "too_many_removals" || refusal.Subject != id || len(refusal.Entries) != 1 {
		t.Fatalf("got %v", err)
	}
	if gone := refusal.Entries[0].Change.Edits.Values[contact.Emails].Removed(); !slices.Equal(gone, []string{"a@example.com", "b@example.com"}) {
		t.Errorf("it shows %q", gone)
	}
	if c := got(t, s, space, id); c.Version != 1 {
		t.Errorf("it left %+v", c)
	}
	most = 2
	w.By.RequestID = suite.NewRequest()
	if out := done(t, s, w); out.Subject.Version != 2 {
		t.Errorf("got %+v", out.Subject)
	}
	suite.Audit(t, b, space)
}
