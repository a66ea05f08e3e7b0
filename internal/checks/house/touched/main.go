// Command touched reads the names of files that were changed, from the root, one
// a line, and prints the packages that they belong to. With -importers it prints
// also those whose tests are built of them, or read them.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("touched: ")
	importers := flag.Bool("importers", false, "also the packages that import those, and so on")
	flag.Parse()
	var files []string
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		files = append(files, lines.Text())
	}
	packages, err := listed()
	if err := errors.Join(err, lines.Err()); err != nil {
		log.Fatal(err)
	}
	for _, dir := range touched(files, packages, *importers) {
		fmt.Println("./" + dir)
	}
}

// pkg is a package of the module.
type pkg struct {
	dir  string   // from the root: "internal/book"
	deps []string // the folders of all packages of the module that it and its tests are built of
}

const module = "github.com/carnet-project/carnet/"

// listed asks the go command for the packages of the module, and what they and
// their tests need.
func listed() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-test", "-deps=false", "-json=ImportPath,Deps", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	return packagesOf(out)
}

// packagesOf reads what go list prints: each package, and its tests as one with
// ".test" behind its name.
func packagesOf(out []byte) ([]pkg, error) {
	deps := map[string][]string{}
	decoder := jsontext.NewDecoder(bytes.NewReader(out))
	for {
		var p struct {
			ImportPath string
			Deps       []string
		}
		if err := json.UnmarshalDecode(decoder, &p); err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		dir, ours := ownDir(strings.TrimSuffix(p.ImportPath, ".test"))
		if !ours {
			continue
		}
		deps[dir] = append(deps[dir], dir)
		for _, d := range p.Deps {
			if d, ours := ownDir(d); ours {
				deps[dir] = append(deps[dir], d)
			}
		}
	}
	var list []pkg
	for dir, d := range deps {
		list = append(list, pkg{dir, d})
	}
	return list, nil
}

// ownDir gives the folder of a package, if it is one of the module's. A variant
// that is built for a test ("x [y.test]") is the package.
func ownDir(importPath string) (string, bool) {
	name, _, _ := strings.Cut(importPath, " ")
	return strings.CutPrefix(strings.TrimSuffix(name, "_test"), module)
}

// readers are packages whose tests read files that they do not import.
var readers = map[string][]string{
	"cmd/carnet":       {"README.md", "docs"},
	"internal/httpapi": {"docs"},
	// It runs the binary.
	"internal/checks/endurance": {"cmd/carnet"},
}

// touched gives the folders of the packages that files belong to: those in whose
// folder, or below it, they lie. Files of the whole module touch every package.
func touched(files []string, packages []pkg, importers bool) []string {
	if slices.Contains(files, "go.mod") || slices.Contains(files, "go.sum") {
		files = append(files, dirsOf(packages)...)
	}
	var direct []string
	for _, file := range files {
		for dir := file; dir != "."; dir = path.Dir(dir) {
			if slices.Contains(dirsOf(packages), dir) {
				direct = append(direct, dir)
				break
			}
		}
	}
	if importers {
		for _, p := range packages {
			needs := append(slices.Clone(p.deps), readers[p.dir]...)
			if slices.ContainsFunc(needs, func(n string) bool { return slices.Contains(direct, n) || isTouched(files, n) }) {
				direct = append(direct, p.dir)
			}
		}
		if len(files) > 0 {
			direct = append(direct, "internal/checks/house") // which reads everything
		}
		for _, p := range packages { // what runs a binary whose parts were touched
			for _, n := range readers[p.dir] {
				if slices.Contains(direct, n) {
					direct = append(direct, p.dir)
				}
			}
		}
	}
	slices.Sort(direct)
	return slices.Compact(direct)
}

// isTouched tells whether one of the files is p, or lies below it.
func isTouched(files []string, p string) bool {
	return slices.ContainsFunc(files, func(f string) bool { return f == p || strings.HasPrefix(f, p+"/") })
}

func dirsOf(packages []pkg) []string {
	var list []string
	for _, p := range packages {
		list = append(list, p.dir)
	}
	return list
}
