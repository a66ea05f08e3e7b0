package transfer

import (
	"slices"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
)

// byteOrderMark has spreadsheets read a file as UTF-8.
const byteOrderMark = "\ufeff"

// columnNames are what columns of a collection are called, before their numbers.
var columnNames = [contact.NumCollections]string{"email", "phone", "name", "location"}

// csvHead appends the line of the columns' names.
func (f *Form) csvHead(b []byte) []byte {
	if f.Safe {
		b = append(b, byteOrderMark...)
	}
	return appendLine(b, f.columns(), false)
}

// columns gives the names of the columns.
func (f *Form) columns() []string {
	switch f.Layout {
	case GoogleLayout:
		return f.googleColumns()
	case OutlookLayout:
		return outlookColumns[:]
	}
	list := []string{"id"}
	for _, col := range contact.Collections {
		for n := range f.width(col) {
			list = append(list, columnNames[col]+"_"+strconv.Itoa(n+1))
		}
	}
	for i := range contact.NumSlots {
		list = append(list, contact.SlotAt(i).String())
	}
	return append(list, "created_at")
}

// csvRow appends the line of a contact.
func (f *Form) csvRow(b []byte, it Item, labels *contact.Labels) []byte {
	var cells []string
	switch f.Layout {
	case GoogleLayout:
		cells = f.googleCells(it.Contact, labels)
	case OutlookLayout:
		cells = outlookCells(it.Contact, labels)
	default:
		cells = append(cells, it.ID.String())
		for _, col := range contact.Collections {
			for n := range f.width(col) {
				cells = append(cells, text(it.Contact, col, n))
			}
		}
		for i := range it.Fields {
			cells = append(cells, it.Fields[i].Text)
		}
		cells = append(cells, moment(it.Created))
	}
	return appendLine(b, cells, f.Safe)
}

// text gives a value by its place, "" for none.
func text(c *contact.Contact, col contact.Collection, n int) string {
	if n >= len(c.Values[col]) {
		return ""
	}
	return c.Values[col][n].Text
}

// appendLine appends cells as RFC 4180 has them, but for the line break, which is that of
// Unix. Texts with a break in them are written as they are.
func appendLine(b []byte, cells []string, safe bool) []byte {
	for i, cell := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		if safe && (looksLikeFormula(cell) || strings.HasPrefix(cell, "'")) { // so that whoever reads it knows what was put before
			cell = "'" + cell
		}
		if !strings.ContainsAny(cell, ",\"\r\n") && strings.TrimSpace(cell) == cell {
			b = append(b, cell...)
			continue
		}
		b = append(b, '"')
		b = append(b, strings.ReplaceAll(cell, `"`, `""`)...)
		b = append(b, '"')
	}
	return append(b, '\n')
}

// looksLikeFormula tells whether a spreadsheet would take a cell for a formula: a phone that
// begins with + as well, but no plain number.
func looksLikeFormula(cell string) bool {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return false
	}
	_, flaw := contact.ParseField(16, cell, false)
	return cell[0] != '-' || flaw != nil
}

// Columns of Google Contacts, as it writes them since 2024: those before the numbered ones,
// and those of an address.
var (
	googleFirst = []string{"First Name", "Middle Name", "Last Name", "Phonetic First Name", "Phonetic Middle Name", "Phonetic Last Name",
		"Name Prefix", "Name Suffix", "Nickname", "File As", "Organization Name", "Organization Title", "Organization Department",
		"Birthday", "Notes", "Photo", "Labels"}
	googleNickname, googleNotes, googleLabels = slices.Index(googleFirst, "Nickname"), slices.Index(googleFirst, "Notes"), slices.Index(googleFirst, "Labels")
)

// googleNamed are what Google calls the columns of a collection: the kind of a value, and it.
var googleNamed = []struct {
	col   contact.Collection
	name  string
	value string
}{{contact.Emails, "E-mail", "Value"}, {contact.Phones, "Phone", "Value"}, {contact.Locations, "Address", "Formatted"}}

func (f *Form) googleColumns() []string {
	list := slices.Clone(googleFirst)
	for _, of := range googleNamed {
		for n := range f.width(of.col) {
			name := of.name + " " + strconv.Itoa(n+1) + " - "
			list = append(list, name+"Label", name+of.value)
		}
	}
	for n := range contact.NumSlots {
		name := "Custom Field " + strconv.Itoa(n+1) + " - "
		list = append(list, name+"Label", name+"Value")
	}
	return list
}

// googleCells writes the first name as it is, in one piece: which part of it is which is not
// known. The second is the nickname, all others are in the notes.
func (f *Form) googleCells(c *contact.Contact, labels *contact.Labels) []string {
	cells := make([]string, len(googleFirst))
	cells[0], cells[googleNickname], cells[googleLabels] = text(c, contact.Names, 0), text(c, contact.Names, 1), "* myContacts"
	var notes notes
	notes.rest(c, contact.Names, 2)
	cells[googleNotes] = notes.String()
	for _, of := range googleNamed {
		for n := range f.width(of.col) {
			cells = append(cells, "", text(c, of.col, n))
		}
	}
	for i := range c.Fields {
		label, value := "", c.Fields[i].Text
		if value != "" {
			label = labels.Name(contact.SlotAt(i))
		}
		cells = append(cells, label, value)
	}
	return cells
}

// outlookColumns are those of Outlook that are written.
var outlookColumns = [...]string{"First Name", "Last Name", "E-mail Address", "E-mail 2 Address", "E-mail 3 Address",
	"Primary Phone", "Mobile Phone", "Home Phone", "Home Phone 2", "Business Phone", "Business Phone 2", "Other Phone",
	"Home Street", "Business Street", "Other Street", "Notes"}

// outlookPlaces are how many places a collection has there, and which is the first.
var outlookPlaces = [contact.NumCollections]struct{ first, places int }{
	contact.Emails: {2, 3}, contact.Phones: {5, 7}, contact.Names: {0, 1}, contact.Locations: {12, 3},
}

// outlookCells writes what Outlook has places for; all else is in the notes.
func outlookCells(c *contact.Contact, labels *contact.Labels) []string {
	cells := make([]string, len(outlookColumns))
	var notes notes
	for _, col := range contact.Collections {
		p := outlookPlaces[col]
		for n := range p.places {
			cells[p.first+n] = text(c, col, n)
		}
		notes.rest(c, col, p.places)
	}
	for i := range c.Fields {
		if value := c.Fields[i].Text; value != "" {
			notes.add(labels.Name(contact.SlotAt(i)), value)
		}
	}
	cells[len(cells)-1] = notes.String()
	return cells
}

// notes is what another program has no column for: a line each.
type notes struct{ strings.Builder }

func (n *notes) add(name, value string) {
	if n.Len() > 0 {
		n.WriteByte('\n')
	}
	n.WriteString(name + ": " + value)
}

// rest adds the values from a place on.
func (n *notes) rest(c *contact.Contact, col contact.Collection, from int) {
	for i := from; i < len(c.Values[col]); i++ {
		n.add(columnNames[col], c.Values[col][i].Text)
	}
}
