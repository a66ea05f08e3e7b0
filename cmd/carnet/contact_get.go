package main

import "github.com/carnet-project/carnet/api"

type contactGet struct {
	ID      int64 `arg:"" help:"The contact. The id of one that was merged leads to its survivor."`
	Labels  bool  `help:"Show custom fields by their labels, where they have one."`
	Sources bool  `tried:"source,origins,history,who" help:"Show of each value who brought it, since when it is there, and by which change."`
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
	options := []api.ReadOption{api.IncludeMeta()}
	if c.Sources {
		options = append(options, api.IncludeSources())
	}
	got, err := get(in.ctx, c.ID, options...)
	if err != nil {
		return server.explain(err)
	}
	return showContact(in.stdout, c.format, &got, false)
}
