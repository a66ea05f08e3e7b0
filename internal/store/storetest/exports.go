package storetest

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// CONTRACT D38.

var exportTests = []suite.Test{
	{"an export comes back as it was saved", testExport},
	{"exports of a Space are listed newest first", testExports},
	{"chunks come once, and the first of them go, or all with their export", testExportChunks},
	{"exports that ended are found in all Spaces", testEndedExports},
}

func exportOf(space contact.SpaceID, id string, created contact.Time) record.Export {
	e := record.Export{Space: space, ID: id, State: "running", Created: created, Ends: 1 << 50, Weight: 7, Doc: []byte(`{"of":"Zoë"}`)}
	e.Seal()
	return e
}

func chunkOf(e record.Export, n int64, data string) record.ExportChunk {
	c := record.ExportChunk{Space: e.Space, Export: e.ID, N: n, Data: []byte(data)}
	c.Seal()
	return c
}

func saveExports(t *testing.T, b store.Backend, space contact.SpaceID, list ...store.ExportSaved) {
	t.Helper()
	suite.Commit(t, b, b.Lane(space), &store.Save{Exports: list})
}

// wantExport wants an export as it was saved, by whatever way it is read, with these chunks;
// nil for none.
func wantExport(t *testing.T, b store.Backend, id store.ExportID, want *record.Export, chunks ...record.ExportChunk) {
	t.Helper()
	got, found, err := b.Export(bg, id)
	tx := suite.Begin(t, b, b.Lane(id.Space))
	loaded, err2 := tx.Load(bg, &store.Wants{Exports: []store.ExportID{id}})
	tx.Rollback()
	if err := errors.Join(err, err2); err != nil || found != (want != nil) || len(loaded.Exports) > 0 != found {
		t.Fatalf("export %q: %v, found %v, loaded %+v", id.ID, err, found, loaded.Exports)
	}
	if want != nil && (!reflect.DeepEqual(got, *want) || !reflect.DeepEqual(loaded.Exports[0], *want) || got.Check() != nil) {
		t.Errorf("export %q: got %+v, and loaded %+v\nwant %+v", id.ID, got, loaded.Exports[0], *want)
	}
	var there []record.ExportChunk
	for n := range int64(5) {
		c, found, err := b.ExportChunk(bg, id, n)
		if err != nil {
			t.Fatal(err)
		}
		if found {
			there = append(there, c)
		}
	}
	if !reflect.DeepEqual(there, chunks) {
		t.Errorf("export %q: the chunks are %+v, want %+v", id.ID, there, chunks)
	}
}

func testExport(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	want, theirs := exportOf(space, "E '\"%\\", 1<<50), exportOf(other, "E '\"%\\", 5)
	id, others := store.ExportID{Space: space, ID: want.ID}, store.ExportID{Space: other, ID: want.ID}
	octets := chunkOf(want, 1, "\x00\x1f\x8b\xff\n")
	saveExports(t, b, space, store.ExportSaved{Export: want, New: true, Chunks: []record.ExportChunk{octets}})
	wantExport(t, b, id, &want, octets)
	for _, of := range []store.ExportID{others, {Space: space, ID: "e '\"%\\"}, {Space: space, ID: ""}} {
		wantExport(t, b, of, nil)
	}
	saveExports(t, b, other, store.ExportSaved{Export: theirs, New: true})
	want.State, want.Ends, want.Weight, want.Doc = "completed", 0, math.MaxInt64, []byte(`{}`)
	want.Seal()
	saveExports(t, b, space, store.ExportSaved{Export: want})
	wantExport(t, b, id, &want, octets)
	wantExport(t, b, others, &theirs)
	for what, c := range map[string]struct {
		save  store.ExportSaved
		taken bool
	}{
		"one that is there already": {store.ExportSaved{Export: want, New: true}, true},
		"one that is not there":     {store.ExportSaved{Export: exportOf(space, "f", 5)}, false},
		"a chunk that is there":     {store.ExportSaved{Export: want, Chunks: []record.ExportChunk{chunkOf(want, 1, "b")}}, true},
	} {
		tx := suite.Begin(t, b, b.Lane(space))
		err := tx.Save(bg, &store.Save{Exports: []store.ExportSaved{c.save}})
		tx.Rollback()
		if !errors.Is(err, store.ErrConflict) && (!c.taken || !errors.Is(err, store.ErrRefused)) {
			t.Errorf("%s: %v", what, err)
		}
	}
	wantExport(t, b, id, &want, octets)
}

func testExports(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	for i, created := range []contact.Time{30, 10, 20, 253402300799_999_999} {
		saveExports(t, b, space, store.ExportSaved{Export: exportOf(space, string(rune('a'+i)), created), New: true})
	}
	saveExports(t, b, other, store.ExportSaved{Export: exportOf(other, "z", 15), New: true})
	for _, c := range []struct {
		q    store.ExportQuery
		want string
	}{
		{store.ExportQuery{Space: space, Limit: 10}, "d a c b"},
		{store.ExportQuery{Space: space, Limit: 2}, "d a"},
		{store.ExportQuery{Space: space, Before: 30, Limit: 10}, "c b"},
		{store.ExportQuery{Space: space, Before: 10, Limit: 10}, ""},
		{store.ExportQuery{Space: other, Limit: 10}, "z"},
	} {
		list, err := b.Exports(bg, c.q)
		var got []string
		for i := range list {
			got = append(got, list[i].ID)
			if list[i].Space != c.q.Space || list[i].Check() != nil {
				t.Errorf("%+v: got %+v", c.q, list[i])
			}
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v, got %q, want %q", c.q, err, got, c.want)
		}
	}
	var all []string
	for after := (store.ExportID{Space: space}); ; {
		id, err := b.StoredExport(bg, after)
		if err != nil || id == "" {
			if got := strings.Join(all, " "); err != nil || got != "a b c d" {
				t.Errorf("stored: %v, %q", err, got)
			}
			return
		}
		all, after.ID = append(all, id), id
	}
}

func testExportChunks(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	e, f := exportOf(space, "e", 5), exportOf(space, "e1", 6)
	id, other := store.ExportID{Space: space, ID: "e"}, store.ExportID{Space: space, ID: "e1"}
	three := []record.ExportChunk{chunkOf(e, 1, "one"), chunkOf(e, 2, "two"), chunkOf(e, 3, "three")}
	saveExports(t, b, space, store.ExportSaved{Export: e, New: true, Chunks: three[:2]}, store.ExportSaved{Export: e, Chunks: three[2:]})
	saveExports(t, b, space, store.ExportSaved{Export: f, New: true, Chunks: []record.ExportChunk{chunkOf(f, 1, "f")}})
	wantExport(t, b, id, &e, three...)
	saveExports(t, b, space, store.ExportSaved{Export: e, Gone: 2})
	wantExport(t, b, id, &e, three[2])
	saveExports(t, b, space, store.ExportSaved{Export: e, Gone: 3, Chunks: three[:1]}) // first some go, then others come
	wantExport(t, b, id, &e, three[0])
	for range 2 { // that it is not there is no fault
		saveExports(t, b, space, store.ExportSaved{Export: e, Drop: true})
		wantExport(t, b, id, nil)
	}
	wantExport(t, b, other, &f, chunkOf(f, 1, "f"))
}

func testEndedExports(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	for i, ends := range []contact.Time{30, 0, 10, 20} {
		e := exportOf(space, string(rune('a'+i)), contact.Time(5+i))
		e.Ends = ends
		saveExports(t, b, space, store.ExportSaved{Export: e, New: true})
	}
	theirs := exportOf(other, "a", 5)
	theirs.Ends = 15
	saveExports(t, b, other, store.ExportSaved{Export: theirs, New: true})
	for _, c := range []struct {
		now   contact.Time
		limit int
		want  string
	}{{9, 9, ""}, {10, 9, "c"}, {20, 9, "c a' d"}, {20, 2, "c a'"}, {1 << 60, 9, "c a' d a"}} {
		list, err := b.EndedExports(bg, c.now, c.limit)
		var got []string
		for _, id := range list {
			got = append(got, id.ID+strings.Repeat("'", int(id.Space-space)))
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("at %d, %d at most: %v, got %q, want %q", c.now, c.limit, err, got, c.want)
		}
	}
}
