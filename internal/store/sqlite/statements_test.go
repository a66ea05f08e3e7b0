package sqlite

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
)

// scans lists the statements that may walk a whole table, with the reason.
var scans = map[string]string{
	"selectUsages":     "it lists the whole table, which has a row a tenant",
	"selectSpaces":     "it lists the whole table, which has a row a tenant",
	"skipBlocks":       "it is for all Spaces, once after a restore",
	"skipNumbers":      "sqlite_sequence has a row a table, and no index",
	"skipSpaces":       "sqlite_sequence has a row a table, and no index",
	"selectCopySchema": "it lists the whole table, which has a row a migration",
	"selectLastAt":     "it is for all Spaces, once at the start",
	"selectAPIKeys":    "it lists the whole table, which has a few rows a tenant",
	"selectChanges":    "it goes through the list of numbers that it is given",
	"selectContacts":   "it goes through the list of ids that it is given",
	"selectSearched":   "it goes through the list of ids that it is given",
	"selectErasedKeys": "it goes through the list of hashes that it is given",

	"selectTables": "it is the list of all tables",
	"selectUsed":   "it is for all Spaces, once in a check",
	"weighSpace":   "it is for the contacts of all Spaces, where a check cannot add them up on its way",

	"selectPlanRowsOfContacts": "it goes through the list of ids that it is given",
	"deletePlanRowContacts":    "it goes through the list of numbers that it is given",
}

// noStatements are the constants that are parts of statements, or have no plan.
var noStatements = map[string]bool{
	"begin": true, "reading": true, "beginStill": true, "commit": true, "rollback": true, "listed": true, "between": true, "found": true, "keyed": true, "updated": true, "feed": true, "sift": true,
	"contactColumns": true, "stepColumns": true, "changeColumns": true, "settingsColumns": true, "apiKeyColumns": true, "jobColumns": true, "rootOfRef": true, "pairOfA": true, "pairOfB": true, "alias": true, "entryColumns": true, "sessionColumns": true, "newestEntries": true,
	"planColumns": true, "fileColumns": true, "erasureColumns": true, "planRowColumns": true, "planRowsAfter": true,
}

// statements gives every string constant of statements.go.
func statements(t *testing.T) map[string]string {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "statements.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := (&types.Config{}).Check("statements", files, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for _, name := range pkg.Scope().Names() {
		if c, ok := pkg.Scope().Lookup(name).(*types.Const); ok && c.Val().Kind() == constant.String {
			list[name] = constant.StringVal(c.Val())
		}
	}
	if len(list) < 20 {
		t.Fatalf("found %d statements: this test looks in the wrong place", len(list))
	}
	return list
}

// Every statement finds its rows by an index, and none sorts. A new one is
// looked at without being listed anywhere.
func TestPlans(t *testing.T) {
	b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	for name, text := range statements(t) {
		verb, _, _ := strings.Cut(text, " ")
		switch {
		case verb == "SELECT" && !noStatements[name] || verb == "UPDATE" || verb == "DELETE" || verb == "WITH":
			checkPlan(t, name, plan(t, b.writer, text))
		case verb == "INSERT", noStatements[name]:
		default:
			t.Errorf("%s is neither a statement nor a known part of one", name)
		}
	}
}

func plan(t *testing.T, c *conn, text string) []string {
	t.Helper()
	var steps []string
	err := c.run("EXPLAIN QUERY PLAN "+text, func(s *sqlite.Stmt) error {
		steps = append(steps, s.ColumnText(3))
		return nil
	})
	if err != nil {
		t.Errorf("%s: %v", text, err)
	}
	return steps
}

// walks tells whether a step goes through a table, or finds the greatest of a column.
func walks(step string) bool {
	return strings.HasPrefix(step, "SCAN ") || strings.HasPrefix(step, "SEARCH ") && !strings.Contains(step, " USING ")
}

func checkPlan(t *testing.T, name string, steps []string) {
	t.Helper()
	searches := 0
	for _, step := range steps {
		switch {
		case strings.HasPrefix(step, "SEARCH ") && strings.Contains(step, " USING "):
			searches++
		case strings.HasPrefix(step, "CORRELATED SCALAR SUBQUERY"), strings.HasPrefix(step, "SCALAR SUBQUERY"), strings.HasPrefix(step, "LIST SUBQUERY"):
		case step == "CO-ROUTINE chain", step == "SETUP", step == "RECURSIVE STEP", step == "SCAN chain": // what was found is walked
		case step == "COMPOUND QUERY", step == "LEFT-MOST SUBQUERY", step == "UNION ALL": // one behind the other
		case step == "SCAN CONSTANT ROW": // it has subqueries alone
		case walks(step) && scans[name] != "":
			searches++
		default:
			t.Errorf("%s: %s", name, step)
		}
	}
	if searches == 0 {
		t.Errorf("%s: its plan names no index: %q", name, steps)
	}
}

func TestScansAreStillNeeded(t *testing.T) {
	b := opened(t, Options{Path: filepath.Join(t.TempDir(), "carnet.db")})
	list := statements(t)
	for name := range scans {
		if steps := plan(t, b.writer, list[name]); !slices.ContainsFunc(steps, walks) {
			t.Errorf("%s scans nothing any more (%q): take it off the list", name, steps)
		}
	}
	for name := range noStatements {
		if list[name] == "" {
			t.Errorf("%s is gone: take it off the list", name)
		}
	}
}

// What is not in statements.go is not looked at, so there must be none. But whole tables
// are read and filled by statements that are made of their description.
func TestStatementsAreInOnePlace(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name == "statements.go" || name == "tables.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text := constant.StringVal(constant.MakeFromLiteral(lit.Value, lit.Kind, 0))
			for _, verb := range []string{"SELECT ", "INSERT ", "UPDATE ", "DELETE ", "REPLACE ", "WITH "} {
				if strings.HasPrefix(strings.TrimSpace(text), verb) && text != "SELECT sqlite_version()" {
					t.Errorf("%s: %q belongs into statements.go", files.Position(lit.Pos()), text)
				}
			}
			return true
		})
	}
}
