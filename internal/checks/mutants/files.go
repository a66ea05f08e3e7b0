package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// repositoryFiles lists the files that git knows or would add, from the root.
func repositoryFiles(root string) ([]string, error) {
	out, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, fmt.Errorf("ask git for the files of the repository: %w", err)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 }), nil
}

// copyFiles makes to hold these files of from, and nothing else. It leaves out
// files that were deleted and not yet committed so.
func copyFiles(from, to string, files []string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	for _, name := range files {
		source, target := filepath.Join(from, name), filepath.Join(to, name)
		text, err := os.ReadFile(source)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
