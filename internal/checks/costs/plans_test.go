package costs

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/store"
)

// planRows are what it costs to look at many writes before they are done (CONTRACT D34).
var planRows = []row{
	{"plan of 100 PUTs", cost{341, 211, 445000, 17560, 2860000},
		"Rows are stored when they come, and again with what they were found to do, by a statement each, and one reads its contact; by which contacts they are found is noted 32 rows at once. The rest is the plan and its job, seven transactions in all. Who must not look first sends a batch, which costs three quarters of this.",
		plans(4, 100), (*rig).oneByOne, planned},
	{"applied plan of 100 PUTs", cost{527, 213, 500000, 24050, 3040000},
		"As a batch of 100, and for each row a statement that says what became of it, in the same transaction. Twice the log, as a row holds its operation, what it was found to do and what it did. A quarter more allocations read what it was found to do, and find whether the contact still shows what was found.",
		plansToApply(4, 100), (*rig).applyPlans, done},
}

// planBody is PUTs of contacts that change each.
func (r *rig) planBody(operations int) string {
	var body strings.Builder
	for i := range operations {
		id := 601 + i
		r.rounds[id]++
		fmt.Fprintf(&body, `,{"method":"PUT","id":%d,"body":%s}`, id, person(id, r.rounds[id]))
	}
	return body.String()[1:]
}

// plans gives n plans of so many PUTs each.
func plans(n, operations int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		for range n {
			calls = append(calls, r.call("POST", "/plans", `{"operations":[`+r.planBody(operations)+`]}`))
		}
		return calls
	}
}

func planned(t *testing.T, c *call) { c.want(t, http.StatusCreated, false) }

// plansToApply makes n plans, each of other contacts than the others.
func plansToApply(n, operations int) func(*rig) []*call {
	return func(r *rig) (calls []*call) {
		r.plans = r.plans[:0]
		for i := range n {
			p, _, err := r.book.Propose(r.t.Context(), r.grant, book.Terms{RequestID: "costs"}, book.Proposal{Operations: func(yield func([]byte, error) bool) {
				for j := range operations {
					id := 801 + i*operations + j
					r.rounds[id]++
					if !yield(fmt.Appendf(nil, `{"method":"PUT","id":%d,"body":%s}`, id, person(id, r.rounds[id])), nil) {
						return
					}
				}
			}})
			if err != nil || p.State != book.PlanReady {
				r.t.Fatal(p.State, err)
			}
			r.plans = append(r.plans, p)
			calls = append(calls, &call{})
		}
		return calls
	}
}

// applyPlans applies a plan a call, from the request on to the end of its job.
func (r *rig) applyPlans(calls []*call) {
	ctx := r.t.Context()
	for i := range calls {
		p, _, err := r.book.ApplyPlan(ctx, r.grant, book.Terms{RequestID: "costs"}, r.plans[i].ID, r.plans[i].Hash)
		if err != nil {
			r.t.Fatal(err)
		}
		job, err := r.book.Job(ctx, r.grant, p.Job)
		if err != nil {
			r.t.Fatal(err)
		}
		if err := r.book.ApplyPlanStep(ctx, &job); err != nil || job.State != store.JobCompleted {
			r.t.Fatal(job, err)
		}
	}
}

// closeJobs does what who runs jobs does at the end of each.
func (r *rig) closeJobs() {
	ctx := r.t.Context()
	list, err := r.store.JobsOf(ctx, r.space, 0, 1000)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := range list {
		if _, err := r.store.UpdateJob(ctx, r.space, list[i].ID, func(j *store.Job) error {
			j.State, j.Completed = store.JobCompleted, max(j.Completed, j.Created)
			return nil
		}); err != nil {
			r.t.Fatal(err)
		}
	}
}
