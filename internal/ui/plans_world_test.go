package ui_test

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/jobs"
)

// propose makes a plan of operations, as CONTRACT D33 spells them, with a key.
func (w *world) propose(key, name, reason string, operations ...string) book.Plan {
	w.t.Helper()
	p, _, err := w.book.Propose(w.t.Context(), w.grant(key), book.Terms{RequestID: rand.Text(), Name: name, Reason: reason}, book.Proposal{
		Operations: func(yield func([]byte, error) bool) {
			for _, text := range operations {
				if !yield([]byte(text), nil) {
					return
				}
			}
		}})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// begin has a plan applied: what it does is left to its job.
func (w *world) begin(key string, p book.Plan) book.Plan {
	w.t.Helper()
	p, _, err := w.book.ApplyPlan(w.t.Context(), w.grant(key), book.Terms{RequestID: rand.Text()}, p.ID, p.Hash)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// work does the jobs that there are, to their end.
func (w *world) work() {
	w.t.Helper()
	r := jobs.New(w.store, jobs.Options{Clock: w.clock})
	r.Does(book.PlanBuildJob, jobs.Work{Step: w.book.BuildPlan, Failed: w.book.FailPlan})
	r.Does(book.PlanApplyJob, jobs.Work{Step: w.book.ApplyPlanStep, Failed: w.book.FailPlan})
	r.Does(book.ExportJob, jobs.Work{Step: w.book.ExportStep, Failed: w.book.FailExport})
	for n := 1; n > 0; {
		var err error
		if n, err = r.Round(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// hurried has time pass with each look at the clock, so that nobody waits for a plan.
func (w *world) hurried(do func()) {
	w.mu.Lock()
	w.tick = 3_000_000_000
	w.mu.Unlock()
	do()
	w.mu.Lock()
	w.tick = 0
	w.mu.Unlock()
}

// operations of a plan.
func adds(id contact.ID, email string) string {
	return fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"emails":{"add":[%q]}}}`, id, email)
}

func deletes(id contact.ID) string { return fmt.Sprintf(`{"method":"DELETE","id":%d}`, id) }

// addPlanner adds a key that reads, and proposes plans.
func (w *world) addPlanner(name string) {
	w.addKey(name, w.space.ID, access.ScopesOf(access.Read, access.Plan))
}

func planAt(p book.Plan) string { return "/ui/plans/" + p.ID }

// planSome makes plans of every state, with all that is strange in them.
func (w *furnished) planSome() {
	w.addPlanner("planner")
	w.planned = w.propose("planner", rtl, scripted, adds(w.hostile, "planned@there.example"), deletes(w.doomed[0]), deletes(w.doomed[1]), deletes(w.merged),
		fmt.Sprintf(`{"method":"POST","body":{"names":[%q],"emails":["new@planned.example"]}}`, mark+" New"),
		fmt.Sprintf(`{"method":"MERGE","id":%d,"body":{"merged_id":%d}}`, w.plain, w.nameless),
		fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"phones":[],"custom_fields":{"profile_field_2":%q}}}`, w.hostile, mark+" other"),
		`{"method":"PUT","id":7,"body":{"emails":["`+mark+` no email"]}}`, `{"method":"PATCH"}`, adds(9999, "nobody@planned.example"),
		fmt.Sprintf(`{"method":"UNMERGE","id":%d,"body":{"merged_id":%d}}`, w.survivor, w.merged))
	var many []string
	for i := range 60 {
		many = append(many, adds(contact.ID(i+1), fmt.Sprintf("more%d@planned.example", i)))
	}
	w.applied = w.propose("client", "", "", many[:30]...)
	w.begin("client", w.applied)
	w.work()
	w.underWay = w.begin("main", w.propose("client", mark+" Ben", strings.Repeat("why ", 100), many[30:]...))
	b := w.browse("main").get(planAt(w.applied))
	b.send(b.one("form", "id", "undo"), "Take it back…")
	w.hurried(func() { w.building = w.propose("client", "", "", many...) })
}

// decide sends the form of a plan's page that applies or discards it.
func (b *browser) decide(what, button string, set ...string) *browser {
	b.w.t.Helper()
	path, _, _ := strings.Cut(b.address, "?")
	return b.send(b.form(path+"/"+what), button, set...)
}
