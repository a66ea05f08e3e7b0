package model

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// Script is a list of random writes that was drawn once, to be made again: on
// other databases, and in other batches.
type Script struct {
	regions []string // of its Spaces
	lines   []line
}

// line is one write of a script.
type line struct {
	space   int // which of the Spaces
	ask     ask
	request string
}

// readsHistory tells whether a write is made of what those before it did: then it
// waits for no other.
func (l line) readsHistory() bool { return l.ask.kind == "undo" || l.ask.kind == "unmerge" }

// The Spaces of a script take one block of ids each, in their order, so that
// every run gives the same ids. Each Space may make this many contacts.
const scriptIDs = 1000 - 256

// scriptTime is when a script is played: its clock stands still.
var scriptTime = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// DrawScript draws random writes to some Spaces of an empty backend, by making
// them one after the other: each may ask for what those before it left. It gives
// what Play gives of them with 1.
func DrawScript(t *testing.T, b store.Backend, writes int) (*Script, []string) {
	t.Helper()
	script := &Script{regions: []string{"US", "GB", ""}}
	p := script.player(t, b)
	var rooms []*room
	for i, space := range p.spaces {
		rooms = append(rooms, &room{space: space, region: script.regions[i]})
	}
	c := &client{Rand: suite.Seeded(t), t: t, stores: []*store.Store{p.store}, rooms: rooms}
	for i := range writes {
		l := line{space: i, request: fmt.Sprint("line-", i)}
		if i < len(rooms) {
			l.ask = ask{kind: "create", lists: map[int][]string{2: {"First of its Space"}}}
		} else {
			l.space = c.IntN(len(rooms))
			if ref, ok := c.known(rooms[l.space]); ok && i%256 < 20 {
				l.ask = c.back(rooms[l.space], ref)
			} else {
				l.ask = c.ask(rooms[l.space])
			}
		}
		script.lines = append(script.lines, l)
		a := p.write(l)
		p.answers = append(p.answers, a)
		r := rooms[l.space]
		if r.note(a); len(r.ids) > scriptIDs {
			t.Fatalf("a Space of the script makes more than %d contacts, and takes another block of ids: draw fewer writes", scriptIDs)
		}
	}
	return script, p.tell()
}

// Play makes the writes of the script on an empty backend: batch of them wait in
// their queues, in their order, before the first one runs. With 1 it is one
// client that waits for each answer. Play gives every answer and all that the
// backend then holds, as lines of text that depend neither on the batches nor on
// the database. It is for a bubble of testing/synctest.
func (s *Script) Play(t *testing.T, b store.Backend, batch int) []string {
	t.Helper()
	p := s.player(t, b)
	first := len(s.regions) // each takes its Space's block of ids
	for _, l := range s.lines[:first] {
		p.answers = append(p.answers, p.write(l))
	}
	batches := 0
	for rest := s.lines[first:]; len(rest) > 0; batches++ {
		n := max(1, min(batch, len(rest), slices.IndexFunc(append(slices.Clip(rest), line{ask: ask{kind: "undo"}}), line.readsHistory)))
		p.together(rest[:n])
		rest = rest[n:]
	}
	if batch > 1 && p.commits > first+batches*len(p.lanes()) {
		t.Errorf("%d commits for %d batches in %d lanes: they were not made in batches", p.commits, batches, len(p.lanes()))
	}
	t.Logf("%d writes, %d at a time: %d commits", len(s.lines), batch, p.commits)
	return p.tell()
}

// player makes the writes of a script.
type player struct {
	t       *testing.T
	script  *Script
	backend store.Backend
	store   *store.Store
	spaces  []contact.SpaceID
	answers []answered

	mu      sync.Mutex
	commits int
}

func (s *Script) player(t *testing.T, b store.Backend) *player {
	t.Helper()
	f := suite.NewFaulty(b)
	p := &player{t: t, script: s, backend: b, store: suite.NewStore(t, f, store.Options{Clock: func() time.Time { return scriptTime }})}
	f.SetHook(func(step suite.Step, _ *store.Save) error {
		if step == suite.BeforeCommit {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.commits++
		}
		return nil
	})
	for _, region := range s.regions {
		p.spaces = append(p.spaces, suite.NewSpace(t, b, region))
	}
	return p
}

// write makes one write and gives its answer.
func (p *player) write(l line) (r answered) {
	r.ask, r.now.request = l.ask, l.request
	if err := r.write(p.store, p.spaces[l.space], store.Terms{}); err != nil {
		p.t.Errorf("write %s: %v", l.request, err)
	}
	return r
}

// tell gives every answer, and all that the backend holds.
func (p *player) tell() (out []string) {
	for i, a := range p.answers {
		l := p.script.lines[i]
		out = append(out, fmt.Sprintf("write %d: %s in Space %d: change %d, %q; decided at %+v", i, l.ask.kind, l.space, a.op, a.code, a.now))
	}
	return append(out, p.holdings()...)
}

// lanes gives a Space of each lane.
func (p *player) lanes() map[int64]contact.SpaceID {
	lanes := map[int64]contact.SpaceID{}
	for _, space := range p.spaces {
		lanes[p.backend.Lane(space)] = space
	}
	return lanes
}

// together holds every lane with a write that changes nothing until all of a
// group wait, in their order. One write alone need not wait.
func (p *player) together(group []line) {
	answers := make([]answered, len(group))
	free := make(chan struct{})
	var all sync.WaitGroup
	if len(group) > 1 {
		for _, space := range p.lanes() {
			all.Go(func() { p.hold(space, free) })
		}
		synctest.Wait()
	}
	for i, l := range group {
		all.Go(func() { answers[i] = p.write(l) })
		synctest.Wait()
	}
	close(free)
	all.Wait()
	p.answers = append(p.answers, answers...)
}

func (p *player) hold(space contact.SpaceID, free chan struct{}) {
	_, err := p.store.Do(bg, suite.Write("hold", space, &madeUp{decide: func(*contact.View) (contact.Decision, error) {
		<-free
		return contact.Decision{}, nil
	}}))
	if err != nil {
		p.t.Errorf("holding a lane: %v", err)
	}
}

// madeUp is a verb that no caller has.
type madeUp struct {
	needs  contact.Needs
	size   int
	decide func(*contact.View) (contact.Decision, error)
}

func (m *madeUp) Needs() contact.Needs                             { return m.needs }
func (m *madeUp) Size() int                                        { return m.size }
func (m *madeUp) Decide(v *contact.View) (contact.Decision, error) { return m.decide(v) }
