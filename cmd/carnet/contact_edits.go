package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/carnet-project/carnet/api"
)

var (
	boldStyle    = lipgloss.NewStyle().Bold(true)
	addedStyle   = lipgloss.NewStyle().Foreground(lipgloss.Green)
	removedStyle = lipgloss.NewStyle().Foreground(lipgloss.Red)
)

// showChange prints what one change did, and who did it: a line, and its edits below.
func showChange(to screen, ch *api.Change) error {
	var b strings.Builder
	b.WriteString(boldStyle.Render(cell(ch.ID)) + "  " + second(ch.At) + "  " + headline(ch) + "\n")
	writeEdits(&b, &ch.Changes)
	_, err := lipgloss.Fprint(to.Writer, b.String())
	return err
}

// writeEdits gives a line for each value that came (+), went (−), or an order that
// is new.
func writeEdits(b *strings.Builder, edits *api.Edits) {
	for _, e := range []struct {
		name string
		edit *api.ListEdit
	}{{"emails", edits.Emails}, {"phones", edits.Phones}, {"names", edits.Names}, {"locations", edits.Locations}} {
		if e.edit != nil {
			writeEdit(b, e.name, e.edit.Added, e.edit.Removed, e.edit.Reordered, e.edit.After)
		}
	}
	for _, name := range fieldOrder(maps.Keys(edits.CustomFields)) {
		edit := edits.CustomFields[name]
		after, before := content(edit.After), content(edit.Before)
		if slices.Equal(after, before) { // it stays, and hides others
			after, before = nil, nil
		}
		for _, h := range edit.Hidden {
			before = append(before, fmt.Sprintf("%v, hidden with contact %d", h.Value, h.ContactID))
		}
		writeEdit(b, cell(name), after, before, false, nil)
	}
}

// headline says in words what was done by whom.
func headline(ch *api.Change) string {
	text := fmt.Sprintf("%s contact %d, version %d", cell(string(ch.Action)), ch.ContactID, ch.Version)
	if ch.Ref != nil {
		text += fmt.Sprintf(", named as %d", *ch.Ref)
	}
	for _, id := range ch.MergedIDs {
		switch ch.Action {
		case api.ActionUnmerge:
			text += fmt.Sprintf(", contact %d was split off", id)
		case api.ActionUndo: // of a merge or of an unmerge: what it takes back tells
		default:
			text += fmt.Sprintf(", contact %d became part of it", id)
		}
	}
	if ch.MergedInto != nil {
		text += fmt.Sprintf(", now part of contact %d", *ch.MergedInto)
	}
	if ch.SplitFrom != nil {
		text += fmt.Sprintf(", split off from contact %d", *ch.SplitFrom)
	}
	if ch.Undoes != nil {
		text += ", takes back " + cell(*ch.Undoes)
	}
	text += ", by " + whom(&ch.Actor)
	if ch.Import != nil {
		text += ", for " + rowOfFile(ch.Import)
	}
	if ch.Reason != nil {
		text += ": " + cell(*ch.Reason)
	}
	return text
}

// whom names who made a change.
func whom(a *api.Actor) string {
	if a.Name == nil {
		return cell(a.KeyName)
	}
	return cell(a.KeyName) + " (" + cell(*a.Name) + ")"
}

// content is what a slot held, as a list.
func content(value any) []string {
	if value == nil {
		return nil
	}
	return []string{fmt.Sprint(value)}
}

// nameWidth leaves room for the longest name, profile_field_30.
const nameWidth = 16

func writeEdit(b *strings.Builder, name string, added, removed []string, reordered bool, order []string) {
	line := func(text string) {
		fmt.Fprintf(b, "  %-*s  %s\n", nameWidth, name, text)
		name = ""
	}
	for _, text := range removed {
		line(removedStyle.Render("− " + cell(text)))
	}
	for _, text := range added {
		line(addedStyle.Render("+ " + cell(text)))
	}
	if reordered {
		line("now in the order " + cell(strings.Join(order, ", ")))
	}
}
