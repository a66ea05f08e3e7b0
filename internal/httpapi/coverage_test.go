package httpapi_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/httpapi"
)

// codesOfTests are the codes that no conversation can bring about, with the
// test that does.
var codesOfTests = map[string]string{
	"body_incomplete":         "TestBodyBreaksOff",
	"clock_jumped":            "TestClockJumped",
	"contact_too_large":       "TestContactsStaySendable of package contact",
	"database_busy":           "TestStoreFails",
	"idempotency_in_progress": "TestSameNameStillRuns",
	"batch_too_heavy":         "TestBatchTooHeavy",
	"internal":                "TestStoreFails",
	"not_ready":               "TestOutcomeUnknown",
	"history_too_long":        "TestHistoryTooLong",
	"outcome_unknown":         "TestOutcomeUnknown",
	"overloaded":              "TestOverloaded",
	"read_only":               "TestStoreFails",
	"match_nothing":           "TestImportMatches of package book",
	"match_several":           "TestImport of package book",
	"row_damaged":             "TestDamagedRows",
	"row_refused":             "TestImport of package book",
	"shutting_down":           "TestShuttingDown",
	"storage_failed":          "TestOutcomeUnknown",
	"storage_full":            "TestStoreFails",
	"timeout":                 "TestTimeout",
}

func TestConversations(t *testing.T) {
	codes, patterns := runConversations(t, openSQLite, true)
	if t.Failed() {
		return // what was not reached is no news
	}
	list := allCodes(t)
	for _, code := range list {
		if test := codesOfTests[code]; codes[code] == (test != "") {
			t.Errorf("code %s: in a conversation: %v, in a test: %q; want one of them", code, codes[code], test)
		}
	}
	for code := range codes {
		if !slices.Contains(list, code) {
			t.Errorf("code %s is not in internal/fault/codes.go", code)
		}
	}
	for _, pattern := range httpapi.RoutePatterns() {
		if !patterns[pattern] && !isPage(pattern) {
			t.Errorf("no conversation asks for %s", pattern)
		}
	}
	checkDocumentCovered(t)
}

// The same conversations, word for word, over PostgreSQL. That the document says so, too,
// is seen again in a long run alone: the words are the same.
func TestConversationsOnPostgres(t *testing.T) {
	runConversations(t, openPostgres(t), os.Getenv("CARNET_TEST_LONG") == "1")
}

// badInputsElsewhere are lines of the list of bad inputs that this package
// cannot be asked about, with the reason.
var badInputsElsewhere = map[int]string{
	51: "no value is a URL",
	56: "a time zone is a setting of a Space: see package access",
	57: "no value is a code of a country or language",
	58: "no value is a coordinate",
	78: "HTTP/2 is the business of the server",
	86: "there are no cookies",
	87: "there is no MCP",
	88: "there is no user interface; every answer forbids frames all the same: see checkAlways",
	92: "the rows of a plan are done once: TestImportIsResumed in package book",
	95: "webhooks do not exist yet",
	96: "webhooks do not exist yet",
	97: "webhooks do not exist yet",
	99: "finishing what is under way is the business of the server; here: TestShuttingDown",
}

func TestEveryBadInput(t *testing.T) {
	covered := map[int]bool{}
	conversations, err1 := filepath.Glob("testdata/*.txt")
	tests, err2 := filepath.Glob("*_test.go")
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	mark := regexp.MustCompile(`(?m)^\s*(?:#|//) bad-input ([0-9]+(?:, [0-9]+)*)`)
	for _, file := range append(conversations, tests...) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mark.FindAllStringSubmatch(string(text), -1) {
			for number := range strings.SplitSeq(m[1], ",") {
				n, err := strconv.Atoi(strings.TrimSpace(number))
				if err != nil {
					t.Fatalf("%s: %q", file, m[0])
				}
				covered[n] = true
			}
		}
	}
	for n := 1; n <= 100; n++ {
		if reason := badInputsElsewhere[n]; covered[n] == (reason != "") {
			t.Errorf("bad input %d: tested %v, elsewhere %q; want one of them", n, covered[n], reason)
		}
	}
	if last := slices.Max(slices.Collect(maps.Keys(covered))); last > 100 {
		t.Errorf("there is no bad input %d", last)
	}
}

// The list of bad inputs has its hundred lines, and promises codes that there are.
func TestBadInputsNameCodes(t *testing.T) {
	text, err := os.ReadFile("../../docs/bad-inputs.md")
	if err != nil {
		t.Fatal(err)
	}
	codes := allCodes(t)
	for i, line := range regexp.MustCompile(`(?m)^[0-9]+\. .*$`).FindAllString(string(text), -1) {
		if !strings.HasPrefix(line, strconv.Itoa(i+1)+". ") {
			t.Fatalf("line %d of the list begins with %.8q", i+1, line)
		}
		for _, m := range regexp.MustCompile("(?:[45][0-9]{2}|or) `([a-z_]+)`").FindAllStringSubmatch(line, -1) {
			if !slices.Contains(codes, m[1]) {
				t.Errorf("bad input %d is answered with %s, which is no code", i+1, m[1])
			}
		}
	}
}
