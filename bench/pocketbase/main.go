// Command pocketbase is PocketBase as it is released, with one collection that
// holds what the benchmark sends: the five fields as they are in a request. Its
// rules are open, so that it checks no key, and batches are on, of 100 at most. With -full it commits as Carnet
// does; its own connections have synchronous=NORMAL.
//
// It is a module of its own, so that it is measured with the versions of its
// drivers that it was released with.
//
//	pocketbase -dir DIR seed <ROWS       one JSON object a line, with its id
//	pocketbase -dir DIR [-full] serve HOST:PORT
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// pragmas are those of core.DefaultDBConnect with another synchronous.
const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)" +
	"&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)"

var fields = []string{"emails", "phones", "names", "locations", "custom_fields"}

func main() {
	dir := flag.String("dir", "", "the data directory")
	full := flag.Bool("full", false, "commit with synchronous=FULL")
	flag.Parse()
	if err := run(*dir, *full, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "pocketbase:", err)
		os.Exit(1)
	}
}

func run(dir string, full bool, args []string) error {
	os.Args = os.Args[:1] // PocketBase reads them itself
	config := pocketbase.Config{DefaultDataDir: dir, HideStartBanner: true}
	if full {
		config.DBConnect = func(path string) (*dbx.DB, error) { return dbx.Open("sqlite", path+pragmas) }
	}
	app := pocketbase.NewWithConfig(config)
	switch {
	case len(args) == 1 && args[0] == "seed":
		if err := app.Bootstrap(); err != nil {
			return err
		}
		return errors.Join(seed(app), app.ResetBootstrapState())
	case len(args) == 2 && args[0] == "serve":
		want := "1"
		if full {
			want = "2"
		}
		app.OnServe().BindFunc(func(e *core.ServeEvent) error {
			e.InstallerFunc = nil // it would open a browser
			batch := &e.App.Settings().Batch
			batch.Enabled, batch.MaxRequests = true, 100
			for _, db := range []dbx.Builder{app.DB(), app.NonconcurrentDB()} {
				var got string
				if err := db.NewQuery("PRAGMA synchronous").Row(&got); err != nil {
					return err
				}
				if got != want {
					return fmt.Errorf("synchronous is %s where it must be %s", got, want)
				}
			}
			return e.Next()
		})
		app.RootCmd.SetArgs([]string{"serve", "--http", args[1]})
		return app.Start()
	}
	return errors.New("say seed, or serve HOST:PORT")
}

func seed(app core.App) error {
	c := core.NewBaseCollection("contacts")
	for _, name := range fields {
		c.Fields.Add(&core.JSONField{Name: name})
	}
	open := types.Pointer("")
	c.ListRule, c.ViewRule, c.CreateRule, c.UpdateRule = open, open, open, open
	if err := app.Save(c); err != nil {
		return err
	}
	return app.RunInTransaction(func(tx core.App) error {
		insert := tx.DB().NewQuery("INSERT INTO contacts (id, " + strings.Join(fields, ", ") +
			") VALUES ({:id}, {:" + strings.Join(fields, "}, {:") + "})").Prepare()
		defer insert.Close()
		in := bufio.NewScanner(os.Stdin)
		for in.Scan() {
			var row map[string]json.RawMessage
			if err := json.Unmarshal(in.Bytes(), &row); err != nil {
				return err
			}
			params := dbx.Params{"id": strings.Trim(string(row["id"]), `"`)}
			for _, name := range fields {
				params[name] = string(row[name])
			}
			if _, err := insert.Bind(params).Execute(); err != nil {
				return err
			}
		}
		return in.Err()
	})
}
