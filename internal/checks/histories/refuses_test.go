package histories

import (
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/carnet-project/carnet/internal/contact"
)

// script is a history that is written by hand, of one group.
type script struct {
	group   *group // as it is by now
	history []porcupine.Operation
}

// put sends one name.
func putting(ref contact.ID, name string) *call {
	c := &call{kind: put, ref: ref}
	c.patch.Values[contact.Names] = sends(contact.Names, name)
	return c
}

func getting(ref contact.ID) *call { return &call{kind: get, ref: ref} }

func merging(into, what contact.ID) *call {
	return &call{kind: merge, ref: into, others: []contact.ID{what}}
}

// newScript makes the contacts 1 and 2 by the writes 1 and 2.
func newScript() *script {
	s := &script{group: &group{}}
	for id := contact.ID(1); id <= 2; id++ {
		c := &call{kind: create}
		c.patch.Values[contact.Names] = sends(contact.Names, names[id])
		o, next := s.group.ask(c, id)
		s.group = next
		s.answered(c, heard(sayAll, c, &o))
	}
	return s
}

// answered notes a call that comes after all others.
func (s *script) answered(c *call, a *answer) {
	at := int64(len(s.history)) * 10
	c.n = len(s.history) + 1
	s.history = append(s.history, porcupine.Operation{Input: c, Output: a, Call: at, Return: at + 5})
}

// told notes a call with the answer that it would have at some state, and gives what
// becomes of that.
func (s *script) told(g *group, c *call) *group {
	o, next := g.ask(c, 0)
	s.answered(c, heard(sayAll, c, &o))
	return next
}

// does notes a call as it should be.
func (s *script) does(c *call) { s.group = s.told(s.group, c) }

// open makes the newest call one that is under way until all that follows has
// returned.
func (s *script) open() { s.history[len(s.history)-1].Return = forever }

// lost makes the newest call one to which nothing came back.
func (s *script) lost() {
	s.history[len(s.history)-1].Output = &answer{unknown: true}
	s.open()
}

// fed has the feed tell which calls made which writes.
func (s *script) fed(told map[int]contact.Seq) { (&recorder{history: s.history}).resolve(0, told) }

// The check takes what may be, and refuses what may not.
func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		tell func(*script)
		want porcupine.CheckResult
	}{
		"all in order": {func(s *script) {
			s.does(putting(1, "A"))
			s.does(merging(1, 2))
			s.does(putting(2, "B"))
			s.does(getting(2))
			s.does(&call{kind: undo, ref: 1, op: 4})
			s.does(getting(2))
			s.does(&call{kind: feed})
		}, porcupine.Ok},
		"a read of what was before": {func(s *script) {
			before := s.group
			s.does(putting(1, "A"))
			s.told(before, getting(1))
		}, porcupine.Illegal},
		"a read of what was before, while the write is under way": {func(s *script) {
			before := s.group
			s.does(putting(1, "A"))
			s.open()
			s.told(before, getting(1))
			s.does(getting(1))
		}, porcupine.Ok},
		"a read of what is, and then of what was": {func(s *script) {
			before := s.group
			s.does(putting(1, "A"))
			s.open()
			s.does(getting(1))
			s.told(before, getting(1))
		}, porcupine.Illegal},
		"a write that is lost": {func(s *script) {
			s.told(s.group, putting(1, "A"))
			s.does(getting(1))
		}, porcupine.Illegal},
		"two writes that do not see each other": {func(s *script) {
			s.told(s.group, putting(1, "A"))
			s.open()
			s.does(putting(2, "B"))
		}, porcupine.Illegal},
		"writes in an order that was not theirs": {func(s *script) {
			after, _ := ask(s.group, putting(1, "A"))
			s.told(after, putting(1, "B"))
			s.told(s.group, putting(1, "A"))
		}, porcupine.Illegal},
		"an alias that leads where it led": {func(s *script) {
			before := s.group
			s.does(merging(1, 2))
			s.told(before, getting(2))
		}, porcupine.Illegal},
		"half a merge": {func(s *script) {
			before := s.group
			s.does(merging(1, 2))
			s.open()
			s.does(getting(1))
			s.told(before, getting(2))
		}, porcupine.Illegal},
		"an undo that undid nothing": {func(s *script) {
			s.does(putting(1, "A"))
			s.answered(&call{kind: undo, ref: 1, op: 3}, heard(sayAll, nil, &outcome{contact: *s.group.rows[1]}))
		}, porcupine.Illegal},
		"a refusal for nothing": {func(s *script) {
			s.answered(getting(1), heard(sayAll, nil, &outcome{err: contact.NotFound()}))
		}, porcupine.Illegal},
		"a killed write that was done": {func(s *script) {
			s.does(putting(1, "A"))
			s.lost()
			s.does(getting(1))
		}, porcupine.Ok},
		"a killed write that was not": {func(s *script) {
			before := s.group
			s.does(putting(1, "A"))
			s.lost()
			s.told(before, getting(1))
			s.told(before, putting(1, "B"))
		}, porcupine.Ok},
		"a killed write that was done, and is lost": {func(s *script) {
			before := s.group
			s.does(putting(1, "A"))
			s.lost()
			s.does(getting(1))
			s.told(before, getting(1))
		}, porcupine.Illegal},
		"a killed write that the feed knows": {func(s *script) {
			s.does(putting(1, "A"))
			s.lost()
			s.does(putting(2, "B"))
			s.fed(map[int]contact.Seq{3: 3, 4: 4})
		}, porcupine.Ok},
		"a killed write that the feed knows as another": {func(s *script) {
			s.does(putting(1, "A"))
			s.lost()
			s.does(putting(2, "B"))
			s.fed(map[int]contact.Seq{3: 5, 4: 4})
		}, porcupine.Illegal},
		"a killed write that was done, and the feed does not know": {func(s *script) {
			s.does(putting(1, "A"))
			s.lost()
			s.does(getting(1))
			s.fed(map[int]contact.Seq{})
		}, porcupine.Illegal},
		"a killed write that was not done, and the feed knows": {func(s *script) {
			before := s.group
			s.does(putting(1, "A"))
			s.lost()
			s.told(before, getting(1))
			s.told(before, putting(1, "B"))
			s.fed(map[int]contact.Seq{3: 3})
		}, porcupine.Illegal},
		"a write that was done though the server says that it did nothing": {func(s *script) {
			s.does(putting(1, "A"))
			s.history[2].Output = &answer{nothing: true}
			s.does(getting(1))
		}, porcupine.Illegal},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript()
			c.tell(s)
			if res := porcupine.CheckOperationsTimeout(model(sayAll), s.history, checkTime); res != c.want {
				t.Errorf("it is %s, want %s", res, c.want)
			}
		})
	}
}

func ask(g *group, c *call) (*group, outcome) {
	o, next := g.ask(c, 0)
	return next, o
}
