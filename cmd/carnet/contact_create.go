package main

import "errors"

type contactCreate struct {
	contactValues
	attribution
	format
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
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	patch, err := c.patch()
	if err != nil {
		return err
	}
	made, err := client.Create(in.ctx, patch, c.options()...)
	if err != nil {
		return server.explain(err)
	}
	in.did("Contact %d was made all the same.", made.Contact.ID)
	return showContact(in.stdout, c.format, &made, true)
}
