package sqlite

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"zombiezen.com/go/sqlite"
)

// Rows that are inserted many at a time are those that are inserted one by one, however many
// are left for the last statement, and in no more statements than they fill.
func TestMany(t *testing.T) {
	b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	for _, n := range []int{0, 1, 2, manyRows - 1, manyRows, manyRows + 1, 2 * manyRows, 5*manyRows + 7} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			space := int64(1000 + n)
			var want []string
			var values []any
			for i := range n {
				key := fmt.Sprintf("key %03d", i)
				want = append(want, key)
				values = append(values, space, int64(1), key, int64(i))
			}
			given := slices.Clone(values)
			var got []string
			var ran int64
			err := b.change(t.Context(), func(c *conn) error {
				before := c.ran
				for range 2 { // those that are there are no fault
					if err := c.runMany(&insertSearchKeys, values); err != nil {
						return err
					}
				}
				ran = int64(c.ran) - int64(before)
				return c.run(storedSearchKeys, func(s *sqlite.Stmt) error {
					got = append(got, s.ColumnText(1))
					return nil
				}, space, int64(0), "", int64(0), int64(10_000))
			})
			if err != nil || !slices.Equal(got, want) {
				t.Fatal(err, got)
			}
			if most := 2 * ((n + manyRows - 1) / manyRows); ran != int64(most) {
				t.Errorf("%d statements, not %d", ran, most)
			}
			if !slices.Equal(values, given) {
				t.Error("what was given to be inserted has changed")
			}
		})
	}
}
