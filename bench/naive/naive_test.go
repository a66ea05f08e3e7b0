package naive

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/carnet-project/carnet/bench/people"
)

// seeded makes a file of the product's schema with one contact, number 5 of
// the made-up people, and returns a connection to look into it.
func seeded(t *testing.T) (string, *sqlite.Conn) {
	t.Helper()
	// All of them are ways up; what goose adds around them is not needed.
	files, err := filepath.Glob("../../internal/store/sqlite/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no migration: %v", err)
	}
	var schema strings.Builder
	for _, file := range files { // in the order of their numbers
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		schema.Write(text)
	}
	path := filepath.Join(t.TempDir(), "a.db")
	c, err := sqlite.OpenConn(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	err = sqlitex.ExecuteScript(c, schema.String()+fmt.Sprintf(`;
		INSERT INTO spaces VALUES (1, 6, 1000, 10, 0, 0, 0, 0);
		INSERT INTO match_keys VALUES (1, 0, '%s', 5);
		INSERT INTO contacts VALUES (5, 1, 1, 0, 0, 0, 4, 1, 0, '%s', '{}')`,
		key(string(people.AppendEmail(nil, 5, 1))), people.AppendDoc(nil, 5, 1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return path, c
}

func TestPut(t *testing.T) {
	path, c := seeded(t)
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ask := func(id string, n int) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest("PUT", "/contacts/"+id, strings.NewReader(string(people.AppendBody(nil, 5, n)))))
		return w
	}
	// From step 1 to step 2 the email changes.
	if w := ask("5", 2); w.Code != 200 || !strings.HasPrefix(w.Body.String(), `{"id":5,"emails":["`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := ask("6", 2); w.Code != 404 {
		t.Errorf("a contact that is not there: %d %s", w.Code, w.Body)
	}
	if w := ask("x", 2); w.Code != 422 {
		t.Errorf("an id that is none: %d %s", w.Code, w.Body)
	}
	for query, want := range map[string]string{
		"SELECT version || ' ' || head_seq || ' ' || depth FROM contacts":                  "2 10 2",
		"SELECT doc ->> '$.emails[0]' FROM contacts":                                       string(people.AppendEmail(nil, 5, 2)),
		"SELECT doc ->> '$.fields.26' FROM contacts":                                       string(people.AppendField(nil, 26, 5, 2)),
		"SELECT count(*) || ' ' || max(change_key & 1099511627775) FROM changes":           "1 10",
		"SELECT edits ->> '$.fields.26[1]' FROM changes":                                   string(people.AppendField(nil, 26, 5, 2)),
		"SELECT edits ->> '$.emails.before[0]' FROM changes":                               string(people.AppendEmail(nil, 5, 1)),
		"SELECT key FROM match_keys":                                                       key(string(people.AppendEmail(nil, 5, 2))),
		"SELECT next_seq FROM spaces":                                                      "11",
		"SELECT count(*) FROM changes, json_each(changes.edits, '$.fields')":               "6",
		"SELECT count(*) || ' ' || count(DISTINCT id) FROM match_keys WHERE space_id <> 7": "1 1",
	} {
		got, err := sqlitex.ResultText(c.Prep(query))
		if err != nil || got != want {
			t.Errorf("%s gives %q, %v; want %q", query, got, err, want)
		}
	}
}
