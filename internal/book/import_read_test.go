package book

import (
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/transfer"
)

// However heavy the rows of a file are, no more of it is held than rows are looked at in one
// transaction, and one that is heavier by itself is held alone.
func TestReadingHoldsLittle(t *testing.T) {
	const rows = 3000
	for _, c := range []struct {
		size, want int // octets of a row, and rows held
	}{
		{10, plannedAtOnce}, {weightAtOnce / 64, 64}, {weightAtOnce / 2, 2}, {4 * weightAtOnce, 1},
	} {
		t.Run(fmt.Sprint(c.size), func(t *testing.T) {
			text := strings.Repeat("a", c.size)
			next, stop := iter.Pull2(func(yield func(*transfer.Row, error) bool) {
				for i := range rows {
					row := transfer.Row{Line: i + 2}
					row.Values[contact.Names] = transfer.Said{Rule: transfer.Add, Texts: []string{text}}
					if !yield(&row, nil) {
						return
					}
				}
			})
			defer stop()
			r := &reading{next: func() (*transfer.Row, error, bool) { row, err, ok := next(); return row, err, ok }}
			line := 2
			for range 5 {
				if err := r.more(plannedAtOnce); err != nil || len(r.held) != c.want {
					t.Fatal(err, len(r.held))
				}
				took := (c.want + 1) / 2
				for _, row := range r.held[:took] {
					if row.Line != line {
						t.Fatalf("line %d in place of %d", row.Line, line)
					}
					line++
				}
				r.took(took)
			}
		})
	}
}
