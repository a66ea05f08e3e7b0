package main

import (
	"fmt"

	"github.com/carnet-project/carnet/api"
)

type planDiscard struct {
	ID     string `arg:"" help:"The plan, as plan list shows it."`
	DryRun bool   `tried:"preview,check,simulate,noop,try" help:"Show the plan, and leave it. The last line is the command that lets go of it."`
	format
}

// discardedRecord says what became of a plan.
type discardedRecord struct {
	ID    string        `json:"id"`
	State api.PlanState `json:"state"`
}

// Run lets go of a plan. A key that may only propose lets go of its own.
func (c *planDiscard) Run(in *surroundings, server *planCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.dry(in, server, client)
	}
	if err := client.DiscardPlan(in.ctx, c.ID); err != nil {
		return server.refusal(in, err)
	}
	in.did("Plan %s is discarded.", cell(c.ID))
	switch record := (discardedRecord{c.ID, "discarded"}); {
	case c.json():
		return printJSON(in.stdout, record)
	case c.csv():
		return printCSV(in.stdout, []discardedRecord{record})
	}
	_, err = fmt.Fprintln(in.stdout, in.done)
	return err
}

func (c *planDiscard) dry(in *surroundings, server *planCommand, client *api.Client) error {
	p, err := client.Plan(in.ctx, c.ID)
	if err != nil {
		return server.refusal(in, err)
	}
	if err := c.printPlan(in.stdout, &p); err != nil || !c.table() {
		return err
	}
	_, err = fmt.Fprintf(in.stdout, "\nIt is still there. To let go of it:\n\n%s\n", in.again())
	return err
}
