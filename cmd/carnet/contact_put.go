package main

import "github.com/carnet-project/carnet/api"

type contactPut struct {
	ID int64 `arg:"" help:"The contact."`
	conditions
	contactValues
	removals
	writing
}

// Help says what else could cost somebody their data.
func (c *contactPut) Help() string {
	return `The emails that you give are all the emails that the contact has afterwards: those that you do not repeat are removed. The same goes for phones, names and locations. --field clears every custom field that you do not name.

What you leave out altogether stays as it is. An empty value alone clears: --phone "" removes all phones, --field "" empties all custom fields.

To look before you do it: --dry-run. What was taken away is shown, with the command that brings it back. To add a value, or to take one away, there is carnet contact patch.`
}

// Run shows what was sent, as it is stored, and what that took away.
func (c *contactPut) Run(in *surroundings, server *contactCommand) error {
	return server.write(in, &c.writing, &writer{id: c.ID, would: "change", did: "Contact %d was changed",
		do: func(client *api.Client, options []api.WriteOption) (api.Result, error) {
			patch, err := c.patch()
			if err != nil {
				return api.Result{}, err
			}
			options = append(append(options, c.conditions.options()...), c.removals.options()...)
			return client.Put(in.ctx, c.ID, patch, append(options, api.ReturnChanges())...)
		}})
}
