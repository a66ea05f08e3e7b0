package store

import (
	"context"
	"sync"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
)

// Times in a history grow strictly: one write under a clock that is years ahead
// would have all later ones of its Space stand at its time, for years. So a
// clock that cannot be right writes nothing.
const (
	clockSlack = contact.Time(24 * time.Hour / time.Microsecond)
	// clockIdle is how far ahead of the newest change the clock may be when a
	// server starts. What is used once a year is to start as ever; a clock
	// without a battery, or a year that was mistyped, is further off.
	clockIdle = 400 * clockSlack
)

// moment is a reading of two clocks: the time of day, which people and programs
// set, and the time that has passed since some moment, which nobody sets.
type moment struct {
	at contact.Time
	up time.Duration
}

// clockMemory is what a clock is judged by.
type clockMemory struct {
	newest   contact.Time // of the changes that are known; 0 for none
	right    moment       // when the clock was last as it should be; zero for not yet
	accepted bool         // whoever started the server says that it starts right
}

// clockState is what is wrong with a clock, as a sentence for the operator; ""
// where nothing is.
type clockState string

const (
	clockRight  clockState = ""
	clockBehind clockState = "The clock of the server is more than a day behind the newest change in the database. " +
		"Set it right; where it is right, that change was written under a clock that was ahead, and further changes of its Space follow on its time."
	clockJumped clockState = "The clock of the server has jumped ahead by more than a day. " +
		"Nothing is written until it is set right, or the server is restarted where the new time is right."
	clockAhead clockState = "The clock of the server is more than 400 days ahead of the newest change in the database. " +
		"Nothing is written until it is set right, or, where it is right, the server is restarted with --accept-clock."
)

// refuses tells whether nothing may be written.
func (s clockState) refuses() bool { return s == clockJumped || s == clockAhead }

// judge tells what is wrong with the clock.
func (m *clockMemory) judge(now moment) clockState {
	started := m.right != moment{}
	switch {
	case started && now.at-m.expected(now) > clockSlack:
		return clockJumped
	case !started && !m.accepted && m.newest != 0 && now.at-m.newest > clockIdle:
		return clockAhead
	case m.newest-now.at > clockSlack:
		return clockBehind
	}
	return clockRight
}

// expected is what the clock should show, by the time that has passed.
func (m *clockMemory) expected(now moment) contact.Time {
	return m.right.at + contact.Time((now.up-m.right.up)/time.Microsecond)
}

// take judges the clock, and remembers it where it is right. One that went back
// is not remembered: setting it forth again is no jump. Nor is it before the
// first change: a machine that starts without the time, and gets it from the
// network, is to be set up without a restart.
func (m *clockMemory) take(now moment) clockState {
	state := m.judge(now)
	if state == clockRight && m.newest != 0 && (m.right == moment{} || m.expected(now)-now.at <= clockSlack) {
		m.right = now
	}
	return state
}

// clockGuard keeps what the clock of a Store is judged by. Its methods may be
// called from many goroutines.
type clockGuard struct {
	mu     sync.Mutex
	on     bool
	memory clockMemory
	warned moment // when the log was last told
}

// clockWarnEvery is how often the log is told that something is wrong with the
// clock, at the most.
const clockWarnEvery = time.Hour

// GuardClock has every write refused from now on while the clock cannot be
// right: see judge. With accept it starts right, however far ahead it is.
func (s *Store) GuardClock(ctx context.Context, accept bool) error {
	newest, err := s.backend.LastAt(ctx)
	if err != nil {
		return err
	}
	s.guard.mu.Lock()
	s.guard.on = true
	s.guard.memory = clockMemory{newest: newest, accepted: accept}
	s.guard.mu.Unlock()
	_, _ = s.now(nil) // which remembers the clock of the start, or warns of it
	return nil
}

// ClockWarning tells what is wrong with the clock, "" where nothing is.
func (s *Store) ClockWarning() string {
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	if !s.guard.on {
		return ""
	}
	return string(s.guard.memory.judge(s.moment()))
}

// now gives the time for a batch of these Spaces, or refuses it.
func (s *Store) now(spaces []SpaceRow) (contact.Time, error) {
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	now := s.moment()
	if !s.guard.on {
		return now.at, nil
	}
	for i := range spaces { // other servers write too
		s.guard.memory.newest = max(s.guard.memory.newest, spaces[i].LastAt)
	}
	state := s.guard.memory.take(now)
	if state != clockRight && (s.guard.warned == moment{} || now.up-s.guard.warned.up >= clockWarnEvery) {
		s.guard.warned = now
		s.log.Warn(string(state))
	}
	if state.refuses() {
		return 0, &fault.Error{Kind: fault.Unavailable, Code: fault.CodeClockJumped, Message: string(state), RetryAfter: time.Minute}
	}
	return now.at, nil
}

func (s *Store) moment() moment { return moment{contact.TimeOf(s.clock()), s.uptime()} }

// saved notes the changes of a batch.
func (g *clockGuard) saved(changes []record.Change) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range changes {
		g.memory.newest = max(g.memory.newest, changes[i].At)
	}
}
