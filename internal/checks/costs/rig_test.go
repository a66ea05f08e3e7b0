package costs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/sqlite"
	"github.com/carnet-project/carnet/internal/ui"
)

// people is how many contacts there are when measuring begins.
const people = 2000

// rig is the whole way of a request, from the HTTP handler down to SQLite. It
// lives in a bubble of testing/synctest, whose clock stands while it works: so
// rows are equally long in every run, and the key stays known, as that of a
// busy client does.
type rig struct {
	t       *testing.T
	backend *sqlite.Backend
	store   *store.Store
	book    *book.Book
	grant   access.Grant
	plans   []book.Plan // that are to be applied
	space   contact.SpaceID
	handler http.Handler
	pages   http.Handler // of the book in the browser
	secret  string
	session string      // of who reads pages
	log     string      // the file of the write-ahead log
	rounds  map[int]int // of PUTs so far, by contact: each sends values that are new
	merged  int         // contacts so far
	job     store.Job   // which brings the keys over to another region
	warm    bool        // each row ran once, and is measured from now on
}

func newRig(t *testing.T) *rig {
	path := filepath.Join(t.TempDir(), "carnet.db")
	quiet := slog.New(slog.DiscardHandler)
	// Without Serve nothing moves the log into the file, so it only grows.
	backend, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, backend: backend, store: store.New(backend, store.Options{Log: quiet}), log: path + "-wal", rounds: map[int]int{}}
	b := book.New(r.store, book.Options{Log: quiet})
	r.book = b
	t.Cleanup(func() {
		b.Close()
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
	})
	var unlimited access.Limits
	for _, bucket := range access.Buckets {
		unlimited = unlimited.With(bucket, 0)
	}
	space, err := b.CreateSpace(t.Context(), "test", access.Space{Name: "costs", Region: "US", Limits: unlimited})
	if err != nil {
		t.Fatal(err)
	}
	key, secret, err := b.CreateKey(t.Context(), "test", access.APIKey{Space: space.ID, Name: "costs"})
	if err != nil {
		t.Fatal(err)
	}
	r.space, r.secret, r.grant = space.ID, secret.Reveal(), access.Grant{Key: key, Space: space}
	r.handler, r.pages = httpapi.New(b, httpapi.Options{Log: quiet}), ui.New(b, ui.Options{Log: quiet})
	token, _, err := b.SignIn(t.Context(), r.secret, "Ada Ferrell")
	if err != nil {
		t.Fatal(err)
	}
	r.session = token.Reveal()
	// The first use of the key is noted, which writes. That would wait for a
	// held lane, and nobody in the bubble may wait for a lock.
	r.send(r.call("GET", "/contacts", ""))
	synctest.Wait()
	const batch = 250
	for first := 1; first <= people; first += batch {
		var calls []*call
		for id := first; id < first+batch; id++ {
			calls = append(calls, r.call("POST", "/contacts", person(id, 0)))
		}
		r.inOneBatch(calls)
		for i, c := range calls {
			c.want(t, http.StatusCreated, true)
			if got := c.answer.header.Get("Location"); !strings.HasSuffix(got, fmt.Sprintf("/contacts/%d", first+i)) {
				t.Fatalf("contact %d was made as %q", first+i, got)
			}
		}
	}
	return r
}

// person is the body of the benchmark: 2 emails, a phone, a name, a location
// and 12 custom fields. Each round changes half of the custom fields and the
// location, and of every other contact an email, in turns. Bodies are equally
// long.
func person(id, round int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"emails":["person-%05d-%05d@example.com","home-%05d@example.org"],"phones":["+1 206 555 01%02d"],`+
		`"names":["Person Number %05d"],"locations":["%05d Example Street, Springfield"],"custom_fields":{`,
		id, (round+id%2)/2, id, id%100, id, 10000+round)
	for slot := 1; slot <= 8; slot++ {
		fmt.Fprintf(&b, `"profile_field_%d":"Text %d of person %05d, %05d",`, slot, slot, id, round*(slot%2))
	}
	fmt.Fprintf(&b, `"profile_field_16":%d,"profile_field_17":"1%05d.25",`, 10000+round, id)
	fmt.Fprintf(&b, `"profile_field_26":"2026-01-%02d","profile_field_27":"19%02d-05-17"}}`, 1+round%28, id%100)
	return b.String()
}

// put is a PUT that changes a contact.
func (r *rig) put(id int) *call {
	r.rounds[id]++
	return r.call("PUT", path(id), person(id, r.rounds[id]))
}

func path(id int) string { return fmt.Sprintf("/contacts/%d", id) }

// call is a request that is ready to be sent, and what it was answered.
type call struct {
	request *http.Request
	answer  answer
}

func (r *rig) call(method, path, body string) *call {
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	c := &call{request: httptest.NewRequest(method, "/public-api/v1"+path, content), answer: answer{header: make(http.Header, 16)}}
	c.request.Header.Set("Authorization", "Bearer "+r.secret)
	c.request.Header.Set("Accept", "application/json")
	if body != "" {
		c.request.Header.Set("Content-Type", "application/json")
	}
	return c
}

// page is what a browser asks for.
func (r *rig) page(address, encoding string) *call {
	c := &call{request: httptest.NewRequest("GET", address, nil), answer: answer{header: make(http.Header, 16)}}
	c.request.Header.Set("Accept-Encoding", encoding)
	c.request.AddCookie(&http.Cookie{Name: "carnet", Value: r.session})
	return c
}

// want fails the test unless the call was answered so. A cost of something
// else than what a row says would be worth nothing.
func (c *call) want(t *testing.T, status int, changed bool) {
	t.Helper()
	if c.answer.status != status || (len(c.answer.header["X-Change-Id"]) > 0) != changed {
		t.Fatalf("%s %s: answered %d, change %q; want %d, changed %v", c.request.Method, c.request.URL.Path,
			c.answer.status, c.answer.header["X-Change-Id"], status, changed)
	}
}

// answer takes an answer without allocating, which would be counted.
type answer struct {
	header   http.Header
	status   int
	contacts int // that it holds
	ends     int // whether it says that no page follows
	rows     int // of a page of the book: contacts, or changes
	done     int // operations of a batch
}

var (
	idMember = []byte(`{"id":`)
	noCursor = []byte(`"next_cursor":null`)
	pageRow  = []byte(` data-row>`)
	isDone   = []byte(`{"status":200,`)
)

func (a *answer) Header() http.Header    { return a.header }
func (a *answer) WriteHeader(status int) { a.status = status }
func (a *answer) Write(p []byte) (int, error) {
	a.contacts += bytes.Count(p, idMember)
	a.ends += bytes.Count(p, noCursor)
	a.rows += bytes.Count(p, pageRow)
	a.done += bytes.Count(p, isDone)
	return len(p), nil
}

func (r *rig) send(c *call) {
	if ui.Has(c.request.URL.Path) {
		r.pages.ServeHTTP(&c.answer, c.request)
	} else {
		r.handler.ServeHTTP(&c.answer, c.request)
	}
}

// oneByOne is one client alone.
func (r *rig) oneByOne(calls []*call) {
	for _, c := range calls {
		r.send(c)
	}
}

// held is a verb that changes nothing, and waits.
type held struct{ free chan struct{} }

func (h held) Needs() contact.Needs { return contact.Needs{} }

func (h held) Size() int { return 0 }

func (h held) Decide(*contact.View) (contact.Decision, error) {
	<-h.free
	return contact.Decision{}, nil
}

// inOneBatch holds the lane with a write that changes nothing until all calls
// wait, in their order, so that they share the next transaction. What holding
// takes, a statement and a few allocations, is counted with them.
func (r *rig) inOneBatch(calls []*call) {
	free := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		_, err := r.store.Do(r.t.Context(), store.Write{Space: r.space, Verbs: []contact.Verb{held{free}}})
		if err != nil {
			r.t.Error(err)
		}
	})
	synctest.Wait()
	for _, c := range calls {
		all.Go(func() { r.send(c) })
		synctest.Wait()
	}
	close(free)
	all.Wait()
}

// cost is what a request took, on average.
type cost struct {
	statements float64 // of SQL, those that begin and end transactions included
	rows       float64 // that SQLite gave, those that were stepped over included
	wal        float64 // bytes appended to the write-ahead log
	allocs     float64 // allocations of the Go heap
	bytes      float64 // their size
}

// measure runs calls by run and gives what each took.
func (r *rig) measure(calls []*call, run func([]*call)) cost {
	synctest.Wait() // nothing goes on from before
	runtime.GC()
	var before, after runtime.MemStats
	statements, rows := r.backend.Work()
	wal := r.walSize()
	runtime.ReadMemStats(&before)
	run(calls)
	runtime.ReadMemStats(&after)
	n := float64(len(calls))
	nowStatements, nowRows := r.backend.Work()
	return cost{
		statements: float64(nowStatements-statements) / n,
		rows:       float64(nowRows-rows) / n,
		wal:        float64(r.walSize()-wal) / n,
		allocs:     float64(after.Mallocs-before.Mallocs) / n,
		bytes:      float64(after.TotalAlloc-before.TotalAlloc) / n,
	}
}

// addChanges makes a history longer by so many small entries, past the API, as
// quickly as can be.
func (r *rig) addChanges(n int) {
	ctx := r.t.Context()
	last, err1 := r.backend.LastSeq(ctx, r.space)
	tx, err2 := r.backend.Begin(ctx, r.backend.Lane(r.space))
	if err := errors.Join(err1, err2); err != nil {
		r.t.Fatal(err)
	}
	spaces, err := tx.Spaces(ctx, []contact.SpaceID{r.space})
	if err != nil {
		r.t.Fatal(err)
	}
	save := store.Save{Spaces: spaces}
	save.Spaces[0].NextSeq += contact.Seq(n)
	for i := range contact.Seq(n) {
		save.Changes = append(save.Changes, record.Change{Space: r.space, Seq: last + 1 + i, Op: last + 1 + i, Contact: 1, Version: 1, At: spaces[0].LastAt,
			Action: contact.ActionPut, Actor: []byte("{}"), Edits: []byte("{}")})
	}
	if err := errors.Join(tx.Save(ctx, &save), tx.Commit(ctx)); err != nil {
		r.t.Fatal(err)
	}
}

// pastTime is when a contact of addPast had a version.
func pastTime(version int) contact.Time { return contact.Time(1_000_000 + version) }

// addPast makes a contact with a history of so many changes, past the API, and gives
// its id.
func (r *rig) addPast(depth int) contact.ID {
	ctx := r.t.Context()
	last, err1 := r.backend.LastSeq(ctx, r.space)
	tx, err2 := r.backend.Begin(ctx, r.backend.Lane(r.space))
	if err := errors.Join(err1, err2); err != nil {
		r.t.Fatal(err)
	}
	spaces, err1 := tx.Spaces(ctx, []contact.SpaceID{r.space})
	id, err2 := tx.NewIDs(ctx, 1)
	if err := errors.Join(err1, err2); err != nil {
		r.t.Fatal(err)
	}
	save := store.Save{Spaces: spaces}
	save.Spaces[0].NextSeq += contact.Seq(depth)
	c := contact.Contact{ID: id, Created: pastTime(1)}
	for v := 1; v <= depth; v++ {
		after, seq, before := c, last+contact.Seq(v), c.Head
		after.Version, after.Head, after.Depth = contact.Version(v), seq, int64(v)
		after.Values[contact.Names] = []contact.Value{{Text: fmt.Sprintf("Name %05d", v), Origins: []contact.Origin{{Contact: id, Op: seq}}}}
		edits := contact.Diff(&c, &after)
		ch := contact.Change{Seq: seq, Op: seq, Contact: id, Version: contact.Version(v), Prev: before, At: pastTime(v), Action: contact.ActionPut, Edits: edits}
		if v%contact.SnapshotEvery == 0 {
			ch.Snapshot = &after
		}
		row, err := record.EncodeChange(r.space, &ch)
		if err != nil {
			r.t.Fatal(err)
		}
		save.Changes, c = append(save.Changes, row), after
	}
	row, err := record.EncodeContact(r.space, &c)
	save.Contacts = []store.ContactSave{{Row: row}}
	if err := errors.Join(err, tx.Save(ctx, &save), tx.Commit(ctx)); err != nil {
		r.t.Fatal(err)
	}
	return id
}

func (r *rig) walSize() int64 {
	info, err := os.Stat(r.log)
	if err != nil {
		r.t.Fatal(err)
	}
	return info.Size()
}
