package tables

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
)

// memory is a database of rows in memory.
type memory struct {
	rows map[string][]Row
	fail error
	way  *way // nil: nobody looks
}

// way is how many rows are between two databases.
type way struct{ now, most int }

func (w *way) add(n int) {
	if w != nil {
		w.now += n
		w.most = max(w.most, w.now)
	}
}

func (m *memory) Rows(_ context.Context, t *Table) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, r := range m.rows[t.Name] {
			m.way.add(1)
			if !yield(slices.Clone(r), nil) {
				return
			}
		}
		if m.fail != nil {
			yield(nil, m.fail)
		}
	}
}

func (m *memory) Fill(_ context.Context, t *Table, rows iter.Seq2[Row, error]) error {
	m.rows[t.Name] = nil
	for r, err := range rows {
		if err != nil {
			return err
		}
		m.way.add(-1)
		m.rows[t.Name] = append(m.rows[t.Name], r)
	}
	return nil
}

// sample gives some rows of every table, in the order of its key.
func sample(n int64) *memory {
	m := &memory{rows: map[string][]Row{}}
	for _, t := range All {
		for i := range n {
			var r Row
			for _, c := range t.Columns {
				switch {
				case c.Null && i%2 == 0:
					r = append(r, nil)
				case c.Kind == Number:
					r = append(r, i)
				case c.Kind == Bytes:
					r = append(r, fmt.Appendf(nil, "bytes %05d", i))
				default:
					r = append(r, fmt.Sprintf("text %05d", i))
				}
			}
			m.rows[t.Name] = append(m.rows[t.Name], r)
		}
	}
	return m
}

func quiet(string, int64, string) {}

// Everything arrives, and no more than a row is under way however many there are.
func TestCarry(t *testing.T) {
	between := &way{}
	from, to := sample(3000), &memory{rows: map[string][]Row{}, way: between}
	from.way = between
	told := map[string]int64{}
	c, err := Carry(t.Context(), from, to, func(done string, rows int64, _ string) {
		if done == "compared" {
			from.way, to.way = nil, nil
		}
		told[done] = rows
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(3000 * len(All)); c.Rows != want || len(c.Tables) != len(All) || c.Tables[3] != (Filled{All[3].Name, 3000}) || told["copied"] != want || told["compared"] != want {
		t.Errorf("it carried %+v, and told %v", c, told)
	}
	for _, table := range All {
		if !slices.EqualFunc(from.rows[table.Name], to.rows[table.Name], func(a, b Row) bool { return table.same(a, b) == nil }) {
			t.Errorf("%s is not the same", table.Name)
		}
	}
	if between.most != 1 || between.now != 0 {
		t.Errorf("%d rows were under way at once, and %d in the end", between.most, between.now)
	}
}

// twisted is a database that spoils what it takes.
type twisted struct {
	memory
	twist func(t *Table, rows []Row) []Row
}

func (m *twisted) Fill(ctx context.Context, t *Table, rows iter.Seq2[Row, error]) error {
	err := m.memory.Fill(ctx, t, rows)
	m.rows[t.Name] = m.twist(t, m.rows[t.Name])
	return err
}

// A difference in any column of any table, a row that is missing and one that is too
// many are found, and told by the row, without a text or bytes.
func TestDifferencesAreFound(t *testing.T) {
	type spoiling struct {
		name  string
		twist func(rows []Row) []Row
	}
	for _, table := range All {
		list := []spoiling{
			{"one is missing", func(rows []Row) []Row { return slices.Delete(rows, 3, 4) }},
			{"one is missing at the end", func(rows []Row) []Row { return rows[:3] }},
			{"one is too many", func(rows []Row) []Row { return append(rows, rows[3]) }},
		}
		for i, c := range table.Columns {
			list = append(list, spoiling{c.Name, func(rows []Row) []Row {
				switch v := rows[3][i].(type) {
				case int64:
					rows[3][i] = v + 1
				case string:
					rows[3][i] = v + "x"
				case []byte:
					rows[3][i] = append(v, 'x')
				}
				return rows
			}})
			if c.Null {
				list = append(list, spoiling{c.Name + " is null", func(rows []Row) []Row { rows[3][i] = nil; return rows }},
					spoiling{c.Name + " is not null", func(rows []Row) []Row { rows[2][i] = ""; return rows }})
			}
		}
		for _, s := range list {
			to := &twisted{memory{rows: map[string][]Row{}}, func(of *Table, rows []Row) []Row {
				if of == table {
					return s.twist(rows)
				}
				return rows
			}}
			_, err := Carry(t.Context(), sample(4), to, quiet)
			d, ok := errors.AsType[*Difference](err)
			if !ok || d.Table != table.Name || strings.Contains(err.Error(), "bytes") {
				t.Errorf("%s, %s: %v", table.Name, s.name, err)
				continue
			}
			if tells := table.named(Row(sample(4).rows[table.Name][3])); !strings.Contains(s.name, "not null") && d.Row != tells && !slices.Contains(table.Key, s.name) {
				t.Errorf("%s, %s: it names %q", table.Name, s.name, d.Row)
			}
			for _, c := range table.Columns {
				if c.Kind == Text && strings.Contains(d.Row, c.Name+" ") {
					t.Errorf("%s: the difference tells %q", table.Name, d.Row)
				}
			}
		}
	}
}

// What fails on either side ends it, in whichever half, and so does a stop.
func TestCarryFails(t *testing.T) {
	failed := errors.New("the disk is gone")
	from := sample(2)
	from.fail = failed
	if _, err := Carry(t.Context(), from, &memory{rows: map[string][]Row{}}, quiet); !errors.Is(err, failed) {
		t.Errorf("a side that cannot be read: %v", err)
	}
	to := &memory{rows: map[string][]Row{}, fail: failed}
	if _, err := Carry(t.Context(), sample(2), to, quiet); !errors.Is(err, failed) {
		t.Errorf("a target that cannot be read: %v", err)
	}
	for _, half := range []string{"copied", "compared"} {
		ctx, stop := context.WithCancel(t.Context())
		_, err := Carry(ctx, sample(3*tellEvery), &memory{rows: map[string][]Row{}}, func(done string, rows int64, _ string) {
			if done == half && rows == tellEvery {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("stopped while rows are %s: %v", half, err)
		}
		stop()
	}
}

// The keys are columns, and names stand once.
func TestDescription(t *testing.T) {
	for _, table := range All {
		names := table.Names()
		for _, name := range table.Key {
			if !slices.Contains(names, name) {
				t.Errorf("%s: %s is no column", table.Name, name)
			}
		}
		slices.Sort(names)
		if len(slices.Compact(names)) != len(table.Columns) {
			t.Errorf("%s: a column stands twice", table.Name)
		}
	}
}
