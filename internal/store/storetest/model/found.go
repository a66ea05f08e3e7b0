package model

import (
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// found are short lists of writes, each made of a long one that random clients came upon:
// either the store was wrong there, or the model knew less than it should.
var found = []struct {
	what  string
	story func(*tale)
}{
	{"an unmerge belongs to whom it was taken from, whatever the caller called that", func(s *tale) {
		a, b, c := s.made("A"), s.made("B"), s.made("C")
		s.merge(a, b)
		s.merge(b, c)
		split := s.unmerge(b, c)
		s.unmerge(a, b)
		s.want("change_not_found", ask{kind: "undo", ref: b, op: split})
		s.undo(a, split)
		s.unmerge(a, c)
		s.want("change_not_found", ask{kind: "undo", ref: b, op: split})
	}},
	{"a value that came back for another is taken again", func(s *tale) {
		a, b, c := s.made("A"), s.made("B"), s.made("C", "v@example.com")
		s.merge(a, b)
		s.do(ask{kind: "put", ref: a, lists: mails("v@example.com")})
		s.do(ask{kind: "put", ref: b, lists: mails()})
		s.merge(b, c)
		split := s.unmerge(a, b)
		s.unmerge(b, c)
		s.undo(a, split)
	}},
	{"a value whose bringing was undone is with nobody, and named", func(s *tale) {
		a, b, c := s.made("A"), s.made("B", "v@example.com"), s.made("C")
		s.merge(a, b)
		replaced := s.do(ask{kind: "put", ref: b, lists: mails("w@example.com")})
		merge := s.merge(c, b)
		s.do(ask{kind: "put", ref: c, lists: mails()})
		s.undo(b, replaced)
		s.undo(c, merge)
		s.unmerge(a, b)
	}},
	{"a value that its id took away, while it was another's, is with nobody, and named", func(s *tale) {
		a, b, c := s.made("A"), s.made("B"), s.made("C")
		merge := s.merge(a, b)
		s.merge(c, a)
		s.do(ask{kind: "patch", ref: b, lists: mails("v@example.com")})
		emptied := s.do(ask{kind: "put", ref: a, lists: mails()})
		s.do(ask{kind: "patch", ref: c, lists: mails("v@example.com")})
		s.do(ask{kind: "put", ref: b, lists: mails()})
		s.undo(a, emptied)
		s.unmerge(c, a)
		s.undo(a, merge)
	}},
	{"a value that was spelled otherwise, and of which that was undone", func(s *tale) {
		a, b := s.made("A", "v@example.com"), s.made("B", "zoë@bücher.example")
		s.merge(a, b)
		other := s.do(ask{kind: "put", ref: b, lists: mails("zoë@xn--bcher-kva.example", "Ada@Example.com")})
		s.do(ask{kind: "put", ref: b, lists: mails("ada@example.com")})
		s.undo(b, other)
		s.unmerge(a, b)
	}},
	{"a field that came back to who held it by then goes again", func(s *tale) {
		a := s.made("A")
		for _, content := range []string{"x", "", "x"} {
			s.do(ask{kind: "patch", ref: a, slots: map[int]string{12: content}})
		}
		back := s.undo(a, s.ops[len(s.ops)-2])
		s.undo(a, s.ops[len(s.ops)-2])
		s.undo(a, back)
	}},
	{"a value that an undo gave back leaves with whose it is, out of a third", func(s *tale) {
		a, b, c := s.made("A"), s.made("B"), s.made("C")
		s.do(ask{kind: "put", ref: b, lists: mails("v@example.com")})
		s.merge(a, b)
		split := s.unmerge(a, b)
		s.do(ask{kind: "put", ref: b, lists: mails()})
		s.merge(c, b)
		s.undo(a, split)
		s.unmerge(a, b)
	}},
	{"a field that stood where a contact was hung is given back to nobody but who is there", func(s *tale) {
		a, b, c, top, d := s.made("A"), s.made("B"), s.made("C"), s.made("Top"), s.made("D")
		s.do(ask{kind: "put", ref: c, slots: map[int]string{12: "x"}})
		s.merge(a, b)
		s.merge(a, c)
		merge := s.merge(top, a)
		s.merge(b, d)
		s.do(ask{kind: "put", ref: d, slots: map[int]string{}})
		s.undo(top, merge)
		s.unmerge(a, c)
		s.unmerge(a, d)
	}},
	{"a list that an undo put into another order is in that order after a merge and its unmerge", func(s *tale) {
		a, b := s.made("A", "v@example.com"), s.made("B", "w@example.com", "v@example.com")
		merge := s.merge(a, b)
		emptied := s.do(ask{kind: "put", ref: b, lists: mails()})
		split := s.undo(a, merge)
		s.undo(b, emptied)
		s.undo(a, split)
		s.unmerge(a, b)
	}},
	{"the same of a list of whom it was merged into, after an undo merged it again", func(s *tale) {
		a, b, c := s.made("A", "v@example.com"), s.made("B"), s.made("C", "w@example.com")
		s.merge(c, b)
		s.do(ask{kind: "put", ref: b, lists: mails()})
		s.merge(a, c)
		emptied := s.do(ask{kind: "put", ref: c, lists: mails()})
		split := s.unmerge(c, b)
		s.undo(c, emptied)
		s.undo(c, split)
		s.unmerge(c, b)
	}},
	{"a value that came again with whom it is, by an undo after another was merged, stays when that goes", func(s *tale) {
		a, b, c := s.made("A"), s.made("B", "v@example.com"), s.made("C")
		s.merge(a, b)
		split := s.unmerge(a, b)
		s.merge(a, c)
		s.undo(a, split)
		s.unmerge(a, c)
	}},
	{"a merge stands again, and can be undone, after the undo of a split", func(s *tale) {
		a, b := s.made("A"), s.made("B", "v@example.com")
		merge := s.merge(a, b)
		s.undo(a, s.unmerge(a, b))
		s.undo(a, merge)
	}},
	{"who was split off does not go back to what it was where the other was merged itself", func(s *tale) {
		a, b, c := s.made("A"), s.made("B", "v@example.com"), s.made("C")
		s.merge(a, b)
		s.do(ask{kind: "put", ref: a, lists: mails()})
		split := s.unmerge(a, b)
		s.merge(c, a)
		s.undo(a, split)
	}},
	{"a value that came back to whom it was split from, while whose it is was merged again without it", func(s *tale) {
		a, b := s.made("A"), s.made("B", "v@example.com")
		s.merge(a, b)
		split := s.unmerge(a, b)
		s.do(ask{kind: "put", ref: b, lists: mails()})
		s.do(ask{kind: "merge", ref: a, other: b, confirm: true})
		s.undo(a, split)
		s.unmerge(a, b)
	}},
	{"who was split off does not go back to what was split off with what it was part of", func(s *tale) {
		a, b, m, x := s.made("A"), s.made("B", "b@example.com"), s.made("M", "m@example.com"), s.made("X", "x@example.com")
		s.merge(m, x)
		s.merge(b, x)
		s.merge(a, b)
		split := s.unmerge(m, x)
		s.unmerge(a, b)
		s.undo(m, split)
	}},
	{"what was taken before a split is gone again after the undo of that, and an unmerge", func(s *tale) {
		a, b := s.made("A"), s.made("B", "v@example.com")
		s.merge(a, b)
		s.do(ask{kind: "put", ref: b, lists: mails()})
		s.undo(a, s.unmerge(a, b))
		s.unmerge(a, b)
	}},
}

// playFound lets a store make each list, and the model judge it.
func playFound(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	for _, tt := range found {
		t.Run(tt.what, func(t *testing.T) {
			a := &tale{t: t, store: s, space: suite.NewSpace(t, b, ""), diary: newDiary(t, "")}
			tt.story(a)
			a.diary.checkChanges(t, s, a.space)
			a.diary.checkContacts(t, s, a.space)
		})
	}
}

// tale is writes to one Space, one after the other.
type tale struct {
	t     *testing.T
	store *store.Store
	space contact.SpaceID
	diary *diary
	ops   []int64 // of those that changed something
}

// do makes a write that is not refused, and gives its number.
func (s *tale) do(a ask) int64 {
	s.t.Helper()
	s.want("", a)
	return s.ops[len(s.ops)-1]
}

// want makes a write, and wants a code of its refusal, "" for none.
func (s *tale) want(code string, a ask) answered {
	s.t.Helper()
	r := answered{ask: a}
	r.now.request = suite.NewRequest()
	if err := r.write(s.store, s.space, store.Terms{}); err != nil || r.code != code {
		s.t.Fatalf("%+v: %v, %q", a, err, r.code)
	}
	s.diary.check(s.t, &r)
	if r.op != 0 {
		s.ops = append(s.ops, r.op)
	}
	return r
}

// made makes a contact with a name and emails, and gives its id.
func (s *tale) made(name string, emails ...string) int64 {
	s.t.Helper()
	lists := mails(emails...)
	lists[int(contact.Names)] = []string{name}
	return s.want("", ask{kind: "create", lists: lists}).now.id
}

func (s *tale) merge(a, b int64) int64 {
	s.t.Helper()
	return s.do(ask{kind: "merge", ref: a, other: b})
}

func (s *tale) unmerge(a, b int64) int64 {
	s.t.Helper()
	return s.do(ask{kind: "unmerge", ref: a, other: b})
}

func (s *tale) undo(ref, op int64) int64 {
	s.t.Helper()
	return s.do(ask{kind: "undo", ref: ref, op: op, resolve: true})
}

func mails(emails ...string) map[int][]string {
	return map[int][]string{int(contact.Emails): append([]string{}, emails...)}
}
