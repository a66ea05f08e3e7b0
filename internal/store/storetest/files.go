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

var fileTests = []suite.Test{
	{"a file comes back as it was saved", testFile},
	{"files of a Space are listed newest first", testFiles},
	{"chunks come once, and the first of them go, or all with their file", testFileChunks},
	{"files that ended are found in all Spaces", testEndedFiles},
}

func fileOf(space contact.SpaceID, id string, created contact.Time) record.File {
	e := record.File{Space: space, ID: id, Kind: record.ExportFile, State: "running", Created: created, Ends: 1 << 50, Weight: 7, Doc: []byte(`{"of":"Zoë"}`)}
	e.Seal()
	return e
}

func chunkOf(e record.File, n int64, data string) record.FileChunk {
	c := record.FileChunk{Space: e.Space, File: e.ID, N: n, Data: []byte(data)}
	c.Seal()
	return c
}

func saveFiles(t *testing.T, b store.Backend, space contact.SpaceID, list ...store.FileSaved) {
	t.Helper()
	suite.Commit(t, b, b.Lane(space), &store.Save{Files: list})
}

// wantFile wants a file as it was saved, by whatever way it is read, with these chunks;
// nil for none.
func wantFile(t *testing.T, b store.Backend, id store.FileID, want *record.File, chunks ...record.FileChunk) {
	t.Helper()
	got, found, err := b.File(bg, id)
	tx := suite.Begin(t, b, b.Lane(id.Space))
	loaded, err2 := tx.Load(bg, &store.Wants{Files: []store.FileID{id}})
	tx.Rollback()
	if err := errors.Join(err, err2); err != nil || found != (want != nil) || len(loaded.Files) > 0 != found {
		t.Fatalf("file %q: %v, found %v, loaded %+v", id.ID, err, found, loaded.Files)
	}
	if want != nil && (!reflect.DeepEqual(got, *want) || !reflect.DeepEqual(loaded.Files[0], *want) || got.Check() != nil) {
		t.Errorf("file %q: got %+v, and loaded %+v\nwant %+v", id.ID, got, loaded.Files[0], *want)
	}
	var there []record.FileChunk
	for n := range int64(5) {
		c, found, err := b.FileChunk(bg, id, n)
		if err != nil {
			t.Fatal(err)
		}
		if found {
			there = append(there, c)
		}
	}
	if !reflect.DeepEqual(there, chunks) {
		t.Errorf("file %q: the chunks are %+v, want %+v", id.ID, there, chunks)
	}
}

func testFile(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	want, theirs := fileOf(space, "E '\"%\\", 1<<50), fileOf(other, "E '\"%\\", 5)
	id, others := store.FileID{Space: space, ID: want.ID}, store.FileID{Space: other, ID: want.ID}
	octets := chunkOf(want, 1, "\x00\x1f\x8b\xff\n")
	saveFiles(t, b, space, store.FileSaved{File: want, New: true, Chunks: []record.FileChunk{octets}})
	wantFile(t, b, id, &want, octets)
	for _, of := range []store.FileID{others, {Space: space, ID: "e '\"%\\"}, {Space: space, ID: ""}} {
		wantFile(t, b, of, nil)
	}
	saveFiles(t, b, other, store.FileSaved{File: theirs, New: true})
	want.Kind, want.State, want.Ends, want.Weight, want.Doc = record.ImportFile, "completed", 0, math.MaxInt64, []byte(`{}`)
	want.Seal()
	saveFiles(t, b, space, store.FileSaved{File: want})
	wantFile(t, b, id, &want, octets)
	wantFile(t, b, others, &theirs)
	for what, c := range map[string]struct {
		save  store.FileSaved
		taken bool
	}{
		"one that is there already": {store.FileSaved{File: want, New: true}, true},
		"one that is not there":     {store.FileSaved{File: fileOf(space, "f", 5)}, false},
		"a chunk that is there":     {store.FileSaved{File: want, Chunks: []record.FileChunk{chunkOf(want, 1, "b")}}, true},
	} {
		tx := suite.Begin(t, b, b.Lane(space))
		err := tx.Save(bg, &store.Save{Files: []store.FileSaved{c.save}})
		tx.Rollback()
		if !errors.Is(err, store.ErrConflict) && (!c.taken || !errors.Is(err, store.ErrRefused)) {
			t.Errorf("%s: %v", what, err)
		}
	}
	wantFile(t, b, id, &want, octets)
}

func testFiles(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	for i, created := range []contact.Time{30, 10, 20, 253402300799_999_999} {
		saveFiles(t, b, space, store.FileSaved{File: fileOf(space, string(rune('a'+i)), created), New: true})
	}
	saveFiles(t, b, other, store.FileSaved{File: fileOf(other, "z", 15), New: true})
	came := fileOf(space, "came", 25)
	came.Kind = record.ImportFile
	came.Seal()
	saveFiles(t, b, space, store.FileSaved{File: came, New: true})
	for _, c := range []struct {
		q    store.FileQuery
		want string
	}{
		{store.FileQuery{Space: space, Kind: record.ExportFile, Limit: 10}, "d a c b"},
		{store.FileQuery{Space: space, Kind: record.ExportFile, Limit: 2}, "d a"},
		{store.FileQuery{Space: space, Kind: record.ExportFile, Before: 30, Limit: 10}, "c b"},
		{store.FileQuery{Space: space, Kind: record.ExportFile, Before: 10, Limit: 10}, ""},
		{store.FileQuery{Space: other, Kind: record.ExportFile, Limit: 10}, "z"},
		{store.FileQuery{Space: space, Kind: record.ImportFile, Limit: 10}, "came"},
	} {
		list, err := b.Files(bg, c.q)
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
	for after := (store.FileID{Space: space}); ; {
		id, err := b.StoredFile(bg, after)
		if err != nil || id == "" {
			if got := strings.Join(all, " "); err != nil || got != "a b c came d" {
				t.Errorf("stored: %v, %q", err, got)
			}
			return
		}
		all, after.ID = append(all, id), id
	}
}

func testFileChunks(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	e, f := fileOf(space, "e", 5), fileOf(space, "e1", 6)
	id, other := store.FileID{Space: space, ID: "e"}, store.FileID{Space: space, ID: "e1"}
	three := []record.FileChunk{chunkOf(e, 1, "one"), chunkOf(e, 2, "two"), chunkOf(e, 3, "three")}
	saveFiles(t, b, space, store.FileSaved{File: e, New: true, Chunks: three[:2]}, store.FileSaved{File: e, Chunks: three[2:]})
	saveFiles(t, b, space, store.FileSaved{File: f, New: true, Chunks: []record.FileChunk{chunkOf(f, 1, "f")}})
	wantFile(t, b, id, &e, three...)
	saveFiles(t, b, space, store.FileSaved{File: e, Gone: 2})
	wantFile(t, b, id, &e, three[2])
	saveFiles(t, b, space, store.FileSaved{File: e, Gone: 3, Chunks: three[:1]}) // first some go, then others come
	wantFile(t, b, id, &e, three[0])
	for range 2 { // that it is not there is no fault
		saveFiles(t, b, space, store.FileSaved{File: e, Drop: true})
		wantFile(t, b, id, nil)
	}
	wantFile(t, b, other, &f, chunkOf(f, 1, "f"))
}

func testEndedFiles(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	for i, ends := range []contact.Time{30, 0, 10, 20} {
		e := fileOf(space, string(rune('a'+i)), contact.Time(5+i))
		e.Ends = ends
		saveFiles(t, b, space, store.FileSaved{File: e, New: true})
	}
	theirs := fileOf(other, "a", 5)
	theirs.Ends = 15
	saveFiles(t, b, other, store.FileSaved{File: theirs, New: true})
	for _, c := range []struct {
		now   contact.Time
		limit int
		want  string
	}{{9, 9, ""}, {10, 9, "c"}, {20, 9, "c a' d"}, {20, 2, "c a'"}, {1 << 60, 9, "c a' d a"}} {
		list, err := b.EndedFiles(bg, c.now, c.limit)
		var got []string
		for _, id := range list {
			got = append(got, id.ID+strings.Repeat("'", int(id.Space-space)))
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("at %d, %d at most: %v, got %q, want %q", c.now, c.limit, err, got, c.want)
		}
	}
}
