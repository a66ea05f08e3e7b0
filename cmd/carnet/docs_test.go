package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestDocs: docs/cli.md names every command, and every flag of its own that one has,
// in the part about it.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, part := range strings.Split(string(text), "\n## ") {
		name, _, _ := strings.Cut(part, "\n")
		parts[name] = part
	}
	flags := 0
	for _, leaf := range leavesOf(parserOf(new(cli), new(surroundings)).Model.Node) {
		words := wordsOf(leaf)
		part := parts["carnet "+words[0]]
		if part == "" && words[0] == "help" {
			continue
		}
		if !regexp.MustCompile(`\b` + leaf.Name + `\b`).MatchString(part) {
			t.Errorf("docs/cli.md says nothing of %s", strings.Join(words, " "))
		}
		for _, flag := range leaf.Flags {
			general := parts["For all commands"]
			if flags++; flag.Name == "help" || regexp.MustCompile(`--`+flag.Name+`\b`).MatchString(part) || flag.Name == "output" && strings.Contains(general, "`-o json`") {
				continue
			}
			t.Errorf("docs/cli.md says nothing of --%s of %s", flag.Name, strings.Join(words, " "))
		}
	}
	if flags < 80 {
		t.Errorf("found only %d flags: this looks in the wrong place", flags)
	}
}
