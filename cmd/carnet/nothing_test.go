package main

import (
	"bytes"
	"context"
	"regexp"
	"testing"
)

// FAULT C1: a flag that comes to nothing, as with an unset variable of the shell,
// is refused by its name, and never taken for one that was left out: it would
// list everybody, or make a key that never ends. Every flag of every command
// is tried, but for those whose tag says what nothing means there.
func TestNoFlagIsNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("CARNET_KEY", "x")
	ended, end := context.WithCancel(t.Context())
	end() // what is not refused ends by itself
	tried := 0
	for _, leaf := range leavesOf(parserOf(new(cli), new(surroundings)).Model.Node) {
		for _, group := range leaf.AllFlags(false) {
			for _, flag := range group {
				if flag.IsBool() || flag.Tag.Has("blank") {
					continue
				}
				refused := regexp.MustCompile("--" + flag.Name + "(:| must)")
				for _, nothing := range []string{"", " ", "\t", "\n", "\u00a0", "\u3000"} {
					var out, err bytes.Buffer
					args := append(withArguments(leaf, wordsOf(leaf)), "--"+flag.Name+"="+nothing)
					if code := run(ended, args, &out, &err); code != exitUsage || out.Len() > 0 || !refused.MatchString(err.String()) {
						t.Errorf("%q: %d, %q, %q", args, code, &out, &err)
					}
					tried++
				}
			}
		}
	}
	if tried < 300 {
		t.Errorf("only %d were tried", tried)
	}
}
