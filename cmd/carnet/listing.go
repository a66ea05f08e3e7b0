package main

import (
	"io"
	"strings"

	"charm.land/lipgloss/v2"
)

// widthRows is how many rows say how wide the columns of a long table are.
const widthRows = 1000

// listing prints a list of any length while it comes in: as one JSON array, a
// line an item, as CSV, or as a table.
type listing struct {
	to screen
	format
	head   []string // of the table
	like   any      // a value of the type of the items
	sheet  *csvWriter
	first  [][]string // the rows that say how wide the columns are
	widths []int      // nil until those are printed
	n      int
}

// add prints an item, or keeps its row until the widths are known.
func (l *listing) add(item any, row []string) error {
	defer func() { l.n++ }()
	switch {
	case l.json():
		return l.addJSON(item)
	case l.csv():
		if err := l.begin(); err != nil {
			return err
		}
		return l.sheet.add(item)
	case l.widths == nil:
		if l.first = append(l.first, row); len(l.first) < widthRows {
			return nil
		}
		return l.printFirst()
	}
	var line strings.Builder
	if l.to.width > 0 {
		row = cut(row, l.widths)
	}
	for i, text := range row {
		line.WriteString(text)
		line.WriteString(strings.Repeat(" ", columnGap+max(0, l.widths[i]-lipgloss.Width(text))))
	}
	_, err := io.WriteString(l.to, strings.TrimRight(line.String(), " ")+"\n")
	return err
}

func (l *listing) addJSON(item any) error {
	text, err := encodeJSON(item)
	if err != nil {
		return err
	}
	before := ",\n"
	if l.n == 0 {
		before = "["
	}
	_, err = io.WriteString(l.to, before+string(text))
	return err
}

// begin writes the header of CSV, once.
func (l *listing) begin() (err error) {
	if l.sheet == nil {
		l.sheet, err = newCSV(l.to, l.like)
	}
	return err
}

// end prints what is left.
func (l *listing) end() error {
	switch {
	case l.csv():
		return l.begin()
	case l.table() && l.widths == nil:
		return l.printFirst()
	case l.json() && l.n == 0:
		_, err := io.WriteString(l.to, "[]\n")
		return err
	case l.json():
		_, err := io.WriteString(l.to, "]\n")
		return err
	}
	return nil
}

func (l *listing) printFirst() error {
	l.widths = l.to.fit(widthsOf(append([][]string{l.head}, l.first...)))
	rows := l.first
	l.first = nil
	return showTable(l.to, l.head, rows)
}
