package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// verdict says how a mutant fared.
type verdict string

const (
	caught   verdict = "caught"
	survived verdict = "SURVIVED" // the tests passed all the same
	broken   verdict = "BROKEN"   // it says nothing about the tests: the table must be mended
)

// outcome is a verdict with its reason.
type outcome struct {
	verdict verdict
	detail  string // the test that noticed, or what is wrong with the mutant
	output  string // what go test printed last
}

// runner tries mutants in copies of the repository. Every copy lies in the
// same place: the go command's cache knows packages by their directory, so it
// builds anew only what a mutant changed.
type runner struct {
	root  string
	files []string // from the root: what git knows or would add
	copy  string
	sound map[string]outcome // by tests and pattern: how they do without any fault, at best "survived"
}

func newRunner(root string) (*runner, error) {
	files, err := repositoryFiles(root)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "carnet-mutants-")
	if err != nil {
		return nil, err
	}
	return &runner{root, files, dir, map[string]outcome{}}, nil
}

func (r *runner) close() { os.RemoveAll(r.copy) }

// try puts a mutant into a new copy and runs its tests there. They must pass
// without it, or their failing would prove nothing.
func (r *runner) try(ctx context.Context, m mutant) outcome {
	key := strings.Join(m.tests, " ") + " " + m.run
	sound, known := r.sound[key]
	if !known {
		if err := copyFiles(r.root, r.copy, r.files); err != nil {
			return outcome{verdict: broken, detail: err.Error()}
		}
		sound = r.test(ctx, m)
		r.sound[key] = sound
	}
	if sound.verdict != survived {
		return outcome{broken, "its tests fail without it, or there are none", sound.output}
	}
	if err := copyFiles(r.root, r.copy, r.files); err != nil {
		return outcome{verdict: broken, detail: err.Error()}
	}
	if err := m.apply(r.copy); err != nil {
		return outcome{verdict: broken, detail: err.Error()}
	}
	return r.test(ctx, m)
}

// apply changes the one place in the mutant's file.
func (m mutant) apply(root string) error {
	file := filepath.Join(root, m.file)
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		return fmt.Errorf("its place stands %d times in %s, not once", n, m.file)
	}
	return os.WriteFile(file, []byte(strings.Replace(string(text), m.old, m.new, 1)), 0o644)
}

var (
	failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	passedTest = regexp.MustCompile(`(?m)^\s*--- PASS: `)
	notBuilt   = regexp.MustCompile(`(?m)^FAIL\t.*\[(build|setup) failed\]$`)
	timedOut   = regexp.MustCompile(`(?m)^panic: test timed out after .*\n\s+running tests:\n(?:\t\t.*\n)*\t\t(\S+)`)
	panicked   = regexp.MustCompile(`(?m)^(panic|fatal error): `)
)

// test runs a mutant's tests in the copy as it is. Vet is off, so that what
// catches a fault is a test; the long programme is, too: the short one must do.
func (r *runner) test(ctx context.Context, m mutant) outcome {
	args := append([]string{"test", "-v", "-failfast", "-count=1", "-vet=off", "-timeout=2m", "-run", m.run}, m.tests...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = r.copy
	cmd.Env = append(os.Environ(), "CARNET_TEST_LONG=", "RAPID_CHECKS=100")
	out, err := cmd.CombinedOutput()
	text := string(out)
	hung := timedOut.FindStringSubmatch(text)
	switch {
	case notBuilt.MatchString(text):
		return outcome{broken, "it does not compile", text}
	case err == nil && !passedTest.MatchString(text):
		return outcome{broken, "it names no test", text}
	case err == nil:
		return outcome{survived, "", text}
	case hung != nil:
		return outcome{caught, "by a time-out of " + hung[1], text}
	case failedTest.MatchString(text):
		return outcome{caught, "by " + firstFailed(text), text}
	case panicked.MatchString(text):
		return outcome{caught, "by a panic", text}
	}
	return outcome{broken, "no test failed: " + err.Error(), text}
}

// firstFailed names the first test that failed, with its first subtest that
// did. Go prints a test before its subtests.
func firstFailed(text string) string {
	first := ""
	for _, m := range failedTest.FindAllStringSubmatch(text, -1) {
		if first != "" && !strings.HasPrefix(m[1], first+"/") {
			break
		}
		first = m[1]
	}
	return first
}
