package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/carnet-project/carnet/api"
)

type contactExport struct {
	ID   int64  `arg:"" help:"The contact, also one that was deleted. The id of one that was merged leads to its survivor."`
	File string `tried:"output,out,to,save,as" placeholder:"FILE" help:"Make this file, which must not exist yet, and which your user alone may read. Without it, the document is printed."`
}

// Help says what is in it, and what not.
func (c *contactExport) Help() string {
	return `One JSON document: what the contact holds, who brought each value and when, and its whole history, oldest first, with that of all that was merged into it. It is what the person may ask you for.

What came from contacts that are not part of it any more is left out; what others wrote as their reasons is not. The book in the browser has the same as a page to read and print.`
}

// Run writes all that is known of one person.
func (c *contactExport) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	if c.File == "" {
		if err := client.ExportContact(in.ctx, c.ID, in.stdout); err != nil {
			return server.explainMade(err)
		}
		_, err := fmt.Fprintln(in.stdout)
		return err
	}
	size, err := c.make(in.ctx, client)
	if err != nil {
		return server.explainMade(err)
	}
	in.did("%s was made all the same.", c.File)
	_, err = fmt.Fprintf(in.stdout, "%s has all that is known of contact %d: %s. Your user alone may read it.\n", c.File, c.ID, roughly(size))
	return err
}

// make makes the file, whole or not at all.
func (c *contactExport) make(ctx context.Context, client *api.Client) (size int64, err error) {
	f, err := os.OpenFile(c.File, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return 0, &unmade{fmt.Errorf("there is something at %s already: name another file", c.File)}
	} else if err != nil {
		return 0, unmadeFile(c.File, err)
	}
	err = client.ExportContact(ctx, c.ID, f)
	if err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, os.Remove(c.File))
	}
	return size, err
}
