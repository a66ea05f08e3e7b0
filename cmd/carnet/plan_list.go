package main

import (
	"errors"
	"time"

	"github.com/carnet-project/carnet/api"
)

type planList struct {
	Limit *int `placeholder:"N" help:"Stop after so many, and say so on standard error where there are more. Default: all."`
	format
}

// Validate refuses a list of nothing.
func (c *planList) Validate() error { return checkLimit(c.Limit) }

// Run shows them while they come in.
func (c *planList) Run(in *surroundings, server *planCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	out := &listing{to: in.stdout, format: c.format, head: planHead, like: api.Plan{CreatedAt: time.Unix(0, 0)}} // which has every column
	paging := api.Paging{PerPage: allPerPage}
	if c.Limit != nil {
		paging.PerPage = min(allPerPage, *c.Limit+1) // one more tells that there are more
	}
	for p, err := range client.AllPlans(in.ctx, paging) {
		switch {
		case err != nil:
			return server.explain(err)
		case c.Limit != nil && out.n == *c.Limit:
			return errors.Join(out.end(), tellMore(in, *c.Limit))
		}
		cells := planCells(&p)
		if err := out.add(p, cells); err != nil {
			return err
		}
	}
	return out.end()
}
