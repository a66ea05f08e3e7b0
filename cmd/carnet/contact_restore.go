package main

import (
	"errors"
	"fmt"

	"github.com/carnet-project/carnet/api"
)

type contactRestore struct {
	ID int64 `arg:"" help:"A contact that was deleted, as list --deleted shows it."`
	writing
}

// Run undoes what deleted the contact, and shows it.
func (c *contactRestore) Run(in *surroundings, server *contactCommand) error {
	return server.write(in, &c.writing, &writer{id: c.ID, would: "bring back", did: "Contact %d was brought back", whole: true,
		do: func(client *api.Client, options []api.WriteOption) (api.Result, error) {
			last, err := c.last(in, client)
			if err != nil {
				return api.Result{}, err
			}
			// Where somebody was faster, the newest change is another by now.
			options = append(options, api.IfMatch(last.Version), api.ReturnChanges())
			return client.Undo(in.ctx, c.ID, last.ID, options...)
		}})
}

// last gives the newest change of a contact that is deleted: it is what deleted it.
func (c *contactRestore) last(in *surroundings, client *api.Client) (api.Change, error) {
	changes, err := client.Changes(in.ctx, c.ID, api.Paging{PerPage: 1})
	if err != nil {
		return api.Change{}, err
	}
	_, err = client.Get(in.ctx, c.ID)
	e, answered := errors.AsType[*api.Error](err)
	switch {
	case err == nil:
		return api.Change{}, fmt.Errorf("contact %d is not deleted: there is nothing to bring back", c.ID)
	case !answered || e.Code != api.CodeContactNotFound || len(changes.Data) == 0:
		return api.Change{}, err
	}
	return changes.Data[0], nil
}
