package integrity

import (
	"cmp"
	"context"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// erasures holds what is noted of who was erased against the contacts, their changes and the
// jobs of it.
func (c *Check) erasures() error {
	for after := int64(0); ; {
		n, before := 0, after
		err := c.still(func(ctx context.Context) error {
			list, err := c.b.Erasures(ctx, after, false, atOnce)
			n = len(list)
			for i := range list {
				after = list[i].Job
				if err := c.erasure(ctx, &list[i]); err != nil {
					return err
				}
			}
			return err
		})
		if err == nil && n > 0 {
			err = onward(cmp.Compare(after, before))
		}
		if err != nil {
			return err
		}
		if err := c.page(n, "who was erased"); err != nil || n == 0 {
			return err
		}
	}
}

func (c *Check) erasure(ctx context.Context, e *store.Erasure) error {
	row, there, err := c.b.Row(ctx, e.Space, e.Contact)
	if err != nil {
		return err
	}
	ch, changed, err := c.b.Change(ctx, e.Space, e.Op)
	if err != nil {
		return err
	}
	job, worked, err := c.b.Job(ctx, e.Space, e.Job)
	if err != nil {
		return err
	}
	tell := func(flaw string) {
		c.found(of(store.ContactID{Space: e.Space, ID: e.Contact}, ErasureRow, flaw))
	}
	switch {
	case !there || row.State != contact.Erased:
		tell("its contact is not erased")
	case !changed || ch.Action != contact.ActionErase || ch.Contact != e.Contact || ch.At != e.At:
		tell("the change that erased it is another")
	case !worked || job.Kind != store.EraseJob || job.Of != e.Contact.String():
		tell("its job is another")
	case e.Scrubbed != 0 && e.Scrubbed < e.At:
		tell("it was scrubbed before it was erased")
	}
	return nil
}

// noted looks whether what a change erased is noted: else nobody goes on with it, and a backup
// brings it back.
func (c *Check) noted(ctx context.Context, row *record.Change) error {
	if row.Action != contact.ActionErase {
		return nil
	}
	_, found, err := c.b.Erasure(ctx, row.Space, row.Contact)
	if err == nil && !found {
		c.found(Finding{Space: row.Space, Kind: ChangeRow, ID: number(row.Seq), Flaw: "what it erased is not noted"})
	}
	return err
}
