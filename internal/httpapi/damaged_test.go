package httpapi_test

import (
	"bytes"
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/httpapi"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
)

// flipping is a backend of which whatever is read that has the name Fay comes with
// one bit flipped: Fax. That still is JSON, and a name.
type flipping struct {
	store.Backend
	rows, changes bool
	begin         func() // before a transaction; nil for nothing
	loads         []int  // of how many contacts at once
}

func flipped(text []byte) []byte { return bytes.ReplaceAll(text, []byte("Fay"), []byte("Fax")) }

func (f *flipping) row(row *record.Contact) {
	if f.rows {
		row.Doc = flipped(row.Doc)
	}
}

func (f *flipping) entries(list []record.Change) {
	for i := range list {
		if f.changes {
			list[i].Edits = flipped(list[i].Edits)
		}
	}
}

func (f *flipping) walk(w store.Walk) store.Walk {
	for i := range w.Rows {
		f.row(&w.Rows[i])
	}
	return w
}

func (f *flipping) Contact(ctx context.Context, space contact.SpaceID, ref contact.ID) (record.Contact, bool, error) {
	row, ok, err := f.Backend.Contact(ctx, space, ref)
	f.row(&row)
	return row, ok, err
}

func (f *flipping) Row(ctx context.Context, space contact.SpaceID, id contact.ID) (record.Contact, bool, error) {
	row, ok, err := f.Backend.Row(ctx, space, id)
	f.row(&row)
	return row, ok, err
}

func (f *flipping) List(ctx context.Context, l store.Listing) (store.Walk, error) {
	w, err := f.Backend.List(ctx, l)
	return f.walk(w), err
}

func (f *flipping) Updated(ctx context.Context, u store.Updates) (store.Walk, error) {
	w, err := f.Backend.Updated(ctx, u)
	return f.walk(w), err
}

func (f *flipping) Changes(ctx context.Context, space contact.SpaceID, seqs []contact.Seq) ([]record.Change, error) {
	list, err := f.Backend.Changes(ctx, space, seqs)
	f.entries(list)
	return list, err
}

func (f *flipping) Feed(ctx context.Context, st store.Stretch) (store.FeedWalk, error) {
	walk, err := f.Backend.Feed(ctx, st)
	f.entries(walk.Rows)
	return walk, err
}

func (f *flipping) Chain(ctx context.Context, space contact.SpaceID, from contact.Seq, limit int) ([]record.Change, error) {
	list, err := f.Backend.Chain(ctx, space, from, limit)
	f.entries(list)
	return list, err
}

func (f *flipping) Begin(ctx context.Context, lane int64) (store.Tx, error) {
	if f.begin != nil {
		f.begin()
	}
	tx, err := f.Backend.Begin(ctx, lane)
	return flippingTx{tx, f}, err
}

type flippingTx struct {
	store.Tx
	f *flipping
}

func (tx flippingTx) Load(ctx context.Context, w *store.Wants) (store.Loaded, error) {
	loaded, err := tx.Tx.Load(ctx, w)
	if err == nil {
		tx.f.loads = append(tx.f.loads, len(w.Refs))
		for i := range loaded.Refs {
			tx.f.row(&loaded.Refs[i].Row)
		}
	}
	return loaded, err
}

// newFlipping gives a world with the contacts Fay, which will be damaged, and Bo.
func newFlipping(t *testing.T) (*flipping, *world) {
	f := &flipping{Backend: openSQLite(t)}
	w := newWorldWith(t, f, httpapi.Options{})
	for _, body := range []string{`{"names":["Fay"],"emails":["fay@example.com"]}`, `{"names":["Bo"],"emails":["bo@example.com"]}`} {
		want(t, w.do(t.Context(), "POST", "/contacts", body), 201, "")
	}
	return f, w
}

// whole gives the path as do asks for it.
func whole(path string) string {
	if strings.HasPrefix(path, "/contacts") {
		return "/public-api/v1" + path
	}
	return path
}

// FAULT F3: what is not as it was written is never given out, and never built on; and
// what is beside it goes on.
func TestDamagedRows(t *testing.T) {
	d, err := described()
	if err != nil {
		t.Fatal(err)
	}
	const since = "updated_since=1970-01-01T00:00:00Z"
	for _, test := range []struct {
		method, path, body string
		rows, changes      bool // what of it damages the answer
	}{
		{"GET", "/contacts/1", "", true, false},
		{"GET", "/contacts/2", "", false, false},
		{"GET", "/contacts/1?include_sources=1", "", true, true},
		{"GET", "/contacts/1?include_meta=1", "", true, true},
		{"GET", "/contacts/2?include_sources=1&include_meta=1", "", false, false},
		{"GET", "/contacts", "", true, false},
		{"GET", "/contacts?per_page=1", "", false, false}, // the newest: Bo
		{"GET", "/contacts?" + since, "", true, false},
		{"GET", "/contacts?email=fay@example.com", "", true, false},
		{"GET", "/contacts?email=bo@example.com", "", false, false},
		{"GET", "/contacts/1/changes", "", true, true},
		{"GET", "/contacts/1/changes?own=1", "", true, true},
		{"GET", "/contacts/2/changes", "", false, false},
		{"GET", "/public-api/v1/changes", "", false, true},
		{"GET", "/public-api/v1/changes?after=1", "", false, false},
		{"PUT", "/contacts/1", `{"names":["x"]}`, true, false},
		{"PUT", "/contacts/1", `{"names":["Fay"],"emails":["fay@example.com"]}`, true, false}, // which would change nothing
		{"PUT", "/contacts/1?include_meta=1", `{"names":["Fay"]}`, true, true},                // which tells of what was
		{"PUT", "/contacts/1?include_meta=1", `{"names":["Fay Example"]}`, true, false},
		{"PUT", "/contacts/2", `{"id":1,"names":["x"]}`, true, false},
		{"PUT", "/contacts/2", `{"names":["Bo Example"]}`, false, false},
		{"POST", "/contacts/1/merge", `{"merged_id":2}`, true, false},
		{"POST", "/contacts/2/merge", `{"merged_id":1}`, true, false},
	} {
		for _, damage := range []struct{ rows, changes bool }{{true, false}, {false, true}} {
			f, w := newFlipping(t)
			f.rows, f.changes = damage.rows, damage.changes
			name := test.method + " " + test.path + " " + test.body
			res := w.do(t.Context(), test.method, test.path, test.body)
			if test.rows && damage.rows || test.changes && damage.changes {
				want(t, res, 500, "row_damaged")
				if _, problems := d.ValidateHttpResponse(httptest.NewRequest(test.method, whole(test.path), nil), res.Result()); problems != nil {
					t.Errorf("%s: not as in the document: %v", name, problems)
				}
				if log := w.log.String(); !strings.Contains(log, `"code":"row_damaged"`) || strings.Contains(log, "Fax") {
					t.Errorf("%s: the log does not tell it, or tells too much: %s", name, log)
				}
				f.rows, f.changes = false, false
				if feed := w.do(t.Context(), "GET", "/public-api/v1/changes?after=2", ""); !strings.Contains(feed.Body.String(), `"data":[]`) {
					t.Errorf("%s: it has written: %s", name, feed.Body)
				}
			} else if res.Code >= 500 {
				t.Errorf("%s, damaged %+v: %d %s", name, damage, res.Code, res.Body)
			}
			if strings.Contains(res.Body.String(), "Fax") {
				t.Errorf("%s gives out what is damaged: %s", name, res.Body)
			}
		}
	}
}

// FAULT F3: a write of what is damaged is refused alone, among those of its batch.
func TestDamagedRowsSpareNeighbours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := newFlipping(t)
		held := make(chan struct{})
		f.begin = func() { <-held }
		f.rows = true
		var all sync.WaitGroup
		send := func(path, body string, status int, code string) {
			all.Go(func() { want(t, w.do(t.Context(), "PUT", path, body), status, code) })
			synctest.Wait()
		}
		send("/contacts/2", `{"phones":["+1 202 555 0100"]}`, 200, "") // it is held: those after it come together
		send("/contacts/2", `{"names":["Before"]}`, 200, "")
		send("/contacts/1", `{"names":["x"]}`, 500, "row_damaged")
		send("/contacts/2", `{"names":["After"]}`, 200, "")
		close(held)
		all.Wait()
		if last := slices.Max(f.loads); last != 2 {
			t.Errorf("at most %d contacts were loaded at once: they shared no batch", last)
		}
		if res := w.do(t.Context(), "GET", "/contacts/2", ""); !strings.Contains(res.Body.String(), `"names":["After"]`) {
			t.Errorf("not written: %s", res.Body)
		}
	})
}
