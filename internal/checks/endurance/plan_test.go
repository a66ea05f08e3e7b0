package endurance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// planSize is how many contacts a plan finds here, and how much it does: enough to be killed
// in the middle of, while another server goes on with it.
type planSize struct{ contacts, rows int }

// planState is a plan as it is answered.
type planState struct {
	ID, State, Hash string
	Rows            int
	Counts          map[string]int
	Job             int64 `json:"job_id"`
	Applied         *struct {
		Rows    int
		Results map[string]int
	}
}

// planRun is a plan, and the servers on a database that are killed while they work at it.
type planRun struct {
	planSize
	t       *testing.T
	db, key string
	servers []*server
	plan    string
	middle  int // kills that left some of it undone
}

func newPlanRun(t *testing.T, db, key string, servers int, size planSize) *planRun {
	r := &planRun{planSize: size, t: t, db: db, key: key}
	for range servers {
		r.servers = append(r.servers, start(t, db, key))
	}
	var made []string
	for i := range r.contacts {
		made = append(made, fmt.Sprintf(`{"method":"POST","body":{"names":["found%d"]}}`, i))
	}
	for some := range slices.Chunk(made, 500) {
		r.ask(nil, 200, "POST", "/contacts/batch", `{"atomic":true,"operations":[`+strings.Join(some, ",")+`]}`)
	}
	return r
}

// ask sends a request to the first server, and reads its answer.
func (r *planRun) ask(into any, status int, method, path, body string, headers ...string) {
	r.t.Helper()
	a, err := r.servers[0].do(method, path, body, headers...)
	if err != nil || a.status != status {
		r.t.Fatalf("%s %s: %d %s, %v", method, path, a.status, a.body, err)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		r.t.Fatal(err)
	}
}

func (r *planRun) now() (p planState) {
	r.t.Helper()
	r.ask(&p, 200, "GET", "/plans/"+r.plan, "")
	return p
}

// killed kills a server and starts another in its place, half a minute later by the clock of
// the jobs: so long it is believed to be at work.
func (r *planRun) killed(i int) {
	r.t.Helper()
	r.servers[i].kill(r.t)
	b := openBeside(r.t, r.db)
	defer b.close()
	b.later()
	r.servers[i] = start(r.t, r.db, r.key)
}

// operations change contacts again and again, and make some; some of them are refused.
func (r *planRun) operations() string {
	var list []string
	for i := range r.rows {
		switch {
		case i%10 == 3:
			list = append(list, fmt.Sprintf(`{"method":"POST","body":{"names":["made%d"]}}`, i))
		case i%50 == 4:
			list = append(list, fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"emails":["nonsense"]}}`, 1+i%r.contacts))
		default:
			list = append(list, fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"names":{"add":["made%d"]},"custom_fields":{"profile_field_1":"made%d"}}}`, 1+i%r.contacts, i, i))
		}
	}
	return `{"operations":[` + strings.Join(list, ",") + `]}`
}

// propose sends a plan until it is answered, and kills the server when its job is there, and
// when the plan is shown.
func (r *planRun) propose() {
	body := r.operations()
	for _, seen := range []string{"/jobs", "/plans", ""} {
		answered := make(chan answer, 1)
		go func() {
			a, err := r.servers[0].do("POST", "/plans", body, "Idempotency-Key", "the-plan")
			if err != nil {
				a = answer{}
			}
			answered <- a
		}()
		for seen != "" {
			var page struct {
				Data []struct{ State string }
			}
			r.ask(&page, 200, "GET", seen, "")
			if len(page.Data) > 0 {
				break
			}
		}
		if seen != "" {
			r.killed(0)
		}
		a := <-answered
		if a.status == 0 {
			r.middle++
			continue
		}
		var p planState
		if err := json.Unmarshal(a.body, &p); err != nil || a.status != 201 {
			r.servers[0].kill(r.t)
			r.t.Fatalf("%d %s: %s", a.status, a.body, r.servers[0].log)
		}
		r.plan = p.ID
	}
	if r.plan == "" {
		r.t.Fatal("the plan was not made")
	}
	var page struct{ Data []planState }
	if r.ask(&page, 200, "GET", "/plans", ""); len(page.Data) != 1 {
		r.t.Errorf("%d plans were made", len(page.Data))
	}
}

// build waits until it is known what the plan does; the server is killed once before that.
func (r *planRun) build() planState {
	p := r.now()
	if p.State == "building" {
		r.killed(0)
	}
	for p.State == "building" {
		p = r.now()
	}
	if p.State != "ready" || p.Rows != r.rows {
		r.t.Fatalf("%+v", p)
	}
	return p
}

// apply applies the plan. A server is killed so many times when some of it is done.
func (r *planRun) apply(p planState, kills int) planState {
	body := fmt.Sprintf(`{"hash":%q}`, p.Hash)
	r.ask(nil, 202, "POST", "/plans/"+r.plan+"/apply", body, "Idempotency-Key", "apply")
	done := 0
	// It is asked again and again: news of what the other server does come a second later, when
	// all may be done.
	for p = r.now(); p.State == "applying"; p = r.now() {
		if now := r.now(); kills > 0 && now.State == "applying" && now.Applied.Rows > done {
			kills--
			r.middle++
			r.killed(kills % len(r.servers))
			done = r.now().Applied.Rows
		}
	}
	r.ask(nil, 202, "POST", "/plans/"+r.plan+"/apply", body, "Idempotency-Key", "apply")
	return p
}

// check wants every row to be done once, in its order.
func (r *planRun) check(p planState) {
	rows := r.rows
	want := map[string]int{"create": rows / 10, "refused": rows / 50, "update": rows - rows/10 - rows/50}
	for outcome, n := range want {
		if p.Counts[outcome] != n {
			r.t.Errorf("%s: %d are counted, want %d", outcome, p.Counts[outcome], n)
		}
	}
	if n := rows - rows/50; p.State != "applied" || p.Applied.Rows != rows || p.Applied.Results["done"] != n {
		r.t.Errorf("%+v %+v", p, p.Applied)
	}
	changes, after := 0, int64(0)
	names := map[string]int{}
	for {
		var page struct {
			Data []struct {
				Changes struct{ Names struct{ Added []string } }
			}
			After int64   `json:"next_after"`
			Next  *string `json:"next_page_url"`
		}
		r.ask(&page, 200, "GET", fmt.Sprintf("/changes?per_page=5000&batch_id=%s&after=%d", r.plan, after), "")
		for _, ch := range page.Data {
			changes++
			for _, name := range ch.Changes.Names.Added {
				names[name]++
			}
		}
		if after = page.After; page.Next == nil {
			break
		}
	}
	if n := rows - rows/50; changes != n || len(names) != n {
		r.t.Errorf("%d changes bring %d names, want %d", changes, len(names), n)
	}
	for id := range r.contacts {
		have, _ := r.servers[0].get(r.t, int64(id+1))
		want := []string{fmt.Sprintf("found%d", id)}
		for i := id; i < rows; i += r.contacts {
			if i%10 != 3 && i%50 != 4 {
				want = append(want, fmt.Sprintf("made%d", i))
			}
		}
		if !slices.Equal(have.Names, want) {
			r.t.Fatalf("contact %d is %v, want %v", id+1, have.Names, want)
		}
	}
}

// CONTRACT D34: a plan whose server is killed while it is received, while it is looked at
// what it does, and while it is applied, ends as if nothing had happened: every row is done
// once, in its order.
func TestKilledWithAPlan(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() (db, key string)) {
		db, key := open()
		r := newPlanRun(t, db, key, 1, planSize{300, 1500})
		r.propose()
		if r.middle == 0 {
			t.Error("it was never killed while the plan was on its way")
		}
		p := r.build()
		r.middle = 0
		r.check(r.apply(p, 2))
		if r.middle == 0 {
			t.Error("it was never killed in the middle of applying")
		}
		r.servers[0].stop(t)
	})
}

// CONTRACT D34, D36: of two servers on one database one is killed again and again while a
// plan is applied. Every row is done once.
func TestServersApplyAPlan(t *testing.T) {
	t.Parallel()
	kills, size := 3, planSize{300, 1500}
	if long() {
		kills, size = 20, planSize{10_000, 30_000}
	}
	db, key := emptyPostgres(t)
	r := newPlanRun(t, db, key, 2, size)
	var made planState
	r.ask(&made, 201, "POST", "/plans", r.operations())
	r.plan = made.ID
	p := r.now()
	for p.State == "building" {
		p = r.now()
	}
	r.check(r.apply(p, kills))
	if long() && r.middle < kills || r.middle < kills/2 {
		t.Errorf("killed %d times in the middle", r.middle)
	}
}
