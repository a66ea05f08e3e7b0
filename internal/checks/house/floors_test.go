package house

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// floor says how high a package stands. A package imports only from lower
// floors; its tests also from its own.
type floor struct {
	dir    string
	height int
	why    string // what would break if it knew of anything higher
}

var floors = []floor{
	{"api", 0, "it is what others build on: the wire types and the client, without the server behind them"},
	{"internal/fault", 0, "the kinds of error are everyone's language and need nobody"},
	{"internal/words", 0, "what of a text is looked for is the same whosever it is and wherever it is kept"},
	{"internal/metrics", 0, "every layer tells it what happened, so it knows none of them"},
	{"internal/load", 1, "it measures from outside, so it knows the client alone"},
	{"internal/checks/pgtest", 0, "a PostgreSQL server for tests knows nothing of what is stored in it"},
	{"internal/checks/sqlitetest", 0, "a file for tests knows nothing of what is stored in it"},
	{"internal/checks/chromium", 0, "a browser for tests knows nothing of what it is shown"},
	{"internal/checks/pgtest/lend", 1, "it starts that server for several packages, and nothing else"},
	{"internal/contact", 1, "the domain is pure, so that a rule can run twice, or for a preview, with the same result"},
	{"internal/access", 2, "who may do what is decided from values alone, before anything is read"},
	{"internal/wire", 2, "what is sent is read with the domain alone, so that fuzzing has nothing else to build"},
	{"internal/record", 2, "what is stored is read and written with the domain alone, so that it is fuzzed alone"},
	{"internal/transfer", 3, "files are read and written with the domain alone, whoever sends or wants them"},
	{"internal/demo", 2, "the made-up data is domain values and nothing else"},
	{"internal/store/tables", 3, "what every database keeps is said without knowing any, nor what it is kept for"},
	{"internal/store", 3, "it loads, lets a function decide, and saves, whatever the database and the rule"},
	{"internal/store/storetest/suite", 4, "every part of the suite stands on it, so that none needs another"},
	{"internal/store/storetest/promise", 5, "what the store promises is tried over any backend, and so knows none"},
	{"internal/store/storetest/model", 5, "a second opinion on the rules knows neither who saves nor the tests of promises"},
	{"internal/store/sqlite", 6, "a database knows how to load and save, never why"},
	{"internal/store/postgres", 6, "a database knows how to load and save, never why"},
	{"internal/store/storetest", 6, "what every database must do is said without knowing any"},
	{"internal/integrity", 7, "it looks at what all below it have stored, and changes none of their rules"},
	{"internal/jobs", 6, "it runs the steps that it is given, whoever asked for them"},
	{"internal/book", 6, "the use cases know no database and no HTTP"},
	{"internal/httpapi", 7, "HTTP is one way in among others: it renders, the book decides"},
	{"internal/ui", 8, "the pages stand beside the API, and take from it what is of HTTP and of neither"},
	{"internal/checks/costs", 9, "it is nothing but a test, which counts what a request takes from HTTP down to the file"},
	{"internal/checks/twins", 9, "it is nothing but tests, which hold both databases, and several servers, against each other"},
	{"internal/checks/histories", 9, "it is nothing but tests, which hold what several clients are answered against the rules alone"},
	{"internal/server", 9, "the one place that knows every part and puts them together"},
	{"cmd/carnet", 10, "the binary reads flags and starts the server, so that tests can start one too"},
	{"internal/checks/endurance", 11, "it is nothing but tests, and runs the built binary as its users do"},
}

// tools are programs and tests about the source text. They import none of the
// product, and nothing imports them.
var tools = []string{"internal/checks/house", "internal/checks/house/tally", "internal/checks/house/touched", "internal/checks/mutants"}

func TestFloors(t *testing.T) { holds(t, floorFaults(ours(t))) }

func floorFaults(list []*source) []string {
	byDir := map[string]floor{}
	for _, f := range floors {
		byDir[f.dir] = f
	}
	var faults []string
	for _, dir := range dirs(list) {
		if _, ok := byDir[dir]; !ok && !slices.Contains(tools, dir) {
			faults = append(faults, dir+" stands on no floor: give it one in internal/checks/house/floors_test.go, with the reason")
		}
	}
	for _, s := range list {
		from, product := byDir[s.dir()]
		for _, name := range s.imports() {
			dir, inside := strings.CutPrefix(name, module+"/")
			to, known := byDir[dir]
			switch {
			case !inside || dir == s.dir():
			case slices.Contains(tools, dir):
				faults = append(faults, fmt.Sprintf("%s imports %s, a tool: nothing imports tools", s.path, dir))
			case !known: // reported above, or it does not exist and does not compile
			case slices.Contains(tools, s.dir()):
				faults = append(faults, fmt.Sprintf("%s imports %s: tools read the product's text and import none of it", s.path, dir))
			case product && to.height >= from.height && !(s.test && to.height == from.height):
				faults = append(faults, fmt.Sprintf("%s (floor %d) imports %s (floor %d): %s",
					s.path, from.height, dir, to.height, from.why))
			}
		}
	}
	return faults
}

func TestFloorsRefuse(t *testing.T) {
	imports := func(dir string) string { return "package p\nimport _ \"" + module + "/" + dir + "\"\n" }
	refuses(t, floorFaults(made(t, map[string]string{
		"internal/fault/a.go":                 imports("internal/contact"),
		"internal/contact/a.go":               imports("internal/fault"),
		"internal/book/a.go":                  imports("internal/store/sqlite"),
		"internal/book/a_test.go":             imports("internal/store/sqlite"),
		"internal/store/sqlite/x_test.go":     imports("internal/store/storetest"),
		"internal/store/storetest/lists.go":   imports("internal/store/sqlite"),
		"internal/store/storetest/model/a.go": imports("internal/store/storetest/promise"),
		"internal/store/b_test.go":            imports("internal/store/sqlite"),
		"internal/server/a.go":                imports("internal/checks/house"),
		"internal/checks/mutants/a.go":        imports("internal/fault"),
		"internal/new/a.go":                   "package p",
		"internal/new/testdata/a.go":          imports("internal/book"),
	})),
		"internal/fault/a.go (floor 0) imports internal/contact (floor 1): ",
		"internal/book/a.go (floor 6) imports internal/store/sqlite (floor 6): ",
		"internal/store/storetest/lists.go (floor 6) imports internal/store/sqlite (floor 6): ",
		"internal/store/storetest/model/a.go (floor 5) imports internal/store/storetest/promise (floor 5): ",
		"internal/store/b_test.go (floor 3) imports internal/store/sqlite (floor 6): ",
		"internal/server/a.go imports internal/checks/house, a tool: ",
		"internal/checks/mutants/a.go imports internal/fault: ",
		"internal/new stands on no floor: ",
	)
}
