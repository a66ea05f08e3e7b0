package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

var retryTests = []test{
	{"the record of a retry comes back as it was saved", testRetryRow},
	{"a write that may be sent again is done once", testDoneOnce},
}

// In a bubble.
var retryBatchTests = []test{
	{"what changes nothing is found again by its record", testRecordIsAMark},
	{"of two of one key in a batch the first is done", testRetryInBatch},
}

func retryOf(space contact.SpaceID, key, request string) record.Retry {
	r := record.Retry{Space: space, Key: key, Fingerprint: []byte{0, 1, 255}, RequestID: request, At: 1 << 50, Answer: []byte(`{"of":"Zoë"}`)}
	r.Seal()
	return r
}

func testRetryRow(t *testing.T, b store.Backend) {
	space, other := newSpace(t, b, ""), newSpace(t, b, "")
	want := retryOf(space, "K '\"%\\", "request-1")
	load := func(space contact.SpaceID, key string) []record.Retry {
		t.Helper()
		tx := begin(t, b, b.Lane(space))
		defer tx.Rollback()
		found, err := tx.Load(bg, &store.Wants{Retries: []store.RetryID{{Space: space, Key: key}}})
		if err != nil {
			t.Fatal(err)
		}
		return found.Retries
	}
	mark := store.Mark{Space: space, Key: want.Key, RequestID: want.RequestID}
	if saved, err := b.Saved(bg, mark); saved || err != nil {
		t.Errorf("before it was saved: %v, %v", saved, err)
	}
	commit(t, b, b.Lane(space), &store.Save{Retries: []record.Retry{want}})
	if got := load(space, want.Key); !reflect.DeepEqual(got, []record.Retry{want}) || got[0].Check() != nil {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := append(load(other, want.Key), load(space, "k '\"%\\")...); len(got) != 0 {
		t.Errorf("of another Space, or in another case: %+v", got)
	}
	for m, want := range map[store.Mark]bool{
		mark: true, {Space: space, Key: want.Key, RequestID: "request-2"}: false, {Space: other, Key: want.Key, RequestID: "request-1"}: false,
	} {
		if saved, err := b.Saved(bg, m); saved != want || err != nil {
			t.Errorf("%+v: %v, %v", m, saved, err)
		}
	}
	tx := begin(t, b, b.Lane(space))
	err := tx.Save(bg, &store.Save{Retries: []record.Retry{retryOf(space, want.Key, "request-2")}})
	tx.Rollback()
	if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrRefused) {
		t.Errorf("a key that is taken: %v", err)
	}
	commit(t, b, b.Lane(other), &store.Save{Retries: []record.Retry{retryOf(other, want.Key, "request-3")}})
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
	s, space, other := storeOver(t, b, store.Options{}), newSpace(t, b, ""), newSpace(t, b, "")
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
	if l := audit(t, b, space); len(l.changes) != 2 {
		t.Errorf("%d changes, want 2", len(l.changes))
	}
}

var errNotKept = errors.New("the test keeps nothing")

func testRecordIsAMark(t *testing.T, b store.Backend) {
	f := NewFaulty(b)
	s := storeOver(t, f, store.Options{})
	for at, step := range []Step{BeforeCommit, AfterCommit} {
		space := newSpace(t, b, "")
		id := made(t, s, space, name("A"))
		f.SetHook(troubled([]trouble{{step, errOdd, 1}, {AtSaved, errOdd, 2}}))
		if out := done(t, s, again(putting(space, id, name("A")), "K")); out.Op != 0 {
			t.Errorf("trouble %d: change %d", at, out.Op)
		}
		f.SetHook(troubled(nil))
		_, err := s.Do(bg, again(putting(space, id, name("B")), "K"))
		wantRepeated(t, err, `{"op":0,"version":1}`)
		audit(t, b, space)
	}
}

func testRetryInBatch(t *testing.T, b store.Backend) {
	f := NewFaulty(b)
	s := storeOver(t, f, store.Options{})
	space := newSpace(t, b, "")
	id := made(t, s, space, name("A"))
	list := batched(t, f, s, space, troubled(nil), again(putting(space, id, name("B")), "K"), again(putting(space, id, name("C")), "K"), putting(space, id, name("D")))
	saved(t, list[0], list[2])
	wantRepeated(t, list[1].err, `{"op":3,"version":2}`)
	if c := got(t, s, space, id); c.Version != 3 {
		t.Errorf("version %d, want 3", c.Version)
	}
	audit(t, b, space)
}
