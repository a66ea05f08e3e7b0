package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/carnet-project/carnet/internal/server"
)

const (
	demoPeople = 1000
	demoLimit  = 6000 // requests a minute: playing is not punished, and the headers still show
	demoAtOnce = 64   // creates that may share a commit
	demoMerges = 12   // of those who were entered twice; the others are left to find
)

type demoCommand struct {
	Listen string `tried:"port,host,address,addr,bind" default:"${listen}" placeholder:"HOST:PORT" help:"Where to listen, on this machine. Default: ${listen}."`
}

// Validate refuses what is no address.
func (c *demoCommand) Validate() error { return checkListen(c.Listen) }

// Run serves until the program is told to stop, and leaves nothing behind.
func (c *demoCommand) Run(in *surroundings) (err error) {
	dir, err := os.MkdirTemp("", "carnet-demo-")
	if err != nil {
		return fmt.Errorf("the demo keeps its contacts in a temporary folder, and cannot make one in %s: "+
			"name another one that you may write to, as in TMPDIR=/tmp carnet demo", os.TempDir())
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	defer in.whileRead()()
	s, err := server.Open(in.ctx, server.Config{
		Database: filepath.Join(dir, "demo.db"), Listen: c.Listen, Local: true, Version: version(), Log: slog.New(forPeople{in.log.Handler()})})
	if err != nil {
		return in.unlessStopped(err)
	}
	if err := c.greet(in, s, filepath.Join(dir, "customers.csv")); err != nil {
		return errors.Join(in.unlessStopped(err), s.Close())
	}
	if err := s.Run(in.ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintln(in.stdout, "\nStopped. The made-up contacts are gone.")
	return in.unlessStopped(err)
}

// forPeople keeps log lines back that tell of nothing wrong, unless all were
// asked for.
type forPeople struct{ slog.Handler }

// Enabled is part of slog.Handler.
func (h forPeople) Enabled(ctx context.Context, level slog.Level) bool {
	return h.Handler.Enabled(ctx, level) && (level >= slog.LevelWarn || h.Handler.Enabled(ctx, slog.LevelDebug))
}

// greet fills the database, writes the file that is to be imported, and tells what can be done.
func (c *demoCommand) greet(in *surroundings, s *server.Server, file string) error {
	told, err := fill(in.ctx, s.Book())
	if err != nil {
		return err
	}
	told.file = file
	if err := os.WriteFile(file, []byte(told.messy), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(in.stdout, "Carnet serves 1,000 made-up contacts at %s\n\n%s", s.URL(), addresses(s))
	if err := signInLink(in, s, "demo", s.URL(), told.space); err != nil {
		return err
	}
	fmt.Fprintf(in.stdout, `%s
Ctrl-C stops it, and the contacts are thrown away.

Paste what follows into another terminal, piece by piece. First the key and the
address:

export CARNET_KEY=%s
export CARNET_URL=%s
`, told.inBook(s.URL()), told.key.Reveal(), s.URL())
	for i, step := range told.story() {
		says := boldLines(fmt.Sprintf("%d. %s", i+1, step.says))
		if _, err := lipgloss.Fprintf(in.stdout.Writer, "\n%s\n\n%s\n\n   or: %s\n", says, step.line, step.or); err != nil {
			return err
		}
	}
	return nil
}

// boldLines makes each line bold by itself: together they would get blanks at
// their ends, to be as wide as the widest.
func boldLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = boldStyle.Render(lines[i])
	}
	return strings.Join(lines, "\n")
}
