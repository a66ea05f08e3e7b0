package house

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// ban keeps some imports or calls out of some files.
type ban struct {
	from    func(*source) bool
	imports []string // import paths, and all below them; "*.*" is all that is not the standard library
	calls   []string // functions, as written: "time.Now"
	why     string
}

var bans = []ban{
	{
		from:    product("api"),
		imports: []string{"*.*"},
		why:     "who builds on the client takes no other module along: it uses the standard library alone",
	},
	{
		from:    product("internal/contact", "internal/access"),
		imports: []string{"context", "crypto/rand", "database/sql", "math/rand", "net/http", "os"},
		calls: []string{"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc",
			"time.Tick", "time.NewTicker", "time.NewTimer"},
		why: "its rules are pure: times, ids and random bytes come in as arguments, so that a rule can run again with the same result",
	},
	{
		from:    productBut("api", "cmd/carnet"),
		imports: []string{"encoding/json"},
		why:     "there is one JSON decoder, github.com/go-json-experiment/json: this one takes duplicate members and any case (CONTRACT D5)",
	},
	{
		from:  productBut(),
		calls: []string{"strconv.AppendQuote"},
		why:   "Go's quoting is not JSON's: text for programs is escaped by jsontext.AppendQuote",
	},
	{
		from: func(s *source) bool {
			return !s.test && s.dir() == "internal/httpapi" && s.path != "internal/httpapi/json.go"
		},
		calls: []string{"jsontext.AppendQuote", "json.Marshal", "json.MarshalWrite", "jsontext.NewEncoder", "strconv.Quote"},
		why:   "answers are written by jsonText alone, which puts the commas and escapes",
	},
	{
		from:    productBut("internal/store/sqlite"),
		imports: []string{"zombiezen.com/go/sqlite", "modernc.org/sqlite"},
		why:     "only a backend speaks to a database",
	},
	{
		from:    productBut("internal/store/postgres"),
		imports: []string{"github.com/jackc/pgx"},
		why:     "only a backend speaks to a database",
	},
	{
		from:    productBut("internal/store/sqlite", "internal/store/postgres"),
		imports: []string{"database/sql", "github.com/pressly/goose"},
		why:     "only a backend speaks to a database",
	},
	{
		from:    productBut("internal/server", "cmd/carnet"),
		imports: []string{module + "/internal/store/sqlite", module + "/internal/store/postgres"},
		why:     "the server picks the backend; everyone else knows the store alone",
	},
	{
		from:    productBut("api", "internal/httpapi", "internal/ui", "internal/server", "cmd/carnet"),
		imports: []string{"net/http"},
		why:     "HTTP is one way in among others: below it nobody knows requests and statuses",
	},
	{
		from:    productBut("internal/metrics", "internal/server"),
		imports: []string{"github.com/prometheus"},
		why:     "what is counted, and how it is named and labelled, stands in one place, where it can be seen that nothing personal is in it",
	},
	{
		from:    productBut(),
		imports: []string{"testing", module + "/internal/store/storetest", module + "/internal/checks/pgtest", module + "/internal/checks/chromium", module + "/internal/checks/sqlitetest", "github.com/chromedp", "pgregory.net/rapid"},
		why:     "what tests use does not belong into the binary",
	},
	{
		from: func(s *source) bool {
			fakeTime := slices.Contains(s.imports(), "testing/synctest")
			return s.test && !fakeTime && s.dir() != "internal/checks/endurance" // which kills at a random moment
		},
		calls: []string{"time.Sleep"},
		why:   "a test that sleeps is slow on every machine and fails on a slower one: wait for the event, or use testing/synctest",
	},
}

// product picks the files of some packages that go into the binary.
func product(dirs ...string) func(*source) bool {
	return func(s *source) bool { return !s.test && slices.Contains(dirs, s.dir()) }
}

// productBut picks the files of all packages that go into the binary but for
// some. The conformance suite, and the server, the files and the browser for tests, are no part of it.
func productBut(but ...string) func(*source) bool {
	but = append(but, "internal/checks/pgtest", "internal/checks/pgtest/lend", "internal/checks/chromium", "internal/checks/sqlitetest")
	return func(s *source) bool {
		return !s.test && !slices.Contains(but, s.dir()) && !covers("internal/store/storetest", s.dir())
	}
}

func TestBans(t *testing.T) { holds(t, banFaults(ours(t))) }

func banFaults(list []*source) []string {
	var faults []string
	for _, s := range list {
		for _, b := range bans {
			if !b.from(s) {
				continue
			}
			for _, name := range s.imports() {
				if slices.ContainsFunc(b.imports, func(p string) bool { return covers(p, name) }) {
					faults = append(faults, fmt.Sprintf("%s imports %s: %s", s.path, name, b.why))
				}
			}
			for _, call := range b.calls {
				for _, place := range s.calls(call) {
					faults = append(faults, fmt.Sprintf("%s calls %s: %s", place, call, b.why))
				}
			}
		}
	}
	return faults
}

// covers tells whether an import path falls under an entry of a ban. A path of
// the standard library has no dot before its first slash.
func covers(entry, path string) bool {
	if entry == "*.*" {
		host, _, _ := strings.Cut(path, "/")
		return strings.Contains(host, ".")
	}
	return path == entry || strings.HasPrefix(path, entry+"/")
}

func TestBansRefuse(t *testing.T) {
	refuses(t, banFaults(made(t, map[string]string{
		"api/a.go":                            "package p\nimport (\n_ \"net/http\"\n_ \"encoding/json\"\n_ \"golang.org/x/text\")",
		"internal/contact/a.go":               "package p\nimport \"time\"\nvar now = time.Now\nvar d time.Duration",
		"internal/access/a.go":                "package p\nimport \"strconv\"\nvar b = strconv.AppendQuote(nil, \"\")",
		"internal/httpapi/b.go":               "package p\nimport \"github.com/go-json-experiment/json/jsontext\"\nvar b, _ = jsontext.AppendQuote(nil, \"\")",
		"internal/httpapi/json.go":            "package p\nimport \"github.com/go-json-experiment/json/jsontext\"\nvar b, _ = jsontext.AppendQuote(nil, \"\")",
		"internal/contact/b.go":               "package p\nimport _ \"math/rand/v2\"",
		"internal/contact/a_test.go":          "package p\nimport _ \"math/rand/v2\"",
		"internal/book/a.go":                  "package p\nimport (\n_ \"encoding/json\"\n_ \"database/sql\"\n\"time\")\nvar now = time.Now",
		"internal/book/a_test.go":             "package p\nimport (\n_ \"encoding/json\"\n\"time\")\nfunc f() { time.Sleep(1) }",
		"internal/book/b_test.go":             "package p\nimport (\n\"time\"\n_ \"testing/synctest\")\nfunc f() { time.Sleep(1) }",
		"internal/store/sqlite/a.go":          "package p\nimport _ \"database/sql\"",
		"internal/httpapi/a.go":               "package p\nimport (\n_ \"net/http\"\n_ \"" + module + "/internal/store/sqlite\")",
		"internal/store/a.go":                 "package p\nimport _ \"net/http\"",
		"internal/store/storetest/a.go":       "package p\nimport _ \"testing\"",
		"internal/checks/pgtest/a.go":         "package p\nimport (\n_ \"testing\"\n_ \"github.com/jackc/pgx/v5\")",
		"internal/store/postgres/a.go":        "package p\nimport (\n_ \"github.com/jackc/pgx/v5\"\n_ \"modernc.org/sqlite\"\n_ \"" + module + "/internal/checks/pgtest\"\n_ \"" + module + "/internal/checks/chromium\"\n_ \"github.com/chromedp/chromedp\")",
		"internal/server/a.go":                "package p\nimport _ \"testing\"",
		"cmd/carnet/a.go":                     "package main\nimport _ \"encoding/json\"",
		"internal/store/storetest/suite/a.go": "package p\nimport _ \"testing\"",
		"internal/store/b.go":                 "package p\nimport _ \"" + module + "/internal/store/storetest/suite\"",
	})),
		"api/a.go imports golang.org/x/text: ",
		"internal/contact/a.go:3 calls time.Now: ",
		"internal/access/a.go:3 calls strconv.AppendQuote: ",
		"internal/httpapi/b.go:3 calls jsontext.AppendQuote: ",
		"internal/contact/b.go imports math/rand/v2: ",
		"internal/book/a.go imports encoding/json: ",
		"internal/book/a.go imports database/sql: ",
		"internal/book/a_test.go:5 calls time.Sleep: ",
		"internal/httpapi/a.go imports "+module+"/internal/store/sqlite: ",
		"internal/store/a.go imports net/http: ",
		"internal/store/b.go imports "+module+"/internal/store/storetest/suite: ",
		"internal/server/a.go imports testing: ",
		"internal/store/postgres/a.go imports "+module+"/internal/checks/pgtest: ",
		"internal/store/postgres/a.go imports "+module+"/internal/checks/chromium: ",
		"internal/store/postgres/a.go imports github.com/chromedp/chromedp: ",
		"internal/store/postgres/a.go imports modernc.org/sqlite: ",
	)
}
