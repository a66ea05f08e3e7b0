package house

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"testing"
)

// What was reported of other systems is a script each, named after the tracker
// and the number there, and a section of one page. A script that no page tells
// of is found by nobody, and a section without a script is a mere claim.

const reportsPage = "docs/reported-elsewhere.md"

var (
	reportScript  = regexp.MustCompile(`^(?:internal/httpapi/testdata|cmd/carnet/testdata/script)/([a-z-]+-[0-9]+)\.(?:txt|txtar)$`)
	reportHeading = regexp.MustCompile(`(?m)^### (\S+)$`)
	reportLink    = regexp.MustCompile(`https://github\.com/[\w.-]+/[\w.-]+/(?:issues|pull)/([0-9]+)\b`)
)

func TestReportsAreScripts(t *testing.T) {
	tree, names := repository(t)
	holds(t, reportFaults(t, texts(t, tree, names)))
}

func reportFaults(t *testing.T, list []text) []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	sections := reportSections(content(t, list, reportsPage))
	scripts := map[string]bool{}
	for _, x := range list {
		m := reportScript.FindStringSubmatch(x.path)
		if m == nil {
			continue
		}
		name := m[1]
		scripts[name] = true
		section, ok := sections[name]
		if !ok {
			fault("%s is not told of in %s: add a section %s", x.path, reportsPage, name)
			continue
		}
		if !strings.Contains(section, "[Script](../"+x.path+")") {
			fault("%s: section %s does not link to %s", reportsPage, name, x.path)
		}
		link := reportLink.FindStringSubmatch(section)
		first, _, _ := strings.Cut(x.text, "\n")
		switch {
		case link == nil || link[1] != name[strings.LastIndexByte(name, '-')+1:]:
			fault("%s: section %s does not link to the report of that number", reportsPage, name)
		case reportLink.FindString(first) != link[0]:
			fault("%s does not begin with the address that %s has: %s", x.path, reportsPage, link[0])
		}
	}
	for name := range sections {
		if !scripts[name] {
			fault("%s has a section %s, and no script is named so", reportsPage, name)
		}
	}
	return faults
}

// reportSections gives the text of each section of the page, by its name.
func reportSections(page string) map[string]string {
	sections := map[string]string{}
	at := reportHeading.FindAllStringSubmatchIndex(page, -1)
	for i, m := range at {
		end := len(page)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		sections[page[m[2]:m[3]]] = page[m[1]:end]
	}
	return sections
}

func TestReportsAreScriptsRefuses(t *testing.T) {
	section := func(name, report, script string) string {
		return "### " + name + "\n\n[Reported](https://github.com/" + report + "): x.\n[Script](../" + script + ")\n\n"
	}
	script := func(name string) string { return path.Join("internal/httpapi/testdata", name+".txt") }
	refuses(t, reportFaults(t, madeTexts(t, map[string]string{
		reportsPage: section("good-1", "a/b/issues/1", script("good-1")) + section("gone-2", "a/b/issues/2", script("gone-2")) +
			section("number-3", "a/b/issues/30", script("number-3")) + section("other-4", "a/b/issues/4", script("other-4")) +
			section("unlinked-5", "a/b/issues/5", script("good-1")) + section("command-6", "a/b/pull/6", "cmd/carnet/testdata/script/command-6.txtar"),
		script("good-1"):     "# https://github.com/a/b/issues/1: x\n",
		script("number-3"):   "# https://github.com/a/b/issues/3\n",
		script("other-4"):    "# https://github.com/a/c/issues/4\n",
		script("unlinked-5"): "# https://github.com/a/b/issues/5\n",
		script("untold-7"):   "# https://github.com/a/b/issues/7\n",
		script("merges"):     "# Merges\n",
		"cmd/carnet/testdata/script/command-6.txtar": "# https://github.com/a/b/pull/6\n",
	})),
		reportsPage+" has a section gone-2,",
		reportsPage+": section number-3 does not link to the report of that number",
		"internal/httpapi/testdata/other-4.txt does not begin with the address",
		reportsPage+": section unlinked-5 does not link to internal/httpapi/testdata/unlinked-5.txt",
		"internal/httpapi/testdata/untold-7.txt is not told of",
	)
}
