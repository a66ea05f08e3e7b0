package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/carnet-project/carnet/api"
	"github.com/carnet-project/carnet/internal/load"
)

type benchCommand struct {
	URL         string        `tried:"server,host,address,base-url" name:"url" env:"CARNET_URL" blank:"refused by what reads addresses" default:"http://${listen}" placeholder:"URL" help:"The server. Default: http://${listen}."`
	Key         string        `env:"CARNET_KEY" blank:"refused by what reads keys" placeholder:"KEY" help:"The API key. Better put it into CARNET_KEY: others can read command lines."`
	Mix         string        `enum:"get,put,mixed" default:"get" placeholder:"MIX" help:"What is sent: get, put, or mixed, which is half and half. Default: get."`
	Write       bool          `help:"Allow it to make contacts of its own, which stay. put and mixed need that; get reads those that are there without it."`
	Contacts    int           `default:"100" placeholder:"N" help:"How many contacts it reads and changes, 1 to 10000. Default: 100."`
	Connections int           `default:"16" placeholder:"N" help:"How many requests are under way at most, 1 to 256. Default: 16."`
	Duration    time.Duration `default:"10s" placeholder:"TIME" help:"How long, from 1s to 10m. Default: 10s. Ctrl-C ends it earlier, with the result so far."`
	Rate        *int          `placeholder:"N" help:"Send so many requests a second, however fast the answers come; 1 to 100000. Default: each connection sends as soon as it was answered."`
	format

	from string // where Key came from: see explain
}

// Help says what to prepare.
func (c *benchCommand) Help() string {
	return `Use a Space made for it, without limits:

  carnet space create bench
  carnet space set 2 --limit update=0 --limit create=0 --limit get=0 --limit list=0
  carnet key create --space 2

Without --write it only reads: the newest contacts of the Space. With --write it makes made-up contacts named "Carnet Bench ..." and changes no others. They stay; the next run uses them again.

It ends with 1 where requests failed for another reason than a limit.`
}

// Validate refuses what is out of range, and writing that was not allowed.
func (c *benchCommand) Validate() error {
	switch {
	case c.Contacts < 1 || c.Contacts > 10_000:
		return errors.New("--contacts: write a number from 1 to 10000")
	case c.Connections < 1 || c.Connections > 256:
		return errors.New("--connections: write a number from 1 to 256")
	case c.Duration < time.Second || c.Duration > 10*time.Minute:
		return errors.New("--duration: write a time from 1s to 10m, as in 30s")
	case c.Rate != nil && (*c.Rate < 1 || *c.Rate > 100_000):
		return errors.New("--rate: write a number of requests a second from 1 to 100000")
	case load.Mix(c.Mix) != load.Gets && !c.Write:
		return fmt.Errorf("--mix %s makes up to %d made-up contacts in the Space of the key, which stay, and changes them: add --write if it may", c.Mix, c.Contacts)
	}
	return nil
}

// requestPatience is how long one answer is waited for.
const requestPatience = 30 * time.Second

// Run makes the load and shows what came of it.
func (c *benchCommand) Run(in *surroundings) error {
	var err error
	c.from = fromEnvironment
	if slices.ContainsFunc(in.args, func(arg string) bool { return arg == "--key" || strings.HasPrefix(arg, "--key=") }) {
		c.from = "that --key gives"
	}
	if c.Key, err = keyOf(c.Key); err != nil {
		return err
	}
	c.URL = serverURL(c.URL)
	if err := checkURL(c.URL); err != nil {
		return err
	}
	warnOfClearText(in.stderr, c.URL)
	client, err := c.client()
	if err != nil {
		return explain(c.URL, c.from, err)
	}
	ids, made, err := c.contacts(in, client)
	if err != nil {
		return c.withAdvice(err)
	}
	progress := newProgress(in.stderr)
	r := load.Run(in.ctx, load.Plan{
		Client: client, Contacts: ids, Mix: load.Mix(c.Mix), Connections: c.Connections,
		Duration: c.Duration, Rate: c.rate(), Progress: progress.show,
	})
	progress.clear()
	record := c.record(r, len(ids), made)
	if err := c.print(in.stdout, record); err != nil {
		return err
	}
	if record.Limited > 0 {
		fmt.Fprintf(in.stderr, "carnet: %d of %d answers were 429: the Space has limits, and the result is about them more than about the server. %s.\n",
			record.Limited, record.answers(), liftLimits)
	}
	switch failed := record.failures(); {
	case failed > 0:
		return fmt.Errorf("%d of %d requests failed: the result says by which code", failed, record.answers())
	case record.All.Requests == 0:
		return errors.New("no request went well, so nothing was measured")
	}
	return nil
}

// rate gives the requests a second, 0 for as many as are answered.
func (c *benchCommand) rate() int {
	if c.Rate == nil {
		return 0
	}
	return *c.Rate
}

// client makes a client that sends nothing again: what fails is to be counted.
func (c *benchCommand) client() (*api.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// HTTP/2 would put all requests on one connection.
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(true)
	transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = c.Connections, c.Connections
	transport.MaxIdleConns = c.Connections
	return api.New(c.URL, c.Key, api.WithUserAgent("carnet-bench"), api.WithRetries(0),
		api.WithHTTPClient(&http.Client{Transport: transport, Timeout: requestPatience}))
}

// contacts finds the contacts to use, and makes them where it may.
func (c *benchCommand) contacts(in *surroundings, client *api.Client) (ids []int64, made int, err error) {
	if !c.Write {
		if ids, err = load.Existing(in.ctx, client, c.Contacts); err == nil && len(ids) == 0 {
			err = errors.New("there is no contact in the Space of this key to read: --write lets it make some of its own")
		}
		return ids, 0, err
	}
	fmt.Fprintf(in.stderr, "This uses %d made-up contacts named \"Carnet Bench ...\" in the Space of the key, and makes those that are missing. They stay: the next run uses them again.\n", c.Contacts)
	ids, made, err = load.Own(in.ctx, client, c.Contacts, c.Connections)
	if made > 0 {
		in.did("%d contacts were made all the same.", made)
		fmt.Fprintf(in.stderr, "It made %d.\n", made)
	}
	return ids, made, err
}

const liftLimits = "Lift them, as in `carnet space set ID --limit update=0 --limit create=0 --limit get=0 --limit list=0` (`carnet space list` shows the ID), best for a Space made for this"

// withAdvice explains why the load could not begin.
func (c *benchCommand) withAdvice(err error) error {
	if e, ok := errors.AsType[*api.Error](err); ok && e.Status == http.StatusTooManyRequests {
		return errors.New("the Space has limits, which refuse this before it has begun. " + liftLimits)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s does not answer", c.URL)
	}
	return explain(c.URL, c.from, err)
}
