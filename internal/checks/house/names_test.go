package house

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// guides are the texts that lead people through the source. What they name
// there must exist: a guide that leads nowhere is worse than none.
var guides = []string{"ARCHITECTURE.md", "CONTRIBUTING.md"}

func TestNamesInGuides(t *testing.T) {
	tree, names := repository(t)
	holds(t, nameFaults(t, texts(t, tree, names), names, ours(t)))
}

var (
	mdCode    = regexp.MustCompile("`([^`\n]+)`")
	inFile    = regexp.MustCompile(`^(\S+\.go): ([\w.]+)$`)              // internal/book/put.go: Book.Put
	filePath  = regexp.MustCompile(`^(?:\./)?[\w.*-]+(?:/[\w.*-]+)*/?$`) // also of a folder
	qualified = regexp.MustCompile(`^([a-z]+)\.([A-Za-z]\w*)$`)          // book.Put
	testName  = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w*`)
	fileTypes = []string{".go", ".txt", ".txtar", ".yaml", ".json", ".md", ".sql", ".db", ".mod"}
)

// nameFaults finds files, folders, functions, types and tests that a guide names
// and that are not there.
func nameFaults(t *testing.T, list []text, names []string, files []*source) []string {
	var faults []string
	for _, guide := range guides {
		guideText := content(t, list, guide)
		fault := func(format string, args ...any) {
			faults = append(faults, guide+" names "+fmt.Sprintf(format, args...))
		}
		for _, m := range mdCode.FindAllStringSubmatch(mdBlock.ReplaceAllString(guideText, ""), -1) {
			if at := inFile.FindStringSubmatch(m[1]); at != nil {
				checkPlace(at[1], at[2], files, fault)
			} else if q := qualified.FindStringSubmatch(m[1]); q != nil && ourPackage(files, q[1]) {
				if !declaredIn(files, func(s *source) bool { return path.Base(s.dir()) == q[1] }, q[2]) {
					fault("%s: package %s has no such function, method or type", m[0], q[1])
				}
			} else {
				for word := range strings.FieldsSeq(m[1]) {
					if !named(names, word) {
						fault("%s, which is not there", word)
					}
				}
			}
		}
		for _, name := range testName.FindAllString(guideText, -1) {
			if !declaredIn(files, func(*source) bool { return true }, name) {
				fault("%s: there is no such test", name)
			}
		}
	}
	return faults
}

// checkPlace looks for what "internal/book/book.go: Book.Put" names.
func checkPlace(file, name string, files []*source, fault func(string, ...any)) {
	here := func(s *source) bool { return s.path == file }
	switch {
	case !slices.ContainsFunc(files, here):
		fault("%s, which is not there", file)
	case !declaredIn(files, here, name):
		fault("%s in %s, which declares no such function, method or type", name, file)
	}
}

// ourPackage tells whether a package of the module has this name.
func ourPackage(files []*source, name string) bool {
	return slices.ContainsFunc(files, func(s *source) bool { return !s.test && path.Base(s.dir()) == name })
}

// declaredIn tells whether one of the files declares a name at its top level: a
// function, a type, a constant, a variable, "Put" or "Book.Put" for a method.
func declaredIn(files []*source, which func(*source) bool, name string) bool {
	return slices.ContainsFunc(files, func(s *source) bool {
		return which(s) && slices.ContainsFunc(s.ast.Decls, func(d ast.Decl) bool { return declares(d, name) })
	})
}

func declares(d ast.Decl, name string) bool {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Name.Name == name || d.Recv != nil && receiver(d).Name+"."+d.Name.Name == name
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.Name == name {
					return true
				}
			case *ast.ValueSpec:
				if slices.ContainsFunc(s.Names, func(id *ast.Ident) bool { return id.Name == name }) {
					return true
				}
			}
		}
	}
	return false
}

// named tells whether a word names nothing of the repository, or something that
// is there: a path from the root, one below a package ("testdata/script"), or a
// file by its last name ("routes.go").
func named(names []string, word string) bool {
	word = strings.TrimPrefix(word, "./")
	first, _, deep := strings.Cut(word, "/")
	isFile := slices.Contains(fileTypes, path.Ext(word))
	switch {
	case !filePath.MatchString(word) || !deep && !isFile:
		return true
	case deep && !isFile && first != "testdata" && !slices.Contains([]string{"api", "bench", "cmd", "docs", "internal", "tools"}, first):
		return true // an import path, a media type, a choice
	}
	word = strings.TrimSuffix(word, "/")
	fromRoot := deep && first != "testdata"
	return slices.ContainsFunc(names, func(name string) bool {
		for p := name; p != "."; p = path.Dir(p) {
			there := p
			if !fromRoot {
				there = lastParts(p, 1+strings.Count(word, "/"))
			}
			if ok, _ := path.Match(word, there); ok {
				return true
			}
		}
		return false
	})
}

// lastParts gives the last n names of a path.
func lastParts(p string, n int) string {
	parts := strings.Split(p, "/")
	return strings.Join(parts[max(len(parts)-n, 0):], "/")
}

func TestNamesInGuidesRefuse(t *testing.T) {
	files := map[string]string{
		"internal/book/put.go":           "package book\n// Book is one.\ntype Book struct{}\n// Put puts.\nfunc (b *Book) Put() {}\nconst most = 1\n",
		"internal/book/put_test.go":      "package book\nfunc TestPut() {}\n",
		"internal/book/testdata/one.txt": "",
		"ARCHITECTURE.md": "`internal/book/put.go: Book.Put`, `internal/book/put.go: most`, `book.Put`, `put.go`, `testdata/*.txt`, `internal/book/testdata`,\n" +
			"`go test ./internal/book -run TestPut/x`, `text/plain`, `GET /contacts/{id}`, `encoding/json`, `store.Do`, `docs/`\n" +
			"```\ninternal/none\n```\n",
		"CONTRIBUTING.md": "`internal/book/put.go: Book.Get` `internal/book/get.go: Get` `book.Get` `get.go` `testdata/two.txt` `internal/none` `go test ./internal/nobook` TestGet\n",
		"docs/a.md":       "`internal/none`",
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	list := madeTexts(t, files)
	refuses(t, nameFaults(t, list, names, made(t, files)),
		"CONTRIBUTING.md names Book.Get in internal/book/put.go, which declares no such",
		"CONTRIBUTING.md names internal/book/get.go, ",
		"CONTRIBUTING.md names `book.Get`: ",
		"CONTRIBUTING.md names get.go, ",
		"CONTRIBUTING.md names testdata/two.txt, ",
		"CONTRIBUTING.md names internal/none, ",
		"CONTRIBUTING.md names ./internal/nobook, ",
		"CONTRIBUTING.md names TestGet: ",
	)
}
