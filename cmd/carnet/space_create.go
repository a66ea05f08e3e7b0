package main

import (
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/server"
)

type spaceCreate struct {
	Name     string `arg:"" help:"What people call it."`
	TimeZone string `tried:"tz,zone" name:"timezone" placeholder:"ZONE" help:"The IANA time zone of its days, as in Europe/Berlin. Default: UTC."`
	Region   string `tried:"country" placeholder:"REGION" help:"The country of phone numbers that are typed without one, as in DE. Default: none."`
	quotaFlags
	format
}

// Run makes the database too where there is none, so that a Space can be set
// up before the first server starts.
func (c *spaceCreate) Run(in *surroundings) error {
	db, err := server.OpenDatabase(in.ctx, in.db, true, in.log)
	if err != nil {
		return err
	}
	defer db.Close()
	s := access.Space{Name: c.Name, TimeZone: c.TimeZone, Region: strings.ToUpper(c.Region)}
	c.quotaFlags.apply(&s.Quota)
	if s, err = db.Book.CreateSpace(in.ctx, author(), s); err != nil {
		return err
	}
	in.did("Space %d was made all the same.", s.ID)
	return showSpace(in, c.format, db.Book, s)
}
