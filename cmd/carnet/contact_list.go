package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/api"
)

type contactList struct {
	Email        *string `placeholder:"EMAIL" help:"Those who have this email, primary or not."`
	Phone        *string `placeholder:"PHONE" help:"Those who have this phone number, primary or not."`
	UpdatedSince *string `tried:"since,changed-since,modified-since" placeholder:"TIME" help:"Those that changed since then, changed last at the end, as in 2026-01-31T14:00:00Z."`
	Start        *string `tried:"from,after,created-after" placeholder:"TIME" help:"Those made then or later, as in '2026-01-31 14:00:00' in the time zone of the Space."`
	End          *string `tried:"until,before,to,created-before" placeholder:"TIME" help:"Those made then or earlier, likewise."`
	Limit        *int    `placeholder:"N" help:"Stop after so many, and say so on standard error where there are more. Default: all."`
	PerPage      int     `tried:"page-size,batch" placeholder:"N" help:"How many are asked for at once, 1 to 5000. Default: 1000."`
	format

	since time.Time // UpdatedSince, read
}

// allPerPage is the size of pages where all are asked for: few requests, of
// which a Space may have a limit.
const allPerPage = 1000

var contactHead = []string{"ID", "EMAIL", "NAME", "PHONE", "LOCATION"}

func contactCells(r *api.Row) []string {
	return []string{strconv.FormatInt(r.ID, 10), cellOf(r.Email), cellOf(r.Name), cellOf(r.Phone), cellOf(r.Location)}
}

// Validate refuses a time that is none, and a list of nothing.
func (c *contactList) Validate() (err error) {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	// An unset variable of the shell must not list everybody.
	for name, filter := range map[string]*string{"email": c.Email, "phone": c.Phone, "updated-since": c.UpdatedSince, "start": c.Start, "end": c.End} {
		if filter != nil && *filter == "" {
			return fmt.Errorf("--%s: write something behind it, or leave it out for all", name)
		}
	}
	if c.UpdatedSince == nil {
		return nil
	}
	if c.since, err = time.Parse(time.RFC3339, *c.UpdatedSince); err != nil {
		return errors.New("write --updated-since as in 2026-01-31T14:00:00Z")
	}
	return nil
}

// Run shows the rows while they come in, page after page.
func (c *contactList) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	out := &listing{to: in.stdout, format: c.format, head: contactHead, like: api.Row{}}
	for row, err := range client.All(in.ctx, c.query()) {
		switch {
		case err != nil:
			return server.explain(err)
		case c.Limit != nil && out.n == *c.Limit:
			return errors.Join(out.end(), tellMore(in, *c.Limit))
		}
		cells := contactCells(&row)
		if err := out.add(row, cells); err != nil {
			return err
		}
	}
	return out.end()
}

// query asks for no more at once than are shown, and one: it tells that there
// are more.
func (c *contactList) query() api.Query {
	q := api.Query{Email: given(c.Email), Phone: given(c.Phone), UpdatedSince: c.since, Start: given(c.Start), End: given(c.End)}
	if q.PerPage = c.PerPage; q.PerPage == 0 {
		q.PerPage = allPerPage
	}
	if c.Limit != nil {
		q.PerPage = min(q.PerPage, *c.Limit+1)
	}
	return q
}

// given gives what a flag says, "" where it was left out.
func given(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
