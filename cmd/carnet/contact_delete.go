package main

import "github.com/carnet-project/carnet/api"

type contactDelete struct {
	ID int64 `arg:"" help:"The contact."`
	removals
	writing
}

// Help says that nothing is lost by it.
func (c *contactDelete) Help() string {
	return `A deleted contact is found by nothing, and its values are free for others. Nothing of it is lost: carnet contact log shows its history, carnet contact list --deleted lists those that were deleted, and carnet contact restore brings one back with its id and all ids that led to it.`
}

// Run shows what went, and how to have it back.
func (c *contactDelete) Run(in *surroundings, server *contactCommand) error {
	return server.write(in, &c.writing, &writer{id: c.ID, would: "delete", did: "Contact %d was deleted", whole: true,
		do: func(client *api.Client, options []api.WriteOption) (api.Result, error) {
			return client.Delete(in.ctx, c.ID, append(append(options, c.removals.options()...), api.ReturnChanges())...)
		}})
}
