package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/carnet-project/carnet/api"
)

// The pause before following again doubles from the first to the longest.
// The first is short, because most servers that go away are restarted.
const (
	firstPause   = 200 * time.Millisecond
	longestPause = 30 * time.Second
)

// follow goes on until the program is told to stop, which is no failure, or the
// server refuses for good. Where the server goes away it waits for it, and goes
// on behind the last change that was shown. The first request must succeed:
// what is wrong from the beginning is told at once.
func (c *contactLog) follow(in *surroundings, server *contactCommand, client *api.Client) error {
	first, err := client.Feed(in.ctx, api.FeedQuery{After: c.after, Latest: c.latest, PerPage: 1, Filter: c.filter()})
	if err != nil {
		return in.unlessStopped(server.explain(err))
	}
	if c.latest {
		c.after = first.NextAfter
	}
	show, err := c.printer(in)
	if err != nil {
		return err
	}
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		var unprinted error
		began := time.Now()
		err := eachChange(client.FollowSome(in.ctx, c.after, c.filter()), func(ch *api.Change) error {
			if unprinted = show(ch); unprinted == nil {
				c.after, pause = ch.Seq, firstPause
			}
			return unprinted
		})
		if in.ctx.Err() != nil || unprinted != nil || lasting(err) {
			return in.unlessStopped(server.explain(err))
		}
		if time.Since(began) > longestPause { // it was there, and had nothing to tell
			pause = firstPause
		}
		if pause == firstPause {
			fmt.Fprintf(in.stderr, "carnet: %s This waits, and then goes on where it was. Ctrl-C ends it.\n", sentence(server.explain(err).Error()))
		}
		select {
		case <-time.After(max(pause, asked(err))):
		case <-in.ctx.Done():
			return nil
		}
	}
}

// printer gives what prints a change at once: in words, as a line of JSON or of
// CSV.
func (c *contactLog) printer(in *surroundings) (func(*api.Change) error, error) {
	switch {
	case c.json():
		return func(ch *api.Change) error { return printJSON(in.stdout, ch) }, nil
	case c.csv():
		sheet, err := newCSV(in.stdout, api.Change{})
		return func(ch *api.Change) error { return sheet.add(ch) }, err
	}
	return func(ch *api.Change) error { return showChange(in.stdout, ch) }, nil
}

// lasting tells an error that waiting does not mend: the server is there, and
// refuses. A 429 passes, and so does whatever goes wrong between.
func lasting(err error) bool {
	e, answered := errors.AsType[*api.Error](err)
	return answered && e.Status < http.StatusInternalServerError &&
		e.Status != http.StatusRequestTimeout && e.Status != http.StatusTooManyRequests
}

// asked is how long the server wants to be left alone.
func asked(err error) time.Duration {
	if e, ok := errors.AsType[*api.Error](err); ok {
		return e.RetryAfter
	}
	return 0
}
