package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/carnet-project/carnet/api"
)

// batchRecord is what became of an operation, as it is printed.
type batchRecord struct {
	Line     int           `json:"line"`
	Status   int           `json:"status"`
	ID       *int64        `json:"id"`
	Version  *int64        `json:"version"`
	ChangeID *string       `json:"change_id"`
	BatchID  *string       `json:"batch_id"`
	Error    *batchProblem `json:"error"`
	DryRun   bool          `json:"dry_run,omitzero"`
	Changes  *api.Edits    `json:"changes,omitzero"`

	reason  string
	outcome int
}

// batchProblem is why an operation was refused.
type batchProblem struct {
	Code    api.Code `json:"code"`
	Message string   `json:"message"` // with all that is to be said
}

// likeBatch has every column that there can be.
func likeBatch(dry bool) batchRecord {
	like := batchRecord{DryRun: dry}
	if dry {
		like.Changes = &api.Edits{}
	}
	return like
}

func (r *batchRun) record(at int, o *api.OperationResult, batch string) batchRecord {
	record := batchRecord{Line: r.file.operations[at].line, Status: o.Status, ChangeID: orNull(o.ChangeID), BatchID: orNull(batch), DryRun: r.command.DryRun, Changes: o.Changes}
	if o.ID != 0 {
		record.ID = &o.ID
	}
	if o.Version != 0 {
		record.Version = &o.Version
	}
	if o.Err != nil {
		record.reason = reasonOf(o.Err)
		if o.Err.Code == api.CodeSplitBatch && r.command.DryRun && !r.command.Atomic {
			record.reason = "It rests on what an operation before it changes: what it does can only be known when that is done."
		}
		record.Error = &batchProblem{o.Err.Code, record.reason}
	}
	return record
}

// reasonOf says why an operation was refused, with what it rests on and what to do.
func reasonOf(e *api.Error) string {
	text := e.Message
	if len(e.Errors) > 0 && e.Code != api.CodeSplitBatch {
		text = problems(e.Errors)
	}
	switch e.Code {
	case api.CodeTooManyRemovals:
		text = "This would take away more than --max-removals leaves. Nothing of it was done."
	case api.CodeAlreadyUndone:
		if e.ChangeID != "" {
			text = "This change was undone already, by " + e.ChangeID + ". To have it back, undo that."
		}
	case api.CodeAlias:
		if e.LeadsTo != 0 {
			text = fmt.Sprintf("This id leads to contact %d, since the two were merged. To delete that one, name it.", e.LeadsTo)
		}
	case api.CodeConflict, api.CodeUndoConflict:
		var fields []string
		for _, c := range e.Conflicts {
			fields = append(fields, strings.TrimPrefix(c.Field, "custom_fields."))
		}
		if len(fields) > 0 {
			text += " It is about " + listed(fields) + "."
		}
	}
	return text
}

// What can become of an operation.
const (
	created = iota
	changed
	deleted
	unchanged
	refusedOutcome
	untriedOutcome
	outcomes
)

var outcomeNames = [outcomes]string{"created", "changed", "deleted", "nothing to change", "refused", "not tried"}

// batchCounts is how often what became of operations.
type batchCounts struct {
	of      [outcomes]int
	refused int
}

func (c *batchCounts) add(outcome int) {
	c.of[outcome]++
	c.refused = c.of[refusedOutcome]
}

func (c *batchCounts) total() (n int) {
	for _, one := range c.of {
		n += one
	}
	return n
}

// written counts those that changed something.
func (c *batchCounts) written() int { return c.of[created] + c.of[changed] + c.of[deleted] }

// outcomeOf tells what became of an operation. A dry run names no change: there it is
// by what would be other.
func outcomeOf(r *batchRecord, method string) int {
	var edits strings.Builder
	if r.Changes != nil {
		writeEdits(&edits, r.Changes)
	}
	values := method == "PUT" || method == "PATCH"
	switch {
	case r.Error != nil && untried(&api.OperationResult{Status: r.Status, Err: &api.Error{Code: r.Error.Code}}):
		return untriedOutcome
	case r.Error != nil:
		return refusedOutcome
	case r.Status == 201:
		return created
	case r.Status == 204 || method == "DELETE":
		return deleted
	case !r.DryRun && r.ChangeID == nil, r.DryRun && values && r.Changes != nil && edits.Len() == 0:
		return unchanged
	}
	return changed
}

// methodOf reads which operation it is.
func methodOf(o api.Operation) string {
	var read struct {
		Method string `json:"method"`
	}
	if raw, ok := o.(api.BatchRaw); ok {
		_ = json.Unmarshal(raw, &read) // what cannot be read was refused
	}
	return read.Method
}

var wouldDo = map[int]string{created: "make a contact", changed: "change contact %d", deleted: "delete contact %d"}

// showWould tells what an operation would do.
func showWould(to screen, r *batchRecord) error {
	would, ok := wouldDo[r.outcome]
	if !ok {
		return nil
	}
	if r.ID != nil {
		would = strings.Replace(would, "%d", strconv.FormatInt(*r.ID, 10), 1)
	}
	var edits strings.Builder
	switch {
	case r.Changes == nil:
		edits.WriteString("  too much to be shown\n")
	default:
		if writeEdits(&edits, r.Changes); edits.Len() == 0 {
			edits.WriteString("  none of its values\n")
		}
	}
	_, err := lipgloss.Fprintf(to.Writer, "%s\n%s\n", boldStyle.Render(fmt.Sprintf("Line %d would %s:", r.Line, would)), edits.String())
	return err
}

// show tells what came of all operations.
func (r *batchRun) show() error {
	switch {
	case !r.command.table():
		return r.listing.end()
	case r.done.total() == 0:
		return nil
	}
	var parts []string
	for outcome, n := range r.done.of {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, outcomeNames[outcome]))
		}
	}
	text := fmt.Sprintf("%s: %s.\n", operationsOf(r.done.total()), strings.Join(parts, ", "))
	if r.command.DryRun {
		text += r.afterDry()
	} else {
		text += r.inHistory()
	}
	_, err := fmt.Fprint(r.in.stdout, text)
	return err
}

func operationsOf(n int) string {
	if n == 1 {
		return "1 operation"
	}
	return fmt.Sprintf("%d operations", n)
}

// afterDry says what a dry run could not know, and gives the command that does it.
func (r *batchRun) afterDry() string {
	text := ""
	if len(r.file.calls(api.MaxOperations)) > 1 {
		text = fmt.Sprintf("They were looked at %d at a time, each time as if those before had not been done.\n", api.MaxOperations)
	}
	return text + "\nNothing was changed. To do it:\n\n" + r.in.again() + "\n"
}

const mostBatches = 10

// inHistory names the batches that the operations were.
func (r *batchRun) inHistory() string {
	text := ""
	if r.replayed {
		text = "Some of it was done before, by the same command with the same --key.\n"
	}
	if r.done.written() == 0 {
		return text
	}
	named := r.batches[:min(len(r.batches), mostBatches)]
	text += "In the history as batch " + strings.Join(named, ", ")
	if more := len(r.batches) - len(named); more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text + ".\n"
}
