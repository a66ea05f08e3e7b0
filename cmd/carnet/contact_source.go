package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/api"
)

// sourceHead are the columns beside values that tell where they come from.
var sourceHead = []string{"SINCE", "BY", "ACTION", "CHANGE"}

// sourceCells tells where one value comes from. What the history has no more is a
// dash.
func sourceCells(s *api.Source) []string {
	cells := []string{"-", "-", "-", cellOf(s.ChangeID)}
	if s.AddedAt != nil {
		cells[0] = second(*s.AddedAt)
	}
	if s.Actor != nil {
		cells[1] = whom(s.Actor)
	}
	if s.Import != nil {
		cells[1] += ", " + rowOfFile(s.Import)
	}
	if s.Action != nil {
		cells[2] = cell(string(*s.Action))
	}
	return cells
}

// mostIDs is how many ids of other contacts are shown in a table.
const mostIDs = 20

// metaLines gives the lines of what is known of a contact beside what it holds;
// none where that was not asked for.
func metaLines(m *api.Meta) [][]string {
	if m == nil {
		return nil
	}
	rows := [][]string{{"CREATED", second(m.CreatedAt)}, {"UPDATED", second(m.UpdatedAt)}}
	for _, l := range []struct {
		name string
		ids  []int64
	}{{"ALIASES", m.Aliases}, {"DISTINCT FROM", m.DistinctFrom}} {
		for i, id := range l.ids {
			if i == mostIDs {
				rows = append(rows, []string{"", fmt.Sprintf("and %d more", len(l.ids)-i)})
				break
			}
			name := ""
			if i == 0 {
				name = l.name
			}
			rows = append(rows, []string{name, strconv.FormatInt(id, 10)})
		}
	}
	return rows
}

// second gives a time of the API as people read it.
func second(t time.Time) string { return t.UTC().Format(time.RFC3339) }
