package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// helpCommand is what people type who do not know --help yet.
type helpCommand struct {
	Command []string `arg:"" optional:"" help:"The command, as in carnet help contact put."`
}

// Run shows what --help shows.
func (c *helpCommand) Run(parser *kong.Kong) error {
	_, err := parser.Parse(append(c.Command, "--help"))
	if err == nil {
		return nil
	}
	if _, suggestion, ok := strings.Cut(misspelt(err), ", did you mean "); ok {
		return fmt.Errorf("there is no such command, did you mean %s `carnet help` lists them", suggestion)
	}
	return errors.New("there is no such command: `carnet help` lists them")
}

// versionFlag prints the versions and ends the program.
type versionFlag bool

// BeforeReset is called by kong, before anything else is looked at.
func (versionFlag) BeforeReset(parser *kong.Kong) error {
	v, err := versions()
	if err != nil {
		return err
	}
	fmt.Fprintf(parser.Stdout, "carnet %s, %s, SQLite %s\n", v.Carnet, v.Go, v.SQLite)
	parser.Exit(0)
	return nil
}

// noDB is the tag of commands that open no database, with what to say where one
// is named all the same. It would otherwise be ignored without a word.
const noDB = "nodb"

// printHelp leaves --db out of the help of commands that refuse it.
func printHelp(o kong.HelpOptions, parsed *kong.Context) error {
	if _, refuses := refusal(parsed); refuses {
		for _, flag := range parsed.Model.Flags {
			flag.Hidden = flag.Hidden || flag.Name == "db"
		}
	}
	return kong.DefaultHelpPrinter(o, parsed)
}

// refusal gives what the command says to --db, where it refuses it.
func refusal(parsed *kong.Context) (string, bool) {
	for node := parsed.Selected(); node != nil; node = node.Parent {
		if node.Tag.Has(noDB) {
			return node.Tag.Get(noDB), true
		}
	}
	return "", false
}

// Validate refuses --db for commands that open no database.
func (c *cli) Validate(parsed *kong.Context) error {
	why, refuses := refusal(parsed)
	for _, step := range parsed.Path {
		if refuses && step.Flag != nil && step.Flag.Name == "db" {
			return errors.New(why)
		}
	}
	return nil
}
