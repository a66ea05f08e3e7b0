package ui_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// modules reads the scripts by their names.
func modules(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("script/*.js")
	if err != nil || len(paths) == 0 {
		t.Fatalf("found no script (%v): this rule looks in the wrong place", err)
	}
	texts := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(path)] = string(text)
	}
	return texts
}

// What everybody loads stays small, and each file can be read at one sitting.
func TestScriptsAreSmall(t *testing.T) {
	var wire bytes.Buffer
	lines := 0
	for name, text := range modules(t) {
		n := strings.Count(text, "\n")
		if lines += n; n > 200 {
			t.Errorf("%s has %d lines, 200 are allowed", name, n)
		}
		z := gzip.NewWriter(&wire) // each is sent alone
		if _, err := z.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if lines > 2000 || wire.Len() > 30<<10 {
		t.Errorf("the scripts have %d lines and %d bytes over the wire; 2000 and %d are allowed", lines, wire.Len(), 30<<10)
	}
}

// refused is what no script of ours does: each makes markup or code of text, or
// keeps what people typed.
var refused = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|setHTMLUnsafe|\beval\b|` +
	`new Function|localStorage|sessionStorage|indexedDB|document\.cookie|setAttribute\("style|\.on[a-z]+ = |https?://`)

var imported = regexp.MustCompile(`(?m)^import (?:[^"]* from )?"([^"]*)";`)

// Text becomes markup in one place, all modules are checked for their types, and
// each is loaded from here and used.
func TestScriptsKeepToTheRules(t *testing.T) {
	texts := modules(t)
	used := map[string]bool{"book.js": true}
	for name, text := range texts {
		if !strings.HasPrefix(text, "// @ts-check\n") {
			t.Errorf("%s: its types are not checked: begin it with // @ts-check", name)
		}
		if found := refused.FindString(text); found != "" {
			t.Errorf("%s uses %s", name, found)
		}
		if strings.Contains(text, "parseFromString") && name != "page.js" {
			t.Errorf("%s parses markup; page.js does, and nothing else", name)
		}
		for _, m := range imported.FindAllStringSubmatch(text, -1) {
			file, relative := strings.CutPrefix(m[1], "./")
			if used[file] = true; !relative || texts[file] == "" {
				t.Errorf("%s imports %s, which is no module here", name, m[1])
			}
		}
	}
	for name := range texts {
		if !used[name] {
			t.Errorf("nothing imports %s", name)
		}
	}
}
