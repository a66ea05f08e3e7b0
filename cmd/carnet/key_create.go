package main

import (
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
)

type keyCreate struct {
	Space   int64  `required:"" listed:"carnet space list" placeholder:"ID" help:"The Space that it opens, as space list shows it."`
	Name    string `placeholder:"NAME" help:"What it is for; history names it. Default: key."`
	Scopes  string `placeholder:"SCOPES" help:"What it may do, between commas: contacts:read, contacts:write, contacts:erase, admin. Default: contacts:read,contacts:write."`
	Expires string `placeholder:"WHEN" help:"When it ends: the start of a day in UTC, as in 2027-01-01, or a moment, as in 2027-01-01T09:00:00Z. Default: never."`
	format
}

// Run shows the secret, which is stored nowhere.
func (c *keyCreate) Run(in *surroundings) error {
	k := access.APIKey{Space: contact.SpaceID(c.Space), Name: c.Name}
	var err error
	if k.Scopes, err = access.ParseScopes(c.Scopes); err != nil {
		return err
	}
	if c.Expires != "" {
		if k.Expires, err = access.ParseExpiry(c.Expires, contact.TimeOf(time.Now())); err != nil {
			return err
		}
	}
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	k, secret, err := db.Book.CreateKey(in.ctx, author(), k)
	if err != nil {
		return err
	}
	r := recordKey(k)
	r.Key = secret.Reveal()
	if err := show(in, c.format, r, keyHead, r); err != nil || !c.table() {
		return err
	}
	return tellKey(in, r.Key)
}
