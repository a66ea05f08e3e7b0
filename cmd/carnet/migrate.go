package main

import (
	"fmt"

	"github.com/carnet-project/carnet/internal/server"
)

type migrateCommand struct {
	format
}

type migrateRecord struct {
	Database string `json:"database"`
	UpToDate bool   `json:"up_to_date"`
}

func (m migrateRecord) row() []string { return nil } // a sentence tells it

// Run waits while another one migrates.
func (c *migrateCommand) Run(in *surroundings) error {
	if err := server.Migrate(in.ctx, in.db, in.log); err != nil {
		return err
	}
	in.did("The schema is up to date all the same.")
	r := migrateRecord{Database: server.DatabaseName(in.db), UpToDate: true}
	if !c.table() {
		return show(in, c.format, r, nil, r)
	}
	_, err := fmt.Fprintf(in.stdout, "The schema of %s is up to date.\n", r.Database)
	return err
}
