package main

import (
	"errors"
	"time"

	"github.com/carnet-project/carnet/api"
)

type planUndo struct {
	ID        *string `arg:"" optional:"" help:"The plan that is to be taken back."`
	BatchID   *string `tried:"batch" placeholder:"ID" help:"Take back what this batch did, as contact log and batch name it."`
	RequestID *string `tried:"request" placeholder:"ID" help:"Take back what this request did."`
	KeyID     *int64  `tried:"key" placeholder:"ID" help:"Take back what this key did from --since on until --until, as key list shows it."`
	Since     *string `tried:"from,after" placeholder:"TIME" help:"With --key-id: from then on, as in 2026-01-31T14:00:00Z."`
	Until     *string `tried:"to,before" placeholder:"TIME" help:"With --key-id: before then."`
	Yes       bool    `tried:"force,confirm,apply" help:"Apply it at once, unasked."`
	writing

	of api.Undone // read
}

// Help says what an undo plan is.
func (c *planUndo) Help() string {
	return `This makes a plan of undos, newest first, and shows it. What was changed again since stays as it is, and is named. On a terminal it asks whether to apply it; elsewhere the last line is the command that does, unless --yes applies it at once. What it did is a plan too, and is taken back likewise. With --dry-run it is shown and let go of.`
}

// Validate refuses all but one thing to take back.
func (c *planUndo) Validate() error {
	n := 0
	for _, given := range []bool{c.ID != nil, c.BatchID != nil, c.RequestID != nil, c.KeyID != nil} {
		if given {
			n++
		}
	}
	switch {
	case n != 1:
		return errors.New("name one thing to take back: a plan, --batch-id, --request-id, or --key-id with --since and --until")
	case (c.KeyID != nil) != (c.Since != nil) || (c.KeyID != nil) != (c.Until != nil):
		return errors.New("give --key-id, --since and --until together: from when, and until when, what the key did is to be taken back")
	}
	c.of = api.Undone{BatchID: c.BatchID, RequestID: c.RequestID, KeyID: c.KeyID}
	if c.ID != nil {
		c.of.BatchID = c.ID // which is the name of what the plan did
	}
	for _, t := range []struct {
		name string
		text *string
		into **time.Time
	}{{"--since", c.Since, &c.of.Since}, {"--until", c.Until, &c.of.Until}} {
		if t.text == nil {
			continue
		}
		at, err := time.Parse(time.RFC3339, *t.text)
		if err != nil {
			return errors.New("write " + t.name + " as in 2026-01-31T14:00:00Z")
		}
		*t.into = &at
	}
	return nil
}

// Run shows the plan, and applies it where that is wanted.
func (c *planUndo) Run(in *surroundings, server *planCommand) error {
	client, told, err := server.connected(in)
	if err != nil {
		return err
	}
	p, err := client.ProposeUndo(in.ctx, c.of, c.attribution.options()...)
	if err == nil {
		p, err = server.looked(in, client, p, told)
	}
	if err != nil {
		return server.refusal(in, err)
	}
	if seen(&p) && p.Rows == 0 && p.State == api.PlanReady {
		return c.nothing(in, server, client, &p)
	}
	in.did("Plan %s was proposed all the same.", p.ID)
	applying := planApply{ID: p.ID, writing: c.writing}
	show := &planShow{format: c.format}
	switch {
	case c.DryRun:
		return server.showAndLet(in, client, &p, c.format)
	case !seen(&p) && c.Yes:
		return errors.Join(show.unseen(in, &p), errors.New("nothing was applied: this key may only propose"))
	case c.Yes && doing(&p) > 0:
		return applying.begin(in, server, client, &p, told)
	case !seen(&p), c.Yes, !c.table(), doing(&p) == 0, !canAsk(in):
		return show.show(in, server, client, &p, "")
	}
	if _, err := show.list(in, server, client, &p); err != nil {
		return err
	}
	if yes, err := ask(in, "\nApply it?"); err != nil || !yes {
		return errors.Join(server.explain(err), showWay(in, &p, true, ""))
	}
	return applying.begin(in, server, client, &p, told)
}

// nothing says that there is nothing to take back, and leaves no plan of that.
func (c *planUndo) nothing(in *surroundings, server *planCommand, client *api.Client, p *api.Plan) error {
	if err := client.DiscardPlan(in.ctx, p.ID); err != nil {
		return server.refusal(in, err)
	}
	return errors.New("there is nothing to take back: the history has no such change, `" + in.contact("log", "--follow") + "` shows what it has")
}
