package ui

import (
	"net/http"
	"strings"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/wire"
)

// proposal is a plan that a form asks for, made of the very request of the API that asks
// for it.
type proposal struct {
	of      book.Proposal
	request request
}

// proposed makes a proposal. body is what wire.ReadPlan reads.
func proposed(body any) (proposal, error) {
	var p proposal
	text, err := spelled(body, func(text []byte) error {
		frame, err := wire.ReadPlan(strings.NewReader(string(text)), &contact.Labels{})
		if err != nil {
			return err
		}
		if u := frame.Undo; u != nil {
			p.of.Undo = &book.Undone{BatchID: u.BatchID + u.PlanID, RequestID: u.RequestID, KeyID: u.KeyID, Since: u.Since, Until: u.Until}
			return nil
		}
		if w := frame.Where; w != nil {
			p.of.Wanted = book.WantedOf(w.Where, w.Method, w.Body)
			return nil
		}
		p.of.Operations = func(yield func([]byte, error) bool) {
			for _, span := range frame.Operations {
				if !yield(text[span.Start:span.End], nil) {
					return
				}
			}
		}
		return nil
	})
	p.request = request{method: http.MethodPost, path: "/plans", body: text}
	return p, err
}

// deletions proposes to delete contacts.
func deletions(ids []contact.ID) (proposal, error) {
	type operation struct {
		Method string     `json:"method"`
		ID     contact.ID `json:"id"`
	}
	var all []operation
	for _, id := range ids {
		all = append(all, operation{"DELETE", id})
	}
	return proposed(map[string]any{"operations": all})
}

// undoing is what a form asks to take back: a batch, or what a key wrote in a stretch of
// time.
type undoing struct {
	BatchID string `json:"batch_id,omitzero"`
	KeyID   int64  `json:"key_id,omitzero"`
	Since   string `json:"since,omitzero"`
	Until   string `json:"until,omitzero"`
}

var errNothingToUndo = &trouble{http.StatusNotFound, "There is nothing to take back", "No write of this Space is of that kind. Nothing was changed.", "/ui/activity", "All activity"}

// undoMany proposes to take back many writes: what that does is on the page of the plan.
func (u *ui) undoMany(v *visit) (answer, error) {
	f := v.PostForm
	asks := undoing{BatchID: f.Get("batch"), Since: f.Get("since"), Until: f.Get("until")}
	if key, ok := wire.ParseID(f.Get("key")); ok {
		asks.KeyID = int64(key)
	}
	p, err := proposed(map[string]any{"undo": asks})
	if err != nil {
		return nil, err
	}
	if err := v.findsAny(p.of.Undo); err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands("/ui/plans", v.signed(p.request)), nil
	}
	plan, err := v.propose(p)
	if err != nil {
		return nil, err
	}
	return goOn{planPath(plan.ID)}, nil
}

// findsAny tells whether there may be a write to take back: a plan of none would be of no
// use. Who may not read is not told.
func (v *visit) findsAny(of *book.Undone) error {
	r := book.Recent{Since: of.Since, Until: of.Until, PerPage: 1}
	r.Only.BatchID, r.Only.KeyID = of.BatchID, of.KeyID
	p, err := v.ui.book.Recent(v.Context(), v.grant, &r)
	if err == nil && len(p.Changes) == 0 && !p.More {
		return errNothingToUndo
	}
	return err
}

// propose makes a plan.
func (v *visit) propose(p proposal) (book.Plan, error) {
	plan, _, err := v.ui.book.Propose(v.Context(), v.grant, v.terms(), p.of)
	return plan, err
}

// apply begins to do a plan as it was looked at, and does what is soon done: the rest, and
// all where that does not succeed now, is for the job that was made for it.
func (v *visit) apply(id string, hash []byte) (book.Plan, error) {
	p, _, err := v.ui.book.ApplyPlan(v.Context(), v.grant, v.terms(), id, hash)
	if err != nil {
		return p, err
	}
	if job, err := v.ui.book.Job(v.Context(), v.grant, p.Job); err == nil {
		_ = v.ui.book.ApplyPlanStep(v.Context(), &job)
	}
	return p, nil
}
