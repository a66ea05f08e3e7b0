package transfer

// record is what a file says of one contact, before anybody asked what it means.
// Its texts are valid until the next.
type record struct {
	line  int
	cells []string   // of CSV: one for each column
	many  [][]string // of vCard and NDJSON: the values of each column, nil where it is not named
	wrong string     // what keeps it from being read, "" for nothing
	left  []Problem  // what of it is left out
}

// records are those of a file in turn, io.EOF at the end.
type records interface{ next() (record, error) }

// at gives what a record has in a column, nil where it does not have the column.
func (r *record) at(column int) []string {
	switch {
	case column < len(r.many):
		return r.many[column]
	case column < len(r.cells):
		return r.cells[column : column+1]
	}
	return nil
}

// Problem is one thing about a row, in a sentence that never holds the value.
type Problem struct {
	Column string `json:"column,omitzero"` // "" where it is about the whole row
	Why    string `json:"why"`
}

// columnSet gives a number to each column of a file whose columns are not known
// before it is read.
type columnSet struct {
	names []string
	index map[string]int
}

// of gives the number of a column, which is new or known; false where there are
// too many.
func (c *columnSet) of(name string) (int, bool) {
	if i, ok := c.index[name]; ok {
		return i, true
	}
	if len(c.names) == MaxColumns {
		return 0, false
	}
	if c.index == nil {
		c.index = map[string]int{}
	}
	c.index[name] = len(c.names)
	c.names = append(c.names, name)
	return len(c.names) - 1, true
}
