package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/carnet-project/carnet/api"
)

// refused is an error of which there is more to show than a sentence: that follows
// below it.
type refused struct {
	error
	show func(screen) error
}

// refusal explains why a write was not done, with what it rests on and the command
// that leads on.
func (c *contactCommand) refusal(in *surroundings, id int64, err error) error {
	named := strconv.FormatInt(id, 10)
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		return c.explain(err)
	}
	switch e.Code {
	case api.CodeConflict:
		return &refused{errors.New("others changed the same since that version, and nothing was done: read the contact again, and give --base-version as it is then"),
			conflicts(e, []string{"FIELD", "WAS", "YOURS", "THEIRS"}, "")}
	case api.CodeUndoConflict:
		on := "\nTo leave that as it is now, and undo the rest:\n\n" + in.again("--theirs") + "\n"
		if _, all := errors.AsType[nothingLeft](err); all {
			on = "\nThat is all that it would undo.\n"
		}
		return &refused{errors.New("what this change did was changed again since, and nothing was undone"),
			conflicts(e, undoHead, on)}
	case api.CodeTooManyRemovals:
		return &refused{errors.New("this would take away more than --max-removals allows, and nothing was changed"), tooMany(e)}
	case api.CodeOverBudget:
		return &refused{c.explain(err), tooMany(e)}
	case api.CodeAlreadyUndone:
		text := "this change was undone already"
		if e.ChangeID != "" {
			text += ", by " + cell(e.ChangeID) + ". To have it back, undo that: " + in.contact("undo", named, e.ChangeID)
		}
		return errors.New(text)
	case api.CodeAlias:
		if e.LeadsTo != 0 {
			whole := strconv.FormatInt(e.LeadsTo, 10)
			return fmt.Errorf("this id leads to contact %s, since the two were merged. To delete that one, both of them, name it: %s. To part them: %s",
				whole, in.contact("delete", whole), in.contact("unmerge", whole, named))
		}
	case api.CodeDistinct:
		return fmt.Errorf("somebody said that they are different people, as unmerge does, and nothing was merged. To merge them all the same: %s", in.again("--confirm-distinct"))
	case api.CodeBaseUnknown:
		return fmt.Errorf("--base-version: this contact was never at that version: `%s` shows those that it had", in.contact("log", named))
	case api.CodeNotMerged:
		return fmt.Errorf("nothing with that id was merged into contact %s: `%s` shows what was, as ALIASES", named, in.contact("get", named))
	case api.CodeMergedNotFound:
		return errors.New(otherOf(e) + " is not there: there is no contact with this id")
	case api.CodeMergeSelf:
		return errors.New(otherOf(e) + " leads to the same contact as another that was named: they are one already")
	case api.CodeChangeNotFound:
		return fmt.Errorf("this contact has no such change: `%s` shows those that it has", in.contact("log", named))
	}
	return c.explain(err)
}

// otherOf names the contact of a merge that a problem is about, as it was typed: by its
// place.
func otherOf(e *api.Error) string {
	for path := range e.Errors {
		if place, err := strconv.Atoi(strings.TrimPrefix(path, "merged_ids.")); err == nil {
			return fmt.Sprintf("<merged> number %d", place+1)
		}
	}
	return "<merged>"
}

// undoHead is that of what an undo leaves, or is refused for.
var undoHead = []string{"FIELD", "IT LEFT", "UNDONE", "NOW"}

// conflicts shows a line for each conflict, and the way on.
func conflicts(e *api.Error, head []string, on string) func(screen) error {
	several := false
	for _, one := range e.Conflicts {
		several = several || one.ContactID != e.Conflicts[0].ContactID
	}
	if several {
		head = append([]string{"CONTACT"}, head...)
	}
	var rows [][]string
	for _, one := range e.Conflicts {
		row := []string{cell(strings.TrimPrefix(one.Field, "custom_fields.")), side(one.Base), side(one.Yours), side(one.Theirs)}
		if one.Field == "id" {
			row = []string{"contact " + side(one.Base), "-", "-", "gone"} // ContactID is where that leads
			if one.Theirs != nil {
				row[3] = "part of contact " + side(one.Theirs)
			}
		}
		if several {
			row = append([]string{strconv.FormatInt(one.ContactID, 10)}, row...)
		}
		rows = append(rows, row)
	}
	return func(to screen) error {
		if len(rows) > 0 { // else the key may not read
			fmt.Fprintln(to)
			if err := showTable(to, head, rows); err != nil {
				return err
			}
		}
		_, err := fmt.Fprint(to, on)
		return err
	}
}

// side gives what one side of a conflict has.
func side(value any) string {
	texts, ok := value.([]string)
	switch {
	case value == nil || ok && len(texts) == 0:
		return "-"
	case ok:
		return cell(strings.Join(texts, ", "))
	}
	return cell(fmt.Sprint(value))
}

// tooMany shows what would go.
func tooMany(e *api.Error) func(screen) error {
	return func(to screen) error {
		taken := takenBy(e.Changes)
		if taken == nil { // the key may not read
			return nil
		}
		var b strings.Builder
		fmt.Fprintf(&b, "\nIt would take away %s:\n", counted(taken))
		writeEdits(&b, taken)
		_, err := lipgloss.Fprint(to.Writer, b.String())
		return err
	}
}
