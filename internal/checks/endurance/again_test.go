package endurance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/api"
	"github.com/carnet-project/carnet/internal/checks/pgtest"
)

// onBoth runs a test on a SQLite file and on a PostgreSQL database.
func onBoth(t *testing.T, test func(t *testing.T, open func() (db, key string))) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, func() (db, key string) {
			db = t.TempDir() + "/carnet.db"
			return db, noLimits(t, db)
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, func() (db, key string) {
			return emptyPostgres(t)
		})
	})
}

func noLimits(t *testing.T, db string) (key string) {
	t.Helper()
	carnet(t, "space", "create", "test", "--db", db)
	carnet(t, "space", "set", "1", "--db", db, "--limit", "update=0", "--limit", "create=0", "--limit", "get=0", "--limit", "list=0", "--limit", "batch=0")
	return makeKey(t, db)
}

func emptyPostgres(t *testing.T) (db, key string) {
	t.Helper()
	db = pgtest.Empty(t, "")
	carnet(t, "migrate", "--db", db)
	return db, noLimits(t, db)
}

// mortal is the way to a server that is killed now and then; what is sent after that goes
// to one that was started in its place.
type mortal struct {
	t       *testing.T
	db, key string
	server  *server
	client  *api.Client
	// kills has the server killed during a write; it says what the client gets of it.
	kills func(send func() (*http.Response, error)) (*http.Response, error)
	after int64 // the last change that was seen
}

func newMortal(t *testing.T, db, key string) *mortal {
	m := &mortal{t: t, db: db, key: key, server: start(t, db, key)}
	var err error
	if m.client, err = api.New("http://carnet.test", key, api.WithRetries(20), api.WithHTTPClient(&http.Client{Transport: m})); err != nil {
		t.Fatal(err)
	}
	return m
}

// RoundTrip is part of http.RoundTripper.
func (m *mortal) RoundTrip(q *http.Request) (*http.Response, error) {
	q = q.Clone(q.Context())
	q.URL.Host, q.Host = strings.TrimPrefix(m.server.url, "http://"), ""
	send := func() (*http.Response, error) { return m.server.client.Transport.RoundTrip(q) }
	if m.kills == nil || q.Method == http.MethodGet {
		return send()
	}
	return m.kills(send)
}

var errKilled = errors.New("the server was killed")

// before has the server killed once: when it has answered, before the client has that.
func (m *mortal) before() {
	m.kills = func(send func() (*http.Response, error)) (*http.Response, error) {
		res, err := send()
		if err != nil {
			return nil, err
		}
		m.kills = nil
		_, err = io.Copy(io.Discard, res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			return nil, err
		}
		m.reborn()
		return nil, errKilled
	}
}

func (m *mortal) reborn() {
	m.server.kill(m.t)
	m.server = start(m.t, m.db, m.key)
}

// changes gives what changed since it was asked last.
func (m *mortal) changes() (list []api.Change) {
	for {
		page, err := m.client.Feed(m.t.Context(), api.FeedQuery{After: m.after, PerPage: 1000})
		if err != nil {
			m.t.Fatal(err)
		}
		list, m.after = append(list, page.Data...), page.NextAfter
		if page.NextPageURL == "" {
			return list
		}
	}
}

func (m *mortal) create(name string) int64 {
	r, err := m.client.Create(m.t.Context(), api.Patch{Names: api.Values(name), Emails: api.Values(name + "@example.com")})
	if err != nil {
		m.t.Fatal(err)
	}
	return r.Contact.ID
}

// CONTRACT D32: a write that was committed and not answered, because the server was killed
// between the two, is sent again, and done once.
func TestKilledBeforeTheAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() (db, key string)) {
		db, key := open()
		m := newMortal(t, db, key)
		ctx := t.Context()
		for name, write := range map[string]func(id, other int64) (replayed bool, err error){
			"create": func(id, other int64) (bool, error) {
				r, err := m.client.Create(ctx, api.Patch{Names: api.Values("New")})
				return r.Replayed, err
			},
			"put": func(id, other int64) (bool, error) {
				r, err := m.client.Put(ctx, id, api.Patch{Names: api.Values("Other")}, api.IfMatch(1))
				return r.Replayed, err
			},
			"put of nothing new": func(id, other int64) (bool, error) {
				r, err := m.client.Put(ctx, id, api.Patch{Phones: api.Values()})
				return r.Replayed, err
			},
			"patch": func(id, other int64) (bool, error) {
				r, err := m.client.Patch(ctx, id, api.Amendment{Names: &api.ListAmendment{Add: []string{"More"}}}, api.BaseVersion(1))
				return r.Replayed, err
			},
			"delete": func(id, other int64) (bool, error) {
				r, err := m.client.Delete(ctx, id)
				return r.Replayed, err
			},
			"undo": func(id, other int64) (bool, error) {
				made, err := m.client.Changes(ctx, id, api.Paging{})
				if err != nil {
					return false, err
				}
				r, err := m.client.Undo(ctx, id, made.Data[0].ID)
				return r.Replayed, err
			},
			"merge": func(id, other int64) (bool, error) {
				r, err := m.client.Merge(ctx, id, other)
				return r.Replayed, err
			},
			"unmerge": func(id, other int64) (bool, error) {
				r, err := m.client.Unmerge(ctx, id, other)
				return r.Replayed, err
			},
			"batch": func(id, other int64) (bool, error) {
				r, err := m.client.Batch(ctx, []api.Operation{
					api.BatchCreate{Patch: api.Patch{Names: api.Values("New")}},
					api.BatchMerge{Survivor: id, Merging: api.Merging{Merged: []int64{other}}},
					api.BatchUnmerge{ID: id, Merged: other},
					api.BatchDelete{ID: 1 << 50},
				})
				return r.Replayed, err
			},
			"atomic batch": func(id, other int64) (bool, error) {
				r, err := m.client.Batch(ctx, []api.Operation{
					api.BatchCreate{Patch: api.Patch{Names: api.Values("New")}},
					api.BatchDelete{ID: id},
				}, api.Atomic())
				return r.Replayed, err
			},
		} {
			var did [2][]api.Action
			for i := range did {
				id, other := m.create("one"), m.create("other")
				if name == "unmerge" {
					if _, err := m.client.Merge(ctx, id, other); err != nil {
						t.Fatal(err)
					}
				}
				m.changes()
				if i == 1 {
					m.before()
				}
				replayed, err := write(id, other)
				if err != nil || replayed != (i == 1) {
					t.Fatalf("%s: replayed %v, %v", name, replayed, err)
				}
				for _, change := range m.changes() {
					did[i] = append(did[i], change.Action)
				}
			}
			if diff := cmp.Diff(did[0], did[1]); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	})
}

// How much a batch does here: enough to be killed in the middle of.
const (
	inBatch = 1000
	onEach  = 200 // contacts that it finds
)

// someBatch makes contacts, and a batch that changes, merges, deletes and makes some, and
// in which some operations are refused.
func (m *mortal) someBatch() (list []api.Operation) {
	var made []api.Operation
	for i := range onEach {
		made = append(made, api.BatchCreate{Patch: api.Patch{Names: api.Values(fmt.Sprintf("found%d", i))}})
	}
	r, err := m.client.Batch(m.t.Context(), made, api.Atomic())
	if err != nil {
		m.t.Fatal(err)
	}
	var ids []int64
	for _, one := range r.Results {
		ids = append(ids, one.ID)
	}
	text := strings.Repeat("x", 1500)
	for i := range inBatch {
		id, named := ids[i%onEach], fmt.Sprintf("made%d", i)
		switch {
		case i%5 == 1:
			list = append(list, api.BatchCreate{Patch: api.Patch{Names: api.Values(named)}})
		case i%50 == 2:
			list = append(list, api.BatchPut{ID: id, Patch: api.Patch{Names: api.Values(named)}, IfMatch: 1 << 40})
		case i%50 == 3:
			list = append(list, api.BatchMerge{Survivor: id, Merging: api.Merging{Merged: []int64{ids[(i+5)%onEach]}}})
		case i%50 == 4:
			list = append(list, api.BatchDelete{ID: id})
		default:
			list = append(list, api.BatchPatch{ID: id, Amendment: api.Amendment{Names: &api.ListAmendment{Add: []string{named}},
				CustomFields: api.CustomFields{"profile_field_1": named + text, "profile_field_2": named + text}}})
		}
	}
	return list
}

// middle has the server killed as soon as a batch has changed something, so many times.
// It counts those kills that left some of it undone.
func (m *mortal) middle(times int, done *int) {
	m.kills = func(send func() (*http.Response, error)) (*http.Response, error) {
		if times == 0 {
			return send()
		}
		times--
		killed := make(chan bool, 1)
		ctx, stop := context.WithCancel(m.t.Context())
		go func() {
			page, err := m.client.Feed(ctx, api.FeedQuery{After: m.after, PerPage: 1, Wait: api.MaxWait})
			killed <- err == nil && len(page.Data) > 0 && m.server.cmd.Process.Kill() == nil
		}()
		res, err := send()
		var text []byte
		if err == nil {
			text, err = io.ReadAll(res.Body)
			res.Body.Close()
		}
		stop()
		if !<-killed {
			if err == nil { // there was nothing left to do
				res.Body = io.NopCloser(bytes.NewReader(text))
			}
			return res, err
		}
		if err != nil { // it was not answered: that was in the middle
			*done++
		}
		m.reborn()
		m.changes()
		return nil, errKilled
	}
}

// outcomes are what results tell that is the same wherever they are run.
func outcomes(list []api.OperationResult) (texts []string) {
	for _, r := range list {
		text := fmt.Sprint(r.Status)
		if r.Err != nil {
			text += " " + string(r.Err.Code)
		}
		texts = append(texts, text)
	}
	return texts
}

// contents are the contacts of a Space and its history, without their ids.
func (m *mortal) contents() (people, history []string) {
	for row, err := range m.client.All(m.t.Context(), api.Query{}) {
		if err != nil {
			m.t.Fatal(err)
		}
		people = append(people, *row.Name)
	}
	m.after = 0
	for _, change := range m.changes() {
		text := fmt.Sprint(change.Action, change.Version, len(change.Changes.CustomFields))
		if names := change.Changes.Names; names != nil {
			text += fmt.Sprint(names.Added, names.Removed)
		}
		history = append(history, text)
	}
	slices.Sort(people)
	return people, history
}

// CONTRACT D33: a batch in the middle of which the server is killed, and killed again, ends
// as if it had been run once.
func TestKilledInTheMiddleOfABatch(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() (db, key string)) {
		var want, got []string
		var people, history [2][]string
		middle := 0
		for i := range 2 {
			db, key := open()
			m := newMortal(t, db, key)
			list := m.someBatch()
			m.changes()
			if i == 1 {
				m.middle(2, &middle)
			}
			r, err := m.client.Batch(t.Context(), list, api.IdempotencyKey("nightly"))
			if err != nil || r.Replayed != (i == 1) {
				t.Fatalf("replayed %v, %v", r.Replayed, err)
			}
			want, got = got, outcomes(r.Results)
			again, err := m.client.Batch(t.Context(), list, api.IdempotencyKey("nightly"))
			if err != nil || !again.Replayed {
				t.Fatalf("again: replayed %v, %v", again.Replayed, err)
			}
			again.Replayed, again.RequestID, r.RequestID = r.Replayed, "", ""
			for j := range r.Results {
				forget(&r.Results[j])
				forget(&again.Results[j])
			}
			if diff := cmp.Diff(r, again); diff != "" {
				t.Errorf("sent once more it is answered otherwise: %s", diff)
			}
			people[i], history[i] = m.contents()
			m.server.stop(t)
		}
		if middle == 0 {
			t.Error("it was never killed in the middle")
		}
		for _, diff := range []string{cmp.Diff(want, got), cmp.Diff(people[0], people[1]), cmp.Diff(history[0], history[1])} {
			if diff != "" {
				t.Errorf("it is not as if run once: %.2000s", diff)
			}
		}
	})
}

// forget leaves out by which request an error was answered.
func forget(r *api.OperationResult) {
	if r.Err != nil {
		r.Err.RequestID = ""
	}
}

// A run of `carnet batch` of which both ends are killed goes on where it ended, when the
// command is given again.
func TestBatchCommandGoesOn(t *testing.T) {
	const lines = 3000
	onBoth(t, func(t *testing.T, open func() (db, key string)) {
		db, key := open()
		m := newMortal(t, db, key)
		var text strings.Builder
		for i := range lines {
			fmt.Fprintf(&text, "{\"method\": \"POST\", \"body\": {\"names\": [\"made%d\"]}}\n", i)
		}
		file := filepath.Join(t.TempDir(), "many.ndjson")
		if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		run := func() *exec.Cmd {
			cmd := exec.Command(binary, "batch", file, "--key", "nightly", "--url", m.server.url)
			cmd.Env = append(os.Environ(), "CARNET_KEY="+key)
			return cmd
		}
		first := run()
		if err := first.Start(); err != nil {
			t.Fatal(err)
		}
		if page, err := m.client.Feed(t.Context(), api.FeedQuery{PerPage: 1, Wait: api.MaxWait}); err != nil || len(page.Data) == 0 {
			t.Fatalf("nothing was done: %v", err)
		}
		m.server.kill(t)
		if err := first.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		first.Wait()
		m.server = start(t, db, key)
		if n := len(m.changes()); n == 0 || n == lines {
			t.Errorf("it was not killed in the middle: %d of %d were done", n, lines)
		}
		out, err := run().Output()
		if err != nil || !strings.HasPrefix(string(out), fmt.Sprintf("%d operations: %d created.\n", lines, lines)) {
			t.Fatalf("%v, %s", err, out)
		}
		seen := map[string]bool{}
		rows := 0
		for row, err := range m.client.All(t.Context(), api.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			rows++
			seen[*row.Name] = true
		}
		if rows != lines || len(seen) != lines {
			t.Errorf("%d contacts with %d names, of %d operations", rows, len(seen), lines)
		}
	})
}
