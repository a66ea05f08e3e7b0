package main

type contactGet struct {
	ID     int64 `arg:"" help:"The contact. The id of one that was merged leads to its survivor."`
	Labels bool  `help:"Show custom fields by their labels, where they have one. The version is not shown then."`
	format
}

// Run shows the whole contact.
func (c *contactGet) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	get := client.Get
	if c.Labels {
		get = client.GetLabelled
	}
	got, err := get(in.ctx, c.ID)
	if err != nil {
		return server.explain(err)
	}
	return showContact(in.stdout, c.format, &got, false)
}
