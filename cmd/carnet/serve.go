package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime/debug"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/server"
)

type serveCommand struct {
	Listen      string `default:"${listen}" placeholder:"HOST:PORT" help:"Where to listen. Default: ${listen}."`
	BehindProxy bool   `help:"A proxy in front ends TLS: allow an address that other machines can reach."`
	Migrate     bool   `help:"Bring the schema of a PostgreSQL database up to date first. That of a SQLite file always is."`
	Metrics     string `placeholder:"HOST:PORT" help:"Serve counters for Prometheus at http://HOST:PORT/metrics. Off unless given."`
	PublicURL   string `name:"public-url" placeholder:"URL" help:"What clients call this server, for links in its answers: https://contacts.example.com."`
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
	return checkListen(c.Listen)
}

func checkListen(address string) error {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return fmt.Errorf("--listen: write a host and a port, as in %s", server.DefaultListen)
	}
	return nil
}

// Run serves until the program is told to stop.
func (c *serveCommand) Run(in *surroundings) error {
	s, err := server.Open(in.ctx, server.Config{
		Database: in.db, Migrate: c.Migrate, Listen: c.Listen, BehindProxy: c.BehindProxy, PublicURL: c.PublicURL,
		Metrics: c.Metrics, Log: in.log})
	if err != nil {
		return err
	}
	if c.BehindProxy && c.PublicURL == "" {
		in.log.Warn("links in answers will begin with http://, so a client that follows them sends its key in the clear: name what clients call this server with --public-url")
	}
	collectLess()
	// Printed before serving; who is quick enough to paste waits a moment.
	if err := c.greet(in, s); err != nil {
		if in.ctx.Err() != nil {
			err = nil // told to stop before it began
		}
		return errors.Join(err, s.Close())
	}
	return s.Run(in.ctx)
}

// collectLess trades memory for time, unless GOGC and GOMEMLIMIT say otherwise.
// What a server keeps is small beside what it allocates for requests: waiting
// until the heap has tripled, not doubled, saves about a twelfth of its time, and
// costs some 30 MiB. Past the limit it collects as often as it must.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(1 << 30)
	}
}

// greet says where the server is, and on an empty database makes what is
// needed to try it.
func (c *serveCommand) greet(in *surroundings, s *server.Server) error {
	fmt.Fprintf(in.stdout, "Carnet serves %s at %s\n", server.DatabaseName(in.db), s.URL())
	if at := s.MetricsURL(); at != "" {
		fmt.Fprintf(in.stdout, "Its counters are at %s\n", at)
	}
	spaces, err := s.Book().Spaces(in.ctx)
	if err != nil {
		return err
	}
	if len(spaces) > 0 {
		return c.greetKeyless(in, s, spaces[0])
	}
	space, err := s.Book().CreateSpace(in.ctx, access.Space{Name: "default"})
	if err != nil {
		return err
	}
	_, secret, err := s.Book().CreateKey(in.ctx, access.APIKey{Space: space.ID, Name: "first"})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.stdout, `
The database was empty. It now has the Space "default" and an API key, which is
shown this once. Keep it:

  %s

Make a contact:

%s
`, secret.Reveal(), curl(s.URL(), secret, "POST", "/contacts", `{"emails": ["john@example.org"], "names": ["John Example"]}`))
	return err
}

// greetKeyless says how to go on where nobody could send a request.
func (c *serveCommand) greetKeyless(in *surroundings, s *server.Server, space access.Space) error {
	keys, err := s.Book().Keys(in.ctx)
	if err != nil || len(keys) > 0 {
		return err
	}
	_, err = fmt.Fprintf(in.stdout, "There is no API key yet. Make one with `carnet key create --space %d`.\n", space.ID)
	return err
}
