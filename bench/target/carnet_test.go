package target

import (
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/carnet-project/carnet/bench/load"
	"github.com/carnet-project/carnet/bench/people"
	"github.com/carnet-project/carnet/bench/rows"
)

func env(t *testing.T) *Env {
	t.Helper()
	module, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return &Env{Module: module, Scratch: t.TempDir(), Say: func(string) {}}
}

// What package rows writes for the ceiling is what Carnet writes for a PUT.
func TestRowsAreCarnets(t *testing.T) {
	e := env(t)
	ctx := t.Context()
	if err := e.BuildCarnet(ctx); err != nil {
		t.Fatal(err)
	}
	c, err := e.Carnet(ctx, "carnet", 40, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(ctx); err != nil {
		t.Fatal(err)
	}
	makes, err := c.Make(Put)
	if err != nil {
		t.Fatal(err)
	}
	// One connection, so that the last step is the one that is stored.
	conn, err := load.Dial(c.Addr(), time.Now().Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	next := makes(0, rand.New(rand.NewPCG(1, 1)))
	for range 200 {
		request, want := next(nil)
		if status, err := conn.Do(request); err != nil || status != want {
			t.Fatal(status, err)
		}
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.OpenConn(c.DB, sqlite.OpenReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	seen := 0
	for i, id := range c.ids {
		n := people.Start(i) + int(c.steps[i].Load())
		err := sqlitex.Execute(db, `SELECT c.doc, c.origins, h.edits, h.seq FROM contacts c
			JOIN (SELECT contact_id, edits, change_key & ((1 << 40) - 1) AS seq FROM changes WHERE action = 'put') h
			ON h.contact_id = c.id AND h.seq = c.head_seq WHERE c.id = ? AND c.space_id = ?`, &sqlitex.ExecOptions{
			Args: []any{id, i%2 + 1},
			ResultFunc: func(s *sqlite.Stmt) error {
				seen++
				if got, want := s.ColumnText(0), string(people.AppendDoc(nil, i, n)); got != want {
					t.Errorf("contact %d at %d is stored as\n%s\nand here as\n%s", i, n, got, want)
				}
				alike(t, "origins", s.ColumnText(1), string(rows.AppendOrigins(nil, id, 12, s.ColumnInt64(3))))
				alike(t, "edits", s.ColumnText(2), string(rows.AppendEdits(nil, id, s.ColumnInt64(3), i, n)))
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 30 {
		t.Errorf("only %d of 40 contacts were changed by 200 requests", seen)
	}
}

// alike fails where two texts differ much in length.
func alike(t *testing.T, what, got, want string) {
	t.Helper()
	if d := len(got) - len(want); max(d, -d) > len(got)/5 {
		t.Errorf("%s: Carnet writes %d bytes, package rows %d:\n%s\n%s", what, len(got), len(want), got, want)
	}
}

func TestRequests(t *testing.T) {
	tg := &Target{Contacts: 1, Spaces: 2, method: "PUT", path: "/c/", list: "/c?n=200", created: 201, ids: []int64{77},
		auth: []string{"Authorization: Bearer a\r\n", "Authorization: Bearer b\r\n"}}
	const head = "Host: 127.0.0.1\r\nAccept: application/json\r\n"
	tg.steps = make([]atomic.Uint32, 1)
	r := rand.New(rand.NewPCG(1, 1))
	get, want := tg.get(r, &scratch{})(nil)
	if string(get) != "GET /c/77 HTTP/1.1\r\n"+head+"Authorization: Bearer a\r\n\r\n" || want != 200 {
		t.Errorf("%d %q", want, get)
	}
	body := people.AppendBody(nil, 1, 1) // the first that is new belongs to the second Space
	post, want := tg.post(r, &scratch{})(nil)
	if tail := "\r\n\r\n" + string(body); want != 201 || string(post[len(post)-len(tail):]) != tail ||
		string(post[:len("POST /c HTTP/1.1\r\n"+head)+24]) != "POST /c HTTP/1.1\r\n"+head+"Authorization: Bearer b\r" {
		t.Errorf("%d %q", want, post)
	}
	tg.Spaces = 1
	batch, want := tg.batch(r, &scratch{})(nil)
	head2, body2, _ := strings.Cut(string(batch), "\r\n\r\n")
	var sent struct {
		Operations []struct {
			Method string         `json:"method"`
			ID     int64          `json:"id"`
			Body   map[string]any `json:"body"`
		} `json:"operations"`
	}
	if err := json.Unmarshal([]byte(body2), &sent); err != nil || want != 200 || !strings.HasPrefix(head2, "POST /c/batch HTTP/1.1\r\n"+head) || len(sent.Operations) != BatchSize ||
		sent.Operations[99].Method != "PUT" || sent.Operations[99].ID != 77 || len(sent.Operations[99].Body) == 0 {
		t.Errorf("%d %v %q", want, err, batch)
	}
	tg.batches, tg.operations, tg.posts = "/b", `{"requests":`, `{"method":"POST","url":"/c"`
	news, want := tg.newBatch(r, &scratch{})(nil)
	_, bodyOfNew, _ := strings.Cut(string(news), "\r\n\r\n")
	var asked struct {
		Requests []struct {
			Method string         `json:"method"`
			URL    string         `json:"url"`
			Body   map[string]any `json:"body"`
		} `json:"requests"`
	}
	if err := json.Unmarshal([]byte(bodyOfNew), &asked); err != nil || want != 200 || !strings.HasPrefix(string(news), "POST /b HTTP/1.1\r\n") || len(asked.Requests) != BatchSize ||
		asked.Requests[99].Method != "POST" || asked.Requests[99].URL != "/c" || len(asked.Requests[99].Body) == 0 || tg.news.Load() != 1+BatchSize {
		t.Errorf("%d %v %q", want, err, news)
	}
	if _, err := tg.Make(Raw); err == nil {
		t.Error("a server was asked for raw SQL")
	}
}

func TestOutputTellsWhatWentWrong(t *testing.T) {
	if _, err := output(t.Context(), exec.Command("sh", "-c", "echo no paper >&2; exit 3")); err == nil || err.Error() != "sh -c echo no paper >&2; exit 3: exit status 3: no paper" {
		t.Errorf("error %v", err)
	}
}

func TestIDs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ids")
	if err := writeIDs(path, []int64{1, 1 << 52}); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadIDs(path); err != nil || len(got) != 2 || got[1] != 1<<52 {
		t.Errorf("%v, %v", got, err)
	}
	if id, err := madeID([]byte(`{"id":42,"emails":[]}`)); err != nil || id != 42 {
		t.Errorf("%d, %v", id, err)
	}
	for _, bad := range []string{"", `{"id":`, `{"message":"x"}`, `{"id":x}`} {
		if _, err := madeID([]byte(bad)); err == nil {
			t.Errorf("%q has an id", bad)
		}
	}
}
