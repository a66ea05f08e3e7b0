package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "github.com/carnet-project/carnet"

// source is a Go file, parsed with its comments.
type source struct {
	path string // from the root: "internal/book/put.go"
	test bool
	ast  *ast.File
	pos  *token.FileSet
}

func (s *source) dir() string { return path.Dir(s.path) }

// at gives a place in the file: "internal/book/put.go:12".
func (s *source) at(n ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.pos.Position(n.Pos()).Line)
}

// imports lists what the file imports.
func (s *source) imports() []string {
	var list []string
	for _, i := range s.ast.Imports {
		name, _ := strconv.Unquote(i.Path.Value)
		list = append(list, name)
	}
	return list
}

// calls gives the places where the file uses a function as it is written in
// name: "time.Now".
func (s *source) calls(name string) []string {
	var places []string
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name+"."+sel.Sel.Name == name {
				places = append(places, s.at(n))
			}
		}
		return true
	})
	return places
}

// parse reads the Go files of the module that lies in tree, without those of
// other modules inside it and without what the go command ignores.
func parse(t *testing.T, tree fs.FS) []*source {
	t.Helper()
	var list []*source
	err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, err := fs.Stat(tree, path.Join(p, "go.mod"))
			if p != "." && (err == nil || strings.ContainsAny(d.Name()[:1], "._") || d.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(p) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(tree, p)
		if err != nil {
			return err
		}
		pos := token.NewFileSet()
		file, err := parser.ParseFile(pos, p, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		list = append(list, &source{p, strings.HasSuffix(p, "_test.go"), file, pos})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// ours gives the module's own files.
func ours(t *testing.T) []*source {
	list := parse(t, os.DirFS("../../.."))
	if len(list) == 0 {
		t.Fatal("found no Go file: this rule looks in the wrong place")
	}
	return list
}

// made gives files that a test makes up to show what a rule refuses.
func made(t *testing.T, files map[string]string) []*source {
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return parse(t, tree)
}

// dirs lists the directories that hold files, each once.
func dirs(list []*source) []string {
	set := map[string]bool{}
	for _, s := range list {
		set[s.dir()] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// holds fails the test with each fault that a rule found.
func holds(t *testing.T, faults []string) {
	t.Helper()
	for _, f := range faults {
		t.Error(f)
	}
}

// refuses fails the test unless a rule found exactly the faults that begin so.
func refuses(t *testing.T, faults []string, want ...string) {
	t.Helper()
	slices.Sort(faults)
	slices.Sort(want)
	if !slices.EqualFunc(faults, want, strings.HasPrefix) {
		t.Errorf("found %q\nwant what begins with %q", faults, want)
	}
}
