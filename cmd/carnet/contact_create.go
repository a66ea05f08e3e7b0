package main

type contactCreate struct {
	contactValues
	attribution
	format
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
