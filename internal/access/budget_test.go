package access_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

const day = contact.Time(24 * time.Hour / time.Microsecond)

// 0 is a limit, and none is not; the zero Cap is none, however it is written.
func TestCap(t *testing.T) {
	for _, tt := range []struct {
		text   string
		cap    access.Cap
		stored int64
		told   string
		allows []int64
		not    []int64
	}{
		{"none", access.Cap{}, -1, "", []int64{0, 1, 1 << 62}, nil},
		{"0", access.AtMost(0), 0, "0", []int64{0}, []int64{1, 2}},
		{"7", access.AtMost(7), 7, "7", []int64{0, 7}, []int64{8, 1 << 62}},
		{"007", access.AtMost(7), 7, "7", nil, nil},
	} {
		c, err := access.ParseCap(tt.text)
		if err != nil || c != tt.cap || c.Stored() != tt.stored || c.String() != tt.told || access.StoredCap(tt.stored) != c {
			t.Errorf("%s: %v, stored as %d, told as %q, %v", tt.text, c, c.Stored(), c.String(), err)
		}
		if n, ok := c.Get(); ok != (tt.stored >= 0) || ok && n != tt.stored {
			t.Errorf("%s: got %d, %v", tt.text, n, ok)
		}
		for _, n := range tt.allows {
			if !c.Allows(n) {
				t.Errorf("%s does not allow %d", tt.text, n)
			}
		}
		for _, n := range tt.not {
			if c.Allows(n) {
				t.Errorf("%s allows %d", tt.text, n)
			}
		}
	}
	for _, text := range []string{"", "-1", "+1", "1.5", " 1", "None", "1e3", "1,000", "99999999999999999999"} {
		if c, err := access.ParseCap(text); err == nil || c != (access.Cap{}) {
			t.Errorf("%q is read as %v", text, c)
		}
	}
}

func TestBudgetCheck(t *testing.T) {
	for _, tt := range []struct {
		budget access.Budget
		at     []string
	}{
		{access.Budget{}, nil},
		{access.Budget{MaxRemovals: access.AtMost(0), DailyRemovals: access.AtMost(0), DailyWrites: access.AtMost(0)}, nil},
		{access.Budget{MaxRemovals: access.AtMost(10_000), DailyRemovals: access.AtMost(1e9), DailyWrites: access.AtMost(1e9)}, nil},
		{access.Budget{MaxRemovals: access.AtMost(10_001)}, []string{"max_removals"}},
		{access.Budget{MaxRemovals: access.AtMost(1e9), DailyRemovals: access.AtMost(1e9 + 1), DailyWrites: access.AtMost(1e9 + 1)},
			[]string{"max_removals", "daily_removals", "daily_writes"}},
	} {
		wantProblems(t, tt.budget.Check(), tt.at...)
		k := access.APIKey{Name: access.DefaultKeyName, Scopes: access.DefaultScopes, Created: start, Budget: tt.budget}
		wantProblems(t, k.Check(), tt.at...)
	}
}

func TestBudgetIsTold(t *testing.T) {
	for want, b := range map[string]access.Budget{
		"":               {},
		"max_removals=0": {MaxRemovals: access.AtMost(0)},
		"max_removals=10 daily_removals=100 daily_writes=5": {MaxRemovals: access.AtMost(10), DailyRemovals: access.AtMost(100), DailyWrites: access.AtMost(5)},
	} {
		if got := b.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// overBudget holds an error to be the 403 of a budget, whose sentence has these parts.
func overBudget(t *testing.T, err error, parts ...string) {
	t.Helper()
	f, ok := err.(*fault.Error)
	if !ok || f.Kind != fault.Forbidden || f.Code != fault.CodeOverBudget {
		t.Fatalf("got %v, want over_budget", err)
	}
	for _, part := range append(parts, "nothing was changed") {
		if !strings.Contains(f.Message, part) {
			t.Errorf("%q does not say %q", f.Message, part)
		}
	}
}

// CONTRACT D24: a write may take away as much as its key may at once.
func TestBudgetOfAWrite(t *testing.T) {
	b := access.Budget{MaxRemovals: access.AtMost(3)}
	if err := b.CheckWrite(3, true); err != nil || b.Daily() {
		t.Errorf("3 of 3: %v; daily: %v", err, b.Daily())
	}
	overBudget(t, b.CheckWrite(4, true), "at most 3 values", "would remove 4")
	overBudget(t, b.CheckWrite(4, false), "at most 3 values", "would remove more")
	overBudget(t, access.Budget{MaxRemovals: access.AtMost(0)}.CheckWrite(1, true), "at most 0 values")
	overBudget(t, access.Budget{MaxRemovals: access.AtMost(1)}.CheckWrite(2, true), "at most 1 value with")
	if err := (access.Budget{}).CheckWrite(1<<40, true); err != nil {
		t.Errorf("without a limit: %v", err)
	}
}

// CONTRACT D24: windows of 24 hours, each of which begins with its first write; what
// is refused uses nothing.
func TestSpend(t *testing.T) {
	b := access.Budget{DailyRemovals: access.AtMost(5), DailyWrites: access.AtMost(3)}
	now := contact.TimeOf(time.Date(2026, 5, 1, 12, 0, 0, 1000, time.UTC)) // a little after a whole second
	var s access.Spent
	steps := []struct {
		after            contact.Time
		removals, writes int64
		want             access.Spent
		refused          string // which budget
	}{
		{0, 2, 1, access.Spent{Since: now, Removals: 2, Writes: 1}, ""},
		{1, 4, 1, access.Spent{Since: now, Removals: 2, Writes: 1}, "remove at most 5 values"},
		{day - 4, 3, 1, access.Spent{Since: now, Removals: 5, Writes: 2}, ""},
		{1, 0, 2, access.Spent{Since: now, Removals: 5, Writes: 2}, "change at most 3 contacts"},
		{0, 0, 1, access.Spent{Since: now, Removals: 5, Writes: 3}, ""},
		{0, 1, 1, access.Spent{Since: now, Removals: 5, Writes: 3}, "remove at most 5 values"}, // both
		{1, 0, 1, access.Spent{Since: now, Removals: 5, Writes: 3}, "change at most 3 contacts"},
		{1, 6, 1, access.Spent{Since: now, Removals: 5, Writes: 3}, "remove at most 5 values"}, // more than any window has
		{0, 5, 3, access.Spent{Since: now + day, Removals: 5, Writes: 3}, ""},
	}
	at := now
	for i, step := range steps {
		at += step.after
		got, err := s.Take(b, at, step.removals, step.writes, true)
		if got != step.want {
			t.Errorf("step %d: %+v, want %+v", i, got, step.want)
		}
		if (err != nil) != (step.refused != "") {
			t.Errorf("step %d: %v", i, err)
		} else if err != nil {
			overBudget(t, err, step.refused, "24 hours end at 2026-05-0")
		}
		s = got
	}
	_, err := s.Take(b, at, 0, 1, true)
	overBudget(t, err, "in 24 hours, has 0 of them left, and this write would change 1:")
	_, err = s.Take(access.Budget{DailyRemovals: access.AtMost(7)}, at, 3, 1, true)
	overBudget(t, err, "in 24 hours, has 2 of them left, and this write would remove 3:")
	_, err = s.Take(access.Budget{DailyRemovals: access.AtMost(1)}, at, 3, 1, true) // it was lowered since
	overBudget(t, err, "has 0 of them left")
	_, err = s.Take(b, at+day, 6, 1, true) // of a new window
	overBudget(t, err, "has 5 of them left, and this write would remove 6:")
	_, err = s.Take(b, at, 0, 1, false)
	overBudget(t, err, "in 24 hours, and this write would pass that:")
	overBudget(t, err, "end at 2026-05-03T12:00:01Z.") // a moment at which it has ended
}

// Whatever is written, the writes that are let in within 24 hours of the first of a
// window never pass the budget, and one that fits is never refused.
func TestSpendNeverPasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := access.Budget{DailyRemovals: access.StoredCap(rapid.Int64Range(-1, 20).Draw(t, "removals")), DailyWrites: access.StoredCap(rapid.Int64Range(-1, 20).Draw(t, "writes"))}
		var s, sum access.Spent
		now := start
		for range rapid.IntRange(1, 30).Draw(t, "n") {
			now += contact.Time(rapid.Int64Range(0, int64(day)/3).Draw(t, "later"))
			removals, writes := rapid.Int64Range(0, 8).Draw(t, "r"), rapid.Int64Range(1, 4).Draw(t, "w")
			if sum.Since == 0 || now >= sum.Since+day {
				sum = access.Spent{Since: now}
			}
			fits := b.DailyRemovals.Allows(sum.Removals+removals) && b.DailyWrites.Allows(sum.Writes+writes)
			next, err := s.Take(b, now, removals, writes, true)
			if (err == nil) != fits || err != nil && next != s {
				t.Fatalf("%+v of %+v, %d and %d more: %v", sum, b, removals, writes, err)
			}
			if err == nil {
				sum.Removals, sum.Writes = sum.Removals+removals, sum.Writes+writes
			} else if s.Since != sum.Since {
				sum = access.Spent{} // refused, so no window began
			}
			s = next
		}
	})
}
