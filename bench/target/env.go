package target

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/carnet-project/carnet/bench/people"
	"github.com/carnet-project/carnet/bench/postgres"
)

// Env is where targets are built and kept.
type Env struct {
	Module  string            // the folder of this module; Carnet's is the one above
	Scratch string            // for binaries, and for databases: on the disk that is to be measured
	Self    string            // this program, which serves the ceilings and the naive server
	Say     func(text string) // tells whoever waits what takes so long

	Postgres *postgres.Server // nil where Carnet is measured on SQLite alone
}

func (e *Env) bin(name string) string { return filepath.Join(e.Scratch, "bin", name) }

// work gives the path of something that this run alone uses.
func (e *Env) work(name string) string { return filepath.Join(e.Scratch, "work", name) }

// Clean removes what a run leaves behind, but not what later ones can use.
func (e *Env) Clean() error { return os.RemoveAll(e.work("")) }

// BuildCarnet builds the product in its own module, with its own versions, and
// makes room for a run.
func (e *Env) BuildCarnet(ctx context.Context) error {
	if err := errors.Join(e.Clean(), os.MkdirAll(e.work(""), 0o755)); err != nil {
		return err
	}
	return e.build(ctx, filepath.Dir(e.Module), "./cmd/carnet", "carnet")
}

func (e *Env) build(ctx context.Context, module, pkg, name string) error {
	_, err := output(ctx, exec.Command("go", "build", "-C", module, "-o", e.bin(name), pkg))
	return err
}

// output runs a command and gives what it prints, or an error with its
// complaint.
func output(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var out, complaint strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Start(); err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() }) // it may have ended
	defer stop()
	if err := cmd.Wait(); err != nil {
		text := strings.TrimSpace(complaint.String())
		return "", fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, text[max(0, len(text)-2000):])
	}
	return out.String(), nil
}

// carnet runs a command of the product on a file, or a DSN.
func (e *Env) carnet(ctx context.Context, db string, args ...string) (string, error) {
	return output(ctx, exec.Command(e.bin("carnet"), append([]string{"--db", db}, args...)...))
}

// seeds gives the folder of a set of contacts that was made before, or is to
// be, and whether it is there. What it is made by is part of its name; those of
// another make go, because they are large.
func (e *Env) seeds(name, by string) (string, bool, error) {
	dir := filepath.Join(e.Scratch, "seeds", name+"-"+by)
	_, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		stale, err := filepath.Glob(filepath.Join(e.Scratch, "seeds", name+"-*"))
		if err != nil {
			return "", false, err
		}
		for _, old := range stale {
			err = errors.Join(err, os.RemoveAll(old))
		}
		return dir, false, errors.Join(err, os.MkdirAll(filepath.Dir(dir), 0o755))
	}
	return dir, err == nil, err
}

// fingerprint tells whether what writes Carnet's file has changed since it was
// seeded: the sources of the domain and of the store.
func (e *Env) fingerprint() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, people.Version)
	root := filepath.Dir(e.Module)
	for _, dir := range []string{"internal/contact", "internal/store"} {
		err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(dir)), func(path string, d fs.DirEntry, err error) error {
			source := strings.HasSuffix(path, ".sql") || strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go")
			if err != nil || d.IsDir() || !source {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintln(h, len(text))
			_, err = h.Write(text)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:12], nil
}

// copyFile copies a file; where the file system can, no data is moved.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600) // as a database is made
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync() // so that writing it back does not disturb what is measured
}

func copyDir(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		return copyFile(path, filepath.Join(to, rel))
	})
}
