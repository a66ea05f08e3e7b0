package house

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// rootEntries is all that may lie in the root. Who opens the repository sees
// these first, so another one needs a reason to be there.
var rootEntries = []string{
	".ci", ".dockerignore", ".gitattributes", ".github", ".gitignore",
	"ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile", "LICENSE", "README.md", "SECURITY.md",
	"api", "bench", "cmd", "compose.yaml", "docs", "go.mod", "go.sum", "internal", "test", "tools",
}

// emptyNames say nothing about what is inside.
var emptyNames = []string{"util", "utils", "common", "helper", "helpers", "misc", "models"}

// maxLines is how long a Go file may be. One that passes it holds two ideas.
const maxLines = 500

var (
	// Brackets keep these lines from finding themselves.
	someonesPath = regexp.MustCompile("(^|[\\s\"'`=:(])/(work|home|root|Users)/[a-zA-Z]")
	leftover     = regexp.MustCompile(`\b(TO[D]O|FIX[M]E)\b`)
)

func TestRepository(t *testing.T) {
	tree, names := repository(t)
	holds(t, repoFaults(t, tree, names))
}

// repository gives the files that git knows or would add, from the root.
func repository(t *testing.T) (fs.FS, []string) {
	t.Helper()
	const root = "../../.."
	out, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatalf("this rule asks git which files belong to the repository: %v", err)
	}
	names := strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
	if !slices.Contains(names, "go.mod") {
		t.Fatal("git does not list go.mod: this rule looks in the wrong place")
	}
	return os.DirFS(root), names
}

func repoFaults(t *testing.T, tree fs.FS, names []string) []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	inRoot := map[string]bool{}
	for _, name := range names {
		text, err := fs.ReadFile(tree, name)
		if os.IsNotExist(err) {
			continue // deleted, and not yet committed so
		}
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := strings.Cut(name, "/"); !inRoot[first] {
			inRoot[first] = true
			if !slices.Contains(rootEntries, first) {
				fault("%s: the root is full: put it elsewhere, or into the list in internal/checks/house with a reason", first)
			}
		}
		stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(name), ".go"), "_test")
		if path.Ext(name) == ".go" {
			for _, part := range []string{stem, path.Base(path.Dir(name))} {
				if slices.Contains(emptyNames, part) {
					fault("%s: the name %s says nothing: name what is inside", name, part)
				}
			}
			if n := bytes.Count(text, []byte("\n")); n > maxLines {
				fault("%s: %d lines, at most %d: part it by its ideas", name, n, maxLines)
			}
		}
		if bytes.IndexByte(text, 0) >= 0 {
			continue // not text
		}
		for i, line := range strings.Split(string(text), "\n") {
			if someonesPath.MatchString(line) {
				fault("%s:%d names a place of one machine: it means nothing on another", name, i+1)
			}
			if leftover.MatchString(line) {
				fault("%s:%d leaves something undone: do it, or say plainly what the code does not do", name, i+1)
			}
		}
	}
	return faults
}

func TestRepositoryRefuses(t *testing.T) {
	tree := fstest.MapFS{}
	var names []string
	for name, text := range map[string]string{
		"notes.txt":                "",
		"docs/a.md":                "See /ho" + "me/someone/file.\nSee example.org/home/page and /homes/x.\n",
		"docs/logo.png":            "\x00 FIX" + "ME",
		"cmd/carnet/main.go":       "package main // TO" + "DO\n",
		"internal/store/utils.go":  "package store\n",
		"internal/common/a.go":     "package common\n",
		"internal/store/long.go":   strings.Repeat("\n", maxLines+1),
		"internal/store/modest.go": strings.Repeat("\n", maxLines),
	} {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
		names = append(names, name)
	}
	refuses(t, repoFaults(t, tree, append(names, "deleted.go")),
		"notes.txt: the root is full",
		"docs/a.md:1 names a place of one machine",
		"cmd/carnet/main.go:1 leaves something undone",
		"internal/store/utils.go: the name utils says nothing",
		"internal/common/a.go: the name common says nothing",
		"internal/store/long.go: 501 lines",
	)
}
