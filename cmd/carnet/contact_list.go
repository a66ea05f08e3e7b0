package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/api"
)

type contactList struct {
	Email        *string  `placeholder:"EMAIL" help:"Those who have this email, primary or not."`
	Phone        *string  `placeholder:"PHONE" help:"Those who have this phone number, primary or not."`
	UpdatedSince *string  `tried:"since,changed-since,modified-since" placeholder:"TIME" help:"Those that changed since then, changed last at the end, as in 2026-01-31T14:00:00Z."`
	Start        *string  `tried:"from,after,created-after" placeholder:"TIME" help:"Those made then or later, as in '2026-01-31 14:00:00' in the time zone of the Space."`
	End          *string  `tried:"until,before,to,created-before" placeholder:"TIME" help:"Those made then or earlier, likewise."`
	Where        []string `tried:"filter,field" sep:"none" placeholder:"CONDITION" help:"Those whose custom field is so, as in 'profile_field_1 contains pro', 'profile_field_26 between 2026-01-01 2026-01-31' or 'Budget unknown'. All of several must hold."`
	Deleted      bool     `help:"Those that were deleted, with when and by which change, and no others."`
	Limit        *int     `placeholder:"N" help:"Stop after so many, and say so on standard error where there are more. Default: all."`
	Count        bool     `tried:"total,only-count" help:"How many there are, and not who. At most 10000 are counted; where there are more it says so on standard error."`
	PerPage      int      `tried:"page-size,batch" default:"1000" placeholder:"N" help:"How many are asked for at once, 1 to 5000. Default: 1000."`
	format

	since *time.Time      // UpdatedSince, read
	where []api.Condition // Where, read; nil for none
}

// allPerPage is the size of pages where all are asked for: few requests, of
// which a Space may have a limit.
const allPerPage = 1000

var contactHead = []string{"ID", "EMAIL", "NAME", "PHONE", "LOCATION"}

func contactCells(r *api.Row) []string {
	return []string{strconv.FormatInt(r.ID, 10), cellOf(r.Email), cellOf(r.Name), cellOf(r.Phone), cellOf(r.Location)}
}

// Validate refuses a time that is none, and a list of nothing.
func (c *contactList) Validate() error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	if c.Count && c.Limit != nil {
		return errors.New("--count: leave out --limit, which stops a list after so many")
	}
	if c.PerPage < 1 || c.PerPage > 5000 {
		return errors.New("--per-page: write a whole number from 1 to 5000, or leave it out for 1000")
	}
	var err error
	if c.where, err = conditionsOf(c.Where); err != nil || c.UpdatedSince == nil {
		return err
	}
	since, err := time.Parse(time.RFC3339, *c.UpdatedSince)
	if err != nil {
		return errors.New("write --updated-since as in 2026-01-31T14:00:00Z")
	}
	c.since = &since
	return nil
}

// Run shows the rows while they come in, page after page.
func (c *contactList) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	if c.Count {
		return c.count(in, server, client)
	}
	out := &listing{to: in.stdout, format: c.format, head: contactHead, like: api.Row{}}
	if c.Deleted {
		out.head = append(slices.Clone(contactHead), "DELETED", "CHANGE")
		out.like = api.Row{DeletedAt: time.Unix(0, 0), ChangeID: "-"} // which has every column
	}
	for row, err := range client.All(in.ctx, c.query()) {
		switch {
		case err != nil:
			return server.explain(err)
		case c.Limit != nil && out.n == *c.Limit:
			return errors.Join(out.end(), tellMore(in, *c.Limit))
		}
		cells := contactCells(&row)
		if c.Deleted {
			cells = append(cells, row.DeletedAt.Format(time.RFC3339), row.ChangeID)
		}
		if err := out.add(row, cells); err != nil {
			return err
		}
	}
	return out.end()
}

// countRecord is a count as it is shown.
type countRecord api.ContactCount

func (c countRecord) row() []string { return []string{strconv.Itoa(c.Count)} }

// count shows how many there are.
func (c *contactList) count(in *surroundings, server *contactCommand, client *api.Client) error {
	n, err := client.Count(in.ctx, c.query())
	if err != nil {
		return server.explain(err)
	}
	if err := show(in, c.format, n, []string{"COUNT"}, countRecord(n)); err != nil || n.Exact {
		return err
	}
	_, err = fmt.Fprintf(in.stderr, "There are %d at least: the server looked at no more.\n", n.Count)
	return err
}

// query asks for no more at once than are shown, and one: it tells that there
// are more.
func (c *contactList) query() api.Query {
	q := api.Query{Deleted: c.Deleted, Email: c.Email, Phone: c.Phone, UpdatedSince: c.since, Where: c.where, Start: c.Start, End: c.End, Paging: api.Paging{PerPage: c.PerPage}}
	if c.Limit != nil {
		q.PerPage = min(q.PerPage, *c.Limit+1)
	}
	return q
}
