package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"testing"
)

// A code is a constant of package fault, which is the one list of them: one that
// is spelled out where an error is made is on no list, and nobody is told of it.
func TestCodesAreNamed(t *testing.T) { holds(t, codeFaults(ours(t))) }

func codeFaults(list []*source) []string {
	takes := takeCodes(list)
	var faults []string
	for _, s := range list {
		if s.test || covers("internal/store/storetest", s.dir()) {
			continue
		}
		spelled := func(e ast.Expr) {
			if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
				faults = append(faults, fmt.Sprintf("%s spells the code %s out: name it in internal/fault/codes.go", s.at(l), l.Value))
			}
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if at, ok := takes[calledName(n.Fun)]; ok && at < len(n.Args) {
					spelled(n.Args[at])
				}
			case *ast.CompositeLit:
				if lastName(n.Type) == "Flaw" && len(n.Elts) > 0 {
					spelled(n.Elts[0])
				}
			case *ast.KeyValueExpr:
				if lastName(n.Key) == "Code" {
					spelled(n.Value)
				}
			}
			return true
		})
	}
	return faults
}

// takeCodes gives the functions that take a code, as calledName names them, and
// in which place they do.
func takeCodes(list []*source) map[string]int {
	takes := map[string]int{}
	for _, s := range list {
		for _, d := range s.ast.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || s.test {
				continue
			}
			at := 0
			for _, p := range f.Type.Params.List {
				sel, outside := p.Type.(*ast.SelectorExpr)
				if outside && lastName(sel.X) == "fault" && sel.Sel.Name == "Code" || s.dir() == "internal/fault" && lastName(p.Type) == "Code" {
					name := f.Name.Name
					if f.Name.IsExported() && f.Recv == nil {
						name = s.ast.Name.Name + "." + name
					}
					takes[name] = at
				}
				at += max(1, len(p.Names))
			}
		}
	}
	return takes
}

// calledName names a function as "fault.New" where it is another package's, and
// as "add" where it is a method or the own package's.
func calledName(e ast.Expr) string {
	if sel, ok := e.(*ast.SelectorExpr); ok && sel.Sel.IsExported() {
		return lastName(sel.X) + "." + sel.Sel.Name
	}
	return lastName(e)
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

func TestCodesAreNamedRefuses(t *testing.T) {
	refuses(t, codeFaults(made(t, map[string]string{
		"internal/fault/fault.go": "package fault\ntype Code string\nconst CodeA Code = \"a\"\nfunc At(path string, code Code, message string) error { return nil }",
		"internal/book/a.go": "package book\nvar a = fault.At(\"a\", \"b\", \"c\")\nvar b = fault.At(\"a\", fault.CodeA, \"c\")\n" +
			"var c = fault.Problem{Path: \"a\", Code: \"b\"}\nvar d = &Flaw{\"b\", \"c\"}",
		"internal/book/b.go":      "package book\nfunc busy(code fault.Code, cause error) error { return nil }\nvar a = busy(\"b\", nil)",
		"internal/book/a_test.go": "package book\nvar a = fault.At(\"a\", \"b\", \"c\")",
	})),
		"internal/book/a.go:2 spells the code \"b\" out", "internal/book/a.go:4 spells", "internal/book/a.go:5 spells", "internal/book/b.go:3 spells")
}
