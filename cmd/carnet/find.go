package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/carnet-project/carnet/api"
)

// lookCommand looks for contacts. It is a client, as contactCommand is.
type lookCommand struct {
	remote

	Words []string `arg:"" help:"What to look for: words of names, locations, text fields and emails, or a number or four digits of it."`
	Limit *int     `tried:"max,count,n" placeholder:"N" help:"Stop after so many, and say so on standard error where there are more. Default: 20."`
	format
}

// foundAtOnce is how many are shown unless another limit is set: the best come first.
const foundAtOnce = 20

// Help says what is found.
func (c *lookCommand) Help() string {
	return `Contacts are found of which every word is the beginning of one of theirs; case, accents and width do not matter. Chinese, Japanese and Korean are found by any part. Digits and the signs of phones alone are one number. The best come first: what is a whole value, then what begins one, then the rest, each newest first.`
}

// Validate refuses a limit of nothing.
func (c *lookCommand) Validate() error { return checkLimit(c.Limit) }

// Run shows what is found, the best first.
func (c *lookCommand) Run(in *surroundings) error {
	client, err := c.connect(in)
	if err != nil {
		return err
	}
	limit := foundAtOnce
	if c.Limit != nil {
		limit = *c.Limit
	}
	out := &listing{to: in.stdout, format: c.format, head: contactHead, like: api.Row{}}
	q := api.Query{Search: new(strings.Join(c.Words, " ")), Paging: api.Paging{PerPage: min(limit+1, allPerPage)}}
	for row, err := range client.All(in.ctx, q) {
		switch {
		case err != nil:
			return c.explain(err)
		case out.n == limit:
			return errors.Join(out.end(), tellCut(in, limit, fmt.Sprintf("--limit %d shows more", 10*limit)))
		}
		cells := contactCells(&row)
		if err := out.add(row, cells); err != nil {
			return err
		}
	}
	return out.end()
}
