package main

import (
	"errors"
	"fmt"

	"github.com/carnet-project/carnet/api"
)

type contactCreate struct {
	contactValues
	writing
}

// Validate refuses what would clear: there is nothing yet that could be.
func (c *contactCreate) Validate() error {
	for _, given := range [][]string{c.Email, c.Phone, c.Name, c.Location, c.Field} {
		if clears(given) {
			return errors.New("an empty value clears, and a new contact has nothing to clear: write something behind each flag, or leave it out")
		}
	}
	return c.contactValues.Validate()
}

// Run shows what was sent, as it is stored.
func (c *contactCreate) Run(in *surroundings, server *contactCommand) error {
	return server.write(in, &c.writing, &writer{would: "make", did: "Contact %d was made",
		do: func(client *api.Client, options []api.WriteOption) (api.Result, error) {
			patch, err := c.patch()
			if err != nil {
				return api.Result{}, err
			}
			r, err := client.Create(in.ctx, patch, options...)
			if r.ErasedBefore != "" {
				fmt.Fprintf(in.stderr, "carnet: note: somebody with the same email or phone was erased for good on %s, at their wish perhaps.\n", cell(r.ErasedBefore))
			}
			return r, err
		}})
}
