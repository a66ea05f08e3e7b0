package main

import (
	"fmt"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/carnet-project/carnet/api"
)

// showDry tells what a write would do, and ends with the command that does it.
func (f *writing) showDry(in *surroundings, w *writer, r *api.Result) error {
	if !f.table() {
		return showRecord(in.stdout, f.format, recordOf(r, true))
	}
	var b strings.Builder
	if r.Changes != nil {
		writeEdits(&b, r.Changes)
	}
	edits := b.String()
	contact := "a contact"
	if r.Contact.ID != 0 {
		contact = fmt.Sprintf("contact %d", r.Contact.ID)
	}
	switch {
	case edits == "" && !w.whole:
		_, err := fmt.Fprintln(in.stdout, "It is so already: this would change nothing.")
		return err
	case edits == "":
		edits = "  none of its values\n"
	}
	would := w.would
	if r.Deleted {
		would = "delete"
	}
	_, err := lipgloss.Fprintf(in.stdout.Writer, "%s\n%s\nNothing was changed. To do it:\n\n%s\n",
		boldStyle.Render(fmt.Sprintf("This would %s %s:", would, contact)), edits, in.again())
	return err
}

// showTaken tells what a write took away, and the command that brings it back.
func showTaken(in *surroundings, w *writer, r *api.Result) error {
	var b strings.Builder
	if gone := goneOf(r.Changes); gone != nil {
		fmt.Fprintf(&b, "\n%s\n", boldStyle.Render("Took away "+counted(gone)+":"))
		writeEdits(&b, gone)
	} else if w.back == nil || r.ChangeID == "" {
		return nil
	}
	back := in.contact("undo", strconv.FormatInt(r.Contact.ID, 10), r.ChangeID)
	switch {
	case r.Deleted:
		back = in.contact("restore", strconv.FormatInt(r.Contact.ID, 10))
	case w.back != nil:
		back = w.back(r)
	}
	fmt.Fprintf(&b, "\nTo take this back:\n\n%s\n", back)
	_, err := lipgloss.Fprint(in.stdout.Writer, b.String())
	return err
}

// goneOf gives of edits what went: values that were removed, and what custom fields
// held that hold something else now. nil is nothing.
func goneOf(edits *api.Edits) *api.Edits {
	if edits == nil {
		return nil
	}
	gone, some := &api.Edits{CustomFields: map[string]api.FieldEdit{}}, false
	for _, l := range []struct {
		from *api.ListEdit
		to   **api.ListEdit
	}{{edits.Emails, &gone.Emails}, {edits.Phones, &gone.Phones}, {edits.Names, &gone.Names}, {edits.Locations, &gone.Locations}} {
		if l.from != nil && len(l.from.Removed) > 0 {
			*l.to, some = &api.ListEdit{Removed: l.from.Removed}, true
		}
	}
	for name, edit := range edits.CustomFields {
		if edit.Before != nil {
			gone.CustomFields[name], some = api.FieldEdit{Before: edit.Before}, true
		}
	}
	if !some {
		return nil
	}
	return gone
}

// counted says how much edits take away: "2 emails and 1 custom field".
func counted(gone *api.Edits) string {
	var parts []string
	count := func(n int, one string) {
		switch n {
		case 0:
		case 1:
			parts = append(parts, "1 "+one)
		default:
			parts = append(parts, fmt.Sprintf("%d %ss", n, one))
		}
	}
	for _, l := range []struct {
		edit *api.ListEdit
		one  string
	}{{gone.Emails, "email"}, {gone.Phones, "phone"}, {gone.Names, "name"}, {gone.Locations, "location"}} {
		if l.edit != nil {
			count(len(l.edit.Removed), l.one)
		}
	}
	count(len(gone.CustomFields), "custom field")
	if last := len(parts) - 1; last > 0 {
		return strings.Join(parts[:last], ", ") + " and " + parts[last]
	}
	return strings.Join(parts, "")
}
