package main

import (
	"slices"
	"strings"
	"testing"
)

func TestTouched(t *testing.T) {
	packages, err := packagesOf([]byte(strings.ReplaceAll(`
{"ImportPath":"M/internal/contact","Deps":["strings"]}
{"ImportPath":"M/internal/contact.test","Deps":["M/internal/contact [M/internal/contact.test]","testing"]}
{"ImportPath":"M/internal/book","Deps":["M/internal/contact","M/internal/contactless"]}
{"ImportPath":"M/internal/book.test","Deps":["M/internal/store/sqlite","M/internal/book_test [M/internal/book.test]"]}
{"ImportPath":"M/internal/store/sqlite","Deps":["M/internal/contact"]}
{"ImportPath":"M/internal/wire"}
{"ImportPath":"M/internal/httpapi"}
{"ImportPath":"M/cmd/carnet","Deps":["M/internal/wire"]}
{"ImportPath":"M/internal/checks/endurance"}
{"ImportPath":"M/internal/checks/house"}
`, "M/", module)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ files, direct, all string }{
		{"", "", ""},
		{"internal/contact/a.go", "internal/contact", "internal/book internal/checks/house internal/contact internal/store/sqlite"},
		{"internal/contact/testdata/fuzz/a", "internal/contact", "internal/book internal/checks/house internal/contact internal/store/sqlite"},
		{"internal/store/sqlite/a.go", "internal/store/sqlite", "internal/book internal/checks/house internal/store/sqlite"},
		{"internal/wire/a.go", "internal/wire", "cmd/carnet internal/checks/endurance internal/checks/house internal/wire"},
		{"docs/a.md", "", "cmd/carnet internal/checks/endurance internal/checks/house internal/httpapi"},
		{"README.md", "", "cmd/carnet internal/checks/endurance internal/checks/house"},
		{"test", "", "internal/checks/house"},
		{"bench/load/a.go", "", "internal/checks/house"},
		{"go.mod", strings.Join(slices.Sorted(slices.Values(dirsOf(packages))), " "), strings.Join(slices.Sorted(slices.Values(dirsOf(packages))), " ")},
	} {
		files := strings.Fields(c.files)
		if got := strings.Join(touched(files, packages, false), " "); got != c.direct {
			t.Errorf("%s touches %s, want %s", c.files, got, c.direct)
		}
		if got := strings.Join(touched(files, packages, true), " "); got != c.all {
			t.Errorf("%s and importers: %s, want %s", c.files, got, c.all)
		}
	}
}
