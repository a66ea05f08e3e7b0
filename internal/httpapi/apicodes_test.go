package httpapi_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/carnet-project/carnet/internal/httpapi"
)

// TestCodesOfClient compares the codes that package api has constants for with
// those that an error can bear: both are promises to the same callers.
func TestCodesOfClient(t *testing.T) {
	tree, err := parser.ParseFile(token.NewFileSet(), "../../api/codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{}
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			code, err := strconv.Unquote(spec.Values[i].(*ast.BasicLit).Value)
			if err != nil || lastName(spec.Type) != "Code" {
				t.Fatalf("%s is no constant of type Code", name.Name)
			}
			if named[code] != "" {
				t.Errorf("%s and %s are both %q", named[code], name.Name, code)
			}
			named[code] = name.Name
			if !slices.Contains(httpapi.Codes, code) {
				t.Errorf("api has %s, %q, which no error bears", name.Name, code)
			}
		}
		return true
	})
	for _, code := range httpapi.Codes {
		if named[code] == "" {
			t.Errorf("api has no constant for %q", code)
		}
	}
}
