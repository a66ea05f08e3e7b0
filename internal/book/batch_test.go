package book_test

import (
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

var errCutOff = errors.New("the test cuts it off")

// verbsOf gives verbs one by one, with errCutOff after so many; -1 for all.
func verbsOf(list []contact.Verb, cut int) iter.Seq2[contact.Verb, error] {
	return func(yield func(contact.Verb, error) bool) {
		for i, verb := range list {
			if i == cut {
				yield(nil, errCutOff)
				return
			}
			if !yield(verb, nil) {
				return
			}
		}
	}
}

// CONTRACT D32, D33: a batch of several transactions that was cut off goes on where it
// ended, and uses up what it may take away over all of them.
func TestBatchGoesOn(t *testing.T) {
	s := openShop(t)
	const contacts, most = 350, 179
	var ids []contact.ID
	for i := range contacts {
		ids = append(ids, s.create(t, emails(fmt.Sprintf("%d@example.com", i))).ID)
	}
	verbs := func() (list []contact.Verb) {
		for _, id := range ids { // each second takes one away
			p := emails()
			if len(list)%2 == 1 {
				p = emails(fmt.Sprintf("%d@example.com", len(list)), "more@example.com")
			}
			list = append(list, &contact.Put{Ref: id, Patch: p})
		}
		for len(list) < contacts+100 { // and the last ones too
			list = append(list, &contact.Put{Ref: ids[2*(len(list)-contacts)+1], Patch: emails()})
		}
		return list
	}
	all, limit := len(verbs()), most
	ask := func(cut int) (name string, replayed bool, told []book.Result, err error) {
		terms := book.Terms{RequestID: fmt.Sprint("request ", cut), Retry: &book.Retry{Key: "K", Fingerprint: [32]byte{1}}}
		terms.MaxRemovals = &limit
		name, replayed, err = s.Batch(t.Context(), s.grant(), terms, book.Batch{Verbs: verbsOf(verbs(), cut)}, func(r *book.Result) error {
			told = append(told, *r)
			return nil
		})
		return name, replayed, told, err
	}
	var first []book.Result
	var names []string
	for _, cut := range []int{150, 320, -1, -1} {
		before := s.changes(t)
		name, replayed, told, err := ask(cut)
		if cut >= 0 != errors.Is(err, errCutOff) || cut < 0 && (err != nil || len(told) != all) {
			t.Fatalf("cut at %d: %v, %d were told", cut, err, len(told))
		}
		if replayed != (len(names) > 0) || len(names) > 0 && name != names[0] {
			t.Errorf("cut at %d: batch %q, replayed %v; the first was %q", cut, name, replayed, names)
		}
		for i := range min(len(first), len(told)) {
			was, is := &first[i], &told[i]
			if is.Change != was.Change || is.Contact.ID != was.Contact.ID || is.Contact.Version != was.Contact.Version || (is.Err == nil) != (was.Err == nil) {
				t.Fatalf("cut at %d, operation %d: %+v, it was %+v", cut, i, is, was)
			}
		}
		if len(names) == 3 && s.changes(t) != before {
			t.Errorf("the whole was done already, and %d changes came", s.changes(t)-before)
		}
		first, names = told, append(names, name)
	}
	removed := 0
	for i := range first {
		if code := fault.Code(""); first[i].Err != nil {
			if e, ok := errors.AsType[*fault.Error](first[i].Err); ok {
				code = e.Code
			}
			if code != fault.CodeTooManyRemovals {
				t.Errorf("operation %d: %v", i, first[i].Err)
			}
			continue
		}
		changed := first[i].Changed()
		if e := changed.Values[contact.Emails]; e != nil {
			removed += len(e.Removed())
		}
	}
	if removed != most {
		t.Errorf("%d were taken away, want %d", removed, most)
	}
	// Another request of this name is refused, whatever of it was done.
	terms := book.Terms{RequestID: "another", Retry: &book.Retry{Key: "K", Fingerprint: [32]byte{2}}}
	_, _, err := s.Batch(t.Context(), s.grant(), terms, book.Batch{Verbs: verbsOf(verbs(), -1)}, func(*book.Result) error { return nil })
	wantCode(t, err, fault.Invalid, fault.CodeIdempotencyReused)
}

// changes gives how many changes the Space has.
func (s *shop) changes(t *testing.T) contact.Seq {
	t.Helper()
	last, err := s.grants.LastSeq(t.Context(), s.space.ID)
	if err != nil {
		t.Fatal(err)
	}
	return last
}
