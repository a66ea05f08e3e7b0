package main

import "fmt"

type keyRevoke struct {
	ID int64 `arg:"" listed:"carnet key list" help:"The key, as key list shows it."`
	format
}

// Run may be repeated: a key stays revoked since the first time.
func (c *keyRevoke) Run(in *surroundings) error {
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	k, already, err := db.Book.RevokeKey(in.ctx, author(), c.ID)
	if err != nil {
		return err
	}
	in.did("Key %d is revoked all the same.", k.ID)
	r := recordKey(k)
	if err := showKeys(in, c.format, r, r); err != nil || !c.table() {
		return err
	}
	said := "The key is revoked: servers refuse it within a second."
	if already {
		said = "The key was revoked already. Nothing changed."
	}
	_, err = fmt.Fprintf(in.stdout, "\n%s\n", said)
	return err
}
