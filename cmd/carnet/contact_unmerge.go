package main

import (
	"fmt"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/carnet-project/carnet/api"
)

type contactUnmerge struct {
	ID     int64 `arg:"" help:"The contact, by its own id or one that leads to it."`
	Merged int64 `arg:"" help:"The id that was merged into it, and is to be a contact of its own again."`
	writing
}

// Help says whose is what.
func (c *contactUnmerge) Help() string {
	return `At any later time, both become what they would be had that merge never been. What was written since by an id that leads to the one goes with it, and all else stays with the other. What one of them had and an edit of the other's took away comes back to it, and is shown. The two are remembered as different people: to merge them again takes --confirm-distinct.`
}

// splitRecord is an unmerge as it is printed.
type splitRecord struct {
	Survivor  api.Contact   `json:"survivor"`
	Contact   api.Contact   `json:"contact"`
	Conflicts []api.Remains `json:"conflicts"`
	Version   int64         `json:"version,omitzero"` // of the survivor
	ChangeID  *string       `json:"change_id,omitzero"`
	DryRun    bool          `json:"dry_run,omitzero"`
	Changes   *api.Edits    `json:"changes,omitzero"` // of the survivor
}

// Run shows both contacts as they are then.
func (c *contactUnmerge) Run(in *surroundings, server *contactCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	options := append(c.attribution.options(), api.ReturnChanges())
	if c.DryRun {
		options = append(options, api.DryRun())
	}
	split, err := client.Unmerge(in.ctx, c.ID, c.Merged, options...)
	if err != nil {
		return server.refusal(in, c.ID, err)
	}
	if !c.DryRun {
		in.did("Contact %d was parted from contact %d all the same.", split.Contact.ID, split.Survivor.ID)
	}
	record := splitRecord{split.Survivor, split.Contact, split.Conflicts, split.Version, orNull(split.ChangeID), c.DryRun, split.Changes}
	switch {
	case c.json():
		return printJSON(in.stdout, record)
	case c.csv():
		return printCSV(in.stdout, []splitRecord{record})
	}
	return c.show(in, &split)
}

func (c *contactUnmerge) show(in *surroundings, s *api.Split) error {
	is, end := "", fmt.Sprintf("To take this back:\n\n%s\n", in.contact("undo", strconv.FormatInt(s.Survivor.ID, 10), s.ChangeID))
	if c.DryRun {
		is, end = "This would leave ", "Nothing was changed. To do it:\n\n"+in.again()+"\n"
	}
	to := in.stdout
	to.width = 0
	for _, one := range []struct {
		says    string
		contact *api.Contact
	}{{"the survivor:", &s.Survivor}, {"what was split off:", &s.Contact}} {
		says := is + one.says
		if _, err := lipgloss.Fprintln(to.Writer, boldStyle.Render(strings.ToUpper(says[:1])+says[1:])+"\n"); err != nil {
			return err
		}
		if err := showTable(to, []string{"ID", strconv.FormatInt(one.contact.ID, 10)}, contactLines(one.contact)); err != nil {
			return err
		}
		fmt.Fprintln(to)
		is = strings.Replace(is, "This would leave", "And", 1)
	}
	if len(s.Conflicts) > 0 {
		if err := showRemains(to, s.Conflicts); err != nil {
			return err
		}
		fmt.Fprintln(to)
	}
	_, err := fmt.Fprint(to, end)
	return err
}

// showRemains tells what came back that somebody had taken away, and what lay below what
// somebody wrote.
func showRemains(to screen, all []api.Remains) error {
	var rows [][]string
	for i := range all {
		left := &all[i]
		texts := make([]string, len(left.Values))
		for j, value := range left.Values {
			texts[j] = fmt.Sprint(value)
		}
		rows = append(rows, []string{strconv.FormatInt(left.ContactID, 10), cell(strings.TrimPrefix(left.Field, "custom_fields.")), cell(strings.Join(texts, ", "))})
	}
	if _, err := lipgloss.Fprintln(to.Writer, boldStyle.Render("To look at, as a write had taken it away, or has hidden it:")+"\n"); err != nil {
		return err
	}
	return showTable(to, []string{"CONTACT", "FIELD", "VALUES"}, rows)
}
