package promise

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

// CONTRACT D38.
var fileTests = []suite.Test{
	{"what a file holds counts in its Space, and comes back with it", testExportWeight},
	{"a Space that is full takes no file, and no more of one", testExportOfFull},
	{"no two files are made at one time, nor one beside a change", testExportTimes},
	{"an erasure takes away the files that were made before it", testErasedExports},
	{"a file that is damaged is told, and not given out", testExportDamaged},
}

// exporting makes a write of nothing but a file, which is made where it is not there.
func exporting(space contact.SpaceID, id string, save store.FileSave) store.Write {
	w := writing(space)
	w.File = &store.FileWrite{ID: id, Change: func(e *record.File, now contact.Time) (store.FileSave, error) {
		if e.State == "" {
			e.Kind, e.State, e.Created, e.Doc = record.ExportFile, "running", now, []byte(`{}`)
		}
		return save, nil
	}}
	return w
}

func chunks(from int64, texts ...string) (list []record.FileChunk) {
	for i, text := range texts {
		list = append(list, record.FileChunk{N: from + int64(i), Data: []byte(text)})
	}
	return list
}

func testExportWeight(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	made(t, s, space, name("A"))
	empty := kept(t, b, space)
	for i, step := range []struct {
		save store.FileSave
		want int64
	}{
		{store.FileSave{}, 0},
		{store.FileSave{Chunks: chunks(1, "12345", "1234567")}, 12},
		{store.FileSave{Chunks: chunks(3, "123")}, 15},
		{store.FileSave{Gone: 1, Was: 5}, 10},
		{store.FileSave{Drop: true}, 0},
	} {
		do(t, s, exporting(space, "e", step.save))
		if got := kept(t, b, space) - empty; got != step.want {
			t.Errorf("step %d: it keeps %d octets of the file, want %d", i, got, step.want)
		}
		if !step.save.Drop { // the time of its making is not of anything that is there
			suite.Audit(t, b, space)
		}
	}
	if _, found, err := s.File(bg, store.FileID{Space: space, ID: "e"}); err != nil || found {
		t.Errorf("after it was dropped: %v, %v", found, err)
	}
}

func testExportOfFull(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	made(t, s, space, name("A"))
	do(t, s, exporting(space, "e", store.FileSave{Chunks: chunks(1, "123")}))
	_, err := b.UpdateSpace(bg, space, func(sp *access.Space) (store.WithSpace, error) {
		sp.Quota.Bytes = 1
		return store.WithSpace{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	was := kept(t, b, space)
	for what, w := range map[string]store.Write{
		"another":    exporting(space, "f", store.FileSave{}),
		"more of it": exporting(space, "e", store.FileSave{Chunks: chunks(2, "4")}),
	} {
		if _, err := s.Do(bg, w); fault.KindOf(err) != fault.SpaceFull {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := kept(t, b, space); got != was {
		t.Errorf("it keeps %d, and kept %d", got, was)
	}
	do(t, s, exporting(space, "e", store.FileSave{})) // how it stands may be noted
	do(t, s, exporting(space, "e", store.FileSave{Gone: 1, Was: 3}))
	suite.Audit(t, b, space)
	do(t, s, exporting(space, "e", store.FileSave{Drop: true}))
}

func testExportTimes(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	do(t, s, exporting(space, "e", store.FileSave{}))
	do(t, s, exporting(space, "f", store.FileSave{}))
	id := made(t, s, space, name("A"))
	list, err := s.Files(bg, store.FileQuery{Space: space, Kind: record.ExportFile, Limit: 9})
	c := got(t, s, space, id)
	if err != nil || len(list) != 2 || list[0].ID != "f" || list[1].Created >= list[0].Created || list[0].Created >= c.Created {
		t.Errorf("%v, %+v, and a contact of %d", err, list, c.Created)
	}
}

func testErasedExports(t *testing.T, b store.Backend) {
	s := suite.NewStore(t, b, store.Options{})
	sc := newEraseScene(t, b, s, withSnapshots)
	other := suite.NewSpace(t, b, "")
	of := func(space contact.SpaceID, id string) {
		do(t, s, exporting(space, id, store.FileSave{Chunks: chunks(1, "1111", "2222", "3333")}))
	}
	of(sc.space, "e")
	of(sc.space, "f")
	of(other, "e")
	job := sc.erased(t, s, sc.ada)
	of(sc.space, "g")
	forgets := &forgets{}
	if err := s.EraseHistory(bg, &job, forgets); err != nil || job.Closed() || forgets.files != 2*exportChunks {
		t.Fatalf("%v, %+v, asked %d times", err, job, forgets.files)
	}
	for id, want := range map[store.FileID]string{{Space: sc.space, ID: "e"}: "erased 0", {Space: sc.space, ID: "f"}: "erased 0", {Space: sc.space, ID: "g"}: "running 3", {Space: other, ID: "e"}: "running 3"} {
		e, _, err := s.File(bg, id)
		there := 0
		for n := range int64(exportChunks + 1) {
			_, found, err := s.FileChunk(bg, id, n)
			if err != nil { // as one of another Space is
				t.Errorf("%+v, chunk %d: %v", id, n, err)
			}
			if found {
				there++
			}
		}
		if got := fmt.Sprint(e.State, " ", there); err != nil || got != want {
			t.Errorf("%+v: %v, %s, want %s", id, err, got, want)
		}
	}
	suite.Audit(t, b, sc.space)
}

func testExportDamaged(t *testing.T, b store.Backend) {
	s, space := suite.NewStore(t, b, store.Options{}), suite.NewSpace(t, b, "")
	id := store.FileID{Space: space, ID: "e"}
	bad := record.File{Space: space, ID: "e", Kind: record.ExportFile, State: "running", Created: 1, Doc: []byte(`{}`), Sum: 7}
	suite.Commit(t, b, b.Lane(space), &store.Save{Files: []store.FileSaved{{File: bad, New: true,
		Chunks: []record.FileChunk{{Space: space, File: "e", N: 1, Data: []byte("x"), Sum: 7}}}}})
	_, found, err1 := s.File(bg, id)
	_, there, err2 := s.FileChunk(bg, id, 1)
	_, err3 := s.Files(bg, store.FileQuery{Space: space, Kind: record.ExportFile, Limit: 9})
	_, err4 := s.Do(bg, exporting(space, "e", store.FileSave{}))
	for i, err := range []error{err1, err2, err3, err4} {
		if !errors.Is(err, record.ErrDamaged) {
			t.Errorf("way %d: %v", i, err)
		}
	}
	if found || there {
		t.Error("it is given out")
	}
}

// earlierExported is the key of the Space that has what schema 10 brought: an export.
var earlierExported = sha256.Sum256([]byte("a key that exports"))

// earlierExport is what its doc says: see docs/format.md.
const earlierExport = `{"by":{"key":4,"request":"r"},"form":{"format":"csv"},"job":7,"seq":1,"sizes":[3]}`

func fillExported(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	space := suite.NewSpace(t, b, "")
	key := access.APIKey{Space: space, Name: "exporter", Hash: earlierExported, Scopes: access.DefaultScopes, Created: 1}
	if _, err := b.CreateKey(bg, key, suite.Noted("a key")); err != nil {
		t.Fatal(err)
	}
	made(t, s, space, name("A"))
	w := exporting(space, "EXPORTABCDEFGHIJKLMNOPQRST", store.FileSave{})
	change := w.File.Change
	w.File.Change = func(e *record.File, now contact.Time) (store.FileSave, error) {
		_, err := change(e, now)
		e.Doc = []byte(earlierExport)
		return store.FileSave{Chunks: chunks(1, "\x00\x1f\xff")}, err
	}
	do(t, s, w)
}

func checkExported(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	g, ok, err := s.Grant(bg, earlierExported)
	if err != nil || !ok {
		t.Fatalf("the key that files: %v, %v", ok, err)
	}
	space := g.Space.ID
	list, err := s.Files(bg, store.FileQuery{Space: space, Kind: record.ExportFile, Limit: 9})
	if err != nil || len(list) != 1 || string(list[0].Doc) != earlierExport || list[0].State != "running" || list[0].Weight != 3 {
		t.Fatalf("the files: %v, %+v", err, list)
	}
	chunk, found, err := s.FileChunk(bg, store.FileID{Space: space, ID: list[0].ID}, 1)
	if err != nil || !found || !bytes.Equal(chunk.Data, []byte("\x00\x1f\xff")) {
		t.Errorf("its chunk: %v, %v, %q", err, found, chunk.Data)
	}
	do(t, s, exporting(space, list[0].ID, store.FileSave{Chunks: chunks(2, "more")}))
	suite.Audit(t, b, space)
	do(t, s, exporting(space, list[0].ID, store.FileSave{Drop: true}))
}

// earlierImported is the key of the Space that has what schema 11 brought: an import.
var earlierImported = sha256.Sum256([]byte("a key that imports"))

// earlierImport is what its doc says: see docs/format.md.
const earlierImport = `{"by":{"key":5,"request":"r"},"match":["email"],"plan":"PLANABCDEFGHIJKLMNOPQRSTUV","sizes":[3]}`

func fillImported(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	space := suite.NewSpace(t, b, "")
	key := access.APIKey{Space: space, Name: "importer", Hash: earlierImported, Scopes: access.DefaultScopes, Created: 1}
	if _, err := b.CreateKey(bg, key, suite.Noted("a key")); err != nil {
		t.Fatal(err)
	}
	made(t, s, space, name("A"))
	w := exporting(space, "IMPORTABCDEFGHIJKLMNOPQRST", store.FileSave{})
	change := w.File.Change
	w.File.Change = func(e *record.File, now contact.Time) (store.FileSave, error) {
		_, err := change(e, now)
		e.Kind, e.State, e.Doc = record.ImportFile, "open", []byte(earlierImport)
		return store.FileSave{Chunks: chunks(1, "\x00\x1f\xff")}, err
	}
	do(t, s, w)
}

func checkImported(t *testing.T, b store.Backend, s *store.Store) {
	t.Helper()
	g, ok, err := s.Grant(bg, earlierImported)
	if err != nil || !ok {
		t.Fatalf("the key that imports: %v, %v", ok, err)
	}
	space := g.Space.ID
	list, err := s.Files(bg, store.FileQuery{Space: space, Kind: record.ImportFile, Limit: 9})
	if err != nil || len(list) != 1 || string(list[0].Doc) != earlierImport || list[0].State != "open" || list[0].Weight != 3 {
		t.Fatalf("the imports: %v, %+v", err, list)
	}
	chunk, found, err := s.FileChunk(bg, store.FileID{Space: space, ID: list[0].ID}, 1)
	if err != nil || !found || !bytes.Equal(chunk.Data, []byte("\x00\x1f\xff")) {
		t.Errorf("its chunk: %v, %v, %q", err, found, chunk.Data)
	}
	suite.Audit(t, b, space)
}
