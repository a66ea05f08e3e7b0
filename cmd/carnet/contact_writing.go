package main

import (
	"cmp"
	"fmt"

	"github.com/carnet-project/carnet/api"
)

// writing are the flags of every write of a contact.
type writing struct {
	DryRun bool `tried:"preview,check,simulate,noop,try" help:"Show what this would change, and change nothing. The last line is the command that does it."`
	attribution
	format
}

// removals limit what a write may take away.
type removals struct {
	MaxRemovals *int `tried:"limit,at-most" placeholder:"N" help:"Do nothing where this would take away more than N values."`
}

func (r *removals) options() []api.WriteOption {
	if r.MaxRemovals == nil {
		return nil
	}
	return []api.WriteOption{api.MaxRemovals(*r.MaxRemovals)}
}

// conditions say which version a write rests on.
type conditions struct {
	IfMatch     *int64 `placeholder:"N" help:"Only if the contact still has this version, as get shows it."`
	BaseVersion *int64 `tried:"base,from" placeholder:"N" help:"This was made from version N, as get showed it: what it changes against that is applied to what is there now, and what others changed since stays."`
}

func (c *conditions) options() (o []api.WriteOption) {
	if c.IfMatch != nil {
		o = append(o, api.IfMatch(*c.IfMatch))
	}
	if c.BaseVersion != nil {
		o = append(o, api.BaseVersion(*c.BaseVersion))
	}
	return o
}

// writer is a write of a contact as its command tells of it.
type writer struct {
	id    int64                    // as it was named; 0 for a new one
	would string                   // what a dry run would do, before the contact: "change"
	did   string                   // what was done, where that cannot be shown: "Contact %d was changed"
	whole bool                     // it may be done and leave all values as they are
	back  func(*api.Result) string // what takes it back, where that is not its undo
	do    func(*api.Client, []api.WriteOption) (api.Result, error)
}

// write does a write and shows what came of it.
func (c *contactCommand) write(in *surroundings, flags *writing, w *writer) error {
	client, err := c.connect(in)
	if err != nil {
		return err
	}
	options := flags.attribution.options()
	if flags.DryRun {
		options = append(options, api.DryRun())
	}
	r, err := w.do(client, options)
	if err != nil {
		return c.refusal(in, w.id, err)
	}
	// Where the contact lives it is answered whole, to those who see what changed.
	gone := w.whole && (r.Contact.ID == 0 || r.Changes != nil && r.Contact.Emails == nil)
	if gone {
		r.Contact.ID = cmp.Or(r.Contact.ID, w.id)
	}
	if !flags.DryRun {
		in.did(w.did+" all the same.", r.Contact.ID)
	}
	switch {
	case !flags.table():
		record := recordOf(&r)
		record.Deleted, record.DryRun = gone, flags.DryRun
		return showRecord(in.stdout, flags.format, record)
	case flags.DryRun:
		return showDry(in, w, &r, gone)
	}
	if err := showContact(in.stdout, flags.format, &r, true); err != nil {
		return err
	}
	if len(r.Conflicts) > 0 {
		fmt.Fprintln(in.stdout)
		if err := showRemains(in.stdout, r.Conflicts); err != nil {
			return err
		}
	}
	return showTaken(in, w, &r, gone)
}
