package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"testing"
)

// Go calls functions from left to right, and leaves open when it reads a variable
// beside them. Where a list of operands reads one that a call in the same list is
// given the address of, what comes out is the compiler's choice.
func TestEvaluation(t *testing.T) { holds(t, evaluationFaults(ours(t))) }

func evaluationFaults(list []*source) []string {
	var faults []string
	for _, s := range list {
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if name := leftOpen(operands(n)); name != "" {
				faults = append(faults, fmt.Sprintf("%s reads %s beside a call that may change it: Go leaves open which comes first. Do one after the other", s.at(n), name))
			}
			return true
		})
	}
	return faults
}

// operands gives what is evaluated side by side.
func operands(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.CallExpr:
		return n.Args
	case *ast.CompositeLit:
		return n.Elts
	case *ast.ReturnStmt:
		return n.Results
	case *ast.AssignStmt:
		return n.Rhs
	case *ast.ValueSpec:
		return n.Values
	case *ast.BinaryExpr:
		if n.Op != token.LAND && n.Op != token.LOR { // which have an order
			return []ast.Expr{n.X, n.Y}
		}
	}
	return nil
}

// leftOpen gives the name of a variable that one operand reads, and of which
// another gives the address to a call; "" for none.
func leftOpen(list []ast.Expr) string {
	for i, changes := range list {
		for name := range given(changes) {
			for j, reads := range list {
				if i != j && readsOf(reads, name) {
					return name
				}
			}
		}
	}
	return ""
}

// given lists the variables whose addresses calls inside e are given.
func given(e ast.Expr) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(e, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			_, later := n.(*ast.FuncLit)
			return !later
		}
		for _, arg := range call.Args {
			if address, ok := arg.(*ast.UnaryExpr); ok && address.Op == token.AND {
				if x, ok := address.X.(*ast.Ident); ok {
					names[x.Name] = true
				}
			}
		}
		return true
	})
	return names
}

// readsOf tells whether e reads a variable itself, and not just where it is.
func readsOf(e ast.Expr, name string) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.UnaryExpr:
			x, ok := n.X.(*ast.Ident)
			return n.Op != token.AND || !ok || x.Name != name
		case *ast.SelectorExpr:
			ast.Inspect(n.X, func(n ast.Node) bool { x, ok := n.(*ast.Ident); found = found || ok && x.Name == name; return true })
			return false
		case *ast.KeyValueExpr:
			found = found || readsOf(n.Value, name)
			return false
		case *ast.Ident:
			found = found || n.Name == name
		}
		return true
	})
	return found
}

func TestEvaluationRefuses(t *testing.T) {
	body := func(text string) string { return "package p\nfunc f() (a, b int) {\n" + text + "\nreturn\n}\n" }
	refuses(t, evaluationFaults(made(t, map[string]string{
		"a/call.go":    body("d.add(after, enter(c, &after))"),
		"a/field.go":   body("d.add(after.ID, enter(&after))"),
		"a/return.go":  body("return x, change(&x)"),
		"a/before.go":  body("return change(&x), x"),
		"a/assign.go":  body("y, z := x, change(&x)"),
		"a/literal.go": body("_ = T{A: x, B: change(&x)}"),
		"a/sum.go":     body("_ = x + change(&x)"),
		"a/nested.go":  body("g(h(change(&x)), k(x))"),
		"b/order.go":   body("e := enter(&after)\nd.add(after, e)"),
		"b/and.go":     body("_ = change(&x) == nil && x > 1"),
		"b/both.go":    body("g(change(&x), change(&x))"),
		"b/later.go":   body("g(change(&x), func() int { return x })"),
		"b/address.go": body("g(&x, h(&x))"),
		"b/other.go":   body("g(y.x, change(&x), T{x: 1})"),
	})),
		"a/call.go:3 reads after beside", "a/field.go:3 reads after", "a/return.go:3 reads x", "a/before.go:3 reads x", "a/assign.go:3 reads x",
		"a/literal.go:3 reads x", "a/sum.go:3 reads x", "a/nested.go:3 reads x")
}
