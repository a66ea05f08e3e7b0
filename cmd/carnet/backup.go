package main

import (
	"fmt"

	"github.com/carnet-project/carnet/internal/server"
)

type backupCommand struct {
	File string `arg:"" help:"The file to make. It must not exist yet; its folder must."`
	format
}

// Help says what is made, and what not.
func (c *backupCommand) Help() string {
	return `It may be made while a server runs, and holds all that was answered before it began. The file is checked before it gets its name: until then it is called FILE.partial.

It holds personal data in the clear, as the database does: only your user may read it. The same for a PostgreSQL database is made with pg_dump.`
}

// copyRecord is what was made.
type copyRecord struct {
	File   string  `json:"file"`
	Bytes  int64   `json:"bytes"`
	Schema int64   `json:"schema"`
	Newest *string `json:"newest_change_at"`
}

func copyRecordOf(file string, c server.Copy) copyRecord {
	return copyRecord{file, c.Bytes, c.Schema, orNull(moment(c.Newest))}
}

func (r copyRecord) row() []string { return nil } // a sentence tells it

// Run makes a backup.
func (c *backupCommand) Run(in *surroundings) error {
	told := newProgressBar(in.stderr)
	made, err := server.Backup(in.ctx, in.db, c.File, told.pages, in.log)
	told.clear()
	if err != nil {
		return in.cutShort(err, "there is no backup")
	}
	in.did("The backup was made all the same.")
	r := copyRecordOf(c.File, made)
	if !c.table() {
		return show(in, c.format, r, nil, r)
	}
	_, err = fmt.Fprintf(in.stdout, "%s is a backup of %s: %s, checked, %s.\n", c.File, in.db, roughly(made.Bytes), newestChange(made))
	return err
}

// newestChange tells up to when a copy goes.
func newestChange(c server.Copy) string {
	if c.Newest == 0 {
		return "without any change so far"
	}
	return "its newest change of " + moment(c.Newest)
}

// pages says how much of a file is copied.
func (p *progressBar) pages(done, all int64) {
	percent := int64(100)
	if all > 0 {
		percent = 100 * done / all
	}
	p.show(done, all, fmt.Sprintf("%d %% copied", percent))
}
