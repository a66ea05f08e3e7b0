package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// spaceSet changes what is named; the pointers tell a flag that was left out
// from one that is empty.
type spaceSet struct {
	ID             int64    `arg:"" listed:"carnet space list" help:"The Space, as space list shows it."`
	Name           *string  `placeholder:"NAME" help:"What people call it."`
	TimeZone       *string  `tried:"tz,zone" name:"timezone" placeholder:"ZONE" help:"The IANA time zone of its days, as in Europe/Berlin."`
	Region         *string  `tried:"country" blank:"clears" placeholder:"REGION" help:"The country of phone numbers that are typed without one, as in DE; an empty one clears it."`
	Subscription   *string  `enum:"active,inactive" placeholder:"STATE" help:"active, or inactive: then every request is refused."`
	Limit          []string `sep:"none" placeholder:"BUCKET=N" help:"Requests a minute of update, create, get, list, batch or ui, as in update=600; 0 is no limit. May be given several times."`
	BinDays        *int     `tried:"bin" placeholder:"DAYS" help:"After how many days what was deleted is erased for good. 0 is never, which is the default."`
	RememberErased *string  `tried:"remember" enum:"on,off" placeholder:"STATE" help:"on keeps keyed hashes of the emails and phones of who is erased, so that who makes the same person again is told. off, the default, throws them away, with their key."`
	quotaFlags
	format
}

// Validate refuses a change of nothing: something was forgotten.
func (c *spaceSet) Validate() error {
	if c.Name == nil && c.TimeZone == nil && c.Region == nil && c.Subscription == nil && c.Limit == nil && c.BinDays == nil && c.RememberErased == nil && c.quotaFlags.none() {
		return errors.New("say what to change: --name, --timezone, --region, --subscription, --limit, --bin-days, --remember-erased, --quota or --quota-minute")
	}
	return nil
}

// Run changes all that was named, or nothing.
func (c *spaceSet) Run(in *surroundings) error {
	limits, err := c.limits()
	if err != nil {
		return err
	}
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	s, err := db.Book.UpdateSpace(in.ctx, author(), contact.SpaceID(c.ID), func(s *access.Space) error {
		c.apply(s)
		for _, l := range limits {
			s.Limits = s.Limits.With(l.bucket, l.figure)
		}
		return nil
	})
	if err != nil {
		return err
	}
	in.did("Space %d was changed all the same.", s.ID)
	if err := showSpace(in, c.format, db.Book, s); err != nil || !c.table() || c.Region == nil || s.Rekeying.Phase == access.NotRekeying {
		return err
	}
	_, err = fmt.Fprintln(in.stdout, "\nIts phones are being brought over to that region, by a server that runs: `carnet job list` shows how far it is.")
	return err
}

// limit is what one --limit says.
type limit struct {
	bucket access.Bucket
	figure int
}

// limits reads all --limit, before anything is opened.
func (c *spaceSet) limits() ([]limit, error) {
	limits := make([]limit, len(c.Limit))
	for i, setting := range c.Limit {
		if strings.Contains(setting, ",") {
			return nil, fault.At("limit", fault.CodeLimitMalformed, "Give --limit once for each bucket, as in --limit update=600 --limit create=60.")
		}
		var err error
		if limits[i].bucket, limits[i].figure, err = access.ParseLimit(setting); err != nil {
			return nil, err
		}
	}
	return limits, nil
}

func (c *spaceSet) apply(s *access.Space) {
	set(&s.Name, c.Name)
	set(&s.TimeZone, c.TimeZone)
	if c.Region != nil {
		s.Region = strings.ToUpper(*c.Region)
	}
	if c.Subscription != nil {
		s.Subscription = access.Subscription(*c.Subscription)
	}
	if c.BinDays != nil {
		s.BinDays = *c.BinDays
	}
	if c.RememberErased != nil {
		book.RememberErased(s, *c.RememberErased == "on")
	}
	c.quotaFlags.apply(&s.Quota)
}

func set(to, from *string) {
	if from != nil {
		*to = *from
	}
}
