package main

import "github.com/carnet-project/carnet/internal/contact"

type spaceLog struct {
	ID    *int64 `arg:"" optional:"" listed:"carnet space list" help:"The Space, as space list shows it. Default: all."`
	Limit *int   `placeholder:"N" help:"Stop after so many, and say so on standard error where there are more. Default: all."`
	format
}

// Validate refuses a log of nothing.
func (c *spaceLog) Validate() error { return checkLog(c.ID, c.Limit) }

// Run shows what was done to Spaces, newest first. What was done to their keys
// stands in the log of those.
func (c *spaceLog) Run(in *surroundings) error {
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	return showLog(in, c.format, c.Limit, spaceLogHead, db.Book.SpaceLog(in.ctx, contact.SpaceID(idOf(c.ID))))
}
