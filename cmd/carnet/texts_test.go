package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ofTheAPI finds what only somebody knows who writes requests: who types commands is told of commands and flags.
var ofTheAPI = regexp.MustCompile(`\b(GET|PUT|POST|PATCH|DELETE) /|\((GET|PUT|POST|PATCH|DELETE)\)|[?&][a-z_]+=|/v1/`)

// apart are files that show requests, or read addresses.
var apart = regexp.MustCompile(`^(curl|client|demo\w*)\.go$|_test\.go$`)

// TestTextsNameCommands: what the command line says itself names no request.
func TestTextsNameCommands(t *testing.T) {
	for _, text := range []string{"see GET /mappings", "read again (PATCH)", "/imports?mapping=Customers"} {
		if !ofTheAPI.MatchString(text) {
			t.Errorf("%q is not found", text)
		}
	}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	texts := 0
	for _, name := range names {
		if apart.MatchString(name) {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if is, ok := n.(*ast.BasicLit); ok && is.Kind == token.STRING {
				texts++
				if found := ofTheAPI.FindString(is.Value); found != "" {
					t.Errorf("%s says %q: name the command or the flag", set.Position(is.Pos()), found)
				}
			}
			return true
		})
	}
	if texts < 1000 {
		t.Errorf("found only %d texts: this looks in the wrong place", texts)
	}
}

// Where nothing answers, the sentence names no request, and leads on where the cause is known.
func TestUnanswered(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&net.DNSError{Err: "no such host", Name: "db.example", IsNotFound: true}, "no machine is called db.example, where the server is to be (http://db.example): look for a slip in that, or name another server with --url"},
		{&net.DNSError{Err: "server misbehaving", Name: "db.example", IsTemporary: true}, "where db.example is cannot be found out just now (http://db.example): see whether this machine has a network, and try again"},
		{errors.New("carnet: GET /contacts: no answer: it broke"), "no answer from http://db.example: it broke"},
		{errors.New("carnet: PUT /contacts/7: no answer, so it may have been done or not: it broke"), "no answer from http://db.example, so it may have been done or not: it broke"},
		{errors.New("carnet: GET /contacts: the answer is not what a Carnet server sends"), "the answer is not what a Carnet server sends"},
		{errors.New("carnet: there are no operations to do"), "there are no operations to do"},
	} {
		if got := explain("http://db.example", "", c.err).Error(); got != c.want || strings.Contains(got, "GET") {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
