package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// plainWord is what a shell takes as it stands.
var plainWord = regexp.MustCompile(`^[\w@%+=:,./-]+$`)

// shellLine gives a command as it is pasted into a shell.
func shellLine(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		if quoted[i] = word; !plainWord.MatchString(word) {
			quoted[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// called gives how this program is called again: as it was, but not where that is a
// file of `go run`, which goes with it, wherever it builds.
func called(as string) string {
	if filepath.Base(as) == as || strings.Contains(as, string(filepath.Separator)+"go-build") {
		return "carnet"
	}
	return as
}

// again gives the command that runs as it is pasted into a shell, but not for a dry
// run, and with more flags.
func (in *surroundings) again(more ...string) string {
	words := []string{called(os.Args[0])}
	for i, arg := range in.args {
		if arg == "--" {
			words = append(append(words, more...), in.args[i:]...)
			more = nil
			break
		}
		if arg != "--dry-run" && !strings.HasPrefix(arg, "--dry-run=") {
			words = append(words, arg)
		}
	}
	return shellLine(append(words, more...)...)
}

// contact gives another command of `carnet contact`, for the same server.
func (in *surroundings) contact(words ...string) string { return in.beside("contact", words...) }

// plan gives another command of `carnet plan`, likewise.
func (in *surroundings) plan(words ...string) string { return in.beside("plan", words...) }

// beside gives a command of a group, for the same server.
func (in *surroundings) beside(group string, words ...string) string {
	words = append([]string{called(os.Args[0]), group}, words...)
	for i, arg := range in.args {
		switch {
		case arg == "--":
			return shellLine(words...)
		case arg == "--url" && i+1 < len(in.args):
			words = append(words, arg, in.args[i+1])
		case strings.HasPrefix(arg, "--url="):
			words = append(words, arg)
		}
	}
	return shellLine(words...)
}
