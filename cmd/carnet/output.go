package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"github.com/charmbracelet/x/ansi"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// format is the flag of every subcommand that prints a result.
type format struct {
	Output string `tried:"json,csv,format" short:"o" enum:"table,json,csv" default:"table" help:"How the result looks: table, or json or csv for programs."`
}

func (f format) json() bool  { return f.Output == "json" }
func (f format) csv() bool   { return f.Output == "csv" }
func (f format) table() bool { return f.Output == "table" }

// record is a row of a table; it is also what is printed as JSON and CSV.
type record interface{ row() []string }

// show prints value as the only JSON value of the output, or records as a
// table or as CSV.
func show[R record](in *surroundings, f format, value any, head []string, records ...R) error {
	switch {
	case f.json():
		return printJSON(in.stdout, value)
	case f.csv():
		return printCSV(in.stdout, records)
	}
	rows := make([][]string, len(records))
	for i, r := range records {
		rows[i] = r.row()
	}
	return showTable(in.stdout, head, rows)
}

// encodeJSON writes a value as every output of JSON and CSV has it: on one line,
// and as the server answers it, where a list that says nothing is null.
func encodeJSON(value any) (jsontext.Value, error) {
	return json.Marshal(value, json.Deterministic(true), json.FormatNilSliceAsNull(true))
}

// printJSON prints a value on a line of its own.
func printJSON(to io.Writer, value any) error {
	text, err := encodeJSON(value)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(to, "%s\n", text)
	return err
}

// showTable aligns by the width that characters take up on screen, and cuts
// what a terminal has no room for. What is not a terminal gets no styles, and
// everything whole.
func showTable(to screen, head []string, rows [][]string) error {
	widths := to.fit(widthsOf(append([][]string{head}, rows...)))
	cell := lipgloss.NewStyle().PaddingRight(columnGap)
	bold := cell.Bold(true)
	text := table.New().Headers(cut(head, widths)...).
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).
		BorderColumn(false).BorderHeader(false).
		StyleFunc(func(row, _ int) lipgloss.Style {
			if row == table.HeaderRow {
				return bold
			}
			return cell
		})
	for _, row := range rows {
		text.Row(cut(row, widths)...)
	}
	for line := range strings.Lines(text.String()) {
		if _, err := lipgloss.Fprintln(to.Writer, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

const (
	columnGap   = 2
	leastColumn = 6 // narrower than this tells nothing
)

// widthsOf gives how wide each column is.
func widthsOf(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, text := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], lipgloss.Width(text))
		}
	}
	return widths
}

// fit narrows columns, the widest first, until a line has room.
func (s screen) fit(widths []int) []int {
	if s.width == 0 {
		return widths
	}
	over := -s.width - columnGap
	for _, w := range widths {
		over += w + columnGap
	}
	for ; over > 0; over-- {
		widest := 0
		for i, w := range widths {
			if w > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= leastColumn {
			break
		}
		widths[widest]--
	}
	return widths
}

// cut shortens what is wider than its column.
func cut(row []string, widths []int) []string {
	short := make([]string, len(row))
	for i, text := range row {
		short[i] = ansi.Truncate(text, widths[i], "…")
	}
	return short
}

// moment gives a time for output, by RFC 3339; "" for never.
func moment(t contact.Time) string {
	if t == 0 {
		return ""
	}
	return t.Std().Format(time.RFC3339)
}

// dash stands for what there is none of, so that no column looks forgotten.
func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// orNull makes "" null in JSON.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
