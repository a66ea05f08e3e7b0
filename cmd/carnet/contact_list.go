package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/api"
)

type contactList struct {
	Email        string `placeholder:"EMAIL" help:"Those who have this email, primary or not."`
	Phone        string `placeholder:"PHONE" help:"Those who have this phone number, primary or not."`
	UpdatedSince string `placeholder:"TIME" help:"Those that changed since then, changed last at the end, as in 2026-01-31T14:00:00Z."`
	Start        string `placeholder:"TIME" help:"Those made then or later, as in '2026-01-31 14:00:00' in the time zone of the Space."`
	End          string `placeholder:"TIME" help:"Those made then or earlier, likewise."`
	PerPage      int    `placeholder:"N" help:"How many a page has, 1 to 5000. Default: 200, and 1000 with --all."`
	All          bool   `help:"Show all pages, not the first one alone."`
	format

	since time.Time // UpdatedSince, read
}

// allPerPage is the size of pages where all are asked for: few requests, of
// which a Space may have a limit.
const allPerPage = 1000

var contactHead = []string{"ID", "NAME", "EMAIL", "PHONE", "LOCATION"}

func contactCells(r *api.Row) []string {
	return []string{strconv.FormatInt(r.ID, 10), cellOf(r.Name), cellOf(r.Email), cellOf(r.Phone), cellOf(r.Location)}
}

// Validate refuses a time that is none.
func (c *contactList) Validate() (err error) {
	if c.UpdatedSince == "" {
		return nil
	}
	if c.since, err = time.Parse(time.RFC3339, c.UpdatedSince); err != nil {
		return errors.New("write --updated-since as in 2026-01-31T14:00:00Z")
	}
	return nil
}

// Run shows the rows while they come in.
func (c *contactList) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	out := &listing{to: in.stdout, json: c.json(), head: contactHead}
	q := api.Query{Email: c.Email, Phone: c.Phone, UpdatedSince: c.since, Start: c.Start, End: c.End, Paging: api.Paging{PerPage: c.PerPage}}
	if c.All {
		return server.explain(c.all(in, client, q, out))
	}
	page, err := client.List(in.ctx, q)
	if err != nil {
		return server.explain(err)
	}
	for _, row := range page.Data {
		if err := out.add(row, contactCells(&row)); err != nil {
			return err
		}
	}
	if err := out.end(); err != nil || c.json() || page.NextCursor == "" {
		return err
	}
	_, err = fmt.Fprintf(in.stdout, "\nThere are more than these %d: --all shows them.\n", len(page.Data))
	return err
}

func (c *contactList) all(in *surroundings, client *api.Client, q api.Query, out *listing) error {
	if q.PerPage == 0 {
		q.PerPage = allPerPage
	}
	for row, err := range client.All(in.ctx, q) {
		if err != nil {
			return err
		}
		if err := out.add(row, contactCells(&row)); err != nil {
			return err
		}
	}
	return out.end()
}
