package ceiling

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/carnet-project/carnet/bench/load"
	"github.com/carnet-project/carnet/bench/people"
	"github.com/carnet-project/carnet/bench/rows"
)

// Raw is one connection of the raw driver on a seeded file, which does the SQL
// of PUTs in groups, each a transaction.
type Raw struct {
	conn  *sqlite.Conn
	ids   []int64
	steps []uint16 // of each contact, beyond its start
	rnd   *rand.Rand
}

// space is the Space that the seeded file has.
const space = 1

// pragmas are Carnet's. SQLite makes its checkpoints itself, in line, when the
// log has reached 32 MiB.
const pragmas = `PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA foreign_keys = on; PRAGMA secure_delete = on;
	PRAGMA temp_store = memory; PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 16384`

// OpenRaw opens a seeded file, whose contacts have these ids.
func OpenRaw(path string, ids []int64) (*Raw, error) {
	c, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		return nil, err
	}
	for p := range strings.SplitSeq(pragmas, ";") {
		if err := sqlitex.ExecuteTransient(c, strings.TrimSpace(p), nil); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return &Raw{conn: c, ids: ids, steps: make([]uint16, len(ids)), rnd: rand.New(rand.NewPCG(1, 2))}, nil
}

// Close closes the file.
func (r *Raw) Close() error { return r.conn.Close() }

// Run does groups of PUTs for as long as it is told. Latency is that of groups.
func (r *Raw) Run(group int, d time.Duration) (*load.Result, error) {
	res := &load.Result{}
	begun := time.Now()
	for res.Elapsed < d {
		from := time.Now()
		if err := r.group(group); err != nil {
			return nil, err
		}
		res.Latency.Add(time.Since(from))
		res.Done += group
		res.Elapsed = time.Since(begun)
	}
	return res, nil
}

func (r *Raw) group(n int) (err error) {
	end, err := sqlitex.ImmediateTransaction(r.conn)
	if err != nil {
		return err
	}
	defer end(&err)
	seq := int64(0)
	err = r.run(rows.SelectSpace, func(s *sqlite.Stmt) { seq = s.ColumnInt64(0) }, int64(space))
	now := time.Now().UnixMicro()
	for range n {
		if err != nil {
			return err
		}
		err = r.put(r.rnd.IntN(len(r.ids)), seq, now)
		seq++
	}
	if err != nil {
		return err
	}
	return r.run(rows.UpdateSpace, nil, int64(space), seq, now)
}

func (r *Raw) put(i int, seq, now int64) error {
	id := r.ids[i]
	n := people.Start(i) + int(r.steps[i]) + 1
	var version, head, depth, skip int64
	found := false
	err := r.run(rows.SelectContact, func(s *sqlite.Stmt) {
		version, head, depth, skip = s.ColumnInt64(0), s.ColumnInt64(1), s.ColumnInt64(2), s.ColumnInt64(3)
		_, _ = s.ColumnText(4), s.ColumnText(5)
		found = true
	}, id, int64(space))
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("the seeded file has no contact %d", id)
	}
	doc := string(people.AppendDoc(nil, i, n))
	origins := string(rows.AppendOrigins(nil, id, head, seq))
	edits := string(rows.AppendEdits(nil, id, head, i, n))
	errs := []error{
		r.run(rows.UpdateContact, nil, id, version+1, seq, depth+1, doc, origins, int64(space)),
		r.run(rows.InsertChange, nil, rows.ChangeKey(space, seq), seq, id, version+1, head, skip, now, rows.Actor, fmt.Sprintf("%032x", seq), edits),
	}
	if n%2 == 0 {
		kind, value := int64(rows.Email), people.AppendEmail
		if n%4 == 0 {
			kind, value = rows.Phone, people.AppendPhone
		}
		errs = append(errs,
			r.run(rows.DeleteKey, nil, int64(space), kind, key(value(nil, i, n-1)), id),
			r.deleted(),
			r.run(rows.InsertKey, nil, int64(space), kind, key(value(nil, i, n)), id))
	}
	r.steps[i]++
	return errors.Join(errs...)
}

// deleted is an error where the key to delete was not there: then the work is
// not the one that Carnet has.
func (r *Raw) deleted() error {
	if r.conn.Changes() != 1 {
		return errors.New("a match key is not as package rows makes it")
	}
	return nil
}

func key(text []byte) string { return string(rows.AppendKey(nil, string(text))) }

func (r *Raw) run(query string, row func(*sqlite.Stmt), args ...any) error {
	stmt, err := r.conn.Prepare(query) // kept by the connection
	if err != nil {
		return err
	}
	for k, a := range args {
		switch v := a.(type) {
		case int64:
			stmt.BindInt64(k+1, v)
		case string:
			stmt.BindText(k+1, v)
		}
	}
	for {
		more, err := stmt.Step()
		if err != nil || !more {
			return err
		}
		row(stmt)
	}
}
