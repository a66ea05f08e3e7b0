package target

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// CarnetOnPostgres makes a target of the product as Carnet does, on a database
// of PostgreSQL.
func (e *Env) CarnetOnPostgres(ctx context.Context, name string, contacts, spaces int) (*Target, error) {
	database, err := e.database(ctx, name, contacts, spaces)
	if err != nil {
		return nil, err
	}
	t := &Target{Name: name, Contacts: contacts, Spaces: spaces, Database: database, steps: make([]atomic.Uint32, contacts)}
	if t.ids, err = e.idsIn(ctx, database, contacts, spaces); err != nil {
		return nil, err
	}
	return t, e.asks(ctx, t)
}

// database makes a database of this run with seeded contacts, and gives its
// name.
func (e *Env) database(ctx context.Context, name string, contacts, spaces int) (string, error) {
	by, err := e.fingerprint()
	if err != nil {
		return "", err
	}
	seed, err := e.Postgres.Seed(ctx, fmt.Sprintf("%d_%d", contacts, spaces), by, func(database string) error {
		e.Say(fmt.Sprintf("making %d contacts in %d Spaces on PostgreSQL; the next run finds them there", contacts, spaces))
		t := &Target{Name: "seeding", Contacts: contacts, Spaces: spaces, Database: database}
		if _, err := e.carnet(ctx, e.db(t), "migrate"); err != nil {
			return err
		}
		_, err := e.fill(ctx, t)
		return err
	})
	if err != nil {
		return "", err
	}
	return e.Postgres.Copy(ctx, seed, name)
}

// selectPrimaries reads where each contact is, and its primary email, which
// tells which of package people it is.
const selectPrimaries = `SELECT space_id, id, doc::json -> 'emails' ->> 0 FROM contacts`

// idsIn gives the ids of seeded contacts. They are read from the database, so
// that nothing has to be kept beside it.
func (e *Env) idsIn(ctx context.Context, database string, contacts, spaces int) ([]int64, error) {
	out, err := e.Postgres.Query(ctx, database, selectPrimaries)
	if err != nil {
		return nil, err
	}
	return idsOf(out, contacts, spaces)
}

func idsOf(rows string, contacts, spaces int) ([]int64, error) {
	ids := make([]int64, contacts)
	seen := 0
	for line := range strings.Lines(rows) {
		columns := strings.Split(strings.TrimSpace(line), "|")
		parts := strings.Split(columns[len(columns)-1], ".") // given.family.NUMBER.step@example.com
		if len(columns) != 3 || len(parts) < 4 {
			return nil, fmt.Errorf("a seeded contact looks like %q", line)
		}
		i, err1 := strconv.ParseInt(parts[2], 36, 64)
		id, err2 := strconv.ParseInt(columns[1], 10, 64)
		if err1 != nil || err2 != nil || i < 0 || int(i) >= contacts || ids[i] != 0 || columns[0] != strconv.Itoa(int(i)%spaces+1) {
			return nil, fmt.Errorf("a seeded contact looks like %q", line)
		}
		ids[i] = id
		seen++
	}
	if seen != contacts {
		return nil, fmt.Errorf("%d of %d contacts are there: drop the database carnet_bench_seed_…", seen, contacts)
	}
	return ids, nil
}

// Pgbench makes the database of pgbench, with as many accounts as contacts, and
// gives its name.
func (e *Env) Pgbench(ctx context.Context, contacts int) (string, error) {
	database, err := e.Postgres.Create(ctx, "pgbench")
	if err != nil {
		return "", err
	}
	return database, e.Postgres.FillPgbench(ctx, database, contacts)
}

// InProcess gives a command that measures PUTs without HTTP, on a database of
// its own: the benchmark of the product's own tests, in the package of the
// backend, because this module imports nothing of Carnet. counted is how long
// it is to measure at the end; it finds out how much that is before.
func (e *Env) InProcess(ctx context.Context, name string, contacts, spaces int, onPostgres bool) (func(counted time.Duration) *exec.Cmd, error) {
	var db, backend string
	if onPostgres {
		database, err := e.database(ctx, name, contacts, spaces)
		if err != nil {
			return nil, err
		}
		db, backend = e.Postgres.DSN(database), "postgres"
	} else {
		seeds, err := e.seedCarnet(ctx, contacts, spaces)
		if err != nil {
			return nil, err
		}
		db, backend = e.work(name+".db"), "sqlite"
		if err := copyFile(filepath.Join(seeds, dbName), db); err != nil {
			return nil, err
		}
	}
	binary := e.bin(backend + ".test")
	build := exec.Command("go", "test", "-C", filepath.Dir(e.Module), "-c", "-o", binary, "./internal/store/"+backend)
	if _, err := output(ctx, build); err != nil {
		return nil, err
	}
	return func(counted time.Duration) *exec.Cmd {
		cmd := exec.Command(binary, "-test.run=^$", "-test.bench=^BenchmarkPut$", "-test.benchtime="+counted.String())
		cmd.Dir = e.work("")
		cmd.Env = append(cmd.Environ(), "CARNET_BENCH_DB="+db)
		return cmd
	}, nil
}
