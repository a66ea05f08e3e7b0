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

var retryTests = []suite.Test{
	{"the record of a retry comes back as it was saved", testRetryRow},
}

func retryOf(space contact.SpaceID, key, request string) record.Retry {
	r := record.Retry{Space: space, Key: key, Fingerprint: []byte{0, 1, 255}, RequestID: request, At: 1 << 50, Answer: []byte(`{"of":"Zoë"}`)}
	r.Seal()
	return r
}

func testRetryRow(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	want := retryOf(space, "K '\"%\\", "request-1")
	load := func(space contact.SpaceID, key string) []record.Retry {
		t.Helper()
		tx := suite.Begin(t, b, b.Lane(space))
		defer tx.Rollback()
		found, err := tx.Load(bg, &store.Wants{Retries: []store.RetryID{{Space: space, Key: key}}})
		if err != nil {
			t.Fatal(err)
		}
		return found.Retries
	}
	mark := store.Mark{Space: space, Key: want.Key, RequestID: want.RequestID}
	if saved, err := b.Saved(bg, mark); saved || err != nil {
		t.Errorf("before it was saved: %v, %v", saved, err)
	}
	suite.Commit(t, b, b.Lane(space), &store.Save{Retries: []record.Retry{want}})
	if got := load(space, want.Key); !reflect.DeepEqual(got, []record.Retry{want}) || got[0].Check() != nil {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := append(load(other, want.Key), load(space, "k '\"%\\")...); len(got) != 0 {
		t.Errorf("of another Space, or in another case: %+v", got)
	}
	for m, want := range map[store.Mark]bool{
		mark: true, {Space: space, Key: want.Key, RequestID: "request-2"}: false, {Space: other, Key: want.Key, RequestID: "request-1"}: false,
	} {
		if saved, err := b.Saved(bg, m); saved != want || err != nil {
			t.Errorf("%+v: %v, %v", m, saved, err)
		}
	}
	tx := suite.Begin(t, b, b.Lane(space))
	err := tx.Save(bg, &store.Save{Retries: []record.Retry{retryOf(space, want.Key, "request-2")}})
	tx.Rollback()
	if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrRefused) {
		t.Errorf("a key that is taken: %v", err)
	}
	suite.Commit(t, b, b.Lane(other), &store.Save{Retries: []record.Retry{retryOf(other, want.Key, "request-3")}})
}
