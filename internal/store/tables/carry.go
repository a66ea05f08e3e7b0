package tables

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
)

// Side is a database that is read: all of it as it is at one moment.
type Side interface {
	// Rows gives the rows of a table, in the order of its key: numbers by what they are,
	// all else by its bytes. It holds one of them at a time. An error is the last that it
	// gives.
	Rows(ctx context.Context, t *Table) iter.Seq2[Row, error]
}

// Target is a database that is filled. What it has taken it gives as a Side too, before
// anybody else can see it.
type Target interface {
	Side

	// Fill takes all rows of a table, in place of those that a new database has of it.
	// It holds no more than a few of them at a time.
	Fill(ctx context.Context, t *Table, rows iter.Seq2[Row, error]) error
}

// Carried says what was carried, and found to be the same.
type Carried struct {
	Rows   int64
	Tables []Filled
}

// Filled is how much of a table was carried.
type Filled struct {
	Name string
	Rows int64
}

// Progress is told what was done with so many rows of all tables, and which is at hand.
type Progress func(done string, rows int64, table string)

// Difference says where two databases differ, without what they hold there.
type Difference struct {
	Table string
	Row   string // "" where that may not be told
}

// Error names the table, and the row as far as that may be told.
func (d *Difference) Error() string {
	if d.Row == "" {
		return "the two differ in a row of " + d.Table
	}
	return fmt.Sprintf("the two differ in %s, in the row of %s", d.Table, d.Row)
}

// Carry copies all tables from one database to another, and then reads both and compares
// every row. It holds a few rows at a time, however many there are.
func Carry(ctx context.Context, from Side, to Target, progress Progress) (c Carried, err error) {
	told := &counter{progress: progress, done: "copied"}
	for _, t := range All {
		if err := to.Fill(ctx, t, told.counted(ctx, t, from.Rows(ctx, t))); err != nil {
			return Carried{}, fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	told = &counter{progress: progress, done: "compared"}
	for _, t := range All {
		before := told.rows
		if err := compare(t, told.counted(ctx, t, from.Rows(ctx, t)), to.Rows(ctx, t)); err != nil {
			return Carried{}, fmt.Errorf("%s: %w", t.Name, err)
		}
		c.Tables = append(c.Tables, Filled{t.Name, told.rows - before})
	}
	c.Rows = told.rows
	return c, nil
}

// counter counts rows that go by.
type counter struct {
	progress Progress
	done     string
	rows     int64
}

// tellEvery is after how many rows progress is told.
const tellEvery = 1000

func (c *counter) counted(ctx context.Context, t *Table, rows iter.Seq2[Row, error]) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		c.progress(c.done, c.rows, t.Name)
		for row, err := range rows {
			if err == nil {
				c.rows++
			}
			if c.rows%tellEvery == 0 && err == nil {
				c.progress(c.done, c.rows, t.Name)
				err = ctx.Err()
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// compare goes through both sides of a table at once.
func compare(t *Table, from, to iter.Seq2[Row, error]) error {
	next, stop := iter.Pull2(to)
	defer stop()
	for a, err := range from {
		if err != nil {
			return err
		}
		b, err, more := next()
		switch {
		case err != nil:
			return err
		case !more:
			return &Difference{t.Name, t.named(a)}
		}
		if err := t.same(a, b); err != nil {
			return err
		}
	}
	b, err, more := next()
	if err == nil && more {
		err = &Difference{t.Name, t.named(b)}
	}
	return err
}

// same compares two rows. Of two that are not of one key the first in the order is
// alone on its side.
func (t *Table) same(a, b Row) error {
	for _, name := range t.Key {
		i := t.column(name)
		if order := compared(a[i], b[i]); order != 0 {
			if order > 0 {
				a = b
			}
			return &Difference{t.Name, t.named(a)}
		}
	}
	for i := range t.Columns {
		if compared(a[i], b[i]) != 0 {
			return &Difference{t.Name, t.named(a)}
		}
	}
	return nil
}

// compared gives the order of two values; other than 0 where one of them is none.
func compared(a, b any) int {
	switch x := a.(type) {
	case int64:
		if y, ok := b.(int64); ok {
			return cmp.Compare(x, y)
		}
	case string:
		if y, ok := b.(string); ok {
			return cmp.Compare(x, y)
		}
	case []byte:
		if y, ok := b.([]byte); ok {
			return bytes.Compare(x, y)
		}
	case nil:
		if b == nil {
			return 0
		}
	}
	return 1
}
