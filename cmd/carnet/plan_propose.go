package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/carnet-project/carnet/api"
)

type planPropose struct {
	File  string   `arg:"" help:"The operations, as carnet batch takes them: one a line as JSON, or one document. - is standard input."`
	Where []string `tried:"filter,field" sep:"none" placeholder:"CONDITION" help:"Do the one operation of the file, which has no id, to all contacts whose custom field is so, as in 'profile_field_1 contains pro'. All of several must hold."`
	writing

	where []api.Condition // Where, read; nil for none
}

// Help says what a plan is.
func (c *planPropose) Help() string {
	return `A plan is a batch that is looked at before it is done: the server keeps the operations (at most 100000), and finds out what each would change. Nothing else is stored until somebody applies the plan, within 7 days. ` + "`carnet batch --help`" + ` shows how operations look. A key with the scope contacts:plan alone may propose, and is told no more than whether the plan is ready. With --dry-run the plan is shown and let go of.`
}

// Validate refuses what is no condition.
func (c *planPropose) Validate() (err error) {
	c.where, err = conditionsOf(c.Where)
	return err
}

// Run tells what the plan comes to, as a whole.
func (c *planPropose) Run(in *surroundings, server *planCommand) error {
	client, told, err := server.connected(in)
	if err != nil {
		return err
	}
	p, err := c.propose(in, client)
	if err == nil {
		p, err = server.looked(in, client, p, told)
	}
	switch {
	case err != nil:
		return server.refusal(in, err)
	case c.where != nil && seen(&p) && p.Rows == 0 && p.State == api.PlanReady:
		return c.nobody(in, server, client, &p)
	case c.DryRun:
		return server.showAndLet(in, client, &p, c.format)
	}
	in.did("Plan %s was proposed all the same.", p.ID)
	if !seen(&p) {
		return (&planShow{format: c.format}).unseen(in, &p)
	}
	if err := c.printPlan(in.stdout, &p); err != nil || !c.table() {
		return err
	}
	_, err = fmt.Fprintf(in.stdout, "\nNothing was changed yet. To look at each row:\n\n%s\n", in.plan("show", p.ID))
	return err
}

// propose has the plan made of the file.
func (c *planPropose) propose(in *surroundings, client *api.Client) (p api.Plan, err error) {
	file, err := openBatch(c.File, os.Stdin)
	if err != nil {
		return p, err
	}
	defer file.Close()
	if c.where != nil {
		each, err := file.each()
		if err != nil {
			return p, err
		}
		return each.propose(in, client, c.where, c.attribution.options())
	}
	operations, err := c.operations(file)
	if err != nil {
		return p, err
	}
	return client.Propose(in.ctx, operations, c.attribution.options()...)
}

// nobody says that the conditions find no contact, and leaves no plan of that.
func (c *planPropose) nobody(in *surroundings, server *planCommand, client *api.Client, p *api.Plan) error {
	if err := client.DiscardPlan(in.ctx, p.ID); err != nil {
		return server.refusal(in, err)
	}
	return errors.New("no contact fits the conditions, so there is nothing to plan: `carnet contact list --where` shows whom they find")
}

// operations reads the file, and refuses what no plan can be.
func (c *planPropose) operations(file *batchFile) ([]api.Operation, error) {
	calls := file.calls(api.MaxPlanned)
	switch n := len(file.operations); {
	case file.atomic:
		return nil, fmt.Errorf("a plan is done row by row, and not all or nothing: leave atomic out of %s, or have it done by `carnet batch`", file.name)
	case len(calls) > 1:
		return nil, fmt.Errorf("a plan is at most %d operations and 64 MiB, and these are %d: split the file", api.MaxPlanned, n)
	}
	return file.read(calls[0])
}

// looked gives a plan as it is when it is known what it does, and tells meanwhile how far
// that is.
func (c *planCommand) looked(in *surroundings, client *api.Client, p api.Plan, told *progressBar) (api.Plan, error) {
	if p.State != api.PlanBuilding {
		return p, nil
	}
	after, err := c.follow(in, client, p.ID, told)
	return after, c.cutOff(in, p.ID, err, "The server goes on looking at it, and changes nothing.")
}

// cutOff says, where following a plan ended before it did, that it goes on, and how that
// is seen.
func (c *planCommand) cutOff(in *surroundings, id string, err error, says string) error {
	if err == nil || wasRefused(err) {
		return err
	}
	return &refused{c.explain(err), func(to screen) error {
		_, err := fmt.Fprintf(to, "\n%s To see how far it is:\n\n%s\n", says, in.plan("show", id))
		return err
	}}
}

// showAndLet shows what a plan would do, and lets go of it: nothing is left of a dry run.
func (c *planCommand) showAndLet(in *surroundings, client *api.Client, p *api.Plan, f format) error {
	shown := errors.New("this key may not read, so it is not told what this would do: leave --dry-run out, and have somebody look at the plan who may")
	if seen(p) {
		shown = (&planShow{format: f}).show(in, c, client, p, in.again())
	}
	if err := client.DiscardPlan(in.ctx, p.ID); err != nil {
		shown = errors.Join(shown, c.refusal(in, err))
	}
	return shown
}
