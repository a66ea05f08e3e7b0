package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/carnet-project/carnet/api"
	"github.com/carnet-project/carnet/internal/server"
)

// remote is the server that a command talks to, where it opens no database itself.
type remote struct {
	URL string `tried:"server,host,address,base-url" name:"url" env:"CARNET_URL" blank:"refused by what reads addresses" default:"http://${listen}" placeholder:"URL" help:"The server. Default: http://${listen}. The API key is taken from CARNET_KEY and never from a flag, because others can read command lines."`
}

// longWait is a pause that somebody who sees nothing happen would wonder about.
const longWait = 3 * time.Second

// connect makes the client of the server that was named.
func (c *remote) connect(in *surroundings, options ...api.Option) (*api.Client, error) {
	key, err := keyOf(os.Getenv("CARNET_KEY"))
	if err != nil {
		return nil, err
	}
	c.URL = serverURL(c.URL)
	if err := checkURL(c.URL); err != nil {
		return nil, err
	}
	warnOfClearText(in.stderr, c.URL)
	options = append([]api.Option{api.WithUserAgent("carnet-cli"), api.WithOnRetry(c.waits(in)), api.WithOnKeyEnds(in.noteKeyEnd)}, options...)
	client, err := api.New(c.URL, key, options...)
	return client, c.explain(err)
}

// noteKeyEnd keeps when the key of the command ends, for tellKeyEnd.
func (in *surroundings) noteKeyEnd(at time.Time) { in.keyEnds.Store(&at) }

// tellKeyEnd says when the key of the command ends, where that is soon: at the end, so that
// it stands in no progress and is told once.
func (in *surroundings) tellKeyEnd() {
	if at := in.keyEnds.Load(); at != nil {
		in.log.Warn("the key in CARNET_KEY ends soon, and is refused from then on: have another made in its place, as by `carnet key rotate`", "expires", at.UTC().Format(time.RFC3339))
	}
}

// waits says what is waited for, where that is long.
func (c *remote) waits(in *surroundings) func(error, time.Duration) {
	return func(reason error, wait time.Duration) {
		if wait >= longWait {
			in.log.Info("waiting, then sending it again", "wait", wait, "reason", c.explain(reason))
		}
	}
}

// tellsWaits says what it waits for, on a line that the progress makes room for.
func (c *remote) tellsWaits(in *surroundings, told *progressBar) api.Option {
	says := c.waits(in)
	return api.WithOnRetry(func(reason error, wait time.Duration) {
		told.clear()
		says(reason, wait)
	})
}

func (c *remote) explain(err error) error { return explain(c.URL, err) }

// unmade says why there is no file, in words of its own.
type unmade struct{ error }

// explainMade gives an error of a request whose answer goes to a file as a sentence: one of
// the file says itself what it is.
func (c *remote) explainMade(err error) error {
	if local, ok := errors.AsType[*unmade](err); ok {
		return local.error
	}
	if local, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("the file could not be written: %w", local.Err)
	}
	return c.explain(err)
}

// wasRefused tells that a server answered no, and not that nobody waited for its answer: that
// who was told to come again later stopped waiting is no answer.
func wasRefused(err error) bool {
	_, answered := errors.AsType[*api.Error](err)
	return answered && !errors.Is(err, context.Canceled)
}

// explain gives an error of the client of a server as a sentence for the person
// who typed.
func explain(url string, err error) error {
	e, answered := errors.AsType[*api.Error](err)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return errors.New("stopped before it was done")
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing answers at %s: start `carnet serve`, or name another server with --url", url)
	case errors.Is(err, http.ErrSchemeMismatch):
		return errors.New("the server at --url speaks no TLS: write --url with http:// in place of https://, or name the proxy that stands before it")
	case answered && (e.Code == api.CodeRouteNotFound || e.Code == "" && e.Status < http.StatusInternalServerError):
		return errors.New("there is no API at --url: it has too much behind the host, or too little. Write it as `carnet serve` prints it, as in --url http://" + server.DefaultListen)
	case !answered:
		return errors.New(strings.TrimPrefix(err.Error(), "carnet: "))
	case e.Status == 401:
		return errors.New("the server does not accept the API key: see `carnet key list`")
	case len(e.Errors) > 0:
		return errors.New(problems(e.Errors))
	}
	return errors.New(e.Message)
}

// problems tells all that is wrong with what was sent, and where.
func problems(byPath map[string][]string) string {
	var all []string
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		for _, message := range byPath[path] {
			all = append(all, spoken(path)+": "+message)
		}
	}
	return strings.Join(all, " ")
}

// flagPaths are what the API calls what is a flag here.
var flagPaths = map[string]string{
	"X-Base-Version": "--base-version", "If-Match": "--if-match", "X-Actor": "--actor", "X-Reason": "--reason", "max_removals": "--max-removals",
	"outcome": "--outcome", "result": "--result",
}

// spoken gives a path of the API in the words of the command line.
func spoken(path string) string {
	if flag, ok := flagPaths[path]; ok {
		return flag
	}
	if first, below, _ := strings.Cut(path, "."); first == "custom_field_filters" || first == "where" {
		return spokenCondition(below)
	}
	if field, ok := strings.CutPrefix(path, "custom_fields."); ok {
		return field
	}
	if field, ok := strings.CutPrefix(path, "prefer."); ok {
		return "--prefer " + field
	}
	return path
}

// spokenCondition names a flag --where by which of them it is, where there may be several.
func spokenCondition(below string) string {
	nth, _, _ := strings.Cut(below, ".")
	n, err := strconv.Atoi(nth)
	if err != nil {
		return "--where"
	}
	return fmt.Sprintf("--where (%d)", n+1)
}
