package httpapi

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/wire"
)

var (
	plansParams    = []param{perPageParam, cursorParam}
	planRowsParams = []param{
		oneOf("outcome", contact.RowOutcomes[:], func(q *asked) *contact.RowOutcome { return &q.planRows().Outcome }),
		oneOf("result", book.RowResults[:], func(q *asked) *book.RowResult { return &q.planRows().Result }),
		perPageParam, cursorParam, numbersParam,
	}
)

func (q *asked) planRows() *book.PlanRowsAsked {
	if q.rows == nil {
		q.rows = &book.PlanRowsAsked{}
	}
	return q.rows
}

// oneOf is a parameter that is one of some words.
func oneOf[T ~string](name string, words []T, into func(*asked) *T) param {
	var list []string
	for _, w := range words {
		list = append(list, string(w))
	}
	return param{name, "one of " + strings.Join(list, ", "), func(q *asked, v *sent) error {
		*into(q) = T(v.text)
		return formed(slices.Contains(list, v.text))
	}}
}

// propose makes a plan (CONTRACT D34). Its body is read to the end before anything is
// stored.
func (a *api) propose(w http.ResponseWriter, r *request) error {
	var body Spool
	defer body.Close()
	var frame wire.PlanBody
	err := a.readSpooled(r, &body, func(from io.Reader) (err error) {
		frame, err = wire.ReadPlan(from, &r.grant.Space.Labels)
		return err
	})
	if err != nil {
		return err
	}
	of := book.Proposal{Operations: operationTexts(&body, frame.Operations)}
	if u := frame.Undo; u != nil {
		of = book.Proposal{Undo: &book.Undone{BatchID: u.BatchID + u.PlanID, RequestID: u.RequestID, KeyID: u.KeyID, Since: u.Since, Until: u.Until}}
	}
	if where := frame.Where; where != nil {
		of = book.Proposal{Wanted: book.WantedOf(where.Where, where.Method, where.Body)}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), batchRuns)
	defer cancel()
	p, replayed, err := a.book.Propose(ctx, r.grant, r.terms, of)
	if err != nil {
		return err
	}
	h := w.Header()
	setReplayed(h, replayed)
	h["Location"] = []string{base + "/plans/" + p.ID}
	answer(w, r, http.StatusCreated, func(b jsonText) jsonText { return b.plan(&p, r.reads()) })
	return nil
}

// listPlans answers a page of the plans of the Space, newest first (CONTRACT D34).
func (a *api) listPlans(w http.ResponseWriter, r *request) error {
	size := r.asked.pageSize()
	list, next, err := a.book.Plans(r.Context(), r.grant, r.asked.cursor, size)
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = b.open('{').member("data").open('[')
		for i := range list {
			b = b.plan(&list[i], true)
		}
		return a.endPage(b.end(']'), r, size, next, "")
	})
	return nil
}

// getPlan answers a plan (CONTRACT D34).
func (a *api) getPlan(w http.ResponseWriter, r *request) error {
	p, err := a.book.Plan(r.Context(), r.grant, r.PathValue("plan"))
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText { return b.plan(&p, r.reads()) })
	return nil
}

// listPlanRows answers rows of a plan, in the order in which they are done (CONTRACT D34).
func (a *api) listPlanRows(w http.ResponseWriter, r *request) error {
	q := *r.asked.planRows()
	q.Cursor, q.PerPage = r.asked.cursor, r.asked.pageSize()
	list, next, err := a.book.PlanRows(r.Context(), r.grant, r.PathValue("plan"), q)
	if err != nil {
		return err
	}
	answer(w, r, http.StatusOK, func(b jsonText) jsonText {
		b = b.open('{').member("data").open('[')
		for i := range list {
			b = b.planRow(&list[i], r)
		}
		return a.endPage(b.end(']'), r, q.PerPage, next, "")
	})
	return nil
}

// applyPlan begins to do what a plan shows (CONTRACT D34).
func (a *api) applyPlan(w http.ResponseWriter, r *request) error {
	body, err := a.readBody(r)
	if err != nil {
		return err
	}
	text, err := wire.ReadHash(*body)
	freeBuffer(body)
	if err != nil {
		return err
	}
	hash, err := hex.DecodeString(text)
	if err != nil {
		hash = nil // it is that of no plan
	}
	p, replayed, err := a.book.ApplyPlan(r.Context(), r.grant, r.terms, r.PathValue("plan"), hash)
	if err != nil {
		return err
	}
	setReplayed(w.Header(), replayed)
	answer(w, r, http.StatusAccepted, func(b jsonText) jsonText {
		return b.open('{').member("job_id").integer(p.Job).member("batch_id").text(p.ID).end('}')
	})
	return nil
}

// discardPlan lets go of a plan that was not applied (CONTRACT D34).
func (a *api) discardPlan(w http.ResponseWriter, r *request) error {
	if err := a.readNothing(r); err != nil {
		return err
	}
	if err := a.book.DiscardPlan(r.Context(), r.grant, r.PathValue("plan")); err != nil {
		return err
	}
	answerNothing(w, r, http.StatusNoContent)
	return nil
}

// plan writes a plan: all of it to who may read, else its id and its state.
func (b jsonText) plan(p *book.Plan, whole bool) jsonText {
	b = b.open('{').member("id").text(p.ID).member("state").text(string(p.State))
	if !whole {
		return b.end('}')
	}
	b = b.member("hash").textIf(hex.EncodeToString(p.Hash), p.Known()).member("rows").integer(p.Rows)
	b = b.member("counts").open('{')
	for _, o := range contact.RowOutcomes {
		b = b.member(string(o)).integer(p.Counts[o])
	}
	b = b.end('}').member("removals").integer(p.Removals).member("contacts").integer(p.Contacts)
	b = b.member("created_at").moment(p.Created).member("expires_at").moment(p.Expires)
	b = b.member("proposed_by").planActor(&p.By).member("undo").planUndo(p.Undo)
	if p.Import != nil {
		b = b.member("import_id").text(p.Import.ID).member("file_name").textIf(p.Import.Name, p.Import.Name != "")
	}
	b = b.member("job_id").integer(p.Job).member("message").textIf(p.Message, p.Message != "")
	b = b.member("applied")
	if p.Applier == nil {
		return b.raw("null").end('}')
	}
	b = b.open('{').member("by").planActor(p.Applier).member("rows").integer(p.Applied).member("results").open('{')
	for _, res := range book.RowResults {
		b = b.member(string(res)).integer(p.Results[res])
	}
	b = b.end('}').member("removals").integer(p.Removed).member("completed_at").momentIf(p.Closed)
	b = b.member("undone_by").textIf(p.UndoneBy, p.UndoneBy != "")
	return b.end('}').end('}')
}

func (b jsonText) momentIf(t contact.Time) jsonText {
	if t == 0 {
		return b.raw("null")
	}
	return b.moment(t)
}

func (b jsonText) planActor(a *book.PlanActor) jsonText {
	b = b.open('{').member("key_id").integer(a.Key).member("key_name").text(a.KeyName)
	b = b.member("name").textIf(a.Name, a.Name != "").member("reason").textIf(a.Reason, a.Reason != "")
	return b.member("request_id").text(a.RequestID).end('}')
}

func (b jsonText) planUndo(u *book.Undone) jsonText {
	if u == nil {
		return b.raw("null")
	}
	b = b.open('{').member("batch_id").textIf(u.BatchID, u.BatchID != "").member("request_id").textIf(u.RequestID, u.RequestID != "")
	b = b.member("key_id").idIf(contact.ID(u.KeyID)).member("since").momentIf(u.Since).member("until").momentIf(u.Until)
	return b.end('}')
}

// planRow writes a row of a plan, and what became of it.
func (b jsonText) planRow(row *book.PlanRow, r *request) jsonText {
	b = b.open('{').member("row").integer(row.N)
	if row.Line != 0 {
		b = b.importRow(row)
	}
	if row.Undoes.ID != "" {
		b = b.member("import").importLine(&row.Undoes)
	}
	if b = b.member("operation"); len(row.Operation) == 0 {
		b = b.raw("null")
	} else {
		b = b.raw(string(row.Operation))
	}
	b = b.member("outcome").textIf(string(row.Outcome), row.Outcome != "")
	b = b.member("id").idIf(row.Contact).member("version").idIf(contact.ID(row.Version)).member("removals").integer(int64(row.Removals))
	if b = b.member("changes"); row.Outcome == "" || row.Err != nil {
		b = b.raw("null")
	} else {
		b = b.seen(&row.Changes, row.Hides, r.asked.numbers)
	}
	b = b.member("left").conflicts(row.Left, r.asked.numbers)
	b = b.member("error").rowError(row.Err, r)
	b = b.member("result").textIf(string(row.Result), row.Result != "").member("done")
	if row.Done == nil {
		return b.raw("null").end('}')
	}
	d := row.Done
	b = b.open('{').member("id").idIf(d.Contact).member("version").idIf(contact.ID(d.Version))
	change := contact.ChangeID{Space: r.grant.Space.ID, Op: d.Change}
	b = b.member("change_id").textIf(change.String(), d.Change != 0).member("conflicts").remains(d.Remains, r.asked.numbers)
	b = b.member("left").conflicts(d.Left, r.asked.numbers)
	return b.member("error").rowError(d.Err, r).end('}').end('}')
}

// rowError writes why a row does nothing, or was not done.
func (b jsonText) rowError(err error, r *request) jsonText {
	if err == nil {
		return b.raw("null")
	}
	b = b.fault(Explain(err))
	if on := r.evidence(err); on != nil {
		b = b.evidence(on, r)
	}
	return b.end('}')
}
