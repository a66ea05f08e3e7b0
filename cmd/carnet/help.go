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

// printHelp leaves --db out of the help of commands that refuse it. Of a group that does something by itself it shows
// that, whose text names the others.
func printHelp(o kong.HelpOptions, parsed *kong.Context) error {
	if _, refuses := refusal(parsed); refuses {
		for _, flag := range parsed.Model.Flags {
			flag.Hidden = flag.Hidden || flag.Name == "db"
		}
	}
	for _, leaf := range parsed.Model.Leaves(false) {
		if isDefault(leaf) { // nobody types its name
			leaf.Name = ""
		}
	}
	if node := parsed.Selected(); node != nil && node.DefaultCmd != nil {
		parsed.Path = append(parsed.Path, &kong.Path{Parent: node, Command: node.DefaultCmd})
	}
	return kong.DefaultHelpPrinter(o, parsed)
}

// isDefault tells whether a command is what its group does where none is named.
func isDefault(node *kong.Node) bool { return node.Parent != nil && node.Parent.DefaultCmd == node }

// withoutName is the command that words are about which name none of a group: what it does by itself, where there is
// such a thing.
func withoutName(node *kong.Node) *kong.Node {
	if node.DefaultCmd != nil {
		return node.DefaultCmd
	}
	return node
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
