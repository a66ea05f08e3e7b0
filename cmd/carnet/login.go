package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"github.com/charmbracelet/x/termios"
	"github.com/mattn/go-isatty"

	"github.com/carnet-project/carnet/api"
	"github.com/carnet-project/carnet/internal/server"
)

// loginCommand keeps a server and a key for it, so that no command needs to be told of them.
type loginCommand struct {
	Name string  `arg:"" optional:"" help:"What to call it, where you use several servers or keys. Default: default."`
	URL  *string `tried:"server,host,address,base-url" name:"url" env:"CARNET_URL" placeholder:"URL" help:"The server. Default: that of the profile, where there is one of this name, else http://${listen}."`
}

// Help says where the key comes from, and where it goes.
func (c *loginCommand) Help() string {
	return `The key is asked for, and not shown as it is typed or pasted. Without a terminal it is read from standard input, as in carnet login <key.txt. It is tried at the server, and then kept with its address in a file that you alone may read, in the folder for settings of your user. Commands that talk to a server use what was signed in to last, or what carnet profile use names; --profile names another for one command, and where neither is named CARNET_KEY, with --url, goes before the one in use.`
}

// Run tries the key at the server, and keeps both.
func (c *loginCommand) Run(in *surroundings) error {
	own, err := ownProfiles()
	if err != nil {
		return err
	}
	p := profile{Name: c.Name, URL: "http://" + server.DefaultListen}
	if p.Name == "" {
		p.Name = defaultProfile
	}
	if err := checkProfileName(p.Name); err != nil {
		return err
	}
	if c.URL != nil {
		p.URL = serverURL(*c.URL)
	} else if was, err := own.read(p.Name); err == nil { // its key is another now
		p.URL = was.URL
	}
	if err := checkURL(p.URL); err != nil {
		return err
	}
	warnOfClearText(in.stderr, p.URL)
	given, err := askKey(in, p.URL)
	if err != nil {
		return err
	}
	if p.Key, err = checkKey(given, "no key was given: paste the one that `carnet key create` printed", "what was given"); err != nil {
		return err
	}
	if err := p.try(in.ctx); err != nil {
		return err
	}
	if err := own.write(&p); err != nil {
		return err
	}
	if err := own.use(p.Name); err != nil {
		return err
	}
	return tellProfile(in, "Signed in to %s, as %s. The key is in a file that you alone may read.", &p)
}

// try asks the server for what costs least. A key that may not read is one all the same.
func (p *profile) try(ctx context.Context) error {
	client, err := api.New(p.URL, p.Key, api.WithUserAgent("carnet-cli"))
	if err != nil {
		return explain(p.URL, "", err)
	}
	_, err = client.List(ctx, api.Query{Paging: api.Paging{PerPage: 1}})
	if e, answered := errors.AsType[*api.Error](err); answered && (e.Status == http.StatusForbidden || e.Status == http.StatusTooManyRequests) {
		return nil
	}
	return explain(p.URL, "", err)
}

// overridden names the variable of the environment that keeps commands from taking the profile where it is in use; ""
// for none. See remote.find.
func (p *profile) overridden() string {
	switch named := strings.TrimSpace(os.Getenv("CARNET_PROFILE")); {
	case named != "" && named != p.Name:
		return "CARNET_PROFILE"
	case named == "" && isSet("CARNET_KEY"):
		return "CARNET_KEY"
	case isSet("CARNET_URL") && serverURL(os.Getenv("CARNET_URL")) != p.URL:
		return "CARNET_URL"
	}
	return ""
}

// tellProfile says on standard error what has become of a profile, and what keeps it from being taken.
func tellProfile(in *surroundings, format string, p *profile) error {
	text := fmt.Sprintf(format, cell(p.URL), p.Name)
	if by := p.overridden(); by != "" {
		text += fmt.Sprintf("\nBut %s is set in the environment, and goes before it: unset that, or name the profile by --profile %s.", by, p.Name)
	}
	_, err := fmt.Fprintln(in.stderr, text)
	return err
}

// maxTyped bounds what is read in search of a key.
const maxTyped = 1 << 12

// askKey asks for a key at a terminal, which does not show it, and reads it from standard input
// elsewhere.
func askKey(in *surroundings, url string) (string, error) {
	if isatty.IsTerminal(os.Stdin.Fd()) {
		// Nothing is shown from before the question on: who pastes at once is no faster than that.
		show, err := hideTyping(int(os.Stdin.Fd()))
		if err != nil {
			return "", fmt.Errorf("the terminal cannot be kept from showing the key: %w", err)
		}
		defer func() {
			fmt.Fprintln(in.stderr) // what ended the line was not shown either
			show()
		}()
		if _, err := fmt.Fprintf(in.stderr, "API key for %s (it is not shown): ", cell(url)); err != nil {
			return "", err
		}
	}
	type typed struct {
		line string
		err  error
	}
	answer := make(chan typed, 1)
	go func() { // goes with the program, where nothing is answered
		line, err := bufio.NewReader(io.LimitReader(os.Stdin, maxTyped)).ReadString('\n')
		answer <- typed{line, err}
	}()
	select {
	case t := <-answer:
		if t.err != nil && !errors.Is(t.err, io.EOF) {
			return "", fmt.Errorf("the key cannot be read: %w", withoutPath(t.err))
		}
		return t.line, nil
	case <-in.ctx.Done():
		return "", errors.New("stopped before it was done")
	}
}

// hideTyping has a terminal not show what is typed, until show is called.
func hideTyping(fd int) (show func(), err error) {
	was, err := termios.GetTermios(fd)
	if err != nil {
		return nil, err
	}
	set := func(echo bool) error {
		return termios.SetTermios(fd, uint32(was.Ispeed), uint32(was.Ospeed), nil, nil, nil, nil, map[termios.L]bool{termios.ECHO: echo})
	}
	return func() { _ = set(true) }, set(false) // where that fails the terminal is gone
}

// logoutCommand forgets a key.
type logoutCommand struct {
	Name string `arg:"" optional:"" help:"What it is called. Default: the one in use."`
}

// Run forgets it here. The key itself goes on being one.
func (c *logoutCommand) Run(in *surroundings) error {
	own, err := ownProfiles()
	if err != nil {
		return err
	}
	name := c.Name
	if name == "" {
		p, err := own.inUse()
		if err != nil {
			return err
		}
		if p == nil {
			return errors.New("no profile is in use: name one, as `carnet profile list` shows it")
		}
		name = p.Name
	}
	err = own.remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return errNoProfile(name)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.stderr, "Signed out of %s. The key is gone from this machine, and still one: `carnet key revoke` ends it.\n", strings.TrimSpace(name))
	return err
}
