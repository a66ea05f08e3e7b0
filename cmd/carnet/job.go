package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/carnet-project/carnet/api"
)

// jobCommand does not open the database: what a job has done, and whether it goes on, is
// told by the server that does it.
type jobCommand struct {
	remote

	List   jobList   `cmd:"" help:"List what takes long, newest first."`
	Show   jobShow   `cmd:"" help:"Show how far a job is, or follow it to its end."`
	Cancel jobCancel `cmd:"" help:"End a job. What it did by then stands."`
}

var jobHead = []string{"ID", "KIND", "STATE", "DONE", "OF", "CREATED", "ENDED"}

func jobCells(j *api.Job) []string {
	of, ended := "", ""
	if j.Total != nil {
		of = strconv.FormatInt(*j.Total, 10)
	}
	if j.CompletedAt != nil {
		ended = j.CompletedAt.Format(time.RFC3339)
	}
	return []string{strconv.FormatInt(j.ID, 10), cell(string(j.Kind)), cell(string(j.State)), strconv.FormatInt(j.Done, 10), dash(of),
		j.CreatedAt.Format(time.RFC3339), dash(ended)}
}

// refusal gives an error of a request about a job.
func (c *jobCommand) refusal(err error) error {
	if e, ok := errors.AsType[*api.Error](err); ok && e.Code == api.CodeJobNotFound {
		return errors.New("the Space has no job with this id: `carnet job list` shows those that it has")
	}
	return c.explain(err)
}

type jobList struct {
	Limit *int `placeholder:"N" help:"Stop after so many, and say so on standard error where there are more. Default: all."`
	format
}

// Validate refuses a list of nothing.
func (c *jobList) Validate() error { return checkLimit(c.Limit) }

// Run shows them while they come in.
func (c *jobList) Run(in *surroundings, server *jobCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	out := &listing{to: in.stdout, format: c.format, head: jobHead, like: api.Job{}}
	paging := api.Paging{PerPage: allPerPage}
	if c.Limit != nil {
		paging.PerPage = min(allPerPage, *c.Limit+1) // one more tells that there are more
	}
	for job, err := range client.AllJobs(in.ctx, paging) {
		switch {
		case err != nil:
			return server.explain(err)
		case c.Limit != nil && out.n == *c.Limit:
			return errors.Join(out.end(), tellMore(in, *c.Limit))
		}
		cells := jobCells(&job)
		if err := out.add(job, cells); err != nil {
			return err
		}
	}
	return out.end()
}

type jobCancel struct {
	ID int64 `arg:"" listed:"carnet job list" help:"The job, as job list shows it."`
	format
}

// cancelledRecord says what became of a job.
type cancelledRecord struct {
	ID    int64        `json:"id"`
	State api.JobState `json:"state"`
}

// Run ends a job. It asks for nothing more, so a key that may only write will do.
func (c *jobCancel) Run(in *surroundings, server *jobCommand) error {
	client, err := server.connect(in)
	if err != nil {
		return err
	}
	return c.do(in, server, client, nil)
}

func (c *jobCancel) do(in *surroundings, server *jobCommand, client *api.Client, _ *progressBar) error {
	if err := client.CancelJob(in.ctx, c.ID); err != nil {
		return server.refusal(err)
	}
	in.did("Job %d is cancelled. What it did by then stands.", c.ID)
	switch record := (cancelledRecord{c.ID, api.JobCancelled}); {
	case c.json():
		return printJSON(in.stdout, record)
	case c.csv():
		return printCSV(in.stdout, []cancelledRecord{record})
	}
	_, err := fmt.Fprintln(in.stdout, in.done)
	return err
}
