package main

import (
	"errors"
	"iter"

	"github.com/carnet-project/carnet/api"
)

type contactChanges struct {
	ID     int64 `arg:"" optional:"" help:"The contact."`
	Follow bool  `help:"Instead of a contact's history, show that of the whole Space, oldest first, and go on as changes are made. With -o json it prints a line of JSON for each change, not one array. Where the server goes away, it waits for it."`
	After  int64 `tried:"since,from" placeholder:"SEQ" help:"With --follow: only what comes after the change with this seq. Default: 0, all."`
	format
}

// Validate refuses what asks for two things or for none.
func (c *contactChanges) Validate() error {
	switch {
	case c.Follow == (c.ID != 0):
		return errors.New("name a contact, or give --follow for the whole Space")
	case c.After != 0 && !c.Follow:
		return errors.New("--after goes with --follow")
	}
	return nil
}

// Run shows a contact's history newest first.
func (c *contactChanges) Run(in *surroundings, server *contactCommand) error {
	var options []api.Option
	if c.Follow {
		options = append(options, api.WithRetries(0)) // following goes on by itself, and sooner
	}
	client, err := server.connect(in, options...)
	if err != nil {
		return err
	}
	if c.Follow {
		defer in.whileRead()()
		return c.follow(in, server, client)
	}
	changes := client.AllChanges(in.ctx, c.ID, api.Paging{PerPage: allPerPage})
	if c.table() {
		return server.explain(eachChange(changes, func(ch *api.Change) error { return showChange(in.stdout, ch) }))
	}
	out := &listing{to: in.stdout, format: c.format, like: api.Change{}}
	if err := eachChange(changes, func(ch *api.Change) error { return out.add(ch, nil) }); err != nil {
		return server.explain(err)
	}
	return out.end()
}

func eachChange(changes iter.Seq2[api.Change, error], do func(*api.Change) error) error {
	for ch, err := range changes {
		if err == nil {
			err = do(&ch)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
