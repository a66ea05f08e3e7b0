package main

import "fmt"

type contactDistinct struct {
	ID     int64 `arg:"" help:"A contact."`
	Other  int64 `arg:"" help:"Another one, who is somebody else."`
	Forget bool  `tried:"delete,remove,undo,clear" help:"Forget that they are different people."`
	format
}

// distinctRecord says what is remembered of two contacts.
type distinctRecord struct {
	ID       int64 `json:"id"`
	Other    int64 `json:"other"`
	Distinct bool  `json:"distinct"`
}

// Run remembers, or forgets, that two contacts are different people.
func (c *contactDistinct) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	set, says := client.Distinct, "Contacts %d and %d are remembered as different people: they are not merged without --confirm-distinct."
	if c.Forget {
		set, says = client.ForgetDistinct, "That contacts %d and %d are different people is forgotten."
	}
	if err := set(in.ctx, c.ID, c.Other); err != nil {
		return server.refusal(in, c.ID, err)
	}
	in.did(says, c.ID, c.Other)
	switch record := (distinctRecord{c.ID, c.Other, !c.Forget}); {
	case c.json():
		return printJSON(in.stdout, record)
	case c.csv():
		return printCSV(in.stdout, []distinctRecord{record})
	}
	_, err = fmt.Fprintln(in.stdout, in.done)
	return err
}
