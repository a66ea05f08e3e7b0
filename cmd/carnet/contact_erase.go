package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/carnet-project/carnet/api"
)

type contactErase struct {
	ID  int64 `arg:"" help:"The contact, by its own id. All ids that lead to it go with it."`
	Yes bool  `tried:"sure,force,confirm" help:"Do it. Without this it is only shown what would go."`
	removals
	attribution
	format
}

// Help says that nothing brings it back.
func (c *contactErase) Help() string {
	return `This cannot be undone. The contact goes with all its ids and its history, and so does what other contacts' histories, plans and stored answers have of it. What others hold for themselves stays: ` + "`carnet find-copies`" + ` lists where that is, while anybody knows.

The key needs the scope contacts:erase. Backups that were made before hold the contact still, and it does not come back with them. To take a contact out of sight alone, carnet contact delete.`
}

// Run erases or, without --yes, tells what would go.
func (c *contactErase) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	options := append(c.attribution.options(), c.removals.options()...)
	if !c.Yes {
		options = append(options, api.DryRun())
	}
	r, err := client.Erase(in.ctx, c.ID, options...)
	if e, ok := errors.AsType[*api.Error](err); ok && e.Code == api.CodeAlias && e.LeadsTo != 0 {
		whole, named := strconv.FormatInt(e.LeadsTo, 10), strconv.FormatInt(c.ID, 10)
		return fmt.Errorf("this id leads to contact %s, since the two were merged. To erase that one, both of them, name it: %s. To part them: %s",
			whole, in.contact("erase", whole), in.contact("unmerge", whole, named))
	}
	if err != nil {
		return server.refusal(in, c.ID, err)
	}
	if c.Yes {
		in.did("Contact %d was erased all the same.", c.ID)
	}
	switch {
	case c.json():
		return printJSON(in.stdout, r)
	case !c.table():
		return printCSV(in.stdout, []api.Receipt{r})
	}
	if r.ErasedAt == nil {
		id := strconv.FormatInt(r.ID, 10)
		_, err = fmt.Fprintf(in.stdout, "Contact %d would be erased for good, with %d values, all its ids and its history. Nothing brings it back.\nWhat was typed again by hand elsewhere stays: look for it before, with %s\nNothing was changed. To do it: %s\n", r.ID, *r.Removals, in.beside("find-copies", id), in.contact("erase", id, "--yes"))
		return err
	}
	_, err = fmt.Fprintf(in.stdout, "Contact %d is erased for good since %s.\n", r.ID, r.ErasedAt.Format("2006-01-02 15:04:05Z07:00"))
	switch {
	case err != nil:
	case r.ScrubbedAt != nil:
		_, err = fmt.Fprintln(in.stdout, "No file of the database holds a copy any more. Backups that were made before do.")
	default:
		_, err = fmt.Fprintf(in.stdout, "What others had of it is taken out by a job: %s\nCopies in the files of a SQLite database go after that; on PostgreSQL VACUUM takes them.\n", in.beside("job", "show", strconv.FormatInt(*r.JobID, 10)))
	}
	return err
}
