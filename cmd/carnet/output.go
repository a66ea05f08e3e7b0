package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/contact"
)

// format is the flag of every subcommand that prints a result.
type format struct {
	Output string `short:"o" enum:"table,json" default:"table" help:"How the result looks: table, or json for programs."`
}

func (f format) json() bool { return f.Output == "json" }

// record is a row of a table; it is also what is printed as JSON.
type record interface{ row() []string }

// show prints value as the only JSON value of the output, or records as a
// table.
func show[R record](to io.Writer, f format, value any, head []string, records ...R) error {
	if f.json() {
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(to, "%s\n", text)
		return err
	}
	rows := make([][]string, len(records))
	for i, r := range records {
		rows[i] = r.row()
	}
	return showTable(to, head, rows)
}

// showTable aligns by the width that characters take up on screen. What is not
// a terminal gets no styles.
func showTable(to io.Writer, head []string, rows [][]string) error {
	cell := lipgloss.NewStyle().PaddingRight(2)
	bold := cell.Bold(true)
	text := table.New().Headers(head...).Rows(rows...).
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).
		BorderColumn(false).BorderHeader(false).
		StyleFunc(func(row, _ int) lipgloss.Style {
			if row == table.HeaderRow {
				return bold
			}
			return cell
		}).String()
	for line := range strings.Lines(text) {
		if _, err := lipgloss.Fprintln(to, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
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
