package httpapi_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"testing"
)

// codeNames reads the constants of type Code in a file: their names, by what
// they are. No code is there twice.
func codeNames(t *testing.T, file string) map[string]string {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			code, err := strconv.Unquote(spec.Values[i].(*ast.BasicLit).Value)
			if typ, ok := spec.Type.(*ast.Ident); err != nil || !ok || typ.Name != "Code" {
				t.Fatalf("%s: %s is no constant of type Code", file, name.Name)
			}
			if names[code] != "" {
				t.Errorf("%s: %s and %s are both %q", file, names[code], name.Name, code)
			}
			names[code] = name.Name
		}
		return true
	})
	return names
}

// allCodes lists every code that a request can be answered with, sorted.
func allCodes(t *testing.T) []string {
	t.Helper()
	return slices.Sorted(maps.Keys(codeNames(t, "../fault/codes.go")))
}

// The client has a constant for each code that an error can bear, of the same
// name: both are promises to the same callers.
func TestCodesOfClient(t *testing.T) {
	ours, client := codeNames(t, "../fault/codes.go"), codeNames(t, "../../api/codes.go")
	for code, name := range ours {
		if client[code] != name {
			t.Errorf("package fault has %s = %q, api calls it %q", name, code, client[code])
		}
	}
	for code, name := range client {
		if ours[code] == "" {
			t.Errorf("api has %s, %q, which no error bears", name, code)
		}
	}
	for code, name := range codeNames(t, "../fault/commandcodes.go") {
		if ours[code] != "" {
			t.Errorf("%s, %q, is a code of requests too", name, code)
		}
	}
}
