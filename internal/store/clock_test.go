package store

import (
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
)

const day = clockSlack

// start is when the servers of these tests start.
var start = contact.TimeOf(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))

// FAULT B9: a clock that cannot be right writes nothing. Times of day count from
// start.
func TestClock(t *testing.T) {
	type reading struct {
		at   contact.Time // of the day
		up   contact.Time // since the start
		want clockState
	}
	for _, c := range []struct {
		name     string
		newest   contact.Time
		accepted bool
		readings []reading
	}{
		{"as it should be", -1, false, []reading{{0, 0, clockRight}, {3, 3, clockRight}, {500 * day, 500 * day, clockRight}}},
		{"corrected a little", -1, false, []reading{{0, 0, clockRight}, {day, 0, clockRight}, {2 * day, 0, clockRight}, {day, 0, clockRight}}},
		{"jumps", -1, false, []reading{{0, 0, clockRight}, {day + 1, 0, clockJumped}, {3650 * day, 5, clockJumped}, {9, 9, clockRight}}},
		{"jumps much later", -1, false, []reading{{0, 0, clockRight}, {90 * day, 90 * day, clockRight}, {92 * day, 90*day + 1, clockJumped}}},
		{"jumps before the first write", -1, false, []reading{{0, 0, clockRight}, {3650 * day, 0, clockJumped}}},
		{"goes back, and forth again", -1, false, []reading{{0, 0, clockRight}, {-9 * day, 1, clockBehind}, {2, 2, clockRight}, {day + 3, 2, clockJumped}}},
		{"goes back after a long rest", -9 * day, false, []reading{{0, 0, clockRight}, {-8 * day, 1, clockRight}, {2, 2, clockRight}, {day + 3, 2, clockJumped}}},
		{"is wrong at the start", -401 * day, false, []reading{{0, 0, clockAhead}, {5, 5, clockAhead}, {-400 * day, 6, clockRight}, {7, 7, clockJumped}}},
		{"years ahead at the start", -3650 * day, false, []reading{{0, 0, clockAhead}, {-3650 * day, 1, clockRight}}},
		{"accepted at the start", -3650 * day, true, []reading{{0, 0, clockRight}, {2*day + 1, day, clockJumped}}},
		{"a long rest", -400 * day, false, []reading{{0, 0, clockRight}}},
		{"behind at the start", 2 * day, false, []reading{{0, 0, clockBehind}, {2 * day, 0, clockRight}, {3*day + 1, 0, clockJumped}}},
		{"behind by a little", day, false, []reading{{0, 0, clockRight}}},
		{"nothing is written yet", -start, false, []reading{{-2000 * day, 0, clockRight}, {0, 0, clockRight}, {2000 * day, 0, clockRight}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := clockMemory{newest: start + c.newest, accepted: c.accepted}
			for i, r := range c.readings {
				if got := m.take(moment{start + r.at, time.Hour + time.Duration(r.up)*time.Microsecond}); got != r.want {
					t.Fatalf("reading %d: %q, want %q", i, got, r.want)
				}
			}
		})
	}
}

// The time that passes is known, and grows.
func TestUptime(t *testing.T) {
	if a, b := uptime(), uptime(); b < a {
		t.Errorf("%v, and then %v", a, b)
	}
}
