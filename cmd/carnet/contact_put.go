package main

import "github.com/carnet-project/carnet/api"

type contactPut struct {
	ID      int64  `arg:"" help:"The contact."`
	IfMatch *int64 `placeholder:"N" help:"Only if the contact still has this version, as get shows it."`
	contactValues
	attribution
	format
}

// Help says what else could cost somebody their data.
func (c *contactPut) Help() string {
	return `The emails that you give are all the emails that the contact has afterwards: those that you do not repeat are removed. The same goes for phones, names and locations. --field clears every custom field that you do not name.

What you leave out altogether stays as it is. An empty value alone clears: --phone "" removes all phones, --field "" empties all custom fields.

To add a value, look first and send all: carnet contact get 5, then carnet contact put 5 --if-match 3 --email old@example.com --email new@example.com. What was removed is kept in the history: carnet contact log 5.`
}

// Run shows what was sent, as it is stored.
func (c *contactPut) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	patch, err := c.patch()
	if err != nil {
		return err
	}
	options := c.options()
	if c.IfMatch != nil {
		options = append(options, api.IfMatch(*c.IfMatch))
	}
	put, err := client.Put(in.ctx, c.ID, patch, options...)
	if err != nil {
		return server.explain(err)
	}
	in.did("Contact %d was changed all the same.", put.Contact.ID)
	return showContact(in.stdout, c.format, &put, true)
}
