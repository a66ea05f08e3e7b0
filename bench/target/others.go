package target

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"github.com/carnet-project/carnet/bench/people"
	"github.com/carnet-project/carnet/bench/proc"
)

// NoOp makes the target that does nothing.
func (e *Env) NoOp(contacts int) *Target {
	t := &Target{Name: "no-op", Contacts: contacts, Spaces: 1, method: "PUT", path: "/contacts/", steps: make([]atomic.Uint32, contacts)}
	t.id = func(b []byte, i int) []byte { return strconv.AppendInt(b, int64(i+1), 10) }
	t.start = func(ctx context.Context, t *Target) (*proc.Child, error) {
		return e.startSelf(ctx, e.work("no-op"), "serve-noop")
	}
	return t
}

// Naive makes the target of package naive, on a copy of Carnet's file.
func (e *Env) Naive(ctx context.Context, contacts int) (*Target, error) {
	seeds, err := e.seedCarnet(ctx, contacts, 1)
	if err != nil {
		return nil, err
	}
	t, err := e.copyOf("naive", seeds, contacts, 1)
	if err != nil {
		return nil, err
	}
	t.method, t.path = "PUT", "/contacts/"
	t.start = func(ctx context.Context, t *Target) (*proc.Child, error) {
		return e.startSelf(ctx, t.DB, "serve-naive", t.DB)
	}
	return t, nil
}

// startSelf starts a server of this program.
func (e *Env) startSelf(ctx context.Context, log, command string, args ...string) (*proc.Child, error) {
	addr, err := proc.FreeAddr()
	if err != nil {
		return nil, err
	}
	return proc.Start(ctx, addr, log+".log", exec.Command(e.Self, append([]string{command, addr}, args...)...))
}

// RawFile makes a copy of Carnet's file for the ceiling of the raw driver, and
// gives its path and the one of the ids of its contacts.
func (e *Env) RawFile(ctx context.Context, contacts int) (db, ids string, err error) {
	seeds, err := e.seedCarnet(ctx, contacts, 1)
	if err != nil {
		return "", "", err
	}
	db = e.work("raw.db")
	return db, filepath.Join(seeds, idsName), copyFile(filepath.Join(seeds, dbName), db)
}

// PocketBase makes the target of PocketBase, which commits as Carnet does where
// full is set.
func (e *Env) PocketBase(ctx context.Context, name string, contacts int, full bool) (*Target, error) {
	module := filepath.Join(e.Module, "pocketbase")
	version, err := ModuleVersion(ctx, module, "github.com/pocketbase/pocketbase")
	if err != nil {
		return nil, err
	}
	if err := e.build(ctx, module, ".", "pocketbase"); err != nil {
		return nil, err
	}
	seeds, err := e.seedPocketBase(ctx, contacts, version)
	if err != nil {
		return nil, err
	}
	dir := e.work(name)
	t := &Target{Name: name, Contacts: contacts, Spaces: 1, DB: filepath.Join(dir, "data.db"), steps: make([]atomic.Uint32, contacts),
		method: "PATCH", path: "/api/collections/contacts/records/", id: pocketBaseID, find: pocketBaseFind,
		batches: "/api/batch", operations: `{"requests":`, posts: `{"method":"POST","url":"/api/collections/contacts/records"`}
	t.start = func(ctx context.Context, _ *Target) (*proc.Child, error) {
		addr, err := proc.FreeAddr()
		if err != nil {
			return nil, err
		}
		return proc.Start(ctx, addr, dir+".log", exec.Command(e.bin("pocketbase"), "-dir", dir, "-full="+strconv.FormatBool(full), "serve", addr))
	}
	return t, copyDir(seeds, dir)
}

// pocketBaseID appends 15 characters, as PocketBase wants them.
func pocketBaseID(b []byte, i int) []byte { return fmt.Appendf(b, "c%014d", i) }

func (e *Env) seedPocketBase(ctx context.Context, contacts int, version string) (string, error) {
	dir, there, err := e.seeds(fmt.Sprintf("pocketbase-%d", contacts), version+"-"+people.Version)
	if there || err != nil {
		return dir, err
	}
	e.Say(fmt.Sprintf("making %d contacts for PocketBase; the next run finds them there", contacts))
	making := dir + ".part"
	if err := os.RemoveAll(making); err != nil {
		return "", err
	}
	cmd := exec.Command(e.bin("pocketbase"), "-dir", making, "seed")
	in, out := io.Pipe()
	cmd.Stdin = in
	go func() { out.CloseWithError(writeRows(out, contacts)) }()
	_, err = output(ctx, cmd)
	if err := errors.Join(err, in.Close()); err != nil {
		return "", err
	}
	return dir, os.Rename(making, dir)
}

// writeRows writes the contacts with their ids, a line each.
func writeRows(w io.Writer, contacts int) error {
	out := bufio.NewWriter(w)
	var b []byte
	for i := range contacts {
		b = pocketBaseID(append(b[:0], `{"id":"`...), i)
		b = append(b, `",`...)
		body := len(b)
		b = people.AppendBody(b, i, people.Start(i))
		b = append(b[:body], b[body+1:]...) // its first brace is there already
		if _, err := out.Write(append(b, '\n')); err != nil {
			return err
		}
	}
	return out.Flush()
}
