package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"regexp"
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
	At      *string `tried:"server,host,address,base-url" name:"url" env:"CARNET_URL" blank:"refused by what reads addresses" placeholder:"URL" help:"The server. Default: that of the profile in use, else http://${listen}. The API key is taken from CARNET_KEY or the profile and never from a flag, because others can read command lines."`
	Profile string  `tried:"login,account" name:"profile" env:"CARNET_PROFILE" placeholder:"NAME" help:"The server and the key of a carnet login, in place of the one in use."`

	URL  string `kong:"-"` // of the server, once it is known
	From string `kong:"-"` // where its key came from, likewise: see explain
}

// longWait is a pause that somebody who sees nothing happen would wonder about.
const longWait = 3 * time.Second

// connect makes the client of the server that was named.
func (c *remote) connect(in *surroundings, options ...api.Option) (*api.Client, error) {
	key, err := c.find()
	if err != nil {
		return nil, err
	}
	warnOfClearText(in.stderr, c.URL)
	options = append([]api.Option{api.WithUserAgent("carnet-cli"), api.WithOnRetry(c.waits(in)), api.WithOnKeyEnds(in.noteKeyEnd)}, options...)
	client, err := api.New(c.URL, key, options...)
	return client, c.explain(err)
}

// find finds out the server and gives the key for it. What is named on the command line goes before
// the environment, and both before the profile in use. The key of a profile goes to its server
// alone.
func (c *remote) find() (key string, err error) {
	c.URL = "http://" + server.DefaultListen
	if c.At != nil {
		c.URL = serverURL(*c.At)
		if err := checkURL(c.URL); err != nil {
			return "", err
		}
	}
	if c.Profile == "" && isSet("CARNET_KEY") {
		c.From = fromEnvironment
		return keyOf(os.Getenv("CARNET_KEY"))
	}
	p, err := c.profile()
	switch {
	case err != nil:
		return "", err
	case p == nil:
		return "", c.noKey()
	case c.At != nil && c.URL != p.URL && c.Profile != "":
		return "", fmt.Errorf("the profile %s is of another server than --url or CARNET_URL names: leave one of them out", p.Name)
	case c.At != nil && c.URL != p.URL:
		return "", fmt.Errorf("there is no API key for %s: you are signed in to another server. Sign in to this one by `carnet login NAME --url URL`, or put a key into CARNET_KEY", cell(c.URL))
	}
	c.URL, c.From = p.URL, "of the profile "+p.Name
	return p.Key, nil
}

// fromEnvironment says of a key that it is the one that goes before that of the profile in use.
const fromEnvironment = "in the environment variable CARNET_KEY"

func isSet(variable string) bool { return strings.TrimSpace(os.Getenv(variable)) != "" }

// noKey says that there is no API key, and where one would be.
func (c *remote) noKey() error {
	if own, err := ownProfiles(); err == nil {
		if names, err := own.names(); err == nil && len(names) > 0 {
			return fmt.Errorf("there is no API key: no profile is in use. `carnet profile use %s` goes on with one, `carnet profile list` shows all", names[0])
		}
	}
	return errors.New("there is no API key: sign in by `carnet login`, or put one into the environment variable CARNET_KEY (`carnet key create` makes one)")
}

// profile gives the one that is named, or else in use; nil for none.
func (c *remote) profile() (*profile, error) {
	own, err := ownProfiles()
	switch {
	case err != nil && c.Profile == "": // who has no folder for settings has no profile
		return nil, nil
	case err != nil:
		return nil, err
	case c.Profile == "":
		return own.inUse()
	}
	p, err := own.read(c.Profile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoProfile(c.Profile)
	}
	return p, err
}

// noteKeyEnd keeps when the key of the command ends, for tellKeyEnd.
func (in *surroundings) noteKeyEnd(at time.Time) { in.keyEnds.Store(&at) }

// tellKeyEnd says when the key of the command ends, where that is soon: at the end, so that
// it stands in no progress and is told once.
func (in *surroundings) tellKeyEnd() {
	if at := in.keyEnds.Load(); at != nil {
		in.log.Warn("this API key ends soon, and is refused from then on: have another made in its place, as by `carnet key rotate`", "expires", at.UTC().Format(time.RFC3339))
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

func (c *remote) explain(err error) error { return explain(c.URL, c.From, err) }

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
// who typed. from says where the key came from, as in "of the profile work"; "" where nobody has to ask.
func explain(url, from string, err error) error {
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
		return unanswered(url, err)
	case e.Status == 401:
		return fmt.Errorf("the server at %s does not accept the API key%s: see `carnet key list` there", url, strings.TrimSuffix(" "+from, " "))
	case len(e.Errors) > 0:
		return errors.New(problems(e.Errors))
	}
	return errors.New(e.Message)
}

// requestNamed finds what the client calls a request, which nobody typed.
var requestNamed = regexp.MustCompile(`^carnet: (?:[A-Z]+ /\S*: )?`)

// unanswered says why there is no answer, in words that lead on where the cause is known.
func unanswered(url string, err error) error {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok && lookup.IsNotFound {
		return fmt.Errorf("no machine is called %s, where the server is to be (%s): look for a slip in that, or name another server with --url", cell(lookup.Name), cell(url))
	} else if ok {
		return fmt.Errorf("where %s is cannot be found out just now (%s): see whether this machine has a network, and try again", cell(lookup.Name), cell(url))
	}
	text := requestNamed.ReplaceAllString(err.Error(), "")
	if rest, ok := strings.CutPrefix(text, "no answer"); ok {
		text = "no answer from " + cell(url) + rest
	}
	return errors.New(text)
}

// problems tells all that is wrong with what was sent, and where.
func problems(byPath map[string][]string) string {
	var all []string
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		for _, message := range byPath[path] {
			if flag, ok := flagPaths[path]; ok {
				message = strings.Replace(message, "Send "+path, "Write "+flag, 1)
			}
			all = append(all, spoken(path)+": "+message)
		}
	}
	return strings.Join(all, " ")
}

// flagPaths are what the API calls what is a flag here.
var flagPaths = map[string]string{
	"X-Base-Version": "--base-version", "If-Match": "--if-match", "X-Actor": "--actor", "X-Reason": "--reason", "max_removals": "--max-removals",
	"outcome": "--outcome", "result": "--result", "start_date": "--start", "end_date": "--end", "updated_since": "--updated-since", "mapping": "--mapping",
	"keep_as": "--keep-as", "match": "--match", "at": "--at",
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
