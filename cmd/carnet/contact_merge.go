package main

type contactMerge struct {
	Survivor int64 `arg:"" help:"The contact that stays. It keeps its own values first."`
	Merged   int64 `arg:"" help:"The contact that becomes a part of it. Its id leads to the survivor from then on."`
	attribution
	format
}

// Run shows the survivor.
func (c *contactMerge) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	merged, err := client.Merge(in.ctx, c.Survivor, c.Merged, c.options()...)
	if err != nil {
		return server.explain(err)
	}
	in.did("Contact %d became part of contact %d all the same.", c.Merged, merged.Contact.ID)
	return showContact(in.stdout, c.format, &merged, true)
}
