package main

import (
	"fmt"

	"github.com/carnet-project/carnet/api"
)

type contactMerge struct {
	Survivor int64 `arg:"" help:"The contact that stays. It keeps its own values first."`
	Merged   int64 `arg:"" help:"The contact that becomes a part of it. Its id leads to the survivor from then on."`
	removals
	writing
}

// Run shows the survivor.
func (c *contactMerge) Run(in *surroundings, server *contactCommand) error {
	return server.write(in, &c.writing, &writer{id: c.Survivor, would: fmt.Sprintf("merge contact %d into", c.Merged), did: fmt.Sprintf("Contact %d became part of contact %%d", c.Merged), whole: true,
		do: func(client *api.Client, options []api.WriteOption) (api.Result, error) {
			return client.Merge(in.ctx, c.Survivor, c.Merged, append(append(options, c.removals.options()...), api.ReturnChanges())...)
		}})
}
