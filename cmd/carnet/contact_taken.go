package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/carnet-project/carnet/api"
)

// showDry tells what a write would do, and ends with the command that does it.
func showDry(in *surroundings, w *writer, r *api.Result, gone bool) error {
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
	if gone {
		would = "delete"
	}
	if _, err := lipgloss.Fprintf(in.stdout.Writer, "%s\n%s\n", boldStyle.Render(fmt.Sprintf("This would %s %s:", would, contact)), edits); err != nil {
		return err
	}
	if len(r.Conflicts) > 0 {
		if err := showRemains(in.stdout, r.Conflicts); err != nil {
			return err
		}
		fmt.Fprintln(in.stdout)
	}
	_, err := fmt.Fprintf(in.stdout, "Nothing was changed. To do it:\n\n%s\n", in.again())
	return err
}

// showTaken tells what a write took away, and the command that brings it back.
func showTaken(in *surroundings, w *writer, r *api.Result, gone bool) error {
	var b strings.Builder
	if taken := takenBy(r.Changes); taken != nil {
		fmt.Fprintf(&b, "\n%s\n", boldStyle.Render("Took away "+counted(taken)+":"))
		writeEdits(&b, taken)
	} else if w.back == nil || r.ChangeID == "" {
		return nil
	}
	back := in.contact("undo", strconv.FormatInt(r.Contact.ID, 10), r.ChangeID)
	switch {
	case gone:
		back = in.contact("restore", strconv.FormatInt(r.Contact.ID, 10))
	case w.back != nil:
		back = w.back(r)
	}
	fmt.Fprintf(&b, "\nTo take this back:\n\n%s\n", back)
	_, err := lipgloss.Fprint(in.stdout.Writer, b.String())
	return err
}

// takenBy gives what edits take away: values that were removed, what custom fields held
// that hold something else now, and what is hidden there. nil is nothing.
func takenBy(edits *api.Edits) *api.Edits {
	if edits == nil {
		return nil
	}
	taken, some := &api.Edits{CustomFields: map[string]api.FieldEdit{}}, false
	for _, l := range []struct {
		from *api.ListEdit
		to   **api.ListEdit
	}{{edits.Emails, &taken.Emails}, {edits.Phones, &taken.Phones}, {edits.Names, &taken.Names}, {edits.Locations, &taken.Locations}} {
		if l.from != nil && len(l.from.Removed) > 0 {
			*l.to, some = &api.ListEdit{Removed: l.from.Removed}, true
		}
	}
	for name, edit := range edits.CustomFields {
		gone := api.FieldEdit{Hidden: edit.Hidden}
		if !slices.Equal(content(edit.Before), content(edit.After)) {
			gone.Before = edit.Before
		}
		if gone.Before != nil || gone.Hidden != nil {
			taken.CustomFields[name], some = gone, true
		}
	}
	if !some {
		return nil
	}
	return taken
}

// counted says how much edits take away: "2 emails and 1 custom field".
func counted(taken *api.Edits) string {
	var parts []string
	tell := func(n int, one string) {
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
	}{{taken.Emails, "email"}, {taken.Phones, "phone"}, {taken.Names, "name"}, {taken.Locations, "location"}} {
		if l.edit != nil {
			tell(len(l.edit.Removed), l.one)
		}
	}
	fields := 0
	for _, edit := range taken.CustomFields {
		fields += len(content(edit.Before)) + len(edit.Hidden)
	}
	tell(fields, "custom field")
	return listed(parts)
}
