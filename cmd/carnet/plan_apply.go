package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/carnet-project/carnet/api"
)

type planApply struct {
	ID   string `arg:"" help:"The plan, as plan list shows it."`
	Hash string `placeholder:"HASH" help:"Apply it, unasked, as it was shown with this hash: plan show ends with that command."`
	Yes  bool   `tried:"force,confirm" help:"Apply it unasked, whatever it does."`
	writing
}

// Help says how it is applied.
func (c *planApply) Help() string {
	return `It tells what the plan comes to as a whole, and asks on a terminal whether to apply it. Where nobody can be asked it needs --hash or --yes. The server does the rows in their order, and goes on where this command is ended by Ctrl-C. What has changed since the plan was looked at is found row by row: nothing is taken away that the plan did not show, and a row that cannot be done is left alone and shown. The last line takes all of it back.`
}

// Run tells what became of a plan.
func (c *planApply) Run(in *surroundings, server *planCommand) error {
	client, told, err := server.connected(in)
	if err != nil {
		return err
	}
	p, err := client.Plan(in.ctx, c.ID)
	if err == nil {
		p, err = server.looked(in, client, p, told)
	}
	switch {
	case err != nil:
		return server.refusal(in, err)
	case !seen(&p):
		return errors.New("this key may not read, and who applies a plan is to know what it does: use one that may read and write")
	case c.DryRun:
		return (&planShow{format: c.format}).show(in, server, client, &p, c.way(in, &p))
	case p.State == api.PlanReady && doing(&p) == 0:
		return (&planShow{format: c.format}).summary(in, &p)
	case p.State != api.PlanReady, c.Hash != "", c.Yes:
		return c.begin(in, server, client, &p, told)
	case !canAsk(in):
		return &refused{errors.New("nothing was applied, as nobody can be asked here"), func(to screen) error {
			if err := showPlan(to, &p); err != nil {
				return err
			}
			way := c.way(in, &p)
			_, err := fmt.Fprintf(to, "\nTo look at each row, and then to do it:\n\n%s\n%s\n", in.plan("show", c.ID), way)
			return err
		}}
	}
	if err := showPlan(screenOf(in.stderr), &p); err != nil {
		return err
	}
	if yes, err := ask(in, fmt.Sprintf("\nApply it? `%s` shows each row.", in.plan("show", p.ID))); err != nil || !yes {
		return cmp.Or(server.explain(err), errors.New("nothing was applied"))
	}
	return c.begin(in, server, client, &p, told)
}

// way gives the command that applies a plan as it was shown; "" where it cannot be.
func (c *planApply) way(in *surroundings, p *api.Plan) string {
	switch {
	case p.State != api.PlanReady:
		return ""
	case c.Hash != "":
		return in.again()
	}
	return in.again("--hash", p.Hash)
}

// notBegun is why a server did not begin to apply a plan, which is there all the same.
type notBegun struct{ error }

// Unwrap gives what it is shown by.
func (n *notBegun) Unwrap() error { return n.error }

// begin has a plan applied, follows it to its end, and tells what became of it.
func (c *planApply) begin(in *surroundings, server *planCommand, client *api.Client, p *api.Plan, told *progressBar) error {
	hash := cmp.Or(c.Hash, p.Hash, "-") // which is that of no plan
	if _, err := client.ApplyPlan(in.ctx, p.ID, hash, c.attribution.options()...); err != nil {
		return &notBegun{server.refusal(in, err)}
	}
	in.did("Plan %s was applied all the same.", p.ID)
	after, err := server.follow(in, client, p.ID, told)
	if err != nil {
		return server.refusal(in, server.cutOff(in, p.ID, err, "The server goes on applying it."))
	}
	if err := c.printPlan(in.stdout, &after); err != nil {
		return err
	}
	if c.table() {
		if err := showWay(in, &after, true, ""); err != nil {
			return err
		}
	}
	return c.left(in, server, client, &after)
}

// mostLeft is how many rows that were left alone are shown unasked.
const mostLeft = 20

// leftAlone are the results of rows that were shown to do something, and did not.
var leftAlone = [...]api.PlanResult{api.ResultSince, api.ResultConflict, api.ResultRefused}

// left tells of the rows that were not done, or that the plan did not come to its end.
func (c *planApply) left(in *surroundings, server *planCommand, client *api.Client, p *api.Plan) error {
	n := 0
	if p.Applied != nil {
		for _, result := range leftAlone {
			n += p.Applied.Results[result]
		}
	}
	if p.State != api.PlanApplied {
		return fmt.Errorf("plan %s ended as %s", cell(p.ID), cell(string(p.State)))
	}
	if n == 0 {
		return nil
	}
	err := fmt.Errorf("%d of %d rows %s left alone", n, p.Rows, map[bool]string{true: "was", false: "were"}[n == 1])
	if !c.table() {
		return err
	}
	var rows []api.PlanRow
	for _, result := range leftAlone {
		page, err := client.PlanRows(in.ctx, p.ID, api.PlanRowsQuery{Result: result, Paging: api.Paging{PerPage: mostLeft}})
		if err != nil {
			return server.refusal(in, err)
		}
		rows = append(rows, page.Data...)
	}
	return &refused{err, func(to screen) error {
		for i := range rows[:min(len(rows), mostLeft)] {
			if err := showPlanRow(to, &rows[i]); err != nil {
				return err
			}
		}
		if n <= mostLeft {
			return nil
		}
		_, err := fmt.Fprint(to, "\nTo see all of them:\n\n")
		for _, result := range leftAlone {
			if err == nil && p.Applied.Results[result] > 0 {
				_, err = fmt.Fprintln(to, in.plan("show", p.ID, "--result", string(result)))
			}
		}
		return err
	}}
}
