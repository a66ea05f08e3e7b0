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

// Run waits while another one migrates.
func (c *migrateCommand) Run(in *surroundings) error {
	if err := server.Migrate(in.ctx, in.db, in.log); err != nil {
		return err
	}
	r := migrateRecord{Database: server.DatabaseName(in.db), UpToDate: true}
	if c.json() {
		return show(in.stdout, c.format, r, nil, []record{}...)
	}
	_, err := fmt.Fprintf(in.stdout, "The schema of %s is up to date.\n", r.Database)
	return err
}
