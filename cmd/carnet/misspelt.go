package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/carnet-project/carnet/internal/wire"
)

// triedTag holds names that people try for a flag, because other programs call it
// so. They are not taken, so that a script has one way to say a thing.
const triedTag = "tried"

// unknownName finds what kong did not know. What it proposes is left out: of short
// names it proposes what has nothing in common with them.
var unknownName = regexp.MustCompile(`^(unknown flag|unexpected argument) (.+?)(, did you mean .*)?$`)

// misspelt gives what is wrong with a command line, and asks for what an unknown
// flag or command was likely meant to be.
func misspelt(err error) string {
	text := oneLine(err)
	parse, isParse := errors.AsType[*kong.ParseError](err)
	m := unknownName.FindStringSubmatch(text)
	if !isParse || m == nil {
		return text
	}
	node := parse.Context.Selected()
	if node == nil {
		node = parse.Context.Model.Node
	}
	meant := meantBy(m[2], withoutName(node))
	if meant == "" {
		return m[1] + " " + m[2]
	}
	return fmt.Sprintf("%s %s, did you mean %q?", m[1], m[2], meant)
}

// meantBy gives the flag, or the command, that a word was likely meant to be.
func meantBy(word string, node *kong.Node) string {
	name, isFlag := strings.CutPrefix(word, "--")
	var names, triedFor []string
	called := map[string]string{}
	switch {
	case isFlag:
		names, triedFor, called = flagNames(node)
	default:
		for _, child := range node.Children {
			names = append(names, child.Name)
		}
	}
	found := ""
	if !slices.Contains(triedFor, name) {
		found = wire.Nearest(name, names)
	}
	if longer := slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, name) }); found == "" && len(longer) == 1 {
		found = longer[0]
	}
	if found == "" {
		found = called[wire.Nearest(name, triedFor)]
	}
	if found != "" && isFlag {
		found = "--" + found
	}
	return found
}

// flagNames gives the names of the flags of a command, those that are tried for
// them, and which flag each of those stands for.
func flagNames(node *kong.Node) (names, triedFor []string, called map[string]string) {
	called = map[string]string{}
	for _, c := range flagsOf(node) {
		name := strings.TrimPrefix(c.word, "--")
		names = append(names, name)
		for other := range strings.SplitSeq(flagNamed(node, c.word).Tag.Get(triedTag), ",") {
			if other != "" && called[other] == "" {
				called[other], triedFor = name, append(triedFor, other)
			}
		}
	}
	return names, triedFor, called
}
