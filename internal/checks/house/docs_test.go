package house

import (
	"go/ast"
	"testing"
)

func TestDocs(t *testing.T) { holds(t, docFaults(ours(t))) }

// docFaults finds packages without a comment, and what other packages can see
// of a package without one.
func docFaults(list []*source) []string {
	var faults []string
	commented := map[string]bool{}
	for _, s := range list {
		if !s.test && s.ast.Doc != nil {
			commented[s.dir()] = true
		}
		if s.test || s.ast.Name.Name == "main" {
			continue
		}
		for _, d := range s.ast.Decls {
			for _, id := range undocumented(d) {
				faults = append(faults, s.at(id)+" "+id.Name+" has no comment: say what it is, its units, limits and errors")
			}
		}
	}
	for _, dir := range dirs(list) {
		if !commented[dir] {
			faults = append(faults, dir+" has no package comment: say what the package is for, and what it leaves to others")
		}
	}
	return faults
}

// undocumented gives the exported names that a declaration makes without a
// comment. One on a group does for all its constants or variables; a type
// needs its own.
func undocumented(d ast.Decl) []*ast.Ident {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && (d.Recv == nil || receiver(d).IsExported()) {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		var bare []*ast.Ident
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				alone := d.Doc != nil && !d.Lparen.IsValid()
				if s.Name.IsExported() && s.Doc == nil && s.Comment == nil && !alone {
					bare = append(bare, s.Name)
				}
			case *ast.ValueSpec:
				for _, id := range s.Names {
					if id.IsExported() && s.Doc == nil && s.Comment == nil && d.Doc == nil {
						bare = append(bare, id)
					}
				}
			}
		}
		return bare
	}
	return nil
}

// receiver gives the name of the type that a method belongs to.
func receiver(d *ast.FuncDecl) *ast.Ident {
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		default:
			return &ast.Ident{}
		}
	}
}

func TestDocsRefuse(t *testing.T) {
	refuses(t, docFaults(made(t, map[string]string{
		"internal/a/a.go": `// Package a has a comment.
package a

// Good has one, and so has its method.
type Good[K any] struct{}

// Do does.
func (g *Good[K]) Do() {}
func (g *Good[K]) Bare() {}
func (h hidden) Unseen() {}

type hidden int

// Numbers of a group.
const (
	One = 1
	Two = 2
)

const Three = 3

var (
	Four = 4 // on its line
	Five = 5
)

// A group of types.
type (
	Six int
	// Seven has one.
	Seven int
)
`,
		"internal/b/b.go":           "package b",
		"internal/b/b_test.go":      "// Package b is tested.\npackage b\nfunc TestX() {}",
		"internal/tool/main.go":     "// Command tool is one.\npackage main\nfunc Do() {}",
		"internal/a/unseen_test.go": "package a\nfunc Helper() {}",
	})),
		"internal/a/a.go:9 Bare has no comment",
		"internal/a/a.go:20 Three has no comment",
		"internal/a/a.go:24 Five has no comment",
		"internal/a/a.go:29 Six has no comment",
		"internal/b has no package comment",
	)
}
