package storetest

import (
	"errors"
	"slices"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

var searchTests = []suite.Test{
	{"an index that was written meanwhile is not written over", testSearchTurns},
	{"keys of an index are found by their ranges, and by their Space", testKeyed},
	{"keys of an index are read in their order, and those that are missing are told", testStoredSearchKeys},
	{"changes after a mark are told with their contacts", testTouched},
}

func word(space contact.SpaceID, text string, id contact.ID) record.MatchKey {
	return record.MatchKey{Space: space, MatchKey: contact.MatchKey{Kind: contact.WordKey, Text: text}, ID: id}
}

func saveSearch(t *testing.T, b store.Backend, s store.SearchSave) {
	t.Helper()
	if err := b.SaveSearch(bg, &s); err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
}

func wantMark(t *testing.T, b store.Backend, space contact.SpaceID, want store.SearchMark) {
	t.Helper()
	if mark, err := b.SearchMark(bg, space); err != nil || mark != want {
		t.Errorf("the mark of %d: %+v, %v, want %+v", space, mark, err, want)
	}
}

// CONTRACT D39.
func testSearchTurns(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	wantMark(t, b, space, store.SearchMark{})
	by := func(id contact.ID, keys string) record.Searched {
		return record.Searched{Space: space, ID: id, Keys: keys}
	}
	saveSearch(t, b, store.SearchSave{Space: space, Mark: store.SearchMark{Seq: 7, Region: "GB"}, Come: []record.MatchKey{word(space, "ada", 1)}, Searched: []record.Searched{by(1, "3 ada")}})
	wantMark(t, b, space, store.SearchMark{Seq: 7, Region: "GB", Turn: 1})
	saveSearch(t, b, store.SearchSave{Space: space, Mark: store.SearchMark{Seq: 9, Region: "US", Turn: 1},
		Come: []record.MatchKey{word(space, "ada", 1), word(space, "bo", 2)}, Searched: []record.Searched{by(1, "3 ada"), by(2, "3 bo")}})
	want := store.SearchMark{Seq: 9, Region: "US", Turn: 2}
	wantMark(t, b, space, want)
	for _, turn := range []int64{0, 1, 3} {
		err := b.SaveSearch(bg, &store.SearchSave{Space: space, Mark: store.SearchMark{Seq: 10, Turn: turn},
			Gone: []record.MatchKey{word(space, "ada", 1)}, Come: []record.MatchKey{word(space, "eve", 1)}, Searched: []record.Searched{by(1, ""), by(3, "3 eve")}})
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("at turn %d: %v", turn, err)
		}
	}
	wantMark(t, b, space, want)
	wantMark(t, b, other, store.SearchMark{})
	list, err := b.Searched(bg, space, []contact.ID{2, 1, 3})
	slices.SortFunc(list, func(a, b record.Searched) int { return int(a.ID - b.ID) })
	if err != nil || !slices.Equal(list, []record.Searched{by(1, "3 ada"), by(2, "3 bo")}) {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err := b.Searched(bg, other, []contact.ID{1, 2}); err != nil || len(list) != 0 {
		t.Errorf("of another Space: %+v, %v", list, err)
	}
	saveSearch(t, b, store.SearchSave{Space: space, Mark: want, Gone: []record.MatchKey{word(space, "ada", 1), word(space, "nobody", 1)}, Searched: []record.Searched{by(1, ""), by(9, "")}})
	if list, err := b.Searched(bg, space, []contact.ID{1, 2}); err != nil || !slices.Equal(list, []record.Searched{by(2, "3 bo")}) {
		t.Errorf("after one went: %+v, %v", list, err)
	}
}

func testKeyed(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	var come []record.MatchKey
	for i, text := range []string{"a", "ab", "abc", "ac", "b", "東京", "\U0010FFFE"} {
		come = append(come, word(space, text, contact.ID(i+1)))
	}
	come = append(come, record.MatchKey{Space: space, MatchKey: contact.MatchKey{Kind: contact.BeginKey, Text: "ab"}, ID: 9})
	saveSearch(t, b, store.SearchSave{Space: space, Come: come})
	var many []record.MatchKey
	for i := range store.MaxLookedAt + 1 {
		many = append(many, word(other, "ab", contact.ID(i+1)))
	}
	saveSearch(t, b, store.SearchSave{Space: other, Come: many})
	email := record.MatchKey{Space: space, MatchKey: contact.MatchKey{Kind: contact.EmailKey, Text: "ab@example.com"}, ID: 20}
	suite.Commit(t, b, b.Lane(space), &store.Save{KeysCome: []record.MatchKey{email}})
	at := func(kind contact.Kind, from, to string) contact.KeyRange {
		return contact.KeyRange{Kind: kind, From: from, To: to}
	}
	for _, c := range []struct {
		ranges []contact.KeyRange
		want   []contact.ID
	}{
		{[]contact.KeyRange{at(contact.WordKey, "ab", "ac")}, []contact.ID{2, 3}},
		{[]contact.KeyRange{at(contact.WordKey, "ab", "ab\x01")}, []contact.ID{2}},
		{[]contact.KeyRange{at(contact.BeginKey, "a", "b"), at(contact.WordKey, "ac", "b")}, []contact.ID{4, 9}},
		{[]contact.KeyRange{at(contact.WordKey, "東", "東\U0010FFFF"), at(contact.EmailKey, "ab", "ac")}, []contact.ID{6, 20}},
		{[]contact.KeyRange{at(contact.WordKey, "", "\U0010FFFF")}, []contact.ID{1, 2, 3, 4, 5, 6, 7}},
		{[]contact.KeyRange{at(contact.LongKey, "", "\x01")}, nil},
		{nil, nil},
	} {
		ids, few, err := b.Keyed(bg, space, c.ranges)
		if slices.Sort(ids); err != nil || !few || !slices.Equal(ids, c.want) {
			t.Errorf("%+v: %d, %v, %v, want %d", c.ranges, ids, few, err, c.want)
		}
	}
	if ids, few, err := b.Keyed(bg, other, []contact.KeyRange{at(contact.WordKey, "a", "b")}); err != nil || few || len(ids) != 0 {
		t.Errorf("too many: %d of them, %v, %v", len(ids), few, err)
	}
	saveSearch(t, b, store.SearchSave{Space: other, Mark: store.SearchMark{Turn: 1}, Gone: many[:1]})
	if ids, few, err := b.Keyed(bg, other, []contact.KeyRange{at(contact.WordKey, "a", "b")}); err != nil || !few || len(ids) != store.MaxLookedAt {
		t.Errorf("as many as may be: %d of them, %v, %v", len(ids), few, err)
	}
}

func testStoredSearchKeys(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	keys := []record.MatchKey{word(space, "a", 7), word(space, "ab", 1), word(space, "ab", 2), word(space, "東京", 1)}
	saveSearch(t, b, store.SearchSave{Space: space, Come: keys})
	saveSearch(t, b, store.SearchSave{Space: other, Come: []record.MatchKey{word(other, "aa", 1)}})
	var got []record.MatchKey
	for after := (record.MatchKey{Space: space}); ; after = got[len(got)-1] {
		page, err := b.StoredSearchKeys(bg, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, page...); len(page) == 0 {
			break
		}
	}
	if !slices.Equal(got, keys) {
		t.Errorf("they are %+v", got)
	}
	missing, err := b.SearchKeysMissing(bg, space, append(keys[:2:2], word(space, "aa", 1), word(space, "ab", 7)))
	if err != nil || !slices.Equal(missing, []record.MatchKey{word(space, "aa", 1), word(space, "ab", 7)}) {
		t.Errorf("missing are %+v, %v", missing, err)
	}
}

func testTouched(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	for _, of := range []contact.SpaceID{space, other} {
		save := store.Save{Spaces: []store.SpaceRow{{Space: of, NextSeq: 5}}}
		for i := range 4 {
			id := contact.ID(1 + i%2 + 10*int(of))
			save.Changes = append(save.Changes, record.Change{Space: of, Seq: contact.Seq(i + 1), Op: 1, Contact: id, Version: contact.Version(i), Actor: []byte("{}"), Edits: []byte("{}")})
		}
		suite.Commit(t, b, b.Lane(of), &save)
	}
	first := contact.ID(1 + 10*int(space))
	got, err := b.Touched(bg, space, 1, 2)
	if want := []store.Touch{{Seq: 2, Contact: first + 1}, {Seq: 3, Contact: first}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	if got, err := b.Touched(bg, space, 4, 9); err != nil || len(got) != 0 {
		t.Errorf("behind the last: %+v, %v", got, err)
	}
	unfolded := func(want ...contact.SpaceID) {
		t.Helper()
		if got, err := b.Unfolded(bg, 0, 9); err != nil || !slices.Equal(got, want) {
			t.Errorf("behind are %d, %v, want %d", got, err, want)
		}
	}
	unfolded(space, other)
	saveSearch(t, b, store.SearchSave{Space: space, Mark: store.SearchMark{Seq: 4}})
	saveSearch(t, b, store.SearchSave{Space: other, Mark: store.SearchMark{Seq: 3}})
	unfolded(other)
}
