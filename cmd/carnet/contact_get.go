package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/api"
)

type contactGet struct {
	ID      int64   `arg:"" help:"The contact. The id of one that was merged leads to its survivor."`
	Labels  bool    `help:"Show custom fields by their labels, where they have one."`
	Sources bool    `tried:"source,origins,history,who" help:"Show of each value who brought it, since when it is there, and by which change."`
	At      *string `tried:"revision,rev,when,on,as-of" placeholder:"N|TIME" help:"Show what this id led to with version N, as get and log show it, or at a time, as in 2026-01-31T14:00:00Z."`
	format

	version int64 // At, read: one of the two
	time    time.Time
}

// Validate refuses what is neither a version nor a time.
func (c *contactGet) Validate() (err error) {
	if c.At == nil {
		return nil
	}
	if c.Labels {
		return errors.New("give --labels or --at, not both")
	}
	if c.version, err = strconv.ParseInt(*c.At, 10, 64); err == nil && c.version > 0 {
		return nil
	}
	if c.time, err = time.Parse(time.RFC3339, *c.At); err != nil {
		return errors.New("write --at as a version, as in 3, or as a time, as in 2026-01-31T14:00:00Z")
	}
	return nil
}

// Run shows the whole contact.
func (c *contactGet) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	got, err := c.get(in.ctx, client)
	if err != nil {
		return c.refusal(in, server, client, err)
	}
	return showContact(in.stdout, c.format, &got, false)
}

// refusal says of a contact that is not there whether it is in the bin.
func (c *contactGet) refusal(in *surroundings, server *contactCommand, client *api.Client, err error) error {
	if e, ok := errors.AsType[*api.Error](err); ok && e.Code == api.CodeContactNotFound && c.At == nil {
		newest, failed := client.Changes(in.ctx, c.ID, api.Paging{PerPage: 1})
		if failed == nil && len(newest.Data) == 1 && !newest.Data[0].Forgotten() {
			return fmt.Errorf("contact %d is deleted, and in the bin. To have it back: %s", c.ID, in.contact("restore", strconv.FormatInt(c.ID, 10)))
		}
	}
	return server.explain(err)
}

func (c *contactGet) get(ctx context.Context, client *api.Client) (api.Result, error) {
	options := []api.ReadOption{api.IncludeMeta()}
	if c.Sources {
		options = append(options, api.IncludeSources())
	}
	switch {
	case c.version > 0:
		return client.GetVersion(ctx, c.ID, c.version, options...)
	case c.At != nil:
		return client.GetAt(ctx, c.ID, c.time, options...)
	case c.Labels:
		return client.GetLabelled(ctx, c.ID, options...)
	}
	return client.Get(ctx, c.ID, options...)
}
