package main

import (
	"io"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/go-json-experiment/json"
)

// widthRows is how many rows say how wide the columns of a long table are.
const widthRows = 1000

// listing prints a list of any length while it comes in: as one JSON array, a
// line an item, or as a table.
type listing struct {
	to     io.Writer
	json   bool
	head   []string
	first  [][]string // the rows that say how wide the columns are
	widths []int      // nil until those are printed
	n      int
}

// add prints an item, or keeps its row until the widths are known.
func (l *listing) add(item any, row []string) error {
	if l.json {
		text, err := json.Marshal(item)
		if err != nil {
			return err
		}
		before := ",\n"
		if l.n == 0 {
			before = "["
		}
		l.n++
		_, err = io.WriteString(l.to, before+string(text))
		return err
	}
	if l.widths == nil {
		if l.first = append(l.first, row); len(l.first) < widthRows {
			return nil
		}
		return l.printFirst()
	}
	var line strings.Builder
	for i, text := range row {
		line.WriteString(text)
		line.WriteString(strings.Repeat(" ", 2+max(0, l.widths[i]-lipgloss.Width(text))))
	}
	_, err := io.WriteString(l.to, strings.TrimRight(line.String(), " ")+"\n")
	return err
}

// end prints what is left.
func (l *listing) end() error {
	switch {
	case !l.json && l.widths == nil:
		return l.printFirst()
	case l.json && l.n == 0:
		_, err := io.WriteString(l.to, "[]\n")
		return err
	case l.json:
		_, err := io.WriteString(l.to, "]\n")
		return err
	}
	return nil
}

func (l *listing) printFirst() error {
	l.widths = make([]int, len(l.head))
	for _, row := range append(l.first, l.head) {
		for i, text := range row {
			l.widths[i] = max(l.widths[i], lipgloss.Width(text))
		}
	}
	rows := l.first
	l.first = nil
	return showTable(l.to, l.head, rows)
}
