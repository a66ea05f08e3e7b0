package ui_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func readStyle(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("style", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// styles are the names of the parts, in the order in which they are joined.
func styles(t *testing.T) []string {
	t.Helper()
	return strings.Fields(readStyle(t, "order.txt"))
}

var cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// joined is the whole stylesheet without comments and indentation: what is sent.
func joined(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, name := range styles(t) {
		all.WriteString(readStyle(t, name))
	}
	var b strings.Builder
	for line := range strings.Lines(cssComment.ReplaceAllString(all.String(), "")) {
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}

// Every part is joined, once, and is short enough to be read.
func TestStyleParts(t *testing.T) {
	found, err := filepath.Glob("style/*.css")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range found {
		names = append(names, filepath.Base(path))
	}
	if listed := slices.Sorted(slices.Values(styles(t))); !slices.Equal(listed, names) {
		t.Errorf("order.txt names %q, there are %q", listed, names)
	}
	ends := regexp.MustCompile(`[{};,]$`)
	for _, name := range names {
		text := readStyle(t, name)
		if n := strings.Count(text, "\n"); n >= 200 {
			t.Errorf("%s has %d lines: 200 are too many", name, n)
		}
		// So that lines can be joined without thinking.
		for line := range strings.Lines(cssComment.ReplaceAllString(text, "")) {
			if line = strings.TrimSpace(line); line != "" && !ends.MatchString(line) {
				t.Errorf("%s: a line ends within a value or a selector: %s", name, line)
			}
		}
	}
}

// The styles weigh little, ask nobody for anything, and keep no press from where it is made.
func TestStyleWeight(t *testing.T) {
	text := joined(t)
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if len(text) > 36<<10 || zipped.Len() > 9<<10 {
		t.Errorf("the styles are %d bytes, %d of them zipped: 36864 and 9216 is what a page may spend on them", len(text), zipped.Len())
	}
	for _, word := range []string{"url(", "@import", "@font-face", "image-set(", "src("} {
		if strings.Contains(text, word) {
			t.Errorf("%s: styles load nothing", word)
		}
	}
	if strings.Contains(text, "view-transition") {
		t.Error("a page that fades in loses what is pressed meanwhile: the browser gives that to the root of the page, and to no button")
	}
}

// What is used is defined, and what is defined is used.
func TestStyleTokens(t *testing.T) {
	text := joined(t)
	defined, used := map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(`(--[\w-]+):`).FindAllStringSubmatch(text, -1) {
		defined[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`var\((--[\w-]+)`).FindAllStringSubmatch(text, -1) {
		used[m[1]] = true
	}
	if len(used) < 30 {
		t.Fatalf("only %d tokens are used, as this test reads it", len(used))
	}
	for name := range used {
		if !defined[name] {
			t.Errorf("%s is used and never defined", name)
		}
	}
	for name := range defined {
		if !used[name] {
			t.Errorf("%s is defined and never used", name)
		}
	}
	colour := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`)
	for _, name := range styles(t) {
		if found := colour.FindString(cssComment.ReplaceAllString(readStyle(t, name), "")); found != "" && name != "tokens.css" {
			t.Errorf("%s has a colour of its own, %s: colours are tokens, so that their contrast is known", name, found)
		}
	}
}
