// Command carnet serves a contact store over HTTP, and manages its Spaces and
// keys. Each subcommand has a file of its own; testdata/script shows what each
// of them does.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	_ "time/tzdata" // Spaces have time zones, also where the system has none

	"github.com/alecthomas/kong"

	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/server"
)

// The exit codes beside 0.
const (
	exitFailed = 1 // it was understood and could not be done
	exitUsage  = 2 // it was not understood, or holds a value that cannot be
)

// defaultDB is the database where none is named.
const defaultDB = "carnet.db"

// cli is the whole command line.
type cli struct {
	DB        string `tried:"database,file,dsn" name:"db" env:"CARNET_DB" blank:"refused by what says which databases there are" default:"${db}" placeholder:"FILE|URL" help:"The database: a SQLite file, or postgres://user@host/name. Default: ${db} in the working directory."`
	LogFormat string `enum:"text,json" default:"text" help:"How log lines look, on standard error: text or json."`
	Verbose   bool   `help:"Log every request."`

	VersionFlag versionFlag `name:"version" help:"Show the versions of carnet, Go and SQLite."`

	Serve   serveCommand   `cmd:"" help:"Serve the HTTP API."`
	Migrate migrateCommand `cmd:"" help:"Bring the schema of a database up to date, before newer servers start on it."`
	Backup  backupCommand  `cmd:"" help:"Copy a SQLite file, also while it is served, and check the copy."`
	Restore restoreCommand `cmd:"" help:"Make a database of a backup."`
	Copy    copyCommand    `cmd:"" nodb:"the databases are named by --from and --to: leave --db out" help:"Copy a database into another, of SQLite or PostgreSQL, and compare the two."`
	Check   checkCommand   `cmd:"" help:"Look whether all that a database holds fits together, beside a server that may be running."`
	Demo    demoCommand    `cmd:"" nodb:"the demo makes a database of its own: leave --db out" help:"Serve 1,000 made-up contacts from a database that is thrown away."`
	Space   spaceCommand   `cmd:"" help:"Make and change Spaces, the tenants of an installation."`
	Key     keyCommand     `cmd:"" help:"Make, rotate and revoke API keys."`
	Field   fieldCommand   `cmd:"" help:"Name the custom fields of a Space."`
	Contact contactCommand `cmd:"" nodb:"contacts are read and written through a server: name it with --url, and leave --db out" help:"Read and write contacts, through a server that is running."`
	Search  lookCommand    `cmd:"" name:"find" nodb:"contacts are looked for through a server: name it with --url, and leave --db out" help:"Look for contacts by words or a number, through a server that is running."`
	Batch   batchCommand   `cmd:"" nodb:"contacts are written through a server: name it with --url, and leave --db out" help:"Do many writes of contacts, from a file, through a server that is running."`
	Plan    planCommand    `cmd:"" nodb:"plans are made and applied by a server: name it with --url, and leave --db out" help:"Look at many writes before they are done, and take many back, through a server that is running."`
	Job     jobCommand     `cmd:"" nodb:"jobs are told of by the server that does them: name it with --url, and leave --db out" help:"See how far work is that takes long, through a server that is running."`
	Import  importGroup    `cmd:"" nodb:"the file is read by a server: name it with --url, and leave --db out" help:"Make a plan of a file of contacts, through a server that is running."`
	Mapping mappingCommand `cmd:"" nodb:"mappings are kept by a server: name it with --url, and leave --db out" help:"Look at how files were read that come again, through a server that is running."`
	Export  exportCommand  `cmd:"" nodb:"the file is written by a server: name it with --url, and leave --db out" help:"Write contacts to a file, through a server that is running."`
	Find    findCommand    `cmd:"" name:"find-copies" nodb:"contacts are read through a server: name it with --url, and leave --db out" help:"Find where else the values of somebody stand, before they are erased, through a server that is running."`
	Bench   benchCommand   `cmd:"" nodb:"what is measured is a server: name it with --url, and leave --db out" help:"Measure how fast an installation answers, through a server that is running."`
	Login   loginCommand   `cmd:"" nodb:"what is kept is a server and a key: name it with --url, and leave --db out" help:"Keep a server and an API key for it, so that no command needs to be told."`
	Logout  logoutCommand  `cmd:"" nodb:"what is forgotten is a key: leave --db out" help:"Forget a key that carnet login kept."`
	Profile profileCommand `cmd:"" nodb:"this opens no database: leave --db out" help:"Show the servers that you are signed in to, and choose among them."`
	Version versionCommand `cmd:"" nodb:"this opens no database: leave --db out" help:"Show the versions of carnet, Go and SQLite."`

	Completion completionCommand `cmd:"" nodb:"this opens no database: leave --db out" help:"Print what makes a shell complete carnet's commands and flags."`
	Help       helpCommand       `cmd:"" nodb:"this opens no database: leave --db out" help:"Show how a command is used."`
}

// surroundings are what a subcommand works with.
type surroundings struct {
	ctx     context.Context // ends when the program is told to stop
	db      string
	args    []string // as they were typed, for commands that are told
	stdout  screen
	stderr  io.Writer // for what is no part of the result
	log     *slog.Logger
	done    string                    // what was changed so far: see did
	endless bool                      // it ends when it is told to: see whileRead
	keyEnds atomic.Pointer[time.Time] // when the key of the command does, where that is soon
}

// open opens the database that a server may be serving. It makes none: a
// mistyped name must not lead to an empty list.
func (in *surroundings) open() (*server.Database, error) {
	return server.OpenDatabase(in.ctx, in.db, false, in.log)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // so that a second signal ends the program at once
	// Where nobody reads what is printed, writing fails, and that ends a command in
	// order: see outcome.
	signal.Ignore(syscall.SIGPIPE)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run does what the arguments say and gives the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	in := &surroundings{ctx: ctx, args: args, stdout: screenOf(stdout), stderr: stderr}
	parser := parserOf(&c, in)
	if len(args) > 0 && args[0] == completeWord {
		complete(in.stdout, parser.Model, args[1:])
		return 0
	}
	if err := readableArgs(args); err != nil {
		fmt.Fprintf(stderr, "carnet: %s\n", err)
		return exitUsage
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err == nil {
		err = readableEnvironment(parsed)
	}
	if unwritten := in.outcome(nil); unwritten != nil { // it was help
		return end(stderr, unwritten)
	}
	if err != nil {
		fmt.Fprintf(stderr, "carnet: %s See `%s --help`.\n", sentence(misspelt(err)), commandOf(err))
		return exitUsage
	}
	in.db, in.log = strings.TrimRight(c.DB, "\r\n"), c.logger(stderr)
	err = parsed.Run(in)
	in.tellKeyEnd()
	return end(stderr, in.outcome(err))
}

// end tells why a command failed, and gives the exit code.
func end(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if u, ok := errors.AsType[*unwritten](err); !ok || !u.quiet() {
		fmt.Fprintf(stderr, "carnet: %s\n", oneLine(err))
	}
	if _, ok := errors.AsType[*unchecked](err); ok {
		return exitUnchecked
	}
	if r, ok := errors.AsType[*refused](err); ok {
		_ = r.show(screenOf(stderr)) // where that fails there is nobody to tell
	}
	// What a server refuses comes as another type, see explain.
	if fault.KindOf(err) == fault.Invalid {
		return exitUsage
	}
	return exitFailed
}

func parserOf(c *cli, in *surroundings) *kong.Kong {
	return kong.Must(c,
		kong.Name("carnet"),
		kong.Description("A self-hosted contact store."),
		kong.Writers(in.stdout, in.stderr),
		kong.Exit(func(code int) { // of --help and --version
			if code == 0 {
				code = end(in.stderr, in.outcome(nil))
			}
			os.Exit(code)
		}),
		kong.Vars{"listen": server.DefaultListen, "db": defaultDB},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Help(printHelp),
		kong.KindMapper(reflect.String, kong.MapperFunc(someText)),
		kong.KindMapper(reflect.Int, kong.MapperFunc(wholeNumber)),
		kong.KindMapper(reflect.Int64, kong.MapperFunc(wholeNumber)),
		kong.TypeMapper(reflect.TypeFor[size](), kong.MapperFunc(readSize)),
		kong.TypeMapper(reflect.TypeFor[limitOfKey](), kong.MapperFunc(readLimitOfKey)),
	)
}

func (c *cli) logger(to io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: slog.LevelInfo}
	if c.Verbose {
		o.Level = slog.LevelDebug
	}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(to, o))
	}
	return slog.New(slog.NewTextHandler(to, o))
}

// commandOf gives the subcommand that could not be understood.
func commandOf(err error) string {
	name := "carnet"
	if p, ok := errors.AsType[*kong.ParseError](err); ok {
		for _, step := range p.Context.Path {
			if step.Command != nil && !isDefault(step.Command) {
				name += " " + step.Command.Name
			}
		}
	}
	return name
}

// someText reads a text. A flag that comes to nothing is refused: it is the
// variable of a shell that was not set as often as not, and what it stands for is
// not what was meant by leaving the flag out. The tag "blank" says what nothing
// means for a flag that takes it.
func someText(ctx *kong.DecodeContext, target reflect.Value) error {
	given, err := ctx.Scan.PopValue("text")
	if err != nil {
		return err
	}
	text := given.String()
	if ctx.Value.Flag != nil && !ctx.Value.Tag.Has("blank") && strings.TrimSpace(text) == "" {
		return errors.New("write something behind it, or leave it out")
	}
	target.SetString(text)
	return nil
}

// wholeNumber reads a number as people write them. The tag "listed" names the
// command that shows which ones there are.
func wholeNumber(ctx *kong.DecodeContext, target reflect.Value) error {
	given, err := ctx.Scan.PopValue("whole number")
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(given.String(), 10, target.Type().Bits())
	switch list := ctx.Value.Tag.Get("listed"); {
	case err != nil && list != "":
		return fmt.Errorf("write a whole number, as `%s` shows it", list)
	case err != nil:
		return errors.New("write a whole number")
	}
	target.SetInt(n)
	return nil
}

// sentence ends a text that another sentence follows.
func sentence(text string) string {
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// oneLine gives all that an error has to say to the person who typed.
func oneLine(err error) string {
	text := err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok && len(f.At) > 1 {
		text = ""
		for _, problem := range f.At {
			text += " " + problem.Message
		}
	}
	return strings.ReplaceAll(strings.TrimSpace(text), "\n", "; ") + advice(err)
}

// advice names the command that helps on, where there is one.
func advice(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		switch f.Code {
		case fault.CodeSpaceNotFound:
			return " See `carnet space list`."
		case fault.CodeKeyNotFound:
			return " See `carnet key list`."
		}
	}
	return ""
}
