package sqlite

import (
	"fmt"
	"slices"
	"strings"
)

// manyRows is how many rows one statement inserts of those that come by the hundred: what a statement
// takes by itself is then hardly more than what its rows take.
const manyRows = 32

// many is a statement that inserts manyRows rows, each of so many columns. To insert a row that is
// there changes nothing.
type many struct {
	query   string
	columns int
}

// manyOf makes it of one that inserts one row.
func manyOf(one string, columns int) many {
	into, rest, _ := strings.Cut(one, " VALUES ")
	_, conflict, _ := strings.Cut(rest, ")")
	var values strings.Builder
	for i := range manyRows {
		for j := range columns {
			fmt.Fprintf(&values, "%s?%d", map[bool]string{true: ", (", false: ", "}[j == 0], i*columns+j+1)
		}
		values.WriteByte(')')
	}
	return many{into + " VALUES " + values.String()[2:] + conflict, columns}
}

// runMany inserts rows, whose values stand one after the other. Of the last statement what is left
// is its last row again.
func (c *conn) runMany(m *many, values []any) error {
	var filled []any
	for some := range slices.Chunk(values, manyRows*m.columns) {
		if len(some) < manyRows*m.columns {
			for filled = some; len(filled) < manyRows*m.columns; {
				filled = append(filled, some[len(some)-m.columns:]...)
			}
			some = filled
		}
		if err := c.run(m.query, nil, some...); err != nil {
			return err
		}
	}
	return nil
}
