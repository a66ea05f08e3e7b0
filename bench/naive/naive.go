// Package naive is what one would write first: a net/http server over
// database/sql, one transaction a request, on the same driver, schema, file and
// durability as Carnet. It has no keys, no rules, no origins and no snapshots.
package naive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	_ "modernc.org/sqlite" // the driver, registered as "sqlite"

	"github.com/carnet-project/carnet/bench/people"
	"github.com/carnet-project/carnet/bench/rows"
)

// pragmas are Carnet's, but for the checkpoints, which are left to SQLite.
const pragmas = "_txlock=immediate&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=foreign_keys(on)" +
	"&_pragma=secure_delete(on)&_pragma=temp_store(memory)&_pragma=cache_size(-32000)&_pragma=busy_timeout(5000)"

// space is the Space that the seeded file has.
const space = 1

// Server answers PUT /contacts/{id}.
type Server struct {
	db *sql.DB

	selectContact, updateContact, insertChange, deleteKey, insertKey, selectSpace, updateSpace *sql.Stmt
}

// Open opens a seeded file with one connection, as is usual for SQLite.
func Open(path string) (*Server, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?"+pragmas)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &Server{db: db}
	for _, p := range []struct {
		to    **sql.Stmt
		query string
	}{
		{&s.selectContact, rows.SelectContact},
		{&s.updateContact, rows.UpdateContact},
		{&s.insertChange, rows.InsertChange},
		{&s.deleteKey, rows.DeleteKey},
		{&s.insertKey, rows.InsertKey},
		{&s.selectSpace, rows.SelectSpace},
		{&s.updateSpace, rows.UpdateSpace},
	} {
		if *p.to, err = db.Prepare(p.query); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return s, nil
}

// Close closes the file.
func (s *Server) Close() error { return s.db.Close() }

// Handler gives the routes.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /contacts/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
		if err != nil {
			http.Error(w, "invalid id", http.StatusUnprocessableEntity)
			return
		}
		var body people.Body
		if err := json.UnmarshalRead(r.Body, &body); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		switch err := s.put(r.Context(), id, &body); {
		case errors.Is(err, sql.ErrNoRows):
			http.Error(w, "no such contact", http.StatusNotFound)
		case err != nil:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		default:
			w.Header().Set("Content-Type", "application/json")
			// Where this fails the client has gone.
			_ = json.MarshalWrite(w, struct {
				ID int64 `json:"id"`
				people.Body
			}{id, body})
		}
	})
	return mux
}

// edit is what the history keeps of one member.
type edit struct {
	Before any `json:"before"`
	After  any `json:"after"`
}

func (s *Server) put(ctx context.Context, id int64, body *people.Body) (err error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	var version, head, depth, skip, seq int64
	var doc, origins string
	if err := tx.StmtContext(ctx, s.selectContact).QueryRow(id, space).Scan(&version, &head, &depth, &skip, &doc, &origins); err != nil {
		return err
	}
	before, err := decodeDoc(doc)
	if err != nil {
		return err
	}
	after, edits := toDoc(body), map[string]any{}
	changed := func(name string, b, a any) {
		if !reflect.DeepEqual(b, a) {
			edits[name] = edit{b, a}
		}
	}
	changed("emails", before.Emails, after.Emails)
	changed("phones", before.Phones, after.Phones)
	changed("names", before.Names, after.Names)
	changed("locations", before.Locations, after.Locations)
	fields := map[string][2]string{}
	for slot, value := range after.Fields {
		if old := before.Fields[slot]; old != value {
			fields[slot] = [2]string{old, value}
		}
	}
	edits["fields"] = fields
	newDoc, err1 := json.Marshal(after)
	edited, err2 := json.Marshal(edits)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if err := tx.StmtContext(ctx, s.selectSpace).QueryRow(space).Scan(&seq); err != nil {
		return err
	}
	now := time.Now().UnixMicro()
	run := func(stmt *sql.Stmt, args ...any) {
		if err == nil {
			_, err = tx.StmtContext(ctx, stmt).Exec(args...)
		}
	}
	run(s.updateContact, id, version+1, seq, depth+1, string(newDoc), origins, space)
	run(s.insertChange, rows.ChangeKey(space, seq), seq, id, version+1, head, skip, now, rows.Actor, fmt.Sprintf("%016x", seq), string(edited))
	for kind, values := range [][2][]string{{before.Emails, after.Emails}, {before.Phones, after.Phones}} {
		for _, gone := range without(values[0], values[1]) {
			run(s.deleteKey, space, kind, key(gone), id)
		}
		for _, come := range without(values[1], values[0]) {
			run(s.insertKey, space, kind, key(come), id)
		}
	}
	run(s.updateSpace, space, seq+1, now)
	if err != nil {
		return err
	}
	return tx.Commit()
}

func key(text string) string { return string(rows.AppendKey(nil, text)) }

// without gives the values of a that b does not have.
func without(a, b []string) []string {
	var list []string
	for _, v := range a {
		found := false
		for _, w := range b {
			found = found || v == w
		}
		if !found {
			list = append(list, v)
		}
	}
	return list
}
