package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/carnet-project/carnet/internal/server"
)

type restoreCommand struct {
	File     string `arg:"" help:"The backup: what carnet backup made, or a copy of the database of a server that was stopped."`
	Erasures string `placeholder:"FILE" help:"The ledger of who was erased, where serve was told of one. By default beside the database, with .erasures behind its name."`
	format
}

// Help says what becomes of what was there.
func (c *restoreCommand) Help() string {
	return `The database, named by --db, must not exist, and neither may what lies beside one (-wal, -shm, -lock): stop the server, and move those of the old database to another folder first. Leave the ledger of erasures, which ends with .erasures, where it is: who was erased since the backup is erased in it again before the database gets its name.

The backup is checked and stays as it is. The database gets its name when it is whole. Numbers of contacts, changes, keys, jobs and Spaces go on far beyond those that the backup knows, because some of them were given since.`
}

// Run restores a backup.
func (c *restoreCommand) Run(in *surroundings) error {
	ledger := cmp.Or(c.Erasures, server.Ledger(in.db))
	_, none := os.Stat(ledger)
	told := newProgressBar(in.stderr)
	made, err := server.Restore(in.ctx, server.Restoring{From: c.File, To: in.db, Erasures: c.Erasures, Progress: told.pages, Log: in.log})
	told.clear()
	if err != nil {
		return in.cutShort(err, "nothing was restored")
	}
	in.did("The database was restored all the same.")
	r := copyRecordOf(in.db, made)
	if !c.table() {
		return show(in, c.format, r, nil, r)
	}
	_, err = fmt.Fprintf(in.stdout, `%s is restored from %s: %s, checked, %s.

What was written after that is not in it. Keys that were revoked since are valid again, and people who signed
out are signed in: look through them with `+"`%s`"+`.
Who follows the feed of changes should read anew what it follows.
`, in.db, c.File, roughly(made.Bytes), newestChange(made), in.command("key list"))
	if err == nil && errors.Is(none, fs.ErrNotExist) {
		_, err = fmt.Fprintf(in.stdout, `
There is no ledger of erasures at %s: who was erased since the backup is in it again.
If somebody was, restore it once more, with the old database's ledger: --erasures FILE
`, ledger)
	}
	return err
}

// cutShort says what an end by Ctrl-C means for something that is done whole or
// not at all: it was not done.
func (in *surroundings) cutShort(err error, what string) error {
	if in.ctx.Err() != nil {
		return errors.New("stopped: " + what)
	}
	return err
}
