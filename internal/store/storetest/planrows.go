package storetest

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/record"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

func planRow(p record.Plan, n int64, outcome, result string, contacts ...contact.ID) record.PlanRow {
	r := record.PlanRow{Space: p.Space, Plan: p.ID, N: n, Outcome: outcome, Result: result,
		Operation: fmt.Appendf(nil, `{"n":%d,"of":"Zoë"}`, n), Decided: []byte(`{"é":1}`), Contacts: contacts}
	if result != "" {
		r.Done = []byte(`{}`)
	}
	r.Seal()
	return r
}

func wantRows(t *testing.T, b store.Backend, q store.PlanRowQuery, want ...record.PlanRow) {
	t.Helper()
	got, err := b.PlanRows(bg, q)
	var stored []record.PlanRow
	for _, r := range want {
		r.Contacts = nil
		stored = append(stored, r)
	}
	if err != nil || !reflect.DeepEqual(got, stored) {
		t.Errorf("%+v: %v, got %+v\nwant %+v", q, err, got, stored)
	}
}

func wantRowsOf(t *testing.T, b store.Backend, id store.PlanID, contacts []contact.ID, before int64, limit int, want ...record.PlanRow) {
	t.Helper()
	got, err := b.PlanRowsOf(bg, id, contacts, before, limit)
	for i := range got {
		slices.Sort(got[i].Contacts)
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("of %v before %d, %d at most: %v, got %+v\nwant %+v", contacts, before, limit, err, got, want)
	}
}

func testPlanRows(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	p, q, theirs := planOf(space, "p", 5), planOf(space, "p1", 5), planOf(other, "p", 5)
	var rows []record.PlanRow
	for i, of := range []string{"update", "same", "update done", "conflict", "update conflict", "update done", "same done", "conflict"} {
		outcome, result, _ := strings.Cut(of, " ")
		rows = append(rows, planRow(p, int64(i+1), outcome, result))
	}
	rows[1].Decided, rows[3].Decided = nil, []byte{} // which are not the same
	id := made(t, b, p, slices.Concat(rows[4:], rows[:4])...)
	made(t, b, q, planRow(q, 1, "update", "done"))
	made(t, b, theirs, planRow(theirs, 1, "update", "done"), planRow(theirs, 9, "update", "done"))
	pick := func(numbers ...int) (list []record.PlanRow) {
		for _, n := range numbers {
			list = append(list, rows[n-1])
		}
		return list
	}
	for _, c := range []struct {
		after           int64
		outcome, result string
		limit           int
		want            []record.PlanRow
	}{
		{0, "", "", 9, rows}, {0, "", "", 3, rows[:3]}, {3, "", "", 2, rows[3:5]}, {8, "", "", 9, nil}, {math.MaxInt64, "", "", 9, nil},
		{0, "update", "", 9, pick(1, 3, 5, 6)}, {1, "update", "", 2, pick(3, 5)}, {4, "conflict", "", 9, pick(8)}, {0, "Update", "", 9, nil},
		{0, "", "done", 9, pick(3, 6, 7)}, {3, "", "done", 9, pick(6, 7)}, {0, "", "done", 1, pick(3)}, {0, "", "refused", 9, nil},
		{0, "update", "done", 9, pick(3, 6)}, {3, "update", "done", 9, pick(6)}, {0, "conflict", "done", 9, nil}, {0, "update", "conflict", 9, pick(5)},
	} {
		wantRows(t, b, store.PlanRowQuery{PlanID: id, After: c.after, Outcome: c.outcome, Result: c.result, Limit: c.limit}, c.want...)
	}
	wantRows(t, b, store.PlanRowQuery{PlanID: store.PlanID{Space: space, ID: "p1"}, Limit: 9}, planRow(q, 1, "update", "done"))
	wantRows(t, b, store.PlanRowQuery{PlanID: store.PlanID{Space: other, ID: "p1"}, Limit: 9})
}

func testPlanRowsAgain(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	p := planOf(space, "p", 5)
	bare := record.PlanRow{Space: space, Plan: "p", N: 2, Operation: []byte(`{}`)}
	bare.Seal()
	id := made(t, b, p, planRow(p, 1, "update", "", 11, 12), bare, planRow(p, 3, "update", "", 12))
	again := func(rows ...record.PlanRow) {
		t.Helper()
		suite.Commit(t, b, b.Lane(space), &store.Save{Plans: []store.PlanSaved{{Plan: p, Rows: rows}}})
	}
	all := store.PlanRowQuery{PlanID: id, Limit: 9}
	wantRows(t, b, all, planRow(p, 1, "update", ""), bare, planRow(p, 3, "update", ""))
	done := planRow(p, 1, "update", "done") // of which no contacts are given: they stay
	again(done, planRow(p, 2, "conflict", "", 13))
	wantRows(t, b, all, done, planRow(p, 2, "conflict", ""), planRow(p, 3, "update", ""))
	wantRows(t, b, store.PlanRowQuery{PlanID: id, Outcome: "conflict", Limit: 9}, planRow(p, 2, "conflict", ""))
	wantRows(t, b, store.PlanRowQuery{PlanID: id, Result: "done", Limit: 9}, done)
	first := done
	first.Contacts = []contact.ID{11, 12}
	wantRowsOf(t, b, id, []contact.ID{11}, 9, 9, first)
	wantRowsOf(t, b, id, []contact.ID{13}, 9, 9, planRow(p, 2, "conflict", "", 13))
	moved := planRow(p, 1, "merge", "", 12, 14)
	cleared := planRow(p, 3, "same", "")
	cleared.Contacts = []contact.ID{} // which are given: none
	again(moved, cleared)
	wantRows(t, b, store.PlanRowQuery{PlanID: id, Result: "done", Limit: 9})
	wantRowsOf(t, b, id, []contact.ID{11}, 9, 9)
	wantRowsOf(t, b, id, []contact.ID{12, 14}, 9, 9, moved)
}

func testPlanRowsOf(t *testing.T, b store.Backend) {
	space, other := suite.NewSpace(t, b, ""), suite.NewSpace(t, b, "")
	p, q, theirs := planOf(space, "p", 5), planOf(space, "q", 5), planOf(other, "p", 5)
	rows := []record.PlanRow{
		planRow(p, 1, "update", "", 11), planRow(p, 2, "merge", "", 11, 12, 13), planRow(p, 3, "update", "", 14),
		planRow(p, 4, "same", ""), planRow(p, 5, "update", "done", 11, 1<<53-1), planRow(p, 6, "update", "", 12),
	}
	twice := rows[1]
	twice.Contacts = []contact.ID{13, 11, 12, 11} // each is kept once
	id := made(t, b, p, rows[5], rows[4], twice, rows[2], rows[0], rows[3])
	made(t, b, q, planRow(q, 1, "update", "", 11, 15))
	made(t, b, theirs, planRow(theirs, 1, "update", "", 11, 16))
	for _, c := range []struct {
		of     []contact.ID
		before int64
		limit  int
		want   []record.PlanRow
	}{
		{[]contact.ID{11}, 9, 9, []record.PlanRow{rows[0], rows[1], rows[4]}},
		{[]contact.ID{11}, 5, 9, rows[:2]}, {[]contact.ID{11}, 9, 2, rows[:2]}, {[]contact.ID{11}, 1, 9, nil},
		{[]contact.ID{12, 11}, 7, 9, []record.PlanRow{rows[0], rows[1], rows[4], rows[5]}},
		{[]contact.ID{12, 11}, 6, 3, []record.PlanRow{rows[0], rows[1], rows[4]}},
		{[]contact.ID{14, 13, 12, 11, 10}, 9, 4, []record.PlanRow{rows[0], rows[1], rows[2], rows[4]}},
		{[]contact.ID{1<<53 - 1}, math.MaxInt64, 9, []record.PlanRow{rows[4]}},
		{[]contact.ID{15, 16}, 9, 9, nil}, {nil, 9, 9, nil},
	} {
		wantRowsOf(t, b, id, c.of, c.before, c.limit, c.want...)
	}
}

func testPlanBytes(t *testing.T, b store.Backend) {
	space := suite.NewSpace(t, b, "")
	p := planOf(space, "p", 1)
	id := made(t, b, p)
	const rows, large = 8, 3
	for n := int64(1); n <= rows; n++ {
		weight := store.MaxPageBytes / 4
		if n == large {
			weight = store.MaxPageBytes + 2
		}
		r := planRow(p, n, "update", "done")
		r.Operation, r.Decided, r.Done = filled(weight/2), filled(weight/4), filled(weight-weight/2-weight/4)
		r.Seal()
		if r.Weight() != weight {
			t.Fatalf("row %d weighs %d, want %d", n, r.Weight(), weight)
		}
		r.Contacts = []contact.ID{11}
		other := planOf(space, fmt.Sprint("p", n), contact.Time(10-n))
		other.Doc = filled(weight)
		suite.Commit(t, b, b.Lane(space), &store.Save{Plans: []store.PlanSaved{{Plan: p, Rows: []record.PlanRow{r}}, {Plan: other, New: true}}})
	}
	for _, c := range []struct {
		after int64
		limit int
		want  []int64
	}{
		{0, 100, []int64{1, 2, 3}}, {2, 100, []int64{3}}, {3, 100, []int64{4, 5, 6, 7}}, {3, 2, []int64{4, 5}}, {7, 100, []int64{8}}, {8, 100, nil},
	} {
		for _, q := range []store.PlanRowQuery{{}, {Outcome: "update"}, {Result: "done"}, {Outcome: "update", Result: "done"}} {
			q.PlanID, q.After, q.Limit = id, c.after, c.limit
			list, err := b.PlanRows(bg, q)
			var got []int64
			for i := range list {
				got = append(got, list[i].N)
			}
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v, rows %v, want %v", q, err, got, c.want)
			}
		}
		list, err := b.Plans(bg, store.PlanQuery{Space: space, Before: contact.Time(10 - c.after), Limit: c.limit})
		var got []int64
		for i := range list {
			if list[i].ID != "p" {
				got = append(got, int64(10-list[i].Created))
			}
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("plans from %d: %v, %v, want %v", c.after, err, got, c.want)
		}
	}
	list, err := b.PlanRowsOf(bg, id, []contact.ID{11, 12}, 9, 100)
	if err != nil || len(list) != 3 || list[2].N != large {
		t.Errorf("by contacts: %v, %d rows", err, len(list))
	}
}

func filled(size int) []byte {
	return []byte(strings.Repeat("é", size/2) + strings.Repeat("e", size%2))
}
