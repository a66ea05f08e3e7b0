package main

import (
	"fmt"

	"github.com/carnet-project/carnet/api"
)

type jobShow struct {
	ID     int64 `arg:"" listed:"carnet job list" help:"The job, as job list shows it."`
	Follow bool  `tried:"wait,watch,until" help:"Say how far it is until it has ended, and show it then. Where it failed or was cancelled, the command ends with 1."`
	format
}

// Help says what following is.
func (c *jobShow) Help() string {
	return `With --follow, what is told meanwhile goes to standard error: on a terminal as a bar, elsewhere as a line every few seconds. The result is the job as it was at its end. Ctrl-C ends the following, and leaves the job alone: it is the server that does it.`
}

// Run shows a job once.
func (c *jobShow) Run(in *surroundings, server *jobCommand) error {
	told := newProgressBar(in.stderr)
	options := []api.Option{server.tellsWaits(in, told)}
	if c.Follow {
		options = append(options, api.WithRetries(batchRetries))
	}
	client, err := server.connect(in, options...)
	if err != nil {
		return err
	}
	return c.do(in, server, client, told)
}

func (c *jobShow) do(in *surroundings, server *jobCommand, client *api.Client, told *progressBar) error {
	var job api.Job
	var err error
	if c.Follow {
		job, err = c.follow(in, client, told)
	} else {
		job, err = client.Job(in.ctx, c.ID)
	}
	if err != nil {
		return server.refusal(err)
	}
	if err := c.print(in.stdout, &job); err != nil {
		return err
	}
	if c.Follow && job.State != api.JobCompleted {
		return fmt.Errorf("job %d ended as %s", job.ID, cell(string(job.State)))
	}
	return nil
}

// follow tells how far a job is, and gives it as it was at its end.
func (c *jobShow) follow(in *surroundings, client *api.Client, told *progressBar) (last api.Job, err error) {
	defer told.clear()
	for job, err := range client.FollowJob(in.ctx, c.ID) {
		if err != nil {
			return last, err
		}
		if last = job; !job.Ended() {
			tellJob(told, &job)
		}
	}
	return last, nil
}

// tellJob says how far a job is.
func tellJob(told *progressBar, j *api.Job) {
	if j.Total == nil {
		told.show(0, 0, fmt.Sprintf("%s, %d so far", cell(string(j.State)), j.Done))
		return
	}
	// More may have come since it was counted.
	all := max(j.Done, *j.Total)
	told.show(j.Done, all, fmt.Sprintf("%s, %d of %d", cell(string(j.State)), j.Done, all))
}

// print shows a job, and below it why it failed.
func (c *jobShow) print(to screen, j *api.Job) error {
	switch {
	case c.json():
		return printJSON(to, j)
	case c.csv():
		return printCSV(to, []api.Job{*j})
	}
	err := showTable(to, jobHead, [][]string{jobCells(j)})
	if err == nil && j.Message != nil {
		_, err = fmt.Fprintf(to, "\n%s\n", cell(*j.Message))
	}
	return err
}
