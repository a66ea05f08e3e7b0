package api

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"time"
)

const plansPath = "/plans"

func planPath(id, below string) string { return plansPath + "/" + url.PathEscape(id) + below }

// Propose makes a plan of up to MaxPlanned operations, in their order: nothing but the plan
// is stored. A large one is PlanBuilding yet, and FollowPlan tells when it is known what it
// does. What is wrong with an operation stands in its row. Of the options WithActor, WithReason,
// IdempotencyKey and NoIdempotencyKey are heeded.
func (c *Client) Propose(ctx context.Context, operations []Operation, options ...WriteOption) (Plan, error) {
	body, err := operationsBody(operations, "plan", MaxPlanned, false)
	if err != nil {
		return Plan{}, err
	}
	return c.propose(ctx, body, options)
}

// ProposeUndo makes a plan that takes writes back, newest first, each as Undo with
// ResolveTheirs does: what was changed again since stays, and PlanRow.Left names it.
func (c *Client) ProposeUndo(ctx context.Context, of Undone, options ...WriteOption) (Plan, error) {
	body, err := encode(struct {
		Undo Undone `json:"undo"`
	}{of})
	if err != nil {
		return Plan{}, err
	}
	return c.propose(ctx, body, options)
}

// ProposeWhere makes a plan about all contacts of which the conditions hold while it is
// built: PUT or PATCH, with a body, or DELETE, with nil, of each.
func (c *Client) ProposeWhere(ctx context.Context, where []Condition, method string, body json.Marshaler, options ...WriteOption) (Plan, error) {
	type operation struct {
		Method string         `json:"method"`
		Body   json.Marshaler `json:"body,omitempty"`
	}
	text, err := encode(struct {
		Where     []Condition `json:"where"`
		Operation operation   `json:"operation"`
	}{where, operation{method, body}})
	if err != nil {
		return Plan{}, err
	}
	return c.propose(ctx, text, options)
}

func (c *Client) propose(ctx context.Context, body []byte, options []WriteOption) (Plan, error) {
	var p Plan
	err := c.post(ctx, plansPath, body, options, &p)
	return p, err
}

func (c *Client) post(ctx context.Context, path string, body []byte, options []WriteOption, answer any) error {
	r := &request{method: http.MethodPost, path: path, header: http.Header{}, body: body}
	if err := r.with(options); err != nil {
		return err
	}
	_, err := c.do(ctx, r, answer)
	return err
}

// Plan tells where a plan is, and what it does in all. The error has CodePlanNotFound where
// the Space has none of this id.
func (c *Client) Plan(ctx context.Context, id string) (Plan, error) {
	p, _, err := c.plan(ctx, id)
	return p, err
}

func (c *Client) plan(ctx context.Context, id string) (p Plan, h http.Header, err error) {
	h, err = c.do(ctx, &request{method: http.MethodGet, path: planPath(id, "")}, &p)
	return p, h, err
}

// Plans reads one page of the plans of the Space, newest first. Its pages lead forward only.
func (c *Client) Plans(ctx context.Context, p Paging) (Page[Plan], error) {
	var page Page[Plan]
	_, err := c.do(ctx, &request{method: http.MethodGet, path: plansPath, query: p.values()}, &page)
	return page, err
}

// AllPlans gives the plans of the Space from the page of p on, newest first. An error is the
// last thing that it gives.
func (c *Client) AllPlans(ctx context.Context, p Paging) iter.Seq2[Plan, error] {
	return pages(p.Cursor, func(cursor string) (Page[Plan], error) {
		p.Cursor = cursor
		return c.Plans(ctx, p)
	})
}

// PlanRowsQuery asks for rows of a plan.
type PlanRowsQuery struct {
	Outcome PlanOutcome // that were found to do this alone; "" for all
	Result  PlanResult  // of which this became alone; "" for all
	Paging
}

// PlanRows reads one page of the rows of a plan, in the order in which they are done. Its
// pages lead forward only.
func (c *Client) PlanRows(ctx context.Context, id string, q PlanRowsQuery) (Page[PlanRow], error) {
	v := q.Paging.values()
	set(v, "outcome", string(q.Outcome))
	set(v, "result", string(q.Result))
	var page Page[PlanRow]
	_, err := c.do(ctx, &request{method: http.MethodGet, path: planPath(id, "/rows"), query: v}, &page)
	return page, err
}

// AllPlanRows gives the rows of a plan from the page of q on. An error is the last thing
// that it gives.
func (c *Client) AllPlanRows(ctx context.Context, id string, q PlanRowsQuery) iter.Seq2[PlanRow, error] {
	return pages(q.Cursor, func(cursor string) (Page[PlanRow], error) {
		q.Cursor = cursor
		return c.PlanRows(ctx, id, q)
	})
}

// FollowPlan gives a plan as it is, and again each time that it was asked for since, until
// it neither is looked at nor applied any more or an error comes, which is the last thing
// that it gives. It asks as often as FollowJob.
func (c *Client) FollowPlan(ctx context.Context, id string) iter.Seq2[Plan, error] {
	return func(yield func(Plan, error) bool) {
		for {
			asked := time.Now()
			p, h, err := c.plan(ctx, id)
			if err == nil && (!yield(p, nil) || !p.Moves()) {
				return
			}
			if err == nil {
				err = rest(ctx, asked.Add(spacing(h, true)))
			}
			if err != nil {
				yield(Plan{}, err)
				return
			}
		}
	}
}

// PlanBegun is the answer to ApplyPlan.
type PlanBegun struct {
	JobID   int64  `json:"job_id"`   // for FollowJob
	BatchID string `json:"batch_id"` // names what the plan does in the history: its own id
}

// ApplyPlan begins to do what a plan shows: hash is Plan.Hash, as it was looked at. The error
// has CodePlanBuilding, CodePlanChanged, CodePlanClosed or CodePlanExpired where it cannot be
// applied, and CodeOverBudget where the key may not take away or change so much, all before
// the first row. It needs a key that may read and write. Of the options WithActor, WithReason,
// IdempotencyKey and NoIdempotencyKey are heeded.
func (c *Client) ApplyPlan(ctx context.Context, id, hash string, options ...WriteOption) (PlanBegun, error) {
	body, err := encode(struct {
		Hash string `json:"hash"`
	}{hash})
	if err != nil {
		return PlanBegun{}, err
	}
	var begun PlanBegun
	err = c.post(ctx, planPath(id, "/apply"), body, options, &begun)
	return begun, err
}

// DiscardPlan lets go of a plan that was not applied; the error has CodePlanClosed where it
// was. It bears no Idempotency-Key and is not sent again where it may have been done: Plan
// tells.
func (c *Client) DiscardPlan(ctx context.Context, id string) error {
	_, err := c.do(ctx, &request{method: http.MethodDelete, path: planPath(id, "")}, &struct{}{})
	return err
}
