package httpapi_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/httpapi"
)

// unreachable are codes in the source that no request brings about.
var unreachable = map[string]string{
	"text_invisible":  "headers answer header_invalid, and no route manages Spaces",
	"text_utf8":       "a body that is not UTF-8 is refused as a whole",
	"key_not_found":   "no route manages keys",
	"label_reserved":  "no route manages Spaces",
	"label_taken":     "no route manages Spaces",
	"space_not_found": "no route manages Spaces",
}

// codeArguments tells in which place calls of a function have a code.
var codeArguments = map[string]int{"New": 1, "At": 1, "add": 1, "bodyFault": 0, "unavailable": 0, "Unauthenticated": 0}

// TestCodesOfSource compares Codes with what stands in the source that a
// request runs through.
func TestCodesOfSource(t *testing.T) {
	var files []string
	for _, pattern := range []string{"*.go", "../wire/*.go", "../book/*.go", "../contact/*.go", "../store/*.go", "../store/sqlite/*.go", "../store/postgres/*.go", "../access/admit.go"} {
		list, err := filepath.Glob(pattern)
		if err != nil || list == nil {
			t.Fatalf("%s: %v", pattern, err)
		}
		files = append(files, list...)
	}
	found := map[string]bool{}
	take := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			code, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[code] = true
		}
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if at, ok := codeArguments[lastName(n.Fun)]; ok && at < len(n.Args) && len(n.Args) != 1 {
					take(n.Args[at])
				}
			case *ast.CompositeLit:
				if lastName(n.Type) == "Flaw" && len(n.Elts) > 0 {
					take(n.Elts[0])
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
					take(n.Value)
				}
			case *ast.ValueSpec:
				if strings.HasPrefix(n.Names[0].Name, "Key") && len(n.Values) == 1 && strings.HasPrefix(file, "../access") {
					take(n.Values[0])
				}
			}
			return true
		})
	}
	for code := range found {
		if !slices.Contains(httpapi.Codes, code) && unreachable[code] == "" {
			t.Errorf("the source has the code %q, Codes has not", code)
		}
	}
	for _, code := range httpapi.Codes {
		if !found[code] {
			t.Errorf("Codes has %q, the source has not", code)
		}
	}
	if !slices.IsSorted(httpapi.Codes) {
		t.Error("Codes is not sorted")
	}
}

func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
