package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

var bg = context.Background()

// opened opens a database, and closes it when the test ends.
func opened(t *testing.T, o Options) *Backend {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	b, err := Open(bg, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// tracer keeps each statement that is sent, with the arguments of a few times.
type tracer struct {
	mu   sync.Mutex
	sent map[string][][]any
}

func (r *tracer) note(text string, args []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sent == nil {
		r.sent = map[string][][]any{}
	}
	if len(r.sent[text]) < 20 {
		r.sent[text] = append(r.sent[text], args)
	}
}

func (r *tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	r.note(d.SQL, d.Args)
	return ctx
}

func (r *tracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (r *tracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	for _, q := range d.Batch.QueuedQueries {
		r.note(q.SQL, q.Arguments)
	}
	return ctx
}

func (r *tracer) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (r *tracer) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

// fragments are the constants of statements.go that are no whole statement.
var fragments = map[string]string{
	"contactColumns": "", "changeColumns": "", "settingsColumns": "", "apiKeyColumns": "", "contactWeight": "", "changeWeight": "",
	"pageOfRows": "", "upToWeight": "", "rowsOfState": "", "idsDown": "", "idsUp": "",
	"grantColumns": "", "sessionColumns": "", "jobColumns": "", "erasureColumns": "", "entryColumns": "", "pageOfEntries": "", "newestEntries": "", "pageOfWalk": "", "mostLookedAt": "", "ofTheList": "", "downwards": "", "upToLimit": "", "keyed": "", "inRanges": "", "ofRange": "", "other": "", "updated": "", "feed": "", "sift": "", "narrowed": "",
	"planColumns": "", "fileColumns": "", "planRowColumns": "", "planRowWeight": "", "planRowsAfter": "", "planRowsUp": "",
}

// statements gives every statement of statements.go by its name.
func statements(t *testing.T) map[string]string {
	t.Helper()
	files := token.NewFileSet()
	var trees []*ast.File
	for _, name := range []string{"statements.go", "config.go"} { // the second for two values in the first
		tree, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		trees = append(trees, tree)
	}
	// Errors about imports do not matter to constants.
	pkg, _ := (&types.Config{Error: func(error) {}}).Check("statements", files, trees, nil)
	list := map[string]string{}
	for _, name := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(name).(*types.Const)
		if _, part := fragments[name]; !ok || part || filepath.Base(files.Position(c.Pos()).Filename) != "statements.go" {
			continue
		}
		list[name] = constant.StringVal(c.Val())
	}
	if len(list) < 30 {
		t.Fatalf("found %d statements: this test looks in the wrong place", len(list))
	}
	return list
}

// node is a step of a plan.
type node struct {
	Type      string `json:"Node Type"`
	Relation  string `json:"Relation Name"`
	Alias     string `json:"Alias"`
	Index     string `json:"Index Name"`
	IndexCond string `json:"Index Cond"`
	Plans     []node `json:"Plans"`
}

// String gives the steps as they stand in each other.
func (n *node) String() string {
	text := n.Type
	for _, part := range []string{n.Relation, n.Index, n.IndexCond} {
		if part != "" {
			text += " " + part
		}
	}
	if len(n.Plans) > 0 {
		inner := []string{}
		for i := range n.Plans {
			inner = append(inner, n.Plans[i].String())
		}
		text += " [" + strings.Join(inner, "; ") + "]"
	}
	return text
}

// walk calls visit for the step and all below it.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for i := range n.Plans {
		n.Plans[i].walk(visit)
	}
}

// explained gives the plan of a statement with the arguments that it was sent
// with.
func explained(t *testing.T, b *Backend, name, text string, args []any) *node {
	t.Helper()
	var answer []byte
	if err := b.reads.QueryRow(bg, "EXPLAIN (FORMAT JSON) "+text, args...).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return planned(t, name, answer)
}

// generic gives the plan that the server may keep for a named statement.
func generic(t *testing.T, b *Backend, name, text string, args []any) *node {
	t.Helper()
	conn, err := b.reads.Acquire(bg)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	call := "EXECUTE explained"
	for i := range args {
		call += map[bool]string{true: "(", false: ", "}[i == 0] + fmt.Sprintf("$%d", i+1)
	}
	if len(args) > 0 {
		call += ")"
	}
	var answer []byte
	_, err1 := conn.Exec(bg, "SET plan_cache_mode = force_generic_plan")
	_, err2 := conn.Exec(bg, "PREPARE explained AS "+text)
	// EXECUTE knows no types of its arguments, so they go into its text.
	err3 := conn.QueryRow(bg, "EXPLAIN (FORMAT JSON) "+call, append([]any{pgx.QueryExecModeSimpleProtocol}, args...)...).Scan(&answer)
	_, err4 := conn.Exec(bg, "DEALLOCATE explained")
	_, err5 := conn.Exec(bg, "RESET plan_cache_mode")
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return planned(t, name, answer)
}

func planned(t *testing.T, name string, answer []byte) *node {
	t.Helper()
	var plans []struct{ Plan node }
	if err := json.Unmarshal(answer, &plans); err != nil || len(plans) != 1 {
		t.Fatalf("%s: %d plans, %v", name, len(plans), err)
	}
	return &plans[0].Plan
}

// hasPlan tells whether a statement can be explained.
func hasPlan(text string) bool {
	verb, _, _ := strings.Cut(text, " ")
	return slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}, verb)
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
			if text := constant.StringVal(constant.MakeFromLiteral(lit.Value, lit.Kind, 0)); hasPlan(strings.TrimSpace(text)) && strings.Contains(text, " ") {
				t.Errorf("%s: %q belongs into statements.go", files.Position(lit.Pos()), text)
			}
			return true
		})
	}
}
