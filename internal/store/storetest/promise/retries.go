package promise

import (
	"errors"
	"fmt"
	"testing"

	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var retryTests = []suite.Test{
	{"a write that may be sent again is done once", testDoneOnce},
}

var retryBatchTests = []suite.Test{
	{"what changes nothing is found again by its record", testRecordIsAMark},
	{"of two of one key in a batch the first is done", testRetryInBatch},
}

// again makes a write one that is done once, and answers with its outcomes.
func again(w store.Write, key string) store.Write {
	w.Retry = &store.Retry{Key: key, Fingerprint: []byte(key), Answer: func(outcomes []store.Outcome) ([]byte, error) {
		return fmt.Appendf(nil, `{"op":%d,"version":%d}`, outcomes[0].Op, outcomes[0].Subject.Version), nil
	}}
	return w
}

// wantRepeated wants an error that gives what was kept.
func wantRepeated(t *testing.T, err error, answer string) {
	t.Helper()
	r, ok := errors.AsType[*store.Repeated](err)
	if !ok || string(r.Kept.Answer) != answer {
		t.Errorf("got %v, want a repetition of %s", err, answer)
	}
}

func testDoneOnce(t *testing.T, b store.Backend) {
	s, space, other := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	done(t, s, again(putting(space, id, name("B")), "change"))
	done(t, s, again(putting(space, id, name("B")), "no change"))
	refused := again(putting(space, id+99, name("B")), "refused")
	failing := again(putting(space, id, name("C")), "failing")
	failing.Retry.Answer = func([]store.Outcome) ([]byte, error) { return nil, errNotKept }
	for _, w := range []store.Write{refused, failing, refused, failing} { // none of which leaves anything
		var r *store.Repeated
		if _, err := s.Do(bg, w); err == nil || errors.As(err, &r) {
			t.Errorf("%s: %v", w.Retry.Key, err)
		}
	}
	for key, answer := range map[string]string{"change": `{"op":2,"version":2}`, "no change": `{"op":0,"version":2}`} {
		_, err := s.Do(bg, again(putting(space, id, name("D")), key))
		wantRepeated(t, err, answer)
	}
	done(t, s, again(creation(other, name("Theirs")), "change"))
	if c := got(t, s, space, id); c.Version != 2 {
		t.Errorf("it was done again: version %d", c.Version)
	}
	if l := suite.Audit(t, b, space); len(l.Changes) != 2 {
		t.Errorf("%d changes, want 2", len(l.Changes))
	}
}

var errNotKept = errors.New("the test keeps nothing")

func testRecordIsAMark(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	for at, step := range []suite.Step{suite.BeforeCommit, suite.AfterCommit} {
		space := suite.NewSpace(t, b, "")
		id := made(t, s, space, name("A"))
		f.SetHook(troubled([]trouble{{step, errOdd, 1}, {suite.AtSaved, errOdd, 2}}))
		if out := done(t, s, again(putting(space, id, name("A")), "K")); out.Op != 0 {
			t.Errorf("trouble %d: change %d", at, out.Op)
		}
		f.SetHook(troubled(nil))
		_, err := s.Do(bg, again(putting(space, id, name("B")), "K"))
		wantRepeated(t, err, `{"op":0,"version":1}`)
		suite.Audit(t, b, space)
	}
}

func testRetryInBatch(t *testing.T, b store.Backend) {
	f := suite.NewFaulty(b)
	s := suite.NewStore(t, f, store.Options{})
	space := suite.NewSpace(t, b, "")
	id := made(t, s, space, name("A"))
	list := batched(t, f, s, space, troubled(nil), again(putting(space, id, name("B")), "K"), again(putting(space, id, name("C")), "K"), putting(space, id, name("D")))
	saved(t, list[0], list[2])
	wantRepeated(t, list[1].err, `{"op":3,"version":2}`)
	if c := got(t, s, space, id); c.Version != 3 {
		t.Errorf("version %d, want 3", c.Version)
	}
	suite.Audit(t, b, space)
}
