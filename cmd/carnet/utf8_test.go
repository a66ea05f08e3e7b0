package main

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

const latin1 = "Jos\xe9"

// FAULT E5: text that is not UTF-8 is refused in every string of every command,
// flags, arguments and variables, before anything is opened or sent.
func TestNotUTF8(t *testing.T) {
	t.Chdir(t.TempDir())
	tried := 0
	for _, leaf := range leavesOf(parserOf(new(cli), new(surroundings)).Model.Node) {
		for _, group := range leaf.AllFlags(false) {
			for _, flag := range group {
				if !holdsText(flag.Value) {
					continue
				}
				name := "--" + flag.Name
				words := wordsOf(leaf)
				refusesText(t, name, append(words, name, latin1)...)
				refusesText(t, name, append(words, name+"="+latin1)...)
				tried++
				for _, variable := range flag.Envs {
					t.Run(variable, func(t *testing.T) {
						t.Setenv(variable, latin1)
						refusesText(t, variable, withArguments(leaf, words)...)
					})
				}
			}
		}
		for i, argument := range leaf.Positional {
			if holdsText(argument) {
				words := append(wordsOf(leaf), strings.Fields(strings.Repeat("1 ", i))...)
				refusesText(t, "argument", append(words, latin1)...)
				tried++
			}
		}
	}
	if tried < 60 {
		t.Errorf("found only %d strings of commands: this looks in the wrong place", tried)
	}
}

// withArguments gives a command line that lacks nothing.
func withArguments(leaf *kong.Node, words []string) []string {
	for _, argument := range leaf.Positional {
		if argument.Required {
			value := "1"
			if argument.Enum != "" {
				value = argument.EnumSlice()[0]
			}
			words = append(words, value)
		}
	}
	for _, flag := range leaf.Flags {
		if flag.Required {
			words = append(words, "--"+flag.Name, "1")
		}
	}
	switch strings.Join(wordsOf(leaf), " ") {
	case "contact create", "contact put", "space set":
		words = append(words, "--name", "x")
	case "contact patch":
		words = append(words, "--add-name", "x")
	case "key set":
		words = append(words, "--daily-writes", "1")
	case "field set":
		words = append(words, "--label", "x")
	case "contact log", "plan undo", "export":
		words = append(words, "1")
	}
	return words
}

func refusesText(t *testing.T, name string, args ...string) {
	t.Helper()
	var out, err bytes.Buffer
	code := run(t.Context(), args, &out, &err)
	if code != exitUsage || out.Len() > 0 || strings.Count(err.String(), "\n") != 1 ||
		!strings.Contains(err.String(), name) || !strings.Contains(err.String(), " is not text in UTF-8: ") || strings.Contains(err.String(), latin1) {
		t.Errorf("%q: %d, %q, %q", args, code, &out, &err)
	}
}

func leavesOf(node *kong.Node) (list []*kong.Node) {
	if len(node.Children) == 0 {
		return []*kong.Node{node}
	}
	for _, child := range node.Children {
		list = append(list, leavesOf(child)...)
	}
	return list
}

func wordsOf(leaf *kong.Node) []string {
	if leaf.Parent == nil {
		return nil
	}
	return append(wordsOf(leaf.Parent), leaf.Name)
}

// holdsText tells a string, or several, from a number.
func holdsText(v *kong.Value) bool {
	of := v.Target.Type()
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	return of.Kind() == reflect.String
}
