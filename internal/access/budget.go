package access

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// Budget is how much a key may take away and change (CONTRACT D24). The zero Budget
// has no limit. Budgets are compared with ==.
type Budget struct {
	MaxRemovals   Cap // of one write: at most MaxRemovals
	DailyRemovals Cap // in a window of 24 hours, as the next: at most MaxDaily
	DailyWrites   Cap // contacts changed
}

// The greatest figures of a Budget.
const (
	MaxRemovals = 10_000
	MaxDaily    = 1_000_000_000
)

// Cap is a limit that may be missing: the zero Cap is none, and one of 0 allows
// nothing.
type Cap struct{ above int64 } // the first number that is too much; 0 for no limit

// NoCap is how a missing limit is written; "" where it is told of.
const NoCap = "none"

// AtMost gives the limit n, which is not negative.
func AtMost(n int64) Cap { return Cap{n + 1} }

// StoredCap reads what Stored gave: -1 for no limit.
func StoredCap(n int64) Cap { return AtMost(max(n, -1)) }

// Stored gives the limit, or -1 where there is none.
func (c Cap) Stored() int64 { return c.above - 1 }

// Get gives the limit, false where there is none.
func (c Cap) Get() (int64, bool) { return c.above - 1, c.above != 0 }

// Allows tells whether n is within the limit.
func (c Cap) Allows(n int64) bool { return c.above == 0 || n < c.above }

// String gives the limit, "" where there is none.
func (c Cap) String() string {
	if c.above == 0 {
		return ""
	}
	return strconv.FormatInt(c.Stored(), 10)
}

// of says how many of something there may be.
func (c Cap) of(thing string) string {
	if c == AtMost(1) {
		return "1 " + thing
	}
	return c.String() + " " + thing + "s"
}

var errCap = errors.New("write a whole number, as in 100, or none for no limit; 0 allows nothing")

// ParseCap reads a limit as it is typed: digits, or none. The error is half a
// sentence, for behind the name of a flag.
func ParseCap(text string) (Cap, error) {
	if text == NoCap {
		return Cap{}, nil
	}
	n, err := strconv.ParseUint(text, 10, 63) // unlike ParseInt it takes no sign
	if err != nil {
		return Cap{}, errCap
	}
	return AtMost(int64(n)), nil
}

// Check gives an Invalid error of all that is wrong with a budget that is to be
// set, or nil.
func (b Budget) Check() error {
	var bad problems
	bad.checkBudget(b)
	return fault.Problems(bad)
}

func (p *problems) checkBudget(b Budget) {
	for i, c := range b.settings() {
		most := int64(MaxDaily)
		if i == 0 {
			most = MaxRemovals
		}
		if n, _ := b.caps()[i].Get(); n < -1 || n > most {
			p.add(c.name, fault.CodeBudgetInvalid, fmt.Sprintf("The limit %s must be from 0 to %d, or none.", c.name, most))
		}
	}
}

func (b Budget) caps() [3]Cap { return [3]Cap{b.MaxRemovals, b.DailyRemovals, b.DailyWrites} }

// settings are the limits under the names by which they are set.
func (b Budget) settings() [3]setting {
	return [3]setting{
		{"max_removals", b.MaxRemovals.String()}, {"daily_removals", b.DailyRemovals.String()}, {"daily_writes", b.DailyWrites.String()},
	}
}

// String gives the limits for people: "max_removals=10 daily_writes=500", "" for
// none.
func (b Budget) String() string {
	var list []string
	for _, c := range b.settings() {
		if c.value != "" {
			list = append(list, c.name+"="+c.value)
		}
	}
	return strings.Join(list, " ")
}

// Daily tells whether anything is counted over a day.
func (b Budget) Daily() bool { return b.DailyRemovals != Cap{} || b.DailyWrites != Cap{} }

// CheckWrite refuses a write that would take away more than one write may. How much
// that is tells of what is stored, so only who may read is told.
func (b Budget) CheckWrite(removals int64, reads bool) error {
	if b.MaxRemovals.Allows(removals) {
		return nil
	}
	more := "more"
	if reads {
		more = strconv.FormatInt(removals, 10)
	}
	return overBudget("This key may remove at most " + b.MaxRemovals.of("value") + " with one write, and this one would remove " + more + ": nothing was changed.")
}

// Spent is what a key has used of its daily budget in a window of 24 hours, which
// begins with its first write. The zero Spent is of a key that has used nothing.
type Spent struct {
	Since    contact.Time
	Removals int64
	Writes   int64 // contacts changed
}

// budgetWindow is how long a window of a budget is.
const budgetWindow = contact.Time(24 * time.Hour / time.Microsecond)

// Ends gives the moment at which the window of what was used ends.
func (s Spent) Ends() contact.Time { return s.Since + budgetWindow }

// At gives what is used of the window that runs at a time, the zero Spent where none
// does.
func (s Spent) At(now contact.Time) Spent {
	if now >= s.Ends() {
		return Spent{}
	}
	return s
}

// Take counts a write at a time, and gives what is used then. Where a limit would be
// passed it refuses, and nothing is used. What is left tells of what is stored, so only
// who may read is told.
func (s Spent) Take(b Budget, now contact.Time, removals, writes int64, reads bool) (Spent, error) {
	used := s.At(now)
	if used == (Spent{}) {
		used.Since = now
	}
	next := Spent{used.Since, used.Removals + removals, used.Writes + writes}
	if !b.DailyRemovals.Allows(next.Removals) {
		return s, used.over("remove", "value", b.DailyRemovals, used.Removals, removals, reads)
	}
	if !b.DailyWrites.Allows(next.Writes) {
		return s, used.over("change", "contact", b.DailyWrites, used.Writes, writes, reads)
	}
	return next, nil
}

// over refuses what would pass a limit of 24 hours.
func (s Spent) over(does, thing string, limit Cap, used, more int64, reads bool) error {
	end := s.Ends().Std().Add(time.Second - 1).Truncate(time.Second) // not before it
	what := "and this write would pass that"
	if reads {
		what = fmt.Sprintf("has %d of them left, and this write would %s %d", max(0, limit.Stored()-used), does, more)
	}
	return overBudget("This key may " + does + " at most " + limit.of(thing) + " in 24 hours, " + what + ": nothing was changed. The 24 hours end at " + end.Format(time.RFC3339) + ".")
}

func overBudget(message string) error {
	return fault.New(fault.Forbidden, fault.CodeOverBudget, message)
}
