package storetest

import (
	"errors"
	"reflect"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var historyTests = []suite.Test{
	{"an entry of history comes back as it was saved", testChangeRow},
	{"an entry is found by its own Space and number alone", testChangeBound},
	{"a number is taken once", testChangeTwice},
	{"Saved tells whether a commit happened", testSaved},
}

func changeOf(space contact.SpaceID, seq contact.Seq, id contact.ID) record.Change {
	ch := record.Change{
		Space: space, Seq: seq, Op: seq, Contact: id, Version: 1, At: 1, Action: contact.ActionCreate,
		Actor: []byte(`{"key_id":1,"key_name":"key","name":""}`), RequestID: "request-1",
		Edits: []byte(`{"names":{"before":[],"after":["Ada Example"]}}`),
	}
	ch.Seal()
	return ch
}

func wantChange(t *testing.T, b store.Backend, want record.Change) {
	t.Helper()
	got, ok, err := b.Change(bg, want.Space, want.Seq)
	if err != nil || !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v %v %+v\nwant %+v", err, ok, got, want)
	}
}

// CONTRACT D22.
func testChangeRow(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	least := changeOf(space, 1, 5)
	least.Reason, least.RequestID, least.Snapshot = "", "", nil
	most := record.Change{
		Space: space, Seq: 1<<40 - 1, Op: 1<<40 - 2, Contact: contact.MaxID, Ref: contact.MaxID - 1, Version: 1<<53 + 1,
		Prev: 1<<40 - 3, Undoes: 1<<40 - 4, BatchID: "Batch-ÄÖ", Sum: 1<<32 - 1, At: 253402300799_999_999, Action: contact.ActionMerge,
		Actor:  []byte(`{"key_id":9007199254740993,"key_name":"Zoë's \"key\"","name":"👩‍💻"}`),
		Reason: "it's; DROP TABLE contacts -- %s \t\n\u00a0 ", RequestID: "Request-ÄÖ",
		Edits:    []byte(`{"emails":{"before":[["a@example.com",[1,3]]],"after":[0,"b@example.com"]}}`),
		Snapshot: []byte(`{"doc":{"emails":["a@example.com"]},"origins":{"from":[[1,3]],"emails":[0]}}`),
	}
	suite.Commit(t, b, b.Lane(space), &store.Save{Changes: []record.Change{least, most}})
	wantChange(t, b, least)
	wantChange(t, b, most)
}

// CONTRACT D3: a number from a caller must not reach another Space's history,
// however great it is.
func testChangeBound(t *testing.T, b store.Backend) {
	one, two, three := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	for _, space := range []contact.SpaceID{one, three} {
		suite.Commit(t, b, b.Lane(space), &store.Save{Changes: []record.Change{changeOf(space, 1, contact.ID(space))}})
	}
	seqs := []contact.Seq{-1, 0, 2, 1<<63 - 1, -1 << 63}
	for bit := 31; bit < 63; bit++ { // where a backend may pack the two into one
		for _, spaces := range []contact.Seq{1, 2, 3} {
			seqs = append(seqs, spaces<<bit+1, -(spaces<<bit)+1)
		}
	}
	for _, space := range []contact.SpaceID{one, two, three} {
		for _, seq := range append(seqs, map[bool][]contact.Seq{true: {1}}[space == two]...) {
			if row, ok, err := b.Change(bg, space, seq); ok || err != nil {
				t.Errorf("Space %d, number %d: got %v and contact %d", space, seq, err, row.Contact)
			}
			if saved, err := b.Saved(bg, store.Mark{Space: space, Seq: seq, RequestID: "request-1"}); saved || err != nil {
				t.Errorf("Space %d, number %d: Saved says %v, %v", space, seq, saved, err)
			}
		}
	}
}

func testChangeTwice(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	first := changeOf(space, 1, 5)
	suite.Commit(t, b, b.Lane(space), &store.Save{Changes: []record.Change{first}})
	tx := suite.Begin(t, b, b.Lane(space))
	err := tx.Save(bg, &store.Save{Changes: []record.Change{changeOf(space, 1, 6)}})
	tx.Rollback()
	if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrRefused) {
		t.Errorf("got %v, want one that says: certainly not committed", err)
	}
	wantChange(t, b, first)
}

func testSaved(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	saved := func(m store.Mark) bool {
		t.Helper()
		yes, err := b.Saved(bg, m)
		if err != nil {
			t.Fatalf("Saved: %v", err)
		}
		return yes
	}
	mark := store.Mark{Space: space, Seq: 1, RequestID: "request-1"}
	tx := suite.Begin(t, b, b.Lane(space))
	if err := tx.Save(bg, oneOfEach(space, 5)); err != nil {
		t.Fatal(err)
	}
	tx.Rollback()
	if saved(mark) {
		t.Error("it was rolled back")
	}
	suite.Commit(t, b, b.Lane(space), oneOfEach(space, 5))
	if !saved(mark) {
		t.Error("it was committed")
	}
	for _, m := range []store.Mark{
		{Space: space, Seq: 1, RequestID: "request-2"}, // somebody else took the number
		{Space: space, Seq: 2, RequestID: "request-1"},
		{Space: other, Seq: 1, RequestID: "request-1"},
	} {
		if saved(m) {
			t.Errorf("%+v was never committed", m)
		}
	}
}
