package promise

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var clockTests = []suite.Test{
	{"the newest change of all Spaces", testLastAt},
	{"a clock that jumps writes nothing", testClockJumps},
	{"a clock that starts years ahead writes nothing", testClockStartsAhead},
	{"a clock that is behind is told of, and writes", testClockBehind},
}

func testLastAt(t *testing.T, b store.Backend) {
	want := func(at contact.Time) {
		t.Helper()
		if got, err := b.LastAt(bg); err != nil || got != at {
			t.Errorf("the newest change is at %d, %v; want %d", got, err, at)
		}
	}
	want(0)
	one, two := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	want(0)
	for _, row := range []store.SpaceRow{{Space: one, LastAt: 5}, {Space: two, LastAt: 253402300799_999_999}, {Space: one, LastAt: 7}} {
		row.NextSeq = 2
		suite.Commit(t, b, b.Lane(row.Space), &store.Save{Spaces: []store.SpaceRow{row}})
	}
	want(253402300799_999_999)
}

// hands are the two clocks of a store under test: of the day, and what passed.
type hands struct {
	day    time.Time
	passed time.Duration
}

func newHands() *hands { return &hands{day: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

// guarded makes a store that goes by these clocks, from now on.
func (h *hands) guarded(t *testing.T, b store.Backend, accept bool) *store.Store {
	t.Helper()
	s := suite.NewStore(t, b, store.Options{Clock: func() time.Time { return h.day }, Uptime: func() time.Duration { return h.passed }})
	if err := s.GuardClock(bg, accept); err != nil {
		t.Fatal(err)
	}
	return s
}

const aDay = 24 * time.Hour

// writes sends a write and wants it saved, or refused without a trace where code
// says so. A clock that refuses shows.
func writes(t *testing.T, b store.Backend, s *store.Store, space contact.SpaceID, code string) {
	t.Helper()
	before := suite.Counters(t, b, space)[0]
	_, err := s.Do(bg, creation(space, name("Ada Example")))
	if got := suite.CodeOf(err); got != code {
		t.Fatalf("the write: %q, want %q", got, code)
	}
	after := suite.Counters(t, b, space)[0]
	if (after == before) != (code != "") {
		t.Errorf("the counters were %+v, and are %+v", before, after)
	}
	if code != "" && s.ClockWarning() == "" {
		t.Error("nothing warns of the clock")
	}
}

// FAULT B9: one write under a clock that jumped would spoil the times of a Space.
func testClockJumps(t *testing.T, b store.Backend) {
	one, two := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	h := newHands()
	s := h.guarded(t, b, false)
	writes(t, b, s, one, "")
	writes(t, b, s, one, "")
	for _, jump := range []time.Duration{aDay + time.Second, 30 * aDay, 3650 * aDay} {
		h.day = h.day.Add(jump)
		writes(t, b, s, one, "clock_jumped")
		writes(t, b, s, two, "clock_jumped")
		h.day = h.day.Add(-jump)
		writes(t, b, s, two, "")
	}
	// A machine that slept, and one that nobody used for long.
	for range 2 {
		h.day, h.passed = h.day.Add(500*aDay), h.passed+500*aDay
		writes(t, b, s, one, "")
	}
	if warning := s.ClockWarning(); warning != "" {
		t.Errorf("warned of a clock that is right: %s", warning)
	}
}

// FAULT B9: at the start nothing tells but the newest change of the database.
func testClockStartsAhead(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	h := newHands()
	writes(t, b, h.guarded(t, b, false), space, "")
	h.day = h.day.Add(3650 * aDay)
	late := h.guarded(t, b, false)
	writes(t, b, late, space, "clock_jumped")
	h.day = h.day.Add(-3500 * aDay)
	writes(t, b, late, space, "") // set right meanwhile
	h.day = h.day.Add(3650 * aDay)
	writes(t, b, late, space, "clock_jumped")
	writes(t, b, h.guarded(t, b, true), space, "")
}

// FAULT B9: a Space whose times are ahead already goes on, and the log tells.
func testClockBehind(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	h := newHands()
	suite.Commit(t, b, b.Lane(space), &store.Save{Spaces: []store.SpaceRow{{Space: space, NextSeq: 2, LastAt: contact.TimeOf(h.day.Add(2 * aDay))}}})
	var log bytes.Buffer
	s := store.New(suite.NewFaulty(b), store.Options{Log: slog.New(slog.NewTextHandler(&log, nil)),
		Clock: func() time.Time { return h.day }, Uptime: func() time.Duration { return h.passed }})
	t.Cleanup(func() { s.Close() })
	if err := s.GuardClock(bg, false); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		h.day, h.passed = h.day.Add(time.Minute), h.passed+time.Minute
		writes(t, b, s, space, "")
	}
	if n := strings.Count(log.String(), "is more than a day behind"); n != 1 || s.ClockWarning() == "" {
		t.Errorf("told %d times within an hour, want once; %q", n, s.ClockWarning())
	}
}
