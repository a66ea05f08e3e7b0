package house

import (
	"bytes"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"
)

// text is a file of the repository that people write and read.
type text struct {
	path string
	text string
}

// texts reads the text files among names. It leaves out what is not text, and
// what was deleted and not yet committed so.
func texts(t *testing.T, tree fs.FS, names []string) []text {
	t.Helper()
	var list []text
	for _, name := range names {
		content, err := fs.ReadFile(tree, name)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(content, 0) < 0 {
			list = append(list, text{name, string(content)})
		}
	}
	return list
}

// madeTexts gives files that a test makes up, and their names.
func madeTexts(t *testing.T, files map[string]string) []text {
	t.Helper()
	tree := fstest.MapFS{}
	var names []string
	for name, content := range files {
		tree[name] = &fstest.MapFile{Data: []byte(content)}
		names = append(names, name)
	}
	return texts(t, tree, names)
}

// content gives a file that a rule cannot do without.
func content(t *testing.T, list []text, path string) string {
	t.Helper()
	for _, x := range list {
		if x.path == path {
			return x.text
		}
	}
	t.Fatalf("%s is missing: this rule reads it", path)
	return ""
}
