package contact

import (
	"errors"
	"fmt"
	"testing"

	"github.com/carnet-project/carnet/internal/fault"
)

// CONTRACT D37: which contact a row is about.
func TestMatched(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		order []MatchBy
		named ID
		found map[MatchBy][]ID
		want  string
	}{
		{nil, 7, nil, "0"},
		{[]MatchBy{ByID, ByEmail}, 7, map[MatchBy][]ID{ByID: {3}, ByEmail: {4}}, "3"},
		{[]MatchBy{ByID, ByEmail}, 0, map[MatchBy][]ID{ByID: {3}, ByEmail: {4}}, "4"},
		{[]MatchBy{ByID, ByEmail}, 7, map[MatchBy][]ID{ByEmail: {4}}, "match_nothing"},
		{[]MatchBy{ByEmail, ByID}, 7, map[MatchBy][]ID{ByEmail: {4}}, "4"},
		{[]MatchBy{ByEmail, ByPhone}, 0, map[MatchBy][]ID{ByPhone: {5}}, "5"},
		{[]MatchBy{ByEmail, ByPhone}, 0, map[MatchBy][]ID{ByEmail: {1, 2}, ByPhone: {5}}, "match_several"},
		{[]MatchBy{ByEmail, ByPhone}, 0, map[MatchBy][]ID{ByEmail: {1}, ByPhone: {5, 6}}, "1"},
		{[]MatchBy{ByEmail, ByPhone}, 0, nil, "0"},
	} {
		id, err := Matched(c.order, c.named, func(by MatchBy) ([]ID, error) { return c.found[by], nil }, ID.String)
		got := fmt.Sprint(id)
		if e, ok := errors.AsType[*fault.Error](err); ok {
			got = string(e.Code)
		}
		if got != c.want {
			t.Errorf("%v, %d, %v: %s, want %s", c.order, c.named, c.found, got, c.want)
		}
	}
	if _, err := Matched([]MatchBy{ByEmail}, 0, func(MatchBy) ([]ID, error) { return nil, broken }, ID.String); !errors.Is(err, broken) {
		t.Errorf("what fails: %v", err)
	}
	many := make([]ID, 12)
	_, err := Matched([]MatchBy{ByPhone}, 0, func(MatchBy) ([]ID, error) { return many, nil }, func(ID) string { return "9" })
	if want := "By its phone this row is about several contacts: 9, 9, 9, 9, 9, 9, 9, 9, 9, 9 and others. Merge them, or match rows by something else."; err == nil || err.Error() != want {
		t.Errorf("many: %v", err)
	}
}
