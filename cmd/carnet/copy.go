package main

import (
	"fmt"

	"github.com/carnet-project/carnet/internal/server"
)

type copyCommand struct {
	From string `required:"" placeholder:"FILE|URL" help:"The database to copy: a SQLite file, or postgres://user@host/name. No server may have it open. It stays as it is."`
	To   string `required:"" placeholder:"FILE|URL" help:"The database to make: a SQLite file that does not exist yet, or a PostgreSQL database that holds nothing."`
	format
}

// Help says what is taken along, and what is to be done first.
func (c *copyCommand) Help() string {
	return `All of it is copied: contacts with their ids and history, Spaces, keys, sessions, jobs, plans, what is remembered to answer repetitions, and how far all numbers are. Then both are read and compared row by row, before the new one can be served.

Stop the servers of both first. What is cut short leaves no database that could be served: run the same again.`
}

// copiedRecord is what was copied.
type copiedRecord struct {
	From   string        `json:"from"`
	To     string        `json:"to"`
	Rows   int64         `json:"rows"`
	Tables []tableRecord `json:"tables"`
}

type tableRecord struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
}

func (r tableRecord) row() []string { return nil } // a sentence tells it

// Run copies a database.
func (c *copyCommand) Run(in *surroundings) error {
	told := newProgressBar(in.stderr)
	made, err := server.CopyDatabase(in.ctx, server.Copying{From: c.From, To: c.To, Log: in.log, Progress: func(done string, rows int64, table string) {
		told.show(0, 0, fmt.Sprintf("%s rows %s, now %s", thousands(rows), done, table))
	}})
	told.clear()
	if err != nil {
		return in.cutShort(err, "nothing was copied, run the same again")
	}
	in.did("The database was copied all the same.")
	r := copiedRecord{From: server.DatabaseName(c.From), To: server.DatabaseName(c.To), Rows: made.Rows, Tables: []tableRecord{}}
	for _, t := range made.Tables {
		r.Tables = append(r.Tables, tableRecord(t))
	}
	if !c.table() {
		return show(in, c.format, r, nil, r.Tables...)
	}
	_, err = fmt.Fprintf(in.stdout, `%s is a copy of %s. Compared: %s rows of %d tables are the same.

Start the servers on the new one, with the keys, the links and the addresses as they were. Serve the old one no more: what is
written to it is not in the new one. Keep it out of reach until you trust the new one and its backups.
`, r.To, r.From, thousands(made.Rows), len(made.Tables))
	return err
}
