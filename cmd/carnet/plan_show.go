package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/carnet-project/carnet/api"
)

type planShow struct {
	ID      string           `arg:"" help:"The plan, as plan list shows it."`
	Outcome *api.PlanOutcome `tried:"only,kind" placeholder:"OUTCOME" help:"Only the rows that do this: create, update, delete, merge, unmerge, same, changed_since, conflict or refused."`
	Result  *api.PlanResult  `placeholder:"RESULT" help:"Only the rows of which this became: done, rebased, same, changed_since, conflict or refused."`
	Limit   *int             `placeholder:"N" help:"Stop after so many rows, and say so on standard error where there are more. Default: all."`
	format
}

// Help says what is shown.
func (c *planShow) Help() string {
	return `Each row is a write: what it would change, on what the rows before it leave. Those that would change nothing say why. The last line is the command that applies what was shown, and nothing else; of a plan that was applied, the one that takes it back. With -o json the plan has its rows as data; with -o csv there is a line for each row.`
}

// Validate refuses a list of nothing.
func (c *planShow) Validate() error { return checkLimit(c.Limit) }

// Run shows a plan and its rows.
func (c *planShow) Run(in *surroundings, server *planCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	p, err := client.Plan(in.ctx, c.ID)
	if err != nil {
		return server.refusal(in, err)
	}
	return c.show(in, server, client, &p, "")
}

// show shows a plan and its rows, and ends with a line that is to be pasted: way, or the
// one that follows for it.
func (c *planShow) show(in *surroundings, server *planCommand, client *api.Client, p *api.Plan, way string) error {
	if !seen(p) {
		return c.unseen(in, p)
	}
	whole, err := c.list(in, server, client, p)
	if err != nil || !c.table() {
		return err
	}
	return showWay(in, p, whole, way)
}

// list shows a plan and its rows, and tells whether these are all.
func (c *planShow) list(in *surroundings, server *planCommand, client *api.Client, p *api.Plan) (whole bool, err error) {
	if err := c.begin(in.stdout, p); err != nil {
		return false, err
	}
	whole, err = c.rows(in, client, p)
	if err != nil {
		return false, server.refusal(in, err)
	}
	return whole && c.Outcome == nil && c.Result == nil, nil
}

// summary shows a plan without its rows.
func (c *planShow) summary(in *surroundings, p *api.Plan) error {
	if err := c.printPlan(in.stdout, p); err != nil || !c.table() {
		return err
	}
	return showWay(in, p, true, "")
}

// unseen shows what a key is told that may not read.
func (c *planShow) unseen(in *surroundings, p *api.Plan) error {
	if err := c.printPlan(in.stdout, p); err != nil || !c.table() {
		return err
	}
	_, err := fmt.Fprintf(in.stdout, "\nThis key may not read. Whoever has one that may read and write looks at it, and applies it:\n\n%s\n", in.plan("show", p.ID))
	return err
}

// begin prints what stands before the rows.
func (c *planShow) begin(to screen, p *api.Plan) error {
	switch {
	case c.json():
		text, err := encodeJSON(p)
		if err == nil {
			_, err = fmt.Fprintf(to, "%s,\"data\":", text[:len(text)-1])
		}
		return err
	case c.csv():
		return nil
	}
	return showPlan(to, p)
}

// rows prints the rows that were asked for, while they come in. It tells whether these
// are all.
func (c *planShow) rows(in *surroundings, client *api.Client, p *api.Plan) (whole bool, err error) {
	out := &listing{to: in.stdout, format: c.format, like: api.PlanRow{}}
	q := api.PlanRowsQuery{Paging: api.Paging{PerPage: allPerPage}}
	if c.Limit != nil {
		q.PerPage = min(allPerPage, *c.Limit+1)
	}
	if c.Outcome != nil {
		q.Outcome = *c.Outcome
	}
	if c.Result != nil {
		q.Result = *c.Result
	}
	whole = true
	for row, err := range client.AllPlanRows(in.ctx, p.ID, q) {
		if err == nil && c.Limit != nil && out.n == *c.Limit {
			if whole, err = false, tellMore(in, *c.Limit); err == nil {
				break
			}
		}
		if err == nil {
			err = c.row(in.stdout, out, &row)
		}
		if err != nil {
			return false, err
		}
	}
	return whole, c.end(in.stdout, out)
}

func (c *planShow) row(to screen, out *listing, row *api.PlanRow) error {
	if !c.table() {
		return out.add(*row, nil)
	}
	out.n++
	return showPlanRow(to, row)
}

// end prints what stands after the rows.
func (c *planShow) end(to io.Writer, out *listing) error {
	if c.table() {
		return nil
	}
	err := out.end()
	if err == nil && c.json() {
		_, err = io.WriteString(to, "}\n")
	}
	return err
}

// showWay says what can be done with a plan, and gives the command that does it: way, where
// there is one already. What was seen whole is applied by its hash.
func showWay(in *surroundings, p *api.Plan, whole bool, way string) error {
	var says string
	switch {
	case p.State == api.PlanReady && doing(p) == 0:
		says = "It would change nothing."
	case way != "":
		says = "Nothing was changed. To do it:\n\n" + way
	case p.State == api.PlanReady && whole:
		says = "Nothing was changed yet. To do it:\n\n" + in.plan("apply", p.ID, "--hash", p.Hash)
	case p.State == api.PlanReady:
		says = "Nothing was changed yet. To do all of it:\n\n" + in.plan("apply", p.ID)
	case p.Moves() && p.JobID != 0:
		says = "The server is at work on it. To follow that:\n\n" + in.beside("job", "show", strconv.FormatInt(p.JobID, 10), "--follow")
	case undoneBy(p) != "":
		says = "It was taken back. To have it again:\n\n" + in.plan("undo", undoneBy(p))
	case did(p) > 0:
		says = "To take it back:\n\n" + in.plan("undo", p.ID)
	default:
		return nil
	}
	_, err := fmt.Fprintf(in.stdout, "\n%s\n", says)
	return err
}
