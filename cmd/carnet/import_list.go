package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/api"
)

// importGroup is what is done with files of contacts: without the name of a command one is sent.
type importGroup struct {
	Send    importCommand `cmd:"" default:"withargs" help:"Make a plan of a file of contacts, through a server that is running."`
	List    importList    `cmd:"" help:"List the files that were sent, newest first: where they are, and when they go."`
	Discard importDiscard `cmd:"" help:"Let go of a file that was not applied, and of its plan."`
}

type importList struct {
	remote
	Limit *int `placeholder:"N" help:"Stop after so many, and say so on standard error where there are more. Default: all."`
	format
}

// Validate refuses a list of nothing.
func (c *importList) Validate() error { return checkLimit(c.Limit) }

// listedImport is an import as it is listed: what is to be known of it and of its plan.
type listedImport struct {
	ID        string                  `json:"id"`
	State     api.PlanState           `json:"state"`
	FileName  *string                 `json:"file_name"`
	Rows      int64                   `json:"rows"`
	Counts    map[api.PlanOutcome]int `json:"counts"`
	SentAt    time.Time               `json:"sent_at"`
	SentBy    api.PlanActor           `json:"sent_by"`
	ExpiresAt *time.Time              `json:"expires_at"` // nil where the file is gone, or its plan is at work
	PlanID    string                  `json:"plan_id"`
	Message   *string                 `json:"message"`
}

func listedOf(p *api.Plan) listedImport {
	e := listedImport{ID: p.ImportID, State: p.State, FileName: p.FileName, Rows: p.Rows, Counts: p.Counts, SentAt: p.CreatedAt, SentBy: p.ProposedBy, PlanID: p.ID, Message: p.Message}
	if p.Applied == nil && (p.State == api.PlanReady || p.State == api.PlanFailed) {
		e.ExpiresAt = &p.ExpiresAt
	}
	return e
}

func (e *listedImport) cells() []string {
	rows, goes := strconv.FormatInt(e.Rows, 10), ""
	if parts := tally(e.Counts, planOutcomes); parts != "" {
		rows += ": " + parts
	}
	if e.ExpiresAt != nil {
		goes = second(*e.ExpiresAt)
	}
	return []string{cell(e.ID), cell(string(e.State)), cellOf(e.FileName), rows, whom(&e.SentBy.Actor), second(e.SentAt), dash(goes)}
}

// Run shows them while they come in, each with the newest plan that was made of it: one that was read in another way has
// older ones.
func (c *importList) Run(in *surroundings) error {
	client, err := c.connect(in)
	if err != nil {
		return err
	}
	head := []string{"ID", "STATE", "FILE", "ROWS", "BY", "SENT", "GOES"}
	out := &listing{to: in.stdout, format: c.format, head: head, like: listedImport{}}
	had := map[string]bool{}
	for p, err := range client.AllPlans(in.ctx, api.Paging{PerPage: allPerPage}) {
		switch {
		case err != nil:
			return c.explain(err)
		case p.ImportID == "" || had[p.ImportID]:
			continue
		case c.Limit != nil && out.n == *c.Limit:
			return errors.Join(out.end(), tellMore(in, *c.Limit))
		}
		had[p.ImportID] = true
		e := listedOf(&p)
		if err := out.add(e, e.cells()); err != nil {
			return err
		}
	}
	return out.end()
}

type importDiscard struct {
	remote
	ID string `arg:"" help:"The import, as import list shows it."`
	format
}

// Run lets go of an import. A key that may only propose lets go of its own.
func (c *importDiscard) Run(in *surroundings) error {
	client, err := c.connect(in)
	if err != nil {
		return err
	}
	if err := client.DiscardImport(in.ctx, c.ID); err != nil {
		return c.refusal(err)
	}
	in.did("Import %s is discarded, and its file is gone.", cell(c.ID))
	switch record := (discardedRecord{c.ID, "discarded"}); {
	case c.json():
		return printJSON(in.stdout, record)
	case c.csv():
		return printCSV(in.stdout, []discardedRecord{record})
	}
	_, err = fmt.Fprintln(in.stdout, in.done)
	return err
}

func (c *importDiscard) refusal(err error) error {
	if e, ok := errors.AsType[*api.Error](err); ok {
		switch e.Code {
		case api.CodeImportNotFound:
			return errors.New("the Space has no import with this id: `carnet import list` shows those that it has")
		case api.CodePlanClosed:
			return errors.New("this import was applied, or its plan is closed, and its file is gone already: `carnet plan undo` with its plan takes back what it did")
		}
	}
	return c.explain(err)
}
