package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// fails is a test, or one case of one.
type fails interface {
	Fatal(...any)
	Fatalf(string, ...any)
}

// runJobs does all jobs that are due.
func (w *world) runJobs(t interface{ Fatalf(string, ...any) }) {
	for r := w.runner(); ; {
		n, err := r.Round(context.Background())
		if err != nil {
			t.Fatalf("jobs: %v", err)
		}
		if n == 0 {
			return
		}
	}
}

// planAnswer is a plan as it is answered.
type planAnswer struct {
	ID       string         `json:"id"`
	State    string         `json:"state"`
	Hash     string         `json:"hash"`
	Rows     int            `json:"rows"`
	Counts   map[string]int `json:"counts"`
	Removals int            `json:"removals"`
	Code     string         `json:"code"`
	Applied  *struct {
		Results  map[string]int `json:"results"`
		Removals int            `json:"removals"`
	} `json:"applied"`
}

// planRowAnswer is a row of a plan as it is answered.
type planRowAnswer struct {
	Row       int             `json:"row"`
	Operation json.RawMessage `json:"operation"`
	Outcome   string          `json:"outcome"`
	ID        *int64          `json:"id"`
	Version   *int64          `json:"version"`
	Removals  int             `json:"removals"`
	Changes   json.RawMessage `json:"changes"`
	Left      json.RawMessage `json:"left"`
	Error     *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	Result *string `json:"result"`
	Done   *struct {
		ID      *int64  `json:"id"`
		Version *int64  `json:"version"`
		Change  *string `json:"change_id"`
		Error   *struct {
			Code string `json:"code"`
		} `json:"error"`
	} `json:"done"`
}

// propose makes a plan of a body, and waits until it is known what it does.
func (w *world) propose(t interface{ Fatalf(string, ...any) }, key, body string) (p planAnswer) {
	res := w.send(key, "POST", "/public-api/v1/plans", body)
	if err := json.Unmarshal(res.Body.Bytes(), &p); err != nil || res.Code != 201 {
		t.Fatalf("%d %s", res.Code, res.Body)
	}
	w.runJobs(t)
	return w.plan(t, p.ID)
}

func (w *world) plan(t interface{ Fatalf(string, ...any) }, id string) (p planAnswer) {
	res := w.send("main", "GET", "/public-api/v1/plans/"+id, "")
	if err := json.Unmarshal(res.Body.Bytes(), &p); err != nil || res.Code != 200 {
		t.Fatalf("%d %s", res.Code, res.Body)
	}
	return p
}

func (w *world) planRows(t interface{ Fatalf(string, ...any) }, id string) []planRowAnswer {
	var page struct{ Data []planRowAnswer }
	res := w.send("main", "GET", "/public-api/v1/plans/"+id+"/rows?per_page=5000", "")
	if err := json.Unmarshal(res.Body.Bytes(), &page); err != nil || res.Code != 200 {
		t.Fatalf("%d %s", res.Code, res.Body)
	}
	return page.Data
}

// apply applies a plan, and waits until it is.
func (w *world) applyPlan(t interface{ Fatalf(string, ...any) }, p planAnswer) planAnswer {
	if res := w.send("main", "POST", "/public-api/v1/plans/"+p.ID+"/apply", fmt.Sprintf(`{"hash":%q}`, p.Hash)); res.Code != 202 {
		t.Fatalf("%d %s", res.Code, res.Body)
	}
	w.runJobs(t)
	return w.plan(t, p.ID)
}

// CONTRACT D34: a plan tells what its operations do, one after the other, and applied it
// leaves what they leave. One that takes it back leaves all as it was, and one that takes
// that back what the first left.
func TestPlansAreTheirOperations(t *testing.T) {
	s := &batchLaw{single: newWorld(t, openSQLite(t)), batch: newWorld(t, openSQLite(t))}
	for range 3 {
		const ann = `{"names":["Ann"],"emails":["a@example.com"]}`
		s.one(t, lawOperation{Method: "POST", Body: json.RawMessage(ann)})
		s.batch.as("main", "POST", "/contacts", ann)
	}
	planned, all := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		list := make([]lawOperation, rapid.IntRange(1, 8).Draw(rt, "operations"))
		for i := range list {
			list[i] = s.draw(rt)
		}
		if all++; s.checkPlan(rt, list) {
			planned++
		}
	})
	if planned < all/2 {
		t.Errorf("%d of %d were planned whole", planned, all)
	}
}

// checkPlan does operations one by one, and as a plan in another Space. It tells whether
// all could be planned.
func (s *batchLaw) checkPlan(t fails, list []lawOperation) bool {
	operations := make([]string, len(list))
	for i := range list {
		text, err := json.Marshal(list[i])
		if err != nil {
			t.Fatal(err)
		}
		operations[i] = string(text)
	}
	s.rounds++
	body := `{"operations":[` + strings.Join(operations, ",") + `]}`
	before := s.life(s.batch)
	p := s.batch.propose(t, "main", body)
	if after := s.life(s.batch); p.State != "ready" || after != before {
		t.Fatalf("%s: the plan is %s, or left a trace", body, p.State)
	}
	rows := s.batch.planRows(t, p.ID)
	var alone []operationResult
	for _, o := range list {
		alone = append(alone, s.one(t, o))
	}
	if slices.ContainsFunc(rows, func(r planRowAnswer) bool { return r.Error != nil && r.Error.Code == "split_batch" }) {
		if res := s.batch.send("main", "DELETE", "/public-api/v1/plans/"+p.ID, ""); res.Code != 204 {
			t.Fatalf("%d %s", res.Code, res.Body)
		}
		s.batch.send("main", "POST", "/public-api/v1/contacts/batch", batchOf(false, operations...))
		if have, want := s.life(s.batch), s.life(s.single); have != want {
			t.Fatalf("%s:\nas a batch it left %s\none by one %s", body, have, want)
		}
		return false
	}
	for i, r := range rows {
		one := alone[i]
		told := r.Error != nil
		if told != (one.Error != nil) || told && (one.Error.Code != r.Error.Code || one.Error.Message != r.Error.Message) {
			t.Fatalf("%s\nrow %d is %s %+v\nalone %s", body, r.Row, r.Outcome, r.Error, one.text())
		}
		if !told && (r.Outcome == "same" || r.Outcome == "changed_since") != (one.Change == nil) {
			t.Fatalf("%s\nrow %d is %s, alone %s", body, r.Row, r.Outcome, one.text())
		}
		if !told && one.Change != nil && string(r.Changes) != string(one.Changes) && one.Changes != nil {
			t.Fatalf("%s\nrow %d shows %s, alone %s", body, r.Row, r.Changes, one.Changes)
		}
	}
	after := s.batch.applyPlan(t, p)
	if after.State != "applied" || after.Removals != after.Applied.Removals {
		t.Fatalf("%s\n%+v", body, after)
	}
	for i, r := range s.batch.planRows(t, p.ID) {
		if r.Result != nil && (*r.Result != "done" || *r.Done.ID != *alone[i].ID || *r.Done.Version != *alone[i].Version || *r.Done.Change != *alone[i].Change) {
			t.Fatalf("%s\nrow %d is %s %+v, alone %s", body, r.Row, *r.Result, r.Done, alone[i].text())
		}
	}
	if have, want := s.life(s.batch), s.life(s.single); have != want {
		t.Fatalf("%s:\nas a plan it left %s\none by one %s", body, have, want)
	}
	return true
}

// CONTRACT D34: a plan that takes another back leaves all as that found it, and one that
// takes this back as that left it: texts, their order, and where they are from. Where a row
// needs to know what came of one before it, that takes another plan.
func TestPlansAreTakenBack(t *testing.T) {
	s := &batchLaw{single: newWorld(t, openSQLite(t)), contacts: 6}
	for range s.contacts {
		s.one(t, lawOperation{Method: "POST", Body: json.RawMessage(`{"names":["Ann"],"emails":["a@example.com"]}`)})
	}
	s.batch = s.single
	rapid.Check(t, func(rt *rapid.T) {
		operations := make([]string, rapid.IntRange(1, 12).Draw(rt, "operations"))
		for i := range operations {
			text, err := json.Marshal(s.draw(rt))
			if err != nil {
				rt.Fatal(err)
			}
			operations[i] = string(text)
		}
		body := `{"operations":[` + strings.Join(operations, ",") + `]}`
		before := s.shown()
		p := s.single.applyPlan(rt, s.single.propose(rt, "main", body))
		after := s.shown()
		undone := s.takeBack(rt, p.ID)
		if have := s.shown(); have != before {
			rt.Fatalf("%s\nbefore %s\nafter %s\nback %s", body, before, after, have)
		}
		for _, id := range slices.Backward(undone) {
			s.takeBack(rt, id)
		}
		if have := s.shown(); have != after {
			rt.Fatalf("%s\nafter %s\nand again %s", body, after, have)
		}
		for _, r := range s.single.planRows(rt, p.ID) {
			if r.Done == nil {
				continue
			}
			if r.Done.Change == nil {
				rt.Fatalf("%s\nrow %d, %s, is %s %+v", body, r.Row, r.Outcome, *r.Result, r.Done)
			}
			if s.changes = append(s.changes, *r.Done.Change); r.Outcome == "create" {
				s.contacts = int(*r.Done.ID)
			}
		}
	})
}

// CONTRACT D34: rows of many contacts that take turns are each decided on what those before
// them of the same contact leave, also where these lie far back; and what was found is done.
func TestPlanOfChains(t *testing.T) {
	const contacts, each = 50, 20
	s := &batchLaw{single: newWorld(t, openSQLite(t)), batch: newWorld(t, openSQLite(t)), contacts: contacts}
	for i := range contacts {
		body := fmt.Sprintf(`{"names":["Ann %d"],"emails":["a@example.com"]}`, i)
		s.one(t, lawOperation{Method: "POST", Body: json.RawMessage(body)})
		s.batch.as("main", "POST", "/contacts", body)
	}
	random := rand.New(rand.NewPCG(3, 4))
	var list []lawOperation
	for n := range each {
		for _, i := range random.Perm(contacts) {
			o := lawOperation{Method: "PATCH", ID: int64(i + 1)}
			switch random.IntN(12) {
			case 0:
				o.Method = "DELETE"
			case 1:
				o.Method, o.Body = "MERGE", json.RawMessage(fmt.Sprintf(`{"merged_id":%d}`, 1+random.IntN(contacts)))
			case 2, 3, 4:
				o.Method, o.Body = "PUT", json.RawMessage(fmt.Sprintf(`{"names":["Put %d"],"custom_fields":{"profile_field_%d":"text"}}`, n, 1+n%3))
			case 5, 6:
				o.Body = json.RawMessage(fmt.Sprintf(`{"names":{"remove":["Put %d"]}}`, n-1))
			default:
				o.Body = json.RawMessage(fmt.Sprintf(`{"names":{"add":["Add %d"]},"custom_fields":{"profile_field_1":"from %d"}}`, n, n))
			}
			list = append(list, o)
		}
	}
	if !s.checkPlan(t, list) {
		t.Error("it could not be planned whole")
	}
	for id := range contacts {
		path := fmt.Sprintf("/public-api/v1/contacts/%d?include_sources=1", id+1)
		want, have := s.single.send("main", "GET", path, ""), s.batch.send("main", "GET", path, "")
		if have.Code != want.Code || alike(have.Body.String()) != alike(want.Body.String()) {
			t.Errorf("contact %d is %s\none by one %s", id+1, have.Body, want.Body)
		}
	}
}

var addedAt = regexp.MustCompile(`"added_at":"[^"]*"`)

// alike leaves out of an answer what tells one Space in which the same was done from
// another.
func alike(body string) string {
	return addedAt.ReplaceAllString(notAlike.ReplaceAllString(body, ""), "")
}

// CONTRACT D34: a plan has 100,000 operations at most. One more is refused, and nothing is
// left of it.
func TestPlanOfTooMany(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	body := `{"operations":[{}` + strings.Repeat(",{}", 100_000) + `]}`
	res := w.send("main", "POST", "/public-api/v1/plans", body)
	if res.Code != 422 || !strings.Contains(res.Body.String(), `"too_many_items"`) {
		t.Errorf("%d %.200s", res.Code, res.Body)
	}
	if res := w.send("main", "GET", "/public-api/v1/plans", ""); !strings.Contains(res.Body.String(), `"data":[]`) {
		t.Errorf("%s", res.Body)
	}
}

// takeBack takes back what a batch did, in as many plans as that takes, and names them.
func (s *batchLaw) takeBack(t *rapid.T, batch string) (plans []string) {
	for range 20 {
		p := s.single.propose(t, "main", fmt.Sprintf(`{"undo":{"plan_id":%q}}`, batch))
		waits := false
		for _, r := range s.single.planRows(t, p.ID) {
			waits = waits || r.Error != nil && r.Error.Code == "split_batch"
		}
		if p.Rows == 0 {
			return plans
		}
		p = s.single.applyPlan(t, p)
		if p.State != "applied" {
			t.Fatalf("%+v", p)
		}
		plans = append(plans, p.ID)
		if !waits {
			return plans
		}
	}
	t.Fatalf("it takes no end of plans")
	return nil
}

// shown is what all contacts show, with where that is from.
func (s *batchLaw) shown() (text string) {
	for id := range s.contacts + 12 {
		text += s.single.send("main", "GET", fmt.Sprintf("/public-api/v1/contacts/%d?include_sources=1", id+1), "").Body.String() + "\n"
	}
	return notAlike.ReplaceAllString(text, "")
}
