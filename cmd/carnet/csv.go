package main

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// csvWriter writes records as CSV: a column for each member that they have as
// JSON, under its name. Text stands as it is, null is an empty cell, and a list
// or an object stands in its cell as JSON, so that nothing is lost.
type csvWriter struct {
	to   *csv.Writer
	head []string
}

// newCSV writes the header, which like names: a value of the type of those that
// come. A header is there even where nothing follows.
func newCSV(to io.Writer, like any) (*csvWriter, error) {
	c := &csvWriter{to: csv.NewWriter(to)}
	names, _, err := members(like)
	if err != nil {
		return nil, err
	}
	c.head = names
	return c, c.write(names)
}

// add writes a line, at once, so that who follows a list sees it.
func (c *csvWriter) add(item any) error {
	names, cells, err := members(item)
	if err != nil {
		return err
	}
	line := make([]string, len(c.head))
	for i, name := range names {
		if at := slices.Index(c.head, name); at >= 0 {
			line[at] = cells[i]
		}
	}
	return c.write(line)
}

func (c *csvWriter) write(line []string) error {
	if err := c.to.Write(line); err != nil {
		return err
	}
	c.to.Flush()
	return c.to.Error()
}

// printCSV writes all records; where there is none, the header alone.
func printCSV[R any](to io.Writer, records []R) error {
	var like R
	if len(records) > 0 {
		like = records[0]
	}
	c, err := newCSV(to, like)
	for i := 0; i < len(records) && err == nil; i++ {
		err = c.add(records[i])
	}
	return err
}

// members gives the names of what a record has as JSON, in order, and the cell
// of each.
func members(item any) (names, cells []string, err error) {
	text, err := encodeJSON(item)
	if err != nil {
		return nil, nil, err
	}
	in := jsontext.NewDecoder(strings.NewReader(string(text)))
	if _, err := in.ReadToken(); err != nil { // the brace
		return nil, nil, err
	}
	for in.PeekKind() != '}' {
		name, err := in.ReadToken()
		if err != nil {
			return nil, nil, err
		}
		names = append(names, name.String())
		value, err := in.ReadValue()
		if err != nil {
			return nil, nil, err
		}
		cells = append(cells, csvCell(value))
	}
	return names, cells, nil
}

func csvCell(value jsontext.Value) string {
	switch value.Kind() {
	case 'n':
		return ""
	case '"':
		if text, err := jsontext.AppendUnquote(nil, value); err == nil {
			return string(text)
		}
	}
	return string(value)
}
