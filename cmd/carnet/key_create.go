package main

import (
	"context"
	"errors"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/server"
)

type keyCreate struct {
	Space   int64  `required:"" listed:"carnet space list" placeholder:"ID" help:"The Space that it opens, as space list shows it."`
	Name    string `placeholder:"NAME" help:"What it is for; history names it. Default: key."`
	Scopes  string `placeholder:"SCOPES" help:"What it may do, between commas: contacts:read, contacts:write, contacts:plan, contacts:erase, admin. Default: contacts:read,contacts:write."`
	Expires string `tried:"expiry,until,ttl" placeholder:"WHEN" help:"When it ends: the start of a day in UTC, as in 2027-01-01, or a moment, as in 2027-01-01T09:00:00Z. Default: never."`
	budgetFlags
	format
}

// Run shows the secret, which is stored nowhere.
func (c *keyCreate) Run(in *surroundings) error {
	if err := in.mayShowKey(); err != nil {
		return err
	}
	k := access.APIKey{Space: contact.SpaceID(c.Space), Name: c.Name}
	c.budgetFlags.apply(&k.Budget)
	var err error
	if c.Scopes != "" { // else it has what keys have by default
		if k.Scopes, err = access.ParseScopes(c.Scopes); err != nil {
			return err
		}
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
	if err := showKeys(in, c.format, r, r); err != nil || !c.table() {
		return in.takeBack(db, k.ID, err)
	}
	return in.takeBack(db, k.ID, tellKey(in, r.Key))
}

// mayShowKey refuses to make a key that nobody would see.
func (in *surroundings) mayShowKey() error {
	if in.stdout.unseen {
		return errors.New("standard output is closed or leads nowhere, and a key is shown this once: no key was made. Let it lead to a terminal, a file or a program")
	}
	return nil
}

// takeBack revokes a key that could not be shown, because nobody has it. It gives
// the error of showing it; nil leaves the key as it is.
func (in *surroundings) takeBack(db *server.Database, id int64, unshown error) error {
	if unshown == nil {
		return nil
	}
	in.did("Key %d was made and, as nobody saw it, revoked again.", id)
	if _, _, err := db.Book.RevokeKey(context.WithoutCancel(in.ctx), author(), id); err != nil {
		in.did("Key %d was made, which nobody saw, and could not be revoked again: do that with `carnet key revoke %d`.", id, id)
	}
	return unshown
}
