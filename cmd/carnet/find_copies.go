package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/carnet-project/carnet/api"
	"github.com/carnet-project/carnet/internal/contact"
)

// findCommand is asked before somebody is erased: afterwards nobody knows any more what
// to look for.
type findCommand struct {
	remote

	ID     int64   `arg:"" help:"The contact, also one that was deleted. The id of one that was merged leads to its survivor."`
	Region *string `tried:"country" placeholder:"REGION" help:"The country of phone numbers in the history that are typed without one, as in DE: the region of the Space. Without it such a number is found where it was typed alike."`
	format
}

// Help says what is looked at, and what not.
func (c *findCommand) Help() string {
	return `Erasing a contact takes what came from it, wherever that went by merges. What somebody typed again by hand into another contact, or into a reason, is theirs and stays: this lists where that is, so that you can look at it before you erase.

It goes through all changes of the Space and compares all that the contact holds, or ever held: emails and phones as everywhere, texts without regard to case and spaces, and numbers and dates not at all. Emails, phones, names and locations are found within longer texts too. A value that stands in more than 1,000 places is counted and not listed.

WHERE is contact for what stands there now (in the bin too), history for what stood there once, and reason. No value is printed. It changes nothing, and needs a key that may read.`
}

// Validate refuses a region that is none.
func (c *findCommand) Validate() error {
	if c.Region != nil && !contact.ValidRegion(*c.Region) {
		return errors.New("--region: write two letters, as in DE")
	}
	return nil
}

// foundRecord is a place where a value of the contact stands elsewhere or, of what stands in
// too many places, how many these are.
type foundRecord struct {
	ContactID *int64  `json:"contact_id"` // null for many
	Where     string  `json:"where"`      // contact, history, reason, many
	Field     *string `json:"field"`      // of that contact; null for many
	ChangeID  *string `json:"change_id"`  // that brought it there; null where that was not found
	Of        string  `json:"of"`         // the field of the contact that has the value
	Whole     bool    `json:"whole"`      // it is all that stands there; else a part of a text
	Places    int     `json:"places"`
}

var foundHead = []string{"CONTACT", "WHERE", "FIELD", "CHANGE", "HAS"}

func (r foundRecord) row() []string {
	if r.ContactID == nil {
		return []string{"-", fmt.Sprintf("%s places", thousands(int64(r.Places))), "-", "-", r.Of}
	}
	has := r.Of
	if !r.Whole {
		has += ", in a text"
	}
	return []string{strconv.FormatInt(*r.ContactID, 10), r.Where, cellOf(r.Field), cellOf(r.ChangeID), has}
}

// Run goes through the feed of the Space once.
func (c *findCommand) Run(in *surroundings) error {
	told := newProgressBar(in.stderr)
	client, err := c.connect(in, c.tellsWaits(in, told), api.WithRetries(batchRetries))
	if err != nil {
		return err
	}
	finder := copyFinder{own: newOwnValues(c.Region), at: map[int64][]foundCopy{}}
	id, err := finder.own.read(in.ctx, client, c.ID)
	if err != nil {
		return c.explain(err)
	}
	n, err := c.walk(in, client, &finder, told)
	told.clear()
	if err == nil {
		err = finder.phones(in.ctx, client)
	}
	if err != nil {
		return c.explain(err)
	}
	records := finder.records()
	if !c.table() {
		return show(in, c.format, records, foundHead, records...)
	}
	if len(records) == 0 {
		_, err = fmt.Fprintf(in.stdout, "Nothing that contact %d holds or ever held was found elsewhere: %s changes were looked through.\n", id, thousands(n))
		return err
	}
	if err := show(in, c.format, records, foundHead, records...); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.stdout, "\n%s changes were looked through. All this stays when contact %d is erased: look whose it is, and take away what is not theirs.\n", thousands(n), id)
	return err
}

// walk looks at all changes that there are when it begins, and tells how many these are.
func (c *findCommand) walk(in *surroundings, client *api.Client, finder *copyFinder, told *progressBar) (n int64, err error) {
	newest, err := client.Feed(in.ctx, api.FeedQuery{Latest: true})
	if err != nil {
		return 0, err
	}
	for at := int64(0); at < newest.NextAfter; {
		page, err := client.Feed(in.ctx, api.FeedQuery{After: at, PerPage: copiesPage})
		if err != nil {
			return n, err
		}
		for i := range page.Data {
			finder.change(&page.Data[i])
		}
		n += int64(len(page.Data))
		if page.NextAfter <= at {
			break // nothing follows
		}
		at = page.NextAfter
		told.show(min(at, newest.NextAfter), newest.NextAfter, fmt.Sprintf("%s changes looked through, %d found", thousands(n), finder.found))
	}
	return n, nil
}

// copiesPage is how many changes are asked for at once: few requests, as a Space may have a
// limit of them.
const copiesPage = 2000
