package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/server"
)

type serveCommand struct {
	Listen         string         `tried:"port,host,address,addr,bind" default:"${listen}" placeholder:"HOST:PORT" help:"Where to listen. Default: ${listen}."`
	BehindProxy    bool           `help:"A proxy in front ends TLS: allow an address that other machines can reach."`
	Migrate        bool           `help:"Bring the schema of a PostgreSQL database up to date first. That of a SQLite file always is."`
	AcceptRestored bool           `help:"A backup was put in the place of the SQLite file: serve it, with numbers that were never given. For one start."`
	AcceptClock    bool           `help:"The clock is right, though it is more than 400 days ahead of the newest change. For one start."`
	Metrics        string         `placeholder:"HOST:PORT" help:"Serve counters for Prometheus at http://HOST:PORT/metrics. Off unless given."`
	BackupDir      string         `placeholder:"FOLDER" help:"Make backups of the SQLite file by itself, in this folder, which has to be there."`
	BackupEvery    *time.Duration `placeholder:"TIME" help:"How long from one backup to the next, as in 6h; from 1m. Default: 24h."`
	BackupKeep     *int           `placeholder:"N" help:"How many backups are kept; older ones go once a new one is whole. Default: 7."`
	Erasures       string         `placeholder:"FILE" help:"Where it is noted who was erased, so that no backup brings them back. Default: beside a SQLite file; nowhere for PostgreSQL."`
	ScrubAt        string         `placeholder:"HH:MM" help:"From when on, in the time zone of this machine, the SQLite file is written anew after somebody was erased, as in 03:00. Default: at once."`
	PublicURL      string         `tried:"base-url,url,domain" name:"public-url" placeholder:"URL" help:"What clients call this server, for links in its answers: https://contacts.example.com."`
}

// Validate refuses what is no address, and a public URL that would make broken
// links.
func (c *serveCommand) Validate() error {
	u, err := url.Parse(c.PublicURL)
	if c.PublicURL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil) {
		return errors.New("--public-url: write it with http:// or https:// and a host, as in https://contacts.example.com")
	}
	if c.Metrics != "" {
		if _, _, err := net.SplitHostPort(c.Metrics); err != nil {
			return errors.New("--metrics: write a host and a port, as in 127.0.0.1:9420")
		}
	}
	if err := c.checkBackups(); err != nil {
		return err
	}
	if _, err := c.scrubAt(); err != nil {
		return err
	}
	return checkListen(c.Listen)
}

// What backups are made where nothing is said of that.
const (
	backupEvery = 24 * time.Hour
	backupKeep  = 7
)

// checkBackups refuses numbers that are out of range, and those that are for
// nothing.
func (c *serveCommand) checkBackups() error {
	switch {
	case c.BackupDir == "" && (c.BackupEvery != nil || c.BackupKeep != nil):
		return errors.New("--backup-every and --backup-keep: say with --backup-dir where backups are to be made")
	case c.BackupEvery != nil && *c.BackupEvery < time.Minute:
		return errors.New("--backup-every: write a time from 1m, as in 24h")
	case c.BackupKeep != nil && *c.BackupKeep < 1:
		return errors.New("--backup-keep: write a number from 1")
	}
	return nil
}

// backups gives where backups are to be made, and when.
func (c *serveCommand) backups() server.Backups {
	b := server.Backups{Dir: c.BackupDir, Every: backupEvery, Keep: backupKeep}
	if c.BackupEvery != nil {
		b.Every = *c.BackupEvery
	}
	if c.BackupKeep != nil {
		b.Keep = *c.BackupKeep
	}
	return b
}

// scrubAt reads a time of day; nil for none.
func (c *serveCommand) scrubAt() (*book.ScrubAt, error) {
	if c.ScrubAt == "" {
		return nil, nil
	}
	at, err := time.Parse("15:04", c.ScrubAt)
	if err != nil {
		return nil, errors.New("--scrub-at: write a time of day, as in 03:00")
	}
	return &book.ScrubAt{Hour: at.Hour(), Minute: at.Minute()}, nil
}

// checkListen refuses what is no host and port before anything is opened.
func checkListen(address string) error {
	host, port, err := net.SplitHostPort(address)
	number, notNumber := strconv.Atoi(port)
	switch {
	case err != nil:
		return fmt.Errorf("--listen: write a host and a port, as in %s", server.DefaultListen)
	case notNumber != nil || number < 0 || number > 65535:
		return errors.New("--listen: the port must be a number from 1 to 65535, or 0 for one that is free")
	case host == "":
		return fmt.Errorf("--listen: say on which address: 127.0.0.1:%s is for this machine alone, 0.0.0.0:%s for all that can reach it", port, port)
	}
	return nil
}

// Run serves until the program is told to stop.
func (c *serveCommand) Run(in *surroundings) error {
	defer in.whileRead()()
	scrubAt, err := c.scrubAt()
	if err != nil {
		return err
	}
	s, err := server.Open(in.ctx, server.Config{
		Database: in.db, Migrate: c.Migrate, AcceptRestored: c.AcceptRestored, AcceptClock: c.AcceptClock,
		Listen: c.Listen, BehindProxy: c.BehindProxy, PublicURL: c.PublicURL, Metrics: c.Metrics, Backups: c.backups(), Erasures: c.Erasures, ScrubAt: scrubAt, Version: version(), Log: in.log})
	if err != nil {
		return in.unlessStopped(err)
	}
	if c.BehindProxy && c.PublicURL == "" {
		in.log.Warn("links in answers will begin with http://, so a client that follows them sends its key in the clear: name what clients call this server with --public-url")
	}
	collectLess()
	// Printed before serving; who is quick enough to paste waits a moment.
	if err := cmp.Or(c.greet(in, s), in.stdout.written.err); err != nil {
		return errors.Join(in.unlessStopped(err), s.Close())
	}
	return s.Run(in.ctx)
}

// collectLess trades memory for time, unless GOGC and GOMEMLIMIT say otherwise.
// What a server keeps (some 5 MiB) is small beside what it allocates for requests:
// waiting until the heap has grown ninefold, not threefold, saves about a fifth of
// its time, most of the moments in which a collection stops it, and costs some 40
// MiB. Past the limit it collects as often as it must.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(800)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(1 << 30)
	}
}

// serving is who makes the first Space and its keys, in the log of both.
const serving = "serve"

// greet says where the server is, and on an empty database makes what is
// needed to try it.
func (c *serveCommand) greet(in *surroundings, s *server.Server) error {
	fmt.Fprintf(in.stdout, "Carnet serves %s at %s\n\n%s", server.DatabaseName(in.db), s.URL(), addresses(s))
	if at := s.MetricsURL(); at != "" {
		fmt.Fprintf(in.stdout, "  Counters  %s\n", at)
	}
	space, made, err := s.Book().FirstSpace(in.ctx, serving, access.Space{Name: "default"})
	if err != nil {
		return err
	}
	var first access.Secret // which is key 1, as all texts have it
	if made && in.stdout.terminal {
		if _, first, err = s.Book().CreateKey(in.ctx, serving, access.APIKey{Space: space.ID, Name: "first"}); err != nil {
			return err
		}
	}
	err = signInLink(in, s, serving, strings.TrimRight(cmp.Or(c.PublicURL, s.URL()), "/"), space.ID)
	switch {
	case err != nil:
		return err
	case !made:
		return c.greetKeyless(in, s, space)
	case !in.stdout.terminal:
		_, err = fmt.Fprintf(in.stdout, `
The database was empty. It now has the Space "default", and no API key: what is
printed here may be kept in a log. Make one on a terminal, beside this server:

  %s
`, in.command(fmt.Sprintf("key create --space %d --name first", space.ID)))
		return err
	}
	return greetFirst(in, s, first)
}

// greetFirst shows the first key, and how to use it.
func greetFirst(in *surroundings, s *server.Server, secret access.Secret) error {
	_, err := fmt.Fprintf(in.stdout, `
The database was empty. It now has the Space "default" and an API key, which is
shown this once. Keep it:

  %s

In another terminal, have the shell read it, so that its history does not hold
it: start this, paste the key, and press Enter.

  read -rs CARNET_KEY; export CARNET_KEY

Then make a contact:

%s
`, secret.Reveal(), curl(s.URL(), "POST", "/contacts", `{"emails": ["john@example.org"], "names": ["John Example"]}`))
	return err
}

// signInLink shows who starts a server at a terminal a way into the contact book
// that needs no key. Elsewhere it shows none: what is printed there may be kept.
func signInLink(in *surroundings, s *server.Server, by, url string, space contact.SpaceID) error {
	if !in.stdout.terminal {
		return nil
	}
	link, err := s.Book().SignInLink(in.ctx, by, space)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.stdout, "\nThe contact book in a browser; this link signs in once, within five minutes:\n\n  %s\n", signInURL(url, link))
	return err
}

// greetKeyless says how to go on where nobody could send a request: there is no
// key, or none that anybody is known to have. The first one may have been made,
// and the program ended before it was shown.
func (c *serveCommand) greetKeyless(in *surroundings, s *server.Server, space access.Space) error {
	keys, err := s.Book().APIKeys(in.ctx)
	// Of the one that links are made of nobody has the secret.
	keys = slices.DeleteFunc(keys, func(k access.APIKey) bool { return k.Name == book.LinkKey && k.LastUsed == 0 })
	if err != nil || slices.ContainsFunc(keys, func(k access.APIKey) bool { return k.LastUsed != 0 }) {
		return err
	}
	create := in.command(fmt.Sprintf("key create --space %d", space.ID))
	if len(keys) == 0 {
		_, err = fmt.Fprintf(in.stdout, "\nThere is no API key yet. Make one with `%s`.\n", create)
	} else {
		_, err = fmt.Fprintf(in.stdout, "\nNo API key was used so far. Where none is at hand, make one with `%s`.\n", create)
	}
	return err
}

// addresses tells where a client and where a browser goes.
func addresses(s *server.Server) string {
	return fmt.Sprintf("  API   %s/public-api/v1\n  Docs  %s/docs\n", s.URL(), s.URL())
}

// command gives a command line of this program for the same database, as it can
// be typed. What an address of a database holds is not repeated.
func (in *surroundings) command(rest string) string {
	line := "carnet " + rest
	switch {
	case in.db == defaultDB || in.db == os.Getenv("CARNET_DB"):
		return line
	case server.DatabaseName(in.db) != in.db:
		return line + " --db URL"
	}
	return line + " --db '" + strings.ReplaceAll(in.db, "'", `'\''`) + "'"
}
