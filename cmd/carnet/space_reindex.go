package main

import (
	"strconv"

	"github.com/carnet-project/carnet/internal/contact"
)

type spaceReindex struct {
	ID int64 `arg:"" listed:"carnet space list" help:"The Space, as space list shows it."`
	format
}

// Help says who does it.
func (c *spaceReindex) Help() string {
	return "A server that runs does it, while it answers as always: carnet job list shows how far it is. Searches and filters find the same all the while. It makes the index whole where it was built by rules of an earlier version, and leaves alone what carnet check --repair looks for: keys of contacts that are not there."
}

// reindexRecord is what was asked for, as it is printed.
type reindexRecord struct {
	Space int64 `json:"space_id"`
	Job   int64 `json:"job_id"`
}

var reindexHead = []string{"SPACE", "JOB"}

func (r reindexRecord) row() []string {
	return []string{strconv.FormatInt(r.Space, 10), strconv.FormatInt(r.Job, 10)}
}

// Run asks for the job.
func (c *spaceReindex) Run(in *surroundings) error {
	db, err := in.open()
	if err != nil {
		return err
	}
	defer db.Close()
	job, err := db.Book.Reindex(in.ctx, contact.SpaceID(c.ID))
	if err != nil {
		return err
	}
	in.did("The job was made all the same.")
	r := reindexRecord{c.ID, job.ID}
	return show(in, c.format, r, reindexHead, r)
}
