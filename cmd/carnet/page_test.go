package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// example is a block of commands of a page, and what the page says that they print.
type example struct{ commands, shown string }

var block = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

// examplesOf gives the examples of a page, each with the blocks before it that print
// nothing: what those prepare holds for all that follow.
func examplesOf(markdown string) ([]example, error) {
	var list []example
	var prepared string
	blocks := block.FindAllStringSubmatch(markdown, -1)
	for i, b := range blocks {
		switch next := i + 1; {
		case b[1] == "sh" && next < len(blocks) && blocks[next][1] == "text":
			list = append(list, example{prepared + b[2], blocks[next][2]})
		case b[1] == "sh":
			prepared += b[2]
		case b[1] != "text" || i == 0 || blocks[i-1][1] != "sh":
			return nil, fmt.Errorf("block %d is neither commands nor what those before it print", i+1)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("the page has no example")
	}
	return list, nil
}

var space = regexp.MustCompile(`\s+`)

// prints tells whether something is what a page shows: but for white space, and with
// anything where the page has three dots.
func prints(shown, printed string) bool {
	want := strings.ReplaceAll(regexp.QuoteMeta(space.ReplaceAllString(shown, "")), `\.\.\.`, ".*")
	return regexp.MustCompile("^" + want + "$").MatchString(space.ReplaceAllString(printed, ""))
}

// runPage runs the examples of a page with bash, in order, each against the server of
// $URL.
func runPage(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, len(args) == 1, "page FILE")
	list, err := examplesOf(strings.ReplaceAll(ts.ReadFile(args[0]), "http://127.0.0.1:8420", ts.Getenv("URL")))
	ts.Check(err)
	for _, e := range list {
		ts.Check(ts.Exec("bash", "-e", "-c", e.commands))
		if printed := ts.ReadFile("stdout"); !prints(e.shown, printed) {
			ts.Fatalf("%s shows\n%sand it prints\n%s", args[0], e.shown, printed)
		}
	}
}

func TestExamplesOf(t *testing.T) {
	list, err := examplesOf("```sh\nset\n```\n```sh\na\nb\n```\ntext\n```text\nA\n```\n```sh\nc\n```\n```text\nC\n```\n")
	if err != nil || len(list) != 2 || list[0] != (example{"set\na\nb\n", "A\n"}) || list[1] != (example{"set\nc\n", "C\n"}) {
		t.Errorf("%q, %v", list, err)
	}
	for _, page := range []string{"", "```sh\na\n```\n", "```text\nA\n```\n", "```sh\na\n```\n```text\nA\n```\n```text\nB\n```\n", "```sh\na\n```\n```text\nA\n```\n```json\n{}\n```\n"} {
		if list, err := examplesOf(page); err == nil {
			t.Errorf("%q is taken: %q", page, list)
		}
	}
}

func TestPrints(t *testing.T) {
	for _, tt := range []struct {
		shown, printed string
		want           bool
	}{
		{`{"id": 1, "a": [2]}` + "\n", `{"id":1,"a":[2]}` + "\n", true},
		{`{"id": 1, ...}` + "\n{...}\n", `{"id":1,"a":[2]}` + "\n" + `{"b":1}` + "\n", true},
		{`{"id": 1, ..., "c": 3}`, `{"id":1,"a":[2],"c":3}`, true},
		{`{"id": 1}`, `{"id":1,"a":[2]}`, false},
		{`{"id": 1, ...}`, `{"id":2,"a":[2]}`, false},
		{`{"id": 1, ...}`, `{"id":1}`, false},
		{`{"id": 1, ..., "c": 3}`, `{"id":1,"a":[2],"c":4}`, false},
		{`{"a": "."}`, `{"a":"x"}`, false},
	} {
		if got := prints(tt.shown, tt.printed); got != tt.want {
			t.Errorf("%s shows %s: %t, want %t", tt.shown, tt.printed, got, tt.want)
		}
	}
}
