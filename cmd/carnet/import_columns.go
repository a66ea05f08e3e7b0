package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/api"
)

// draftFile is what the file of a mapping is called that is begun here.
const draftFile = "mapping.json"

// unplanned says why no plan was made of a file, and below that what somebody needs who is to say what becomes of its
// columns: which there are, a mapping to begin with where nothing is known, and how to let go of the import.
func (c *importCommand) unplanned(in *surroundings, e *api.Import) error {
	unknown := len(e.Mapping) > 0 && !slices.ContainsFunc(e.Mapping, takes)
	err := fmt.Errorf("the file was not planned: %s", whyImport(e))
	if c.KeepAs != "" {
		err = fmt.Errorf("%w Nothing was kept as %s", err, cell(c.KeepAs))
	}
	return &refused{err, func(to screen) error {
		if e.Rows > 0 && (unknown || c.Mapping != "") {
			if err := showColumns(to, e.Columns); err != nil {
				return err
			}
		}
		if e.Rows > 0 && unknown {
			if _, err := fmt.Fprint(to, draft(e.Columns)); err != nil {
				return err
			}
			if c.Mapping == "" {
				if _, err := fmt.Fprintf(to, "\nTo import by it:\n\n%s\n", in.again("--mapping", draftFile)); err != nil {
					return err
				}
			}
		}
		_, err := fmt.Fprint(to, letGo(in, e))
		return err
	}}
}

func takes(s api.MappingStep) bool { return s.Rule != "ignore" }

// showColumns lists what a file has, with some of what stands in it.
func showColumns(to screen, columns []api.ImportColumn) error {
	rows := make([][]string, len(columns))
	for i, col := range columns {
		samples := make([]string, len(col.Samples))
		for i, s := range col.Samples {
			samples[i] = cell(s)
		}
		rows[i] = []string{cell(col.Name), strconv.FormatInt(col.Filled, 10), dash(strings.Join(samples, " | "))}
	}
	if _, err := fmt.Fprintln(to); err != nil {
		return err
	}
	return showTable(to, []string{"COLUMN", "FILLED", "SOME OF IT"}, rows)
}

// draft is a mapping by which nothing is taken yet, to be filled in: a step a column.
func draft(columns []api.ImportColumn) string {
	var b strings.Builder
	b.WriteString("\nA mapping to begin with, for a file such as " + draftFile + `. For each column that you want, write at "to" where it goes: emails, phones, names,
locations, or custom_fields.profile_field_1 to 30; and as "rule" what becomes of what is there: add, fill, replace or mirror.` + "\n\n[\n")
	for i, col := range columns {
		name, err := encodeJSON(col.Name)
		if err != nil { // it came as JSON, so it can be written as that
			continue
		}
		end := ","
		if i == len(columns)-1 {
			end = ""
		}
		fmt.Fprintf(&b, "  {\"from\": [%s], \"to\": \"\", \"rule\": \"ignore\"}%s\n", name, end)
	}
	b.WriteString("]\n")
	return b.String()
}

// showKept says under what name it is kept what becomes of the columns, and how that is used.
func (c *importCommand) showKept(to screen, e *api.Import) error {
	if c.KeepAs == "" || len(e.Mapping) == 0 {
		return nil
	}
	by, name := "a later file of these columns is read so by itself, and one that has more columns with", cell(c.KeepAs)
	if h := e.Recognised.Header; h != nil && !*h {
		by = "as the file has no header, a later one is read so only with"
	}
	_, err := fmt.Fprintf(to, "Kept as the mapping %s: %s %s\n\n", name, by, shellLine("--mapping", c.KeepAs))
	return err
}

// tellImport says how far a plan is that is made of a file, until it is made. Its job tells that; a key that is not told
// of jobs sees the state alone.
func tellImport(in *surroundings, client *api.Client, e *api.Import, told *progressBar) {
	told.show(0, 0, cell(string(e.State)))
	if e.JobID == 0 {
		return
	}
	for j, err := range client.FollowJob(in.ctx, e.JobID) {
		if err != nil { // whoever follows the import meets it too, unless it is about the job alone
			return
		}
		if total := j.Total; total != nil && *total > 0 && !j.Ended() {
			all := max(j.Done, *total)
			told.show(j.Done, all, fmt.Sprintf("%s, %d of %d", cell(string(e.State)), j.Done, all))
		}
	}
}

// letGo says how an import is let go of that changed nothing, and waits on the server for somebody who does.
func letGo(in *surroundings, e *api.Import) string {
	return "\nThe server keeps the file for 7 days. To let go of it now:\n\n" + in.beside("import", "discard", e.ID) + "\n"
}
