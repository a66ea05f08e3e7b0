package house

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// kind is a way to cite a document by number: a word, then one item or several
// of the document's, "D17", "S1-S7" or "D22, P4". A citation may go on in the
// next line of a comment.
type kind struct {
	word    string         // as it is cited
	item    string         // a regexp: what an item looks like
	file    string         // what defines the items
	defines *regexp.Regexp // whose first group is an item
	never   *regexp.Regexp // nil, or other ways to write the same, which nobody would find
}

// Brackets and pluses keep these lines from citing anything.
var kinds = []kind{
	{
		word: "CON" + "TRACT", item: `[A-Z][0-9]+`, file: "docs/contract.md",
		// A row of a table, an item of a list, or the beginning of a sentence.
		defines: regexp.MustCompile("(?m)(?:^|^\\| |^- |\\*\\* |[.)] )([SPD][0-9]+) (?:\\| )?[A-Z0-9`]"),
	},
	{
		word: "FAU" + "LT", item: `[A-Z][0-9]+`, file: "docs/faults.md",
		defines: regexp.MustCompile(`(?m)^\| ([A-Z][0-9]+) \|`),
		never:   regexp.MustCompile(`\bFault[ -][A-Z][0-9]+\b`),
	},
	{
		word: "bad" + "-input", item: `[0-9]+`, file: "docs/bad-inputs.md",
		defines: regexp.MustCompile(`(?m)^([0-9]+)\. `),
		never:   regexp.MustCompile(`\b(?:(?i:bad inputs?)|BAD-INPUT|Bad-input) [0-9]+`),
	},
}

func TestCitations(t *testing.T) {
	tree, names := repository(t)
	list := texts(t, tree, names)
	holds(t, citationFaults(t, list))
	holds(t, contractFaults(t, list))
	holds(t, untestedFaults(t, list))
}

// cited gives what a text cites of a kind, an item each, ranges in full. What
// follows the word and is no item is given as it is.
func (k kind) cited(content string) []string {
	const gap = `(?:[ \t]*\n[ \t]*(?://|#|--|>)?[ \t]*|[ \t]+)`
	span := k.item + `(?:[-–]` + k.item + `)?`
	find := regexp.MustCompile(`(?:^|[^\w/-])` + k.word + gap + `(` + span + `(?:(?:,` + gap + `|` + gap + `and` + gap + `)` + span + `)*\b|\w\S*)`)
	part := regexp.MustCompile(span)
	var items []string
	for _, m := range find.FindAllStringSubmatch(content, -1) {
		spans := part.FindAllString(m[1], -1)
		if !regexp.MustCompile(`^` + span).MatchString(m[1]) {
			items = append(items, m[1])
			continue
		}
		for _, s := range spans {
			items = append(items, inFull(s)...)
		}
	}
	return items
}

// inFull gives what "S1-S7" stands for.
func inFull(span string) []string {
	from, to, isRange := strings.Cut(strings.ReplaceAll(span, "–", "-"), "-")
	if !isRange {
		return []string{span}
	}
	letter := strings.TrimRight(from, "0123456789")
	first, err1 := strconv.Atoi(strings.TrimPrefix(from, letter))
	last, err2 := strconv.Atoi(strings.TrimPrefix(to, letter))
	if err1 != nil || err2 != nil || last <= first || last-first > 100 {
		return []string{span} // which is nowhere to be found
	}
	var items []string
	for n := first; n <= last; n++ {
		items = append(items, letter+strconv.Itoa(n))
	}
	return items
}

// defined gives what the document of a kind defines. An item that stands there
// twice is given twice.
func (k kind) defined(t *testing.T, list []text) []string {
	var items []string
	for _, m := range k.defines.FindAllStringSubmatch(content(t, list, k.file), -1) {
		items = append(items, m[1])
	}
	if len(items) == 0 {
		t.Fatalf("%s defines nothing: this rule reads it wrongly", k.file)
	}
	return items
}

// citationFaults finds what is cited and is not there, or in a way of its own,
// and what a document says twice.
func citationFaults(t *testing.T, list []text) []string {
	var faults []string
	for _, k := range kinds {
		items := k.defined(t, list)
		there := map[string]bool{}
		for _, item := range items {
			if there[item] {
				faults = append(faults, fmt.Sprintf("%s: %s stands there twice", k.file, item))
			}
			there[item] = true
		}
		for _, x := range list {
			if x.path == k.file || x.path == "LICENSE" {
				continue
			}
			for _, item := range k.cited(x.text) {
				if !there[item] {
					faults = append(faults, fmt.Sprintf("%s cites %s %s, which is not in %s", x.path, k.word, item, k.file))
				}
			}
			if k.never != nil {
				if other := k.never.FindString(x.text); other != "" {
					faults = append(faults, fmt.Sprintf("%s says %q: cite %s as %s and the number", x.path, other, k.file, k.word))
				}
			}
		}
	}
	return faults
}

// contractFaults finds what the contract says of rules that it does not have:
// it names them without a word before.
func contractFaults(t *testing.T, list []text) []string {
	there := map[string]bool{}
	for _, item := range kinds[0].defined(t, list) {
		there[item] = true
	}
	gone := map[string]bool{}
	for _, item := range regexp.MustCompile(`\b[SPD][0-9]+\b`).FindAllString(content(t, list, kinds[0].file), -1) {
		if !there[item] {
			gone[kinds[0].file+" names "+item+", which it does not have"] = true
		}
	}
	return slices.Sorted(maps.Keys(gone))
}

// untestedFaults finds faults that no test names, so that they may come back.
func untestedFaults(t *testing.T, list []text) []string {
	k := kinds[1]
	tested := map[string]bool{}
	for _, x := range list {
		if strings.HasSuffix(x.path, "_test.go") || strings.Contains("/"+x.path, "/testdata/") || strings.Contains(x.path, "/storetest/") {
			for _, item := range k.cited(x.text) {
				tested[item] = true
			}
		}
	}
	var faults []string
	for _, item := range k.defined(t, list) {
		if !tested[item] {
			faults = append(faults, fmt.Sprintf("no test names %s %s: it may come back", k.word, item))
		}
	}
	return faults
}

func TestCitationsRefuse(t *testing.T) {
	contract, fault, input := kinds[0].word, kinds[1].word, kinds[2].word
	list := madeTexts(t, map[string]string{
		"docs/contract.md":   "| S1 | Sparse, see D7. |\n| S2 | Fields |\n- P1 `X` says\n\n**Order.** D1 401, then P2. D2 Whatever (D3). D3 One.\nD3 `id` twice",
		"docs/faults.md":     "| A1 | broke |\n| A2 | broke |\n| A3 | broke |\n| B1 | broke |\n",
		"docs/bad-inputs.md": "1. empty\n2. half\n",
		"internal/a/a.go": "// Well (" + contract + " S1-S2, P1 and\n\t// D3; " + contract +
			"\n// D1): D99 alone is no citation.\n// Wrong: " + contract + " D2, D4 or D5, " + contract + " S1-S9 and " + contract + " above.",
		"internal/a/a_test.go": "// " + fault + " A1, A2\n// " + fault + " A9 and " + input + " 2, 3",
		"internal/a/b_test.go": "// Fau" + "lt A1, and Bad in" + "put 1",
		"internal/a/b.go":      "// " + fault + " A3",
		"docs/a.md":            "see " + input + " 1",
	})
	refuses(t, citationFaults(t, list),
		"docs/contract.md: D3 stands there twice",
		"internal/a/a.go cites "+contract+" D4, ",
		"internal/a/a.go cites "+contract+" S3, ", "internal/a/a.go cites "+contract+" S4, ", "internal/a/a.go cites "+contract+" S5, ",
		"internal/a/a.go cites "+contract+" S6, ", "internal/a/a.go cites "+contract+" S7, ", "internal/a/a.go cites "+contract+" S8, ",
		"internal/a/a.go cites "+contract+" S9, ",
		"internal/a/a.go cites "+contract+" above., ",
		"internal/a/a_test.go cites "+fault+" A9, ",
		"internal/a/a_test.go cites "+input+" 3, ",
		"internal/a/b_test.go says \"Fau"+"lt A1\": ",
		"internal/a/b_test.go says \"Bad in"+"put 1\": ",
	)
	refuses(t, contractFaults(t, list), "docs/contract.md names D7, ", "docs/contract.md names P2, ")
	refuses(t, untestedFaults(t, list),
		"no test names "+fault+" A3",
		"no test names "+fault+" B1",
	)
}
