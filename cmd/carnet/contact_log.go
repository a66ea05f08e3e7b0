package main

import (
	"errors"
	"iter"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/api"
)

type contactLog struct {
	ID     int64 `arg:"" optional:"" help:"The contact."`
	Limit  *int  `placeholder:"N" help:"Of a contact's history: stop after so many changes, and say so on standard error where there are more. Default: all."`
	Follow bool  `help:"Instead of a contact's history, show that of the whole Space, oldest first, and go on as changes are made. With -o json it prints a line of JSON for each change, not one array. Where the server goes away, it waits for it."`
	followed
	format
}

// followed are the flags that go with --follow alone.
type followed struct {
	After   *string     `tried:"from" placeholder:"SEQ" help:"With --follow: only what comes after the change with this seq; latest for what comes from now on. Default: 0, all."`
	Contact *int64      `tried:"id,contact-id" placeholder:"ID" help:"With --follow: only changes of this very contact."`
	KeyID   *int64      `placeholder:"ID" help:"With --follow: only changes that this key made, as key list shows it."`
	Action  *api.Action `tried:"only,kind,type" placeholder:"ACTION" help:"With --follow: only changes of this kind, as in merge."`
	BatchID *string     `tried:"batch" placeholder:"ID" help:"With --follow: only changes of this batch."`
	Since   *string     `placeholder:"TIME" help:"With --follow: only what was changed then or later, as in 2026-01-31T14:00:00Z."`

	after  int64 // After, read
	latest bool
	since  *time.Time
}

func (f *followed) given() bool {
	return f.After != nil || f.filter() != (api.Filter{}) || f.Since != nil
}

func (f *followed) filter() api.Filter {
	return api.Filter{ContactID: f.Contact, KeyID: f.KeyID, Action: f.Action, BatchID: f.BatchID, Since: f.since}
}

// read refuses places and times that are none. What else may be asked for the
// server knows.
func (f *followed) read() (err error) {
	if f.After != nil {
		if f.latest = *f.After == "latest"; !f.latest {
			f.after, err = strconv.ParseInt(*f.After, 10, 64)
		}
		if err != nil || f.after < 0 {
			return errors.New("write --after as the seq of a change, or as latest")
		}
	}
	if f.Since != nil {
		since, err := time.Parse(time.RFC3339, *f.Since)
		if err != nil {
			return errors.New("write --since as in 2026-01-31T14:00:00Z")
		}
		f.since = &since
	}
	return nil
}

// Validate refuses what asks for two things or for none.
func (c *contactLog) Validate() error {
	switch {
	case c.Follow == (c.ID != 0):
		return errors.New("name a contact, or give --follow for the whole Space")
	case c.given() && !c.Follow:
		return errors.New("--after, --contact, --key-id, --action, --batch-id and --since go with --follow")
	case c.Limit != nil && c.Follow:
		return errors.New("--limit goes with a contact: --follow shows what is made, and ends by Ctrl-C")
	}
	return errors.Join(checkLimit(c.Limit), c.read())
}

// Run shows a contact's history newest first.
func (c *contactLog) Run(in *surroundings, server *contactCommand) error {
	var options []api.Option
	if c.Follow {
		options = append(options, api.WithRetries(0)) // following goes on by itself, and sooner
	}
	client, err := server.connect(in, options...)
	if err != nil {
		return err
	}
	if c.Follow {
		defer in.whileRead()()
		return c.follow(in, server, client)
	}
	out := &listing{to: in.stdout, format: c.format, like: api.Change{}}
	show := func(ch *api.Change) error { return out.add(ch, nil) }
	if c.table() {
		show = func(ch *api.Change) error {
			if err := fillIn(in.ctx, client, ch); err != nil {
				return err
			}
			return showChange(in.stdout, ch)
		}
	}
	more, err := c.changes(in, client, show)
	switch {
	case err != nil:
		return server.explain(err)
	case !c.table():
		err = out.end()
	}
	if more {
		err = errors.Join(err, tellMore(in, *c.Limit))
	}
	return err
}

// changes shows those of a contact, newest first, and tells whether there are more than --limit.
func (c *contactLog) changes(in *surroundings, client *api.Client, show func(*api.Change) error) (more bool, err error) {
	paging := api.Paging{PerPage: allPerPage}
	if c.Limit != nil {
		paging.PerPage = min(allPerPage, *c.Limit+1) // one more tells that there are more
	}
	n := 0
	err = eachChange(client.AllChanges(in.ctx, c.ID, paging), func(ch *api.Change) error {
		if c.Limit != nil && n == *c.Limit {
			return errEnough
		}
		n++
		return show(ch)
	})
	if errors.Is(err, errEnough) {
		return true, nil
	}
	return false, err
}

// errEnough ends what shows changes where --limit has.
var errEnough = errors.New("as many as were asked for")

func eachChange(changes iter.Seq2[api.Change, error], do func(*api.Change) error) error {
	for ch, err := range changes {
		if err == nil {
			err = do(&ch)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
