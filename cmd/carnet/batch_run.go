package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/carnet-project/carnet/api"
)

// batchRun does the operations of a file, call after call.
type batchRun struct {
	in       *surroundings
	command  *batchCommand
	client   *api.Client
	file     *batchFile
	progress *progressBar
	listing  *listing // of what became of each, for programs
	key      string   // what the calls are known by

	done     batchCounts
	batches  []string // as history names them
	replayed bool
	refused  []batchRecord
}

// run does all calls. What it ends with says how to go on.
func (r *batchRun) run() error {
	r.tell()
	var stopped error
	for _, call := range r.file.calls(api.MaxOperations) {
		if stopped = r.call(call); stopped != nil {
			break
		}
		r.tell()
	}
	r.progress.clear()
	if err := r.show(); err != nil {
		return err
	}
	if stopped != nil {
		return stopped
	}
	return r.refusals()
}

// tell says how far it is.
func (r *batchRun) tell() {
	done, all := r.done.total(), len(r.file.operations)
	line := fmt.Sprintf("%d of %s", done, operationsOf(all))
	if r.done.refused > 0 {
		line += fmt.Sprintf(", %d refused", r.done.refused)
	}
	r.progress.show(int64(done), int64(all), line)
}

// call does one call, and counts what came of it.
func (r *batchRun) call(at [2]int) error {
	operations, err := r.file.read(at)
	if err != nil {
		return err
	}
	options := r.command.options()
	if !r.command.DryRun {
		options = append(options, api.IdempotencyKey(r.key+"/"+strconv.Itoa(at[0]+1)))
	}
	answer, err := r.client.Batch(r.in.ctx, operations, options...)
	if err != nil {
		return r.stop(at[0], err)
	}
	if len(answer.Results) != len(operations) {
		return r.stop(at[0], errors.New("the server answered another number of operations than were sent: check what stands before it"))
	}
	if id := answer.BatchID; id != "" && !slices.Contains(r.batches, id) {
		r.batches = append(r.batches, id)
	}
	r.replayed = r.replayed || answer.Replayed
	var cut error
	for i := range answer.Results {
		record := r.record(at[0]+i, &answer.Results[i], answer.BatchID)
		if untried(&answer.Results[i]) && cut == nil {
			cut = r.stop(at[0]+i, answer.Results[i].Err)
		}
		if err := r.count(&record, methodOf(operations[i])); err != nil {
			return err
		}
	}
	if !r.command.DryRun {
		r.in.did("%d operations were done all the same.", r.done.written())
	}
	return cut
}

// untried tells whether an operation may be sent again as if it never had been.
func untried(o *api.OperationResult) bool {
	return o.Err != nil && (o.Status == http.StatusServiceUnavailable || o.Status == http.StatusInsufficientStorage || o.Err.Code == api.CodeOutcomeUnknown)
}

// count notes what became of an operation, and prints it where that is asked for.
func (r *batchRun) count(record *batchRecord, method string) error {
	record.outcome = outcomeOf(record, method)
	r.done.add(record.outcome)
	if record.outcome == refusedOutcome {
		r.refused = append(r.refused, *record)
	}
	switch {
	case !r.command.table():
		return r.listing.add(*record, nil)
	case r.command.DryRun:
		return showWould(r.in.stdout, record)
	}
	return nil
}

// stop says why a run ends before its end, where it ended and how to go on. Nothing is
// known of the operation at, and of those behind it.
func (r *batchRun) stop(at int, err error) error {
	e, answered := errors.AsType[*api.Error](err)
	why := r.command.explain(err)
	if answered && e.Results != nil {
		return r.atomicRefused(e)
	}
	if answered && e.Code == api.CodeIdempotencyReused {
		return errors.New("another run had this --key within a day, with another file or other flags: give this one another, or repeat that one as it was")
	}
	unknown := !answered || e.Status >= http.StatusInternalServerError
	if r.command.DryRun || at == 0 && !unknown {
		return why
	}
	return &refused{why, func(to screen) error {
		_, err := fmt.Fprintf(to, "\n%s, within a day:\n\n%s\n", r.reached(at), r.again())
		return err
	}}
}

// reached says how far a run came, and begins to say how it goes on.
func (r *batchRun) reached(at int) string {
	if at == 0 {
		return "To have it done, and nothing twice"
	}
	return fmt.Sprintf("What stands before line %d is done. To go on there", r.file.operations[at].line)
}

// again gives the command that goes on.
func (r *batchRun) again() string {
	if r.command.Key != "" {
		return r.in.again()
	}
	return r.in.again("--key", r.key)
}

// atomicRefused says which operation kept all from being done.
func (r *batchRun) atomicRefused(e *api.Error) error {
	for i := range e.Results {
		if one := e.Results[i].Err; one != nil && one.Code != api.CodeBatchFailed && i < len(r.file.operations) {
			return fmt.Errorf("nothing was done, because of line %d: %s", r.file.operations[i].line, reasonOf(one))
		}
	}
	return r.command.explain(e)
}

// refusals shows each operation that was refused.
func (r *batchRun) refusals() error {
	if len(r.refused) == 0 {
		return nil
	}
	were := "were"
	switch {
	case r.command.DryRun:
		were = "would be"
	case len(r.file.operations) == 1:
		were = "was"
	}
	text := fmt.Sprintf("%d of %s %s refused", len(r.refused), operationsOf(len(r.file.operations)), were)
	if !r.command.table() {
		return errors.New(text)
	}
	return &refused{errors.New(text), func(to screen) error {
		if _, err := io.WriteString(to, "\n"); err != nil {
			return err
		}
		for i := range r.refused {
			if _, err := fmt.Fprintf(to, "line %d: %s\n", r.refused[i].Line, cell(r.refused[i].reason)); err != nil {
				return err
			}
		}
		return nil
	}}
}
