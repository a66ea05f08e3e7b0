package httpapi_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
)

// agent is a program that tries what it may not do: with a key that proposes plans alone,
// and with one that may write a little a day.
type agent struct {
	*world
	t       *testing.T
	random  *rand.Rand
	plans   []planAnswer
	foreign planAnswer // of another Space
	jobs    []int64
	changes []string
	codes   map[string]int // that it was refused with
	sent    int
}

// The budget of the agent that may write.
const (
	agentRemoves = 3  // with one write, or one plan
	agentDaily   = 12 // removals
	agentWrites  = 40
)

func newAgent(t *testing.T) *agent {
	a := &agent{world: newWorld(t, openSQLite(t)), t: t, random: rand.New(rand.NewPCG(7, 7)), codes: map[string]int{}}
	a.addKey(t, "planner", a.space, access.ScopesOf(access.Plan), 0)
	a.addKey(t, "agent", a.space, access.DefaultScopes, 0)
	a.setBudget(t, "agent", access.Budget{MaxRemovals: access.AtMost(agentRemoves), DailyRemovals: access.AtMost(agentDaily), DailyWrites: access.AtMost(agentWrites)})
	for i := range 20 {
		body := fmt.Sprintf(`{"names":["Person %d"],"emails":["a%d@example.com","b%d@example.com","c%d@example.com"]}`, i, i, i, i)
		for _, key := range []string{"main", "other"} {
			a.must(201, key, "POST", "/contacts", body)
		}
	}
	for _, key := range []string{"main", "other"} {
		var page struct{ Data []struct{ ID string } }
		if err := json.Unmarshal(a.must(200, key, "GET", "/changes?per_page=100", "").Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		for _, ch := range page.Data {
			a.changes = append(a.changes, ch.ID)
		}
	}
	res := a.must(201, "other", "POST", "/plans", `{"operations":[{"method":"DELETE","id":2}]}`)
	if err := json.Unmarshal(res.Body.Bytes(), &a.foreign); err != nil || a.foreign.State != "ready" {
		t.Fatal(err, res.Body)
	}
	return a
}

func (a *agent) must(status int, key, method, path, body string) *httptest.ResponseRecorder {
	a.t.Helper()
	res := a.send(key, method, "/public-api/v1"+path, body)
	if res.Code != status {
		a.t.Fatalf("%s %s: %d %s", method, path, res.Code, res.Body)
	}
	return res
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// operation is one that the agent would like to have done.
func (a *agent) operation() string {
	id := 1 + a.random.IntN(42) // of either Space, or of none
	switch a.random.IntN(6) {
	case 0:
		return fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"emails":[]}}`, id)
	case 1:
		return fmt.Sprintf(`{"method":"DELETE","id":%d}`, id)
	case 2:
		return fmt.Sprintf(`{"method":"MERGE","id":%d,"body":{"merged_id":%d}}`, id, 1+a.random.IntN(42))
	case 3:
		return fmt.Sprintf(`{"method":"UNDO","id":%d,"change_id":%q}`, id, pick(a.random, a.changes))
	case 4:
		return fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"emails":["new%d@example.com"]}}`, id, a.random.IntN(1000))
	default:
		return fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"names":{"add":["Name %d"]}}}`, id, a.random.IntN(1000))
	}
}

// plan is one that the agent knows of, or has heard of.
func (a *agent) known() planAnswer {
	if len(a.plans) == 0 || a.random.IntN(8) == 0 {
		return a.foreign
	}
	return pick(a.random, a.plans)
}

// hash is that of the plan, most of the time.
func (a *agent) hash(p planAnswer) string {
	switch a.random.IntN(6) {
	case 0:
		return a.known().Hash
	case 1:
		return strings.Repeat("0", 64)
	case 2:
		at := a.random.IntN(max(1, len(p.Hash)))
		return p.Hash[:min(at, len(p.Hash))] + "0" + p.Hash[min(at+1, len(p.Hash)):]
	}
	return p.Hash
}

// request is one thing that the agent tries.
func (a *agent) request() (method, path, body string) {
	p := a.known()
	one := a.operation()
	switch a.random.IntN(12) {
	case 0, 1, 2:
		list := []string{one}
		for range a.random.IntN(5) {
			list = append(list, a.operation())
		}
		return "POST", "/plans", `{"operations":[` + strings.Join(list, ",") + `]}`
	case 3:
		return "POST", "/plans", fmt.Sprintf(`{"undo":{"plan_id":%q}}`, p.ID)
	case 4, 5, 6, 7:
		return "POST", "/plans/" + p.ID + "/apply", fmt.Sprintf(`{"hash":%q}`, a.hash(p))
	case 8:
		if a.random.IntN(3) > 0 {
			return "GET", "/plans/" + p.ID, ""
		}
		return "DELETE", "/plans/" + p.ID, ""
	case 9:
		if len(a.jobs) > 0 {
			return "DELETE", fmt.Sprint("/jobs/", pick(a.random, a.jobs)), ""
		}
		return "GET", "/plans/" + p.ID + "/rows", ""
	case 10:
		return "POST", "/contacts/batch", `{"operations":[` + one + `]}`
	default:
		return "PUT", fmt.Sprint("/contacts/", 1+a.random.IntN(42)), `{"names":["Direct"]}`
	}
}

var idOfPlan = regexp.MustCompile(`"id":"([^"]+)"`)

// try sends what the agent tries, and notes what it hears.
func (a *agent) try() {
	a.sent++
	method, path, body := a.request()
	key := pick(a.random, []string{"planner", "agent"})
	var headers []string
	if method == "POST" && a.random.IntN(3) == 0 {
		headers = []string{"Idempotency-Key", fmt.Sprint("K", a.random.IntN(40))}
	}
	res := a.send(key, method, "/public-api/v1"+path, body, headers...)
	var answer struct {
		Code    string
		Job     int64 `json:"job_id"`
		Results []struct {
			Change *string `json:"change_id"`
			Error  *struct {
				Code string `json:"code"`
			} `json:"error"`
		} `json:"results"`
	}
	if res.Body.Len() > 0 {
		if err := json.Unmarshal(res.Body.Bytes(), &answer); err != nil {
			a.t.Fatal(err, res.Body)
		}
	}
	if a.codes[answer.Code]++; res.Code >= 500 {
		a.t.Fatalf("%s %s by %s: %d %s", method, path, key, res.Code, res.Body)
	}
	if strings.Contains(path, a.foreign.ID) && res.Code != 404 && res.Code != 403 {
		a.t.Fatalf("%s %s, of another Space, by %s: %d %s", method, path, key, res.Code, res.Body)
	}
	if key == "planner" && method == "POST" && path != "/plans" && res.Code != 403 {
		a.t.Fatalf("%s %s by who may only propose: %d %s", method, path, res.Code, res.Body)
	}
	for _, r := range answer.Results {
		if r.Change != nil {
			a.changes = append(a.changes, *r.Change)
		}
		if r.Error != nil {
			a.codes[r.Error.Code]++
		}
	}
	if answer.Job != 0 {
		a.jobs = append(a.jobs, answer.Job)
	}
	if method == "POST" && path == "/plans" && res.Code == 201 { // somebody tells it the hash
		if now := a.send("main", "GET", "/public-api/v1/plans/"+idOfPlan.FindStringSubmatch(res.Body.String())[1], ""); now.Code == 200 {
			var p planAnswer
			if err := json.Unmarshal(now.Body.Bytes(), &p); err != nil {
				a.t.Fatal(err)
			}
			a.plans = append(a.plans, p)
		}
	}
	if a.random.IntN(4) == 0 {
		a.runJobs(a.t)
	}
}

// CONTRACT D24, D34: whatever a program tries, a key that may propose alone changes nothing,
// and one with a budget never passes it: not by plans, stale ones or those of others, nor by
// sending again what was done, nor by cancelling.
func TestBadAgent(t *testing.T) {
	a := newAgent(t)
	before := a.must(200, "other", "GET", "/changes?per_page=5000", "").Body.String()
	for range 1000 {
		a.try()
	}
	a.runJobs(t)
	var page struct {
		Data []struct {
			Actor struct {
				Key int64 `json:"key_id"`
			}
			Action  string
			Seq     int64
			Request string `json:"request_id"`
			Batch   string `json:"batch_id"`
			Changes map[string]struct{ Removed []string }
		}
	}
	if err := json.Unmarshal(a.must(200, "main", "GET", "/changes?per_page=5000", "").Body.Bytes(), &page); err != nil {
		t.Fatal(err)
	}
	writes, removed, of := 0, 0, map[string]int{}
	for _, ch := range page.Data {
		switch ch.Actor.Key {
		case a.keyIDs["planner"]:
			t.Errorf("change %d is of a key that may propose alone", ch.Seq)
		case a.keyIDs["agent"]:
			writes++
			for name, edit := range ch.Changes {
				if name != "custom_fields" && ch.Action != "merge" {
					removed += len(edit.Removed)
					of[ch.Request+ch.Batch] += len(edit.Removed)
				}
			}
		}
	}
	if writes > agentWrites || removed > agentDaily || writes < agentWrites/4 {
		t.Errorf("%d contacts were changed and %d values taken away, and %d and %d may be", writes, removed, agentWrites, agentDaily)
	}
	for name, n := range of {
		if n > agentRemoves {
			t.Errorf("%s took %d away", name, n)
		}
	}
	for _, code := range []string{"over_budget", "scope_missing", "plan_changed", "plan_closed", "plan_not_found", "job_closed", "idempotency_reused"} {
		if a.codes[code] == 0 {
			t.Errorf("it was never refused with %s: %v", code, a.codes)
		}
	}
	if after := a.must(200, "other", "GET", "/changes?per_page=5000", "").Body.String(); after != before {
		t.Errorf("another Space changed: %s", after)
	}
	if res := a.must(200, "other", "GET", "/plans/"+a.foreign.ID, ""); !strings.Contains(res.Body.String(), `"state":"ready"`) {
		t.Errorf("the plan of another Space: %s", res.Body)
	}
}
