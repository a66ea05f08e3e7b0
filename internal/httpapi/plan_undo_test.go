package httpapi_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// restoration is a Space in which a batch is done, and taken back.
type restoration struct {
	*world
	t        *testing.T
	contacts int
}

func newRestoration(t *testing.T, contacts int) *restoration {
	r := &restoration{world: newWorld(t, openSQLite(t)), t: t, contacts: contacts}
	r.batches(contacts, func(i int) string {
		return fmt.Sprintf(`{"method":"POST","body":{"names":["Person %d","Old"],"emails":["a%d@example.com","b%d@example.com"],"custom_fields":{"profile_field_1":"old %d"}}}`, i, i, i, i)
	})
	return r
}

// batches sends so many operations, a thousand in a batch, and names the batches.
func (r *restoration) batches(n int, operation func(i int) string) (names []string) {
	r.t.Helper()
	for i := 0; i < n; {
		var list []string
		for ; i < n && len(list) < 1000; i++ {
			list = append(list, operation(i))
		}
		var a struct {
			Batch   string            `json:"batch_id"`
			Results []operationResult `json:"results"`
		}
		res := r.send("main", "POST", "/public-api/v1/contacts/batch", batchOf(false, list...))
		if err := json.Unmarshal(res.Body.Bytes(), &a); err != nil || res.Code != 200 {
			r.t.Fatalf("%d %s", res.Code, res.Body)
		}
		for i := range a.Results {
			if a.Results[i].Error != nil {
				r.t.Fatalf("operation %d: %s", i, a.Results[i].text())
			}
		}
		names = append(names, a.Batch)
	}
	return names
}

// shown is what each contact shows, with where its values are from.
func (r *restoration) shown() (list []string) {
	for id := range r.contacts {
		res := r.send("main", "GET", fmt.Sprintf("/public-api/v1/contacts/%d?include_sources=1", id+1), "")
		list = append(list, notAlike.ReplaceAllString(res.Body.String(), ""))
	}
	return list
}

// change is an operation that overwrites, empties, adds to, merges or deletes a contact.
func (r *restoration) change(i int) string {
	id := 1 + i%r.contacts
	switch id % 5 {
	case 0:
		return fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"emails":["new%d@example.com"],"names":[]}}`, id, i)
	case 1:
		return fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"names":{"remove":["Old"],"add":["New %d"]},"custom_fields":{"profile_field_1":"new %d"}}}`, id, i, i)
	case 2:
		return fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"custom_fields":{"profile_field_2":"%d"}}}`, id, i)
	case 3:
		return fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"emails":{"add":["c%d@example.com"],"primary":"c%d@example.com"}}}`, id, i, i)
	}
	return fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"names":["Another %d"],"emails":["b%d@example.com"]}}`, id, i, id-1)
}

// CONTRACT D34: a batch of a thousand operations is taken back by one plan, and every contact
// is as it was, to the order and the origin of its values. What somebody changed since stands,
// and is told of. Taken back itself, the batch is there again.
func TestBatchIsTakenBack(t *testing.T) {
	const contacts, operations, edited = 250, 1000, 10
	r := newRestoration(t, contacts)
	before := r.shown()
	name := r.batches(operations, r.change)[0]
	after := r.shown()
	for id := 1; id <= edited; id++ { // somebody sets what the batch set, and adds beside it
		res := r.send("main", "PATCH", fmt.Sprintf("/public-api/v1/contacts/%d", 5*id+1), `{"names":{"add":["Later"]},"custom_fields":{"profile_field_1":"later"}}`)
		if res.Code != 200 {
			t.Fatal(res.Body)
		}
	}
	p := r.propose(t, "main", fmt.Sprintf(`{"undo":{"batch_id":%q}}`, name))
	left, conflicts := 0, 0
	for i, row := range r.planRows(t, p.ID) {
		if row.Outcome == "conflict" {
			conflicts++
		}
		if strings.Contains(string(row.Left), "custom_fields.profile_field_1") {
			left++
		}
		if i > 0 && row.Error != nil {
			t.Fatalf("row %d: %+v", row.Row, row.Error)
		}
	}
	if p.State != "ready" || p.Rows != operations || p.Counts["update"] != operations || conflicts != 0 || left < edited {
		t.Fatalf("%+v; %d rows leave what was set since", p, left)
	}
	if p = r.applyPlan(t, p); p.State != "applied" || p.Applied.Results["done"] != operations {
		t.Fatalf("%+v %+v", p, p.Applied)
	}
	for i, have := range r.shown() {
		touched := i%5 == 0 && i > 0 && i <= 5*edited
		if !touched && have != before[i] {
			t.Fatalf("contact %d is %s\nit was %s", i+1, have, before[i])
		}
		if touched && (!strings.Contains(have, `"later"`) || !strings.Contains(have, `"Later"`) || !strings.Contains(have, `"Old"`) || strings.Contains(have, "New")) {
			t.Errorf("contact %d, which somebody changed, is %s", i+1, have)
		}
	}
	again := r.applyPlan(t, r.propose(t, "main", fmt.Sprintf(`{"undo":{"plan_id":%q}}`, p.ID)))
	if again.State != "applied" {
		t.Fatalf("%+v", again)
	}
	for i, have := range r.shown() {
		if touched := i%5 == 0 && i > 0 && i <= 5*edited; !touched && have != after[i] {
			t.Fatalf("contact %d is %s\nthe batch left %s", i+1, have, after[i])
		}
	}
}

// CONTRACT D34: a plan of 100,000 rows that overwrote values is taken back, whole.
func TestLargestPlanIsTakenBack(t *testing.T) {
	if os.Getenv("CARNET_TEST_LONG") != "1" {
		t.Log("a plan of 100,000 rows takes minutes: in a long run alone")
		return
	}
	const rows = 100_000
	r := newRestoration(t, 25_000)
	before := r.shown()
	list := make([]string, rows)
	for i := range list {
		list[i] = r.change(i)
	}
	p := r.propose(t, "main", `{"operations":[`+strings.Join(list, ",")+`]}`)
	if p.State != "ready" || p.Rows != rows || p.Counts["update"] != rows {
		t.Fatalf("%+v", p)
	}
	if p = r.applyPlan(t, p); p.Applied.Results["done"] != rows {
		t.Fatalf("%+v %+v", p, p.Applied)
	}
	back := r.propose(t, "main", fmt.Sprintf(`{"undo":{"plan_id":%q}}`, p.ID))
	if back = r.applyPlan(t, back); back.Rows != rows || back.Applied.Results["done"] != rows {
		t.Fatalf("%+v %+v", back, back.Applied)
	}
	for i, have := range r.shown() {
		if have != before[i] {
			t.Fatalf("contact %d is %s\nit was %s", i+1, have, before[i])
		}
	}
}
