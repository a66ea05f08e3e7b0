package main

import (
	"errors"
	"strings"

	"github.com/carnet-project/carnet/api"
)

type contactUndo struct {
	ID     int64  `arg:"" help:"The contact, or any other that the change touched."`
	Change string `arg:"" help:"The change, as a write and log name it: 1-23."`
	Theirs bool   `tried:"force,resolve,keep" help:"Leave what was changed again since as it is, and undo the rest."`
	removals
	writing
}

// Help says what an undo is.
func (c *contactUndo) Help() string {
	return `Only what the change did is taken back: what came later stays. Where something that it did was changed again since, nothing is undone, and that is shown. An undo is a change like any other, so it can be undone too. A change that touched several contacts is undone on all of them; undo of a merge parts what was merged; undo of what made a contact deletes it.`
}

// Run shows the contact as it is then.
func (c *contactUndo) Run(in *surroundings, server *contactCommand) error {
	return server.write(in, &c.writing, &writer{id: c.ID, would: "change", did: "Contact %d was changed", whole: true,
		do: func(client *api.Client, options []api.WriteOption) (api.Result, error) {
			options = append(append(options, c.removals.options()...), api.ReturnChanges())
			if c.Theirs {
				return client.Undo(in.ctx, c.ID, c.Change, append(options, api.ResolveTheirs())...)
			}
			r, err := client.Undo(in.ctx, c.ID, c.Change, options...)
			if e, ok := errors.AsType[*api.Error](err); ok && e.Code == api.CodeUndoConflict && len(e.Conflicts) > 0 {
				rest, dryErr := client.Undo(in.ctx, c.ID, c.Change, append(options, api.ResolveTheirs(), api.DryRun())...)
				if dryErr == nil && rest.Changes != nil && nothingIn(rest.Changes) {
					err = nothingLeft{err}
				}
			}
			return r, err
		}})
}

// nothingLeft is the refusal of an undo in the way of which stands all that it would
// do: to leave that would undo nothing.
type nothingLeft struct{ error }

// Unwrap gives the refusal.
func (n nothingLeft) Unwrap() error { return n.error }

// nothingIn tells whether edits are none.
func nothingIn(edits *api.Edits) bool {
	var b strings.Builder
	writeEdits(&b, edits)
	return b.Len() == 0
}
