package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/carnet-project/carnet/api"
)

// rowDoes says what a row does by its outcome, and what it has done. %s is the contact, and %m what was merged into it, or is.
var rowDoes = map[api.PlanOutcome][2]string{
	api.OutcomeCreate:  {"would make a contact", "made %s"},
	api.OutcomeUpdate:  {"would change %s", "changed %s"},
	api.OutcomeDelete:  {"would delete %s", "deleted %s"},
	api.OutcomeMerge:   {"would merge %m into %s", "merged %m into %s"},
	api.OutcomeUnmerge: {"would part %m from %s", "parted %m from %s"},
}

// showPlanRow tells what a row of a plan does, and what became of it.
func showPlanRow(to screen, row *api.PlanRow) error {
	var b strings.Builder
	head, detail := rowHead(row)
	fmt.Fprintf(&b, "\n%s\n", boldStyle.Render(head))
	switch {
	case detail != "":
		fmt.Fprintf(&b, "  %s\n", detail)
	case row.Err == nil && row.Changes != nil && row.Outcome != api.OutcomeSame && row.Outcome != api.OutcomeSince && row.Outcome != "":
		before := b.Len()
		if writeEdits(&b, row.Changes); b.Len() == before {
			b.WriteString("  none of its values\n")
		}
	}
	if _, err := lipgloss.Fprint(to.Writer, b.String()); err != nil {
		return err
	}
	return showLeft(to, row)
}

// rowHead says in a line what a row does or did, and below it why it does not.
func rowHead(row *api.PlanRow) (head, detail string) {
	name := fmt.Sprintf("Row %d", row.Row)
	if row.Line != 0 {
		name = fmt.Sprintf("Line %d", row.Line)
	}
	does, known := rowDoes[row.Outcome]
	switch {
	case row.Outcome == "":
		return name + " was not looked at yet: " + asksOf(row), ""
	case row.Outcome == api.OutcomeSame && row.Line != 0:
		return fmt.Sprintf("%s changes nothing of %s", name, named("%s", row, row.ID)), "It is so already."
	case row.Outcome == api.OutcomeSame:
		return fmt.Sprintf("%s would change nothing: %s", name, asksOf(row)), "It is so already."
	case row.Outcome == api.OutcomeSince:
		return fmt.Sprintf("%s would take nothing back: %s", name, asksOf(row)), changedSince(row.Left)
	case !known && readAsked(row).Method == "": // of a line that says nothing that could be done
		return name + " would be left:", whyNot(row.Err)
	case !known:
		return fmt.Sprintf("%s would not be done: %s", name, asksOf(row)), whyNot(row.Err)
	case row.Result == "":
		return fmt.Sprintf("%s %s%s:", name, named(does[0], row, row.ID), takesBack(row)), ""
	}
	would := named(does[0], row, row.ID)
	switch row.Result {
	case api.ResultSame:
		return fmt.Sprintf("%s had nothing left to do: it %s", name, would), ""
	case api.ResultSince:
		return fmt.Sprintf("%s took nothing back, which %s:", name, would), changedSince(row.Done.Left)
	case api.ResultConflict, api.ResultRefused:
		return fmt.Sprintf("%s was left alone, which %s:", name, would), whyNot(row.Done.Err)
	}
	id := row.ID
	if row.Done.ID != 0 {
		id = row.Done.ID
	}
	text := fmt.Sprintf("%s %s", name, named(does[1], row, id))
	if row.Result == api.ResultRebased {
		text += ", on what others had changed since"
	}
	if row.Done.ChangeID != "" {
		text += ", as change " + cell(row.Done.ChangeID)
	}
	return text + takesBack(row) + ":", ""
}

// changedSince says why an undo takes nothing back, where no table of what it leaves does.
func changedSince(left []api.Conflict) string {
	if len(left) > 0 {
		return ""
	}
	return "Others brought the same again since, and it stays."
}

// named puts contacts into what is said.
func named(says string, row *api.PlanRow, id int64) string {
	contact, other := "a contact", "what was merged"
	switch {
	case id != 0:
		contact = fmt.Sprintf("contact %d", id)
	case row.AddsTo != 0:
		contact = fmt.Sprintf("the contact that row %d of the plan makes", row.AddsTo)
	}
	switch body := readAsked(row).Body; {
	case body.Merged != 0:
		other = fmt.Sprintf("contact %d", body.Merged)
	case len(body.All) == 1:
		other = fmt.Sprintf("contact %d", body.All[0])
	case len(body.All) > 1:
		other = "contacts " + inWords(body.All)
	}
	return strings.NewReplacer("%s", contact, "%m", other).Replace(says)
}

func whyNot(err *api.Error) string {
	if err == nil {
		return ""
	}
	return cell(reasonOf(err))
}

// askedOf is what is read of an operation: nothing of what it would store.
type askedOf struct {
	Method   string `json:"method"`
	ID       int64  `json:"id"`
	ChangeID string `json:"change_id"`
	Body     struct {
		Merged int64   `json:"merged_id"`
		All    []int64 `json:"merged_ids"`
	} `json:"body"`
}

func readAsked(row *api.PlanRow) (a askedOf) {
	_ = json.Unmarshal(row.Operation, &a) // what cannot be read is refused, and says why
	return a
}

// asksOf names the write that a row asks for.
func asksOf(row *api.PlanRow) string {
	a := readAsked(row)
	if row.Line != 0 {
		return named(map[bool]string{true: "changes %s", false: "makes a contact"}[a.Method == "PATCH"], row, a.ID)
	}
	text := cell(a.Method)
	if text == "" {
		text = "a write"
	}
	if a.ID != 0 {
		text += fmt.Sprintf(" of contact %d", a.ID)
	}
	return text + takesBack(row)
}

// takesBack names the change that a row undoes.
func takesBack(row *api.PlanRow) string {
	if a := readAsked(row); a.Method == "UNDO" && a.ChangeID != "" {
		text := ", taking back " + cell(a.ChangeID)
		if row.Import != nil {
			text += ", done for " + rowOfFile(row.Import)
		}
		return text
	}
	return ""
}

// showLeft tells what a row leaves as it is, and what is to be looked at after it.
func showLeft(to screen, row *api.PlanRow) error {
	left, says := row.Left, "  It leaves what was changed again since:\n"
	if row.Done != nil && len(row.Done.Left) > 0 {
		left, says = row.Done.Left, "  It left what had been changed again:\n"
	}
	if len(left) > 0 {
		if _, err := fmt.Fprint(to, says); err != nil {
			return err
		}
		if err := conflicts(&api.Error{Conflicts: left}, undoHead, "")(to); err != nil {
			return err
		}
	}
	if row.Done == nil || len(row.Done.Conflicts) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(to); err != nil {
		return err
	}
	return showRemains(to, row.Done.Conflicts)
}
