package book_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// What is held of a plan while it is received, looked at and applied does not grow with it:
// that is some rows at a time.
func TestPlanStaysFlat(t *testing.T) {
	const rows, most = 5000, 4 << 20 // all its operations are 10 MB
	d := openDesk(t)
	text := strings.Repeat("x", 2000)
	operations := func(n int) book.Proposal {
		return book.Proposal{Operations: func(yield func([]byte, error) bool) {
			for i := range n {
				if !yield(fmt.Appendf(nil, `{"method":"POST","body":{"names":["New %d"],"custom_fields":{"profile_field_1":%q}}}`, i, text), nil) {
					return
				}
			}
		}}
	}
	run := func(n int) book.Plan {
		p := d.proposeAs(t, d.grant(), operations(n))
		d.finish(t)
		return d.apply(t, d.plan(t, p.ID))
	}
	run(200) // what is held once is held
	var m runtime.MemStats
	live := func() uint64 {
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, grown, saves, looked := live(), uint64(0), 0, 0
	d.faulty.SetHook(func(at suite.Step, _ *store.Save) error {
		if at == suite.BeforeCommit {
			if saves++; saves%15 == 0 {
				looked++
				grown = max(grown, max(live(), before)-before)
			}
		}
		return nil
	})
	p := run(rows)
	if p.State != book.PlanApplied || p.Results[book.RowDone] != rows || p.Counts[contact.RowCreate] != rows || looked < 6 {
		t.Fatalf("looked %d times: %+v", looked, p)
	}
	if grown > most {
		t.Errorf("%d KiB are held, want %d at most", grown>>10, most>>10)
	}
}
