package book_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// tell gives the actions that are told of a person.
func (s *shop) tell(t *testing.T, p *book.Person) (told []contact.Action) {
	t.Helper()
	err := s.EachTold(t.Context(), s.grant(), p, func(ch *contact.Change) error {
		told = append(told, ch.Action)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return told
}

// CONTRACT D35: a person is found by each of its ids, with who brought what, and after a
// delete too; by nobody who may not read.
func TestPerson(t *testing.T) {
	s := openShop(t)
	a, b := s.create(t, emails("a@example.com")), s.create(t, emails("b@example.com"))
	s.merge(t, a.ID, b.ID)
	p, err := s.Person(t.Context(), s.grant(), b.ID)
	if err != nil {
		t.Fatal(err)
	}
	if p.Contact.ID != a.ID || fmt.Sprint(p.Meta.Aliases) != fmt.Sprint([]contact.ID{b.ID}) || p.Deleted != 0 || len(p.Sources) != 2 {
		t.Errorf("%+v", p)
	}
	if have := fmt.Sprint(s.tell(t, p)); have != "[create create merge merge]" {
		t.Error(have)
	}
	s.now.Add(int64(time.Hour))
	if _, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: "delete"}, &contact.Delete{Ref: a.ID}); err != nil {
		t.Fatal(err)
	}
	s.now.Add(int64(time.Hour))
	now := contact.TimeOf(time.Unix(0, s.now.Load()))
	p, err = s.Person(t.Context(), s.grant(), b.ID)
	if err != nil || p.Deleted != now-contact.Time(time.Hour/time.Microsecond) || p.At != now || len(p.Contact.Values[contact.Emails]) != 2 {
		t.Errorf("of who is deleted: %v, %+v", err, p)
	}
	if have := fmt.Sprint(s.tell(t, p)); have != "[create create merge merge delete]" {
		t.Error(have)
	}
	if _, err := s.Person(t.Context(), s.grant(), b.ID+1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("of nobody: %v", err)
	}
	g := s.grant()
	g.Key.Scopes = access.ScopesOf(access.Write)
	if _, err := s.Person(t.Context(), g, a.ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by a key that may not read: %v", err)
	}
}

// CONTRACT D19, FAULT A1: a long history is told a part at a time. What is held does not grow
// with it, others make pages in between, and a key that is revoked meanwhile is told no more.
func TestLongHistoryOfAPerson(t *testing.T) {
	const writes, most = 300, 24 << 20 // all of it is 60 MB
	s := openShop(t)
	id := s.create(t, emails("a@example.com")).ID
	text := strings.Repeat("x", 450)
	for n := range writes {
		put := contact.Put{Ref: id}
		l := &put.Patch.Values[contact.Locations]
		l.Sent = true
		for i := range 100 {
			l.Texts = append(l.Texts, fmt.Sprintf("%d %d %s", n, i, text))
		}
		if _, err := s.Do(t.Context(), s.grant(), book.Terms{RequestID: fmt.Sprint("put ", n)}, &put); err != nil {
			t.Fatal(err)
		}
	}
	p, err := s.Person(t.Context(), s.grant(), id)
	if err != nil {
		t.Fatal(err)
	}
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, grown, told := live(), uint64(0), 0
	err = s.EachTold(t.Context(), s.grant(), p, func(*contact.Change) error {
		if told++; told%25 == 0 {
			grown = max(grown, max(live(), before)-before)
		}
		return nil
	})
	if err != nil || told != writes+1 {
		t.Fatalf("%v: %d changes are told, want %d", err, told, writes+1)
	}
	if grown > most {
		t.Errorf("%d MiB are held, want %d at most", grown>>20, most>>20)
	}

	if p, err = s.Person(t.Context(), s.grant(), id); err != nil {
		t.Fatal(err)
	}
	told = 0
	err = s.EachTold(t.Context(), s.grant(), p, func(*contact.Change) error {
		if told++; told == 1 {
			_, err := s.store.UpdateKey(t.Context(), access.Act{Who: "test"}, s.key.ID, func(k *access.APIKey) error { k.Revoked = 1; return nil })
			if err != nil {
				t.Fatal(err)
			}
			s.now.Add(int64(2 * time.Second))
		}
		return nil
	})
	if fault.KindOf(err) != fault.Unauthenticated || told == 0 || told > writes/2 {
		t.Errorf("after it was revoked: %v, %d changes are told", err, told)
	}
}
