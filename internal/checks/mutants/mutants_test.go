package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The table is in step with the code: each fault has one place to go to.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range table {
		t.Run(m.name, func(t *testing.T) {
			if m.name == "" || seen[m.name] {
				t.Error("it needs a name of its own")
			}
			seen[m.name] = true
			if m.breaks == "" || len(m.tests) == 0 || m.run == "" || m.old == m.new {
				t.Error("it needs all of breaks, tests and run, and a new that differs from old")
			}
			if _, err := regexp.Compile(m.run); err != nil {
				t.Error(err)
			}
			for _, dir := range m.tests {
				if info, err := os.Stat(filepath.Join("../../..", dir)); err != nil || !info.IsDir() {
					t.Errorf("%s is no package", dir)
				}
			}
			there := t.TempDir()
			if err := copyFiles("../../..", there, []string{m.file}); err != nil {
				t.Fatal(err)
			}
			if err := m.apply(there); err != nil {
				t.Error(err)
			}
		})
	}
}

// The runner itself: on a module with one good test and one that checks
// nothing, it tells faults that are caught from those that are not.
func TestRunner(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":      "module example.com/sum\n\ngo 1.26\n",
		"sum.go":      "package sum\n\nfunc Sum(a, b int) int { return a + b }\n\nfunc Twice(a int) int { return 2 * a }\n",
		"sum_test.go": goodTest,
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := &runner{root, []string{"go.mod", "sum.go", "sum_test.go", "deleted.go"}, filepath.Join(t.TempDir(), "copy"), map[string]outcome{}}
	for _, c := range []struct {
		name, old, new, run string
		want                verdict
		detail              string
	}{
		{"noticed", "a + b", "a - b", "^TestSum$", caught, "by TestSum/of_two"},
		{"noticed by a panic", "a + b", "a / (b - b)", "^TestSum$", caught, "by TestSum/of_two"},
		{"not noticed", "2 * a", "3 * a", "^TestTwice$", survived, ""},
		{"nobody looks", "2 * a", "3 * a", "^TestSum$", survived, ""},
		{"does not compile", "a + b", "a + c", "^TestSum$", broken, "it does not compile"},
		{"no such place", "a * b", "a + b", "^TestSum$", broken, "its place stands 0 times in sum.go, not once"},
		{"more than one place", "return", "panic", "^TestSum$", broken, "its place stands 2 times in sum.go, not once"},
		{"no such test", "a + b", "a - b", "^TestNone$", broken, "its tests fail without it, or there are none"},
		{"the test fails anyhow", "a + b", "a - b", "^TestWrong$", broken, "its tests fail without it, or there are none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := r.try(t.Context(), mutant{file: "sum.go", old: c.old, new: c.new, tests: []string{"."}, run: c.run})
			if o.verdict != c.want || !strings.HasPrefix(o.detail, c.detail) {
				t.Errorf("got %s %q, want %s %q\n%s", o.verdict, o.detail, c.want, c.detail, o.output)
			}
		})
	}
}

const goodTest = `package sum

import "testing"

func TestSum(t *testing.T) {
	t.Run("of none", func(t *testing.T) {})
	t.Run("of two", func(t *testing.T) {
		if Sum(2, 1) != 3 {
			t.Error("wrong")
		}
	})
}

func TestTwice(t *testing.T) { Twice(2) }

func TestWrong(t *testing.T) { t.Error("always") }
`

// What go test prints of a time-out and of failed subtests is read as it comes.
func TestOutput(t *testing.T) {
	text := "panic: test timed out after 2m0s\n\trunning tests:\n\t\tTestA (2m0s)\n\t\tTestA/b (1m3s)\n\ngoroutine 1 [running]:\n"
	if m := timedOut.FindStringSubmatch(text); m == nil || m[1] != "TestA/b" {
		t.Errorf("found %q, want TestA/b", m)
	}
	text = "--- FAIL: TestA (0s)\n    a_test.go:1: no\n    --- PASS: TestA/a (0s)\n    --- FAIL: TestA/b (0s)\n    --- FAIL: TestA/c (0s)\n--- FAIL: TestB (0s)\n"
	if name := firstFailed(text); name != "TestA/b" {
		t.Errorf("found %q, want TestA/b", name)
	}
}
