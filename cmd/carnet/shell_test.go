package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestShellLine: what is told to be pasted reaches a program as it was typed.
func TestShellLine(t *testing.T) {
	words := []string{"printf", `%s\0`, "", " ", "plain-1.2:3/4@5%=+,_", "O'Neil", `"$HOME" \ $(x) ` + "`y`", "*", "~", "a\nb", "''", "東京 🎉", "--email=", "!x", "#x", "-"}
	out, err := exec.Command("sh", "-c", shellLine(words...)).Output()
	if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); err != nil || !slices.Equal(got, words[2:]) {
		t.Errorf("%v: %q", err, got)
	}
}

func TestCalled(t *testing.T) {
	for as, want := range map[string]string{
		"carnet": "carnet", "./carnet": "./carnet", "/usr/local/bin/carnet": "/usr/local/bin/carnet",
		os.TempDir() + "/go-build1/b001/exe/carnet": "carnet", "/elsewhere/go-build23/b001/exe/carnet": "carnet",
		os.TempDir() + "/carnet": os.TempDir() + "/carnet",
	} {
		if got := called(as); got != want {
			t.Errorf("%s: %s, want %s", as, got, want)
		}
	}
}

// TestAgain: the command of a dry run is told without that, and another for the same
// server.
func TestAgain(t *testing.T) {
	for typed, want := range map[string][2]string{
		"contact put 1 --dry-run --name x":                   {"carnet contact put 1 --name x --theirs", "carnet contact undo 1"},
		"contact --url http://h put 1 --dry-run=true":        {"carnet contact --url http://h put 1 --theirs", "carnet contact undo 1 --url http://h"},
		"contact put 1 --url=http://h --dry-run -- --x":      {"carnet contact put 1 --url=http://h --theirs -- --x", "carnet contact undo 1 --url=http://h"},
		"contact put 1 --name a --dry-run -- --url http://h": {"carnet contact put 1 --name a --theirs -- --url http://h", "carnet contact undo 1"},
	} {
		in := &surroundings{args: strings.Fields(typed)}
		if got := [2]string{in.again("--theirs"), in.contact("undo", "1")}; got != want {
			t.Errorf("%s: %q, want %q", typed, got, want)
		}
	}
}
