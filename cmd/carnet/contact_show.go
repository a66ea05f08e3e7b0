package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/carnet-project/carnet/api"
	"github.com/carnet-project/carnet/internal/contact"
)

// contactRecord is a contact as it is printed: as the API answers it, with what
// stands in the headers there.
type contactRecord struct {
	ID *int64 `json:"id"` // null for one that was not made
	api.Contact
	Conflicts []api.Remains `json:"conflicts,omitzero"` // of the undo of a merge
	Version   int64         `json:"version,omitzero"`
	ChangeID  *string       `json:"change_id,omitzero"` // where something changed
	Deleted   bool          `json:"deleted,omitzero"`
	DryRun    bool          `json:"dry_run,omitzero"`
	Changes   *api.Edits    `json:"changes,omitzero"`
}

func recordOf(r *api.Result) *contactRecord {
	record := &contactRecord{Contact: r.Contact, Conflicts: r.Conflicts, Version: r.Version, ChangeID: orNull(r.ChangeID), Changes: r.Changes}
	if r.Contact.ID != 0 {
		record.ID = &r.Contact.ID
	}
	return record
}

// showRecord prints a record for programs.
func showRecord(to screen, f format, record *contactRecord) error {
	if f.json() {
		return printJSON(to, record)
	}
	return printCSV(to, []*contactRecord{record})
}

// showContact prints an answer about one contact. A write says which change it
// made.
func showContact(to screen, f format, r *api.Result, write bool) error {
	if !f.table() {
		return showRecord(to, f, recordOf(r))
	}
	rows := contactLines(&r.Contact)
	if r.Version != 0 {
		rows = append(rows, []string{"VERSION", strconv.FormatInt(r.Version, 10)})
	}
	rows = append(rows, metaLines(r.Contact.Meta)...)
	if write {
		rows = append(rows, []string{"CHANGE", dash(r.ChangeID)})
	}
	head := []string{"ID", strconv.FormatInt(r.Contact.ID, 10)}
	if r.Contact.Sources != nil {
		head = append(head, sourceHead...)
	} else {
		to.width = 0 // a value is shown whole, on as many lines as the terminal makes of it
	}
	if err := showTable(to, head, rows); err != nil || !write || r.ChangeID != "" {
		return err
	}
	_, err := fmt.Fprintln(to, "\nIt was so already. Nothing changed.")
	return err
}

// contactLines gives a line for each value of a contact, under the name of what
// it is. Collections that an answer left out have none.
func contactLines(c *api.Contact) (rows [][]string) {
	from := c.Sources
	if from == nil {
		from = &api.Sources{}
	}
	for _, l := range []struct {
		name  string
		texts []string
		from  []api.Source
	}{{"EMAILS", c.Emails, from.Emails}, {"PHONES", c.Phones, from.Phones}, {"NAMES", c.Names, from.Names}, {"LOCATIONS", c.Locations, from.Locations}} {
		if l.texts != nil && len(l.texts) == 0 {
			rows = append(rows, []string{l.name, "-"})
		}
		for i, text := range l.texts {
			name := ""
			if i == 0 {
				name = l.name
			}
			row := []string{name, cell(text)}
			if i < len(l.from) {
				row = append(row, sourceCells(&l.from[i])...)
			}
			rows = append(rows, row)
		}
	}
	for _, name := range fieldOrder(maps.Keys(c.CustomFields)) {
		if value := c.CustomFields[name]; value != nil {
			row := []string{cell(name), cell(fmt.Sprint(value))}
			if source := from.CustomFields[name]; source != nil {
				row = append(row, sourceCells(source)...)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// fieldOrder sorts custom fields by their slots, and labels before them.
func fieldOrder(names func(func(string) bool)) []string {
	return slices.SortedFunc(names, func(a, b string) int {
		x, _ := contact.SlotOf(a)
		y, _ := contact.SlotOf(b)
		return cmp.Or(cmp.Compare(x, y), strings.Compare(a, b))
	})
}

// cell makes a value fit for a line of a table: what people typed may hold line
// breaks, and a server that is not ours may send what moves the cursor or turns
// the text around.
func cell(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || unicode.In(r, unicode.Zl, unicode.Zp):
			return ' '
		case unicode.IsControl(r), '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// cellOf is cell for what may not be there.
func cellOf(text *string) string {
	if text == nil {
		return "-"
	}
	return cell(*text)
}
