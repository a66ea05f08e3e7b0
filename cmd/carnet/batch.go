package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/carnet-project/carnet/api"
)

type batchCommand struct {
	remote

	File        string `arg:"" help:"The operations: one a line as JSON, or one document as the API takes it. - is standard input."`
	Atomic      bool   `tried:"all-or-nothing,transaction" help:"Do all of them or, where one is refused, none; at most 1000."`
	Key         string `tried:"idempotency-key,name,resume,continue" placeholder:"NAME" help:"What this run is known by within a day: the same command with the same name does nothing twice, and goes on where it ended."`
	MaxRemovals *int   `tried:"limit,at-most" placeholder:"N" help:"Refuse what would take away more than N values in all; for at most 1000 operations."`
	writing
}

// Limits on --key: what is sent has the number of an operation behind it, and a name is
// at most 255 characters.
const (
	longestKey = 200
	keyOfAPI   = "carnet_" // how an API key begins
)

// batchRetries is how often a call is sent again: the server may be at its restart.
const batchRetries = 5

// Help shows what an operation looks like.
func (c *batchCommand) Help() string {
	return `An operation is one of:

	{"method": "POST", "body": {"names": ["Ada Example"]}}
	{"method": "PUT", "id": 7, "body": {"emails": ["ada@example.com"]}, "if_match": "3"}
	{"method": "PATCH", "id": 7, "body": {"phones": {"add": ["+1 555 0123"]}}}
	{"method": "DELETE", "id": 7}
	{"method": "MERGE", "id": 7, "body": {"merged_id": 8}}
	{"method": "UNMERGE", "id": 7, "body": {"merged_id": 8}}
	{"method": "UNDO", "id": 7, "change_id": "1-9"}

They are done in their order, 1000 in one call. One that is refused does not keep the others from being done, but with --atomic: each is shown at the end, with its line. Where the server goes away the calls are sent again; if that is in vain, the last line is the command that goes on where it ended.`
}

// Validate refuses a name that cannot be, and one that is a secret.
func (c *batchCommand) Validate() error {
	switch {
	case strings.HasPrefix(c.Key, keyOfAPI):
		return errors.New("--key is a name of yours for this run, and no API key: put that into CARNET_KEY")
	case len(c.Key) > longestKey || strings.ContainsFunc(c.Key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Errorf("write --key as at most %d letters, digits and signs of ASCII without spaces, as in --key import-42", longestKey)
	}
	return nil
}

// Run does the operations of a file, and tells what came of them.
func (c *batchCommand) Run(in *surroundings) error {
	told := newProgressBar(in.stderr)
	client, err := c.connect(in, api.WithRetries(batchRetries), c.tellsWaits(in, told))
	if err != nil {
		return err
	}
	file, err := openBatch(c.File, os.Stdin)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := c.fits(file); err != nil {
		return err
	}
	return c.do(in, client, file, told)
}

func (c *batchCommand) do(in *surroundings, client *api.Client, file *batchFile, told *progressBar) error {
	run := &batchRun{in: in, command: c, client: client, file: file, progress: told, key: cmp.Or(c.Key, rand.Text())}
	run.listing = &listing{to: in.stdout, format: c.format, like: likeBatch(c.DryRun)}
	return run.run()
}

// fits refuses what one call cannot do and what more than one could not promise.
func (c *batchCommand) fits(file *batchFile) error {
	c.Atomic = c.Atomic || file.atomic
	if len(file.calls(api.MaxOperations)) == 1 {
		return nil
	}
	switch n := len(file.operations); {
	case c.Atomic:
		return fmt.Errorf("what is done all or not at all is at most %d operations and 64 MiB, and these are %d: leave --atomic out, or split the file", api.MaxOperations, n)
	case c.MaxRemovals != nil:
		return fmt.Errorf("--max-removals counts in at most %d operations and 64 MiB, and these are %d: split the file, or give the key a budget (`carnet key set --daily-removals`)", api.MaxOperations, n)
	}
	return nil
}

// options are what goes with each call.
func (c *batchCommand) options() []api.WriteOption {
	o := c.attribution.options()
	if c.Atomic {
		o = append(o, api.Atomic())
	}
	if c.MaxRemovals != nil {
		o = append(o, api.MaxRemovals(*c.MaxRemovals))
	}
	if c.DryRun {
		o = append(o, api.DryRun())
	}
	return o
}
