package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/carnet-project/carnet/internal/checks/pgtest"
	"github.com/carnet-project/carnet/internal/store/postgres"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"carnet": main})
}

// TestScripts runs the scripts in testdata/script, the executable manual.
// Beside testscript's own commands they know:
//
//	launch NAME UNTIL PROGRAM ARG...   start a server; go on once it has printed a line that matches UNTIL. With -tty before NAME it prints to a terminal of 80 columns
//	terminate NAME                     tell it to stop, by SIGTERM; it must end with 0. Its output is in NAME.out and NAME.err
//	capture NAME REGEXP [FILE]         set $NAME to the first group, or match, in FILE or in the last output
//	paste N FILE                       run the N-th command of FILE that begins with curl, as it is, with sh. 56 are the fifth and the sixth, one after the other
//	until REGEXP PROGRAM ARG...        run it again and again until its output matches
//	codeblock FILE REGEXP TO           write the block of FILE between ``` that matches to the file TO
//	page FILE                          run the examples of FILE with bash; they must print what it shows
//	picture FEED NAME ID...            docs/NAME must be the picture of what FEED, a page of the changes of a Space, says of these contacts. It is written anew with -update
//
// They run with a SQLite file, and again with an empty PostgreSQL database in
// CARNET_DB. What is about files alone follows [sqlite].
func TestScripts(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		runScripts(t, "sqlite", func(*testscript.Env) {})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		empty := pgtest.NewTemplate(t, postgres.Migrate)
		runScripts(t, "postgres", func(e *testscript.Env) {
			e.Setenv("CARNET_DB", empty.Database(t))
			e.Setenv("EMPTY_DB", pgtest.Empty(t, "")) // without a schema
		})
	})
}

func runScripts(t *testing.T, backend string, setUp func(*testscript.Env)) {
	if _, err := exec.LookPath("curl"); err != nil && os.Getenv("CARNET_TEST_QUICK") == "1" {
		t.Skip("the scripts need curl, and ./test quick does without")
	}
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		RequireUniqueNames: true,
		Condition: func(name string) (bool, error) {
			if name != "sqlite" && name != "postgres" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return name == backend, nil
		},
		Setup: func(e *testscript.Env) error {
			setUp(e)
			e.Values[serversKey{}] = servers{}
			for _, name := range []string{"README.md", "docs/backup.md", "docs/cli.md", "docs/taking-back.md", "docs/many-writes.md", "docs/privacy.md", "docs/filters.md", "docs/exports.md", "docs/search.md", "docs/imports.md"} {
				text, err := os.ReadFile("../../" + name)
				if err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(e.WorkDir, filepath.Base(name)), text, 0o600); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"launch":    launch,
			"terminate": terminate,
			"capture":   capture,
			"paste":     paste,
			"until":     until,
			"codeblock": codeblock,
			"page":      runPage,
			"picture":   picture,
		},
	})
}

// usage ends the script where a command of ours is used wrongly.
func usage(ts *testscript.TestScript, neg, ok bool, how string) {
	if neg || !ok {
		ts.Fatalf("usage: %s", how)
	}
}

func capture(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 2 || len(args) == 3, "capture NAME REGEXP [FILE]")
	file := "stdout"
	if len(args) == 3 {
		file = args[2]
	}
	found := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(ts.ReadFile(file))
	if found == nil {
		ts.Fatalf("%s does not match %s", file, args[1])
	}
	ts.Setenv(args[0], found[len(found)-1])
}

// pasted finds commands that begin with curl, with the lines that they go on in.
var pasted = regexp.MustCompile(`(?m)^curl (?:.*\\\n)*.*$`)

func paste(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 2, "paste N FILE")
	commands := pasted.FindAllString(ts.ReadFile(args[1]), -1)
	var text []string
	for _, digit := range args[0] {
		n := int(digit - '0')
		if n < 1 || n > len(commands) {
			ts.Fatalf("%s has no command %d", args[1], n)
		}
		text = append(text, commands[n-1])
	}
	ts.Check(ts.Exec("sh", "-c", strings.Join(text, "\n")))
}

// maxTries bounds until: many times more than it takes, so that only what never
// happens fails.
const maxTries = 2000

func until(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) > 1, "until REGEXP PROGRAM ARG...")
	want := regexp.MustCompile("(?m)" + args[0])
	for range maxTries {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if want.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("never printed %s", args[0])
}

var fence = regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```$")

func codeblock(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 3, "codeblock FILE REGEXP TO")
	want := regexp.MustCompile("(?m)" + args[1])
	for _, block := range fence.FindAllStringSubmatch(ts.ReadFile(args[0]), -1) {
		if want.MatchString(block[1]) {
			ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(block[1]), 0o600))
			return
		}
	}
	ts.Fatalf("%s has no block that matches %s", args[0], args[1])
}
