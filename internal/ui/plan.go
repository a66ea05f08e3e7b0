package ui

import (
	"cmp"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/httpapi"
)

// rowsAtOnce is how many rows of a plan a page has.
const rowsAtOnce = 25

// planPage is what the page of a plan shows.
type planPage struct {
	planView
	Wrong       string // why it was not applied, or let go of; "" for nothing
	Message     string // why it failed, or does nothing; "" where it did neither
	Undoes      undoneView
	Outcomes    []chip // which rows to show
	Results     []chip
	List        []planRowView
	Next, First string // addresses of further rows; "" for none
	Hash        string // in the form that applies it; "" where it cannot be, or the key may not
	Act         string // the words of its button
	Discards    bool   // the key may let go of it
	DiscardTo   string
	Import      string // the page of the file that it was made of; "" for none
	OfFile      string // what that is called
	Undo        string // the batch that another plan can take back; "" for none
	Applier     *author
	Ended       moment
	Removed     int // how much it took away
	Changed     int // in how many rows it did something
	Curl        string
	Again       int
}

// undoneView is what a plan takes back.
type undoneView struct {
	Says         string // "" where it takes nothing back
	To           string // where that is seen
	Key          int64
	Since, Until moment
}

func (u *ui) plan(v *visit) (answer, error) {
	p, err := u.book.Plan(v.Context(), v.grant, v.PathValue("plan"))
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		asks := v.planRowsAsked()
		q := url.Values{"per_page": {strconv.Itoa(rowsAtOnce)}}
		for name, value := range map[string]string{"outcome": string(asks.Outcome), "result": string(asks.Result), "cursor": asks.Cursor} {
			if value != "" {
				q.Set(name, value)
			}
		}
		return v.commands(v.address("show", ""), request{path: "/plans/" + p.ID}, request{path: "/plans/" + p.ID + "/rows", query: q}), nil
	}
	return v.planPage(&p, http.StatusOK, "")
}

// planShown shows a plan without its rows, with what was wrong where something was.
func (v *visit) planShown(p *book.Plan, wrong string) *planPage {
	show := &planPage{planView: v.planView(p), Wrong: wrong, Message: p.Message, Undoes: v.undoneView(p.Undo), Ended: v.moment(p.Closed),
		Removed: int(p.Removed), Curl: v.address("show", "curl", "done", "")}
	show.DiscardTo = show.To + "/discard"
	if p.Import != nil {
		show.Import, show.OfFile = importPath(p.Import.ID), cmp.Or(p.Import.Name, "its import")
	}
	show.fate(v, p)
	return show
}

// planPage makes the page of a plan, with what was wrong where something was.
func (v *visit) planPage(p *book.Plan, status int, wrong string) (answer, error) {
	show := v.planShown(p, wrong)
	show.chips(v, p)
	if err := v.turn(); err != nil {
		return nil, err
	}
	rows, next, err := v.ui.book.PlanRows(v.Context(), v.grant, p.ID, v.planRowsAsked())
	if err != nil {
		return nil, err
	}
	if show.List, err = v.planRowViews(rows); err != nil {
		return nil, err
	}
	if next != "" && len(rows) == rowsAtOnce {
		show.Next = v.planAddress(p.ID, "cursor", next)
	}
	if v.Form.Get("cursor") != "" {
		show.First = v.planAddress(p.ID, "cursor", "")
	}
	return &page{name: "plan", title: show.Title, here: "p", back: "/ui/plans", status: status, toast: v.planToast(show, p), again: show.Again, body: show}, nil
}

// fate says what became of a plan, and what can become of it.
func (show *planPage) fate(v *visit, p *book.Plan) {
	if show.Waiting && show.Does > 0 && v.may(access.Write) {
		show.Hash, show.Act = hex.EncodeToString(p.Hash), "Apply "+show.writes(show.Does)
	}
	if p.Applier == nil {
		open := show.Waiting || show.Building || p.State == book.PlanExpired
		show.Discards = open && (v.may(access.Write) || p.By.Key == v.grant.Key.ID && v.may(access.Plan))
	} else {
		by := v.authorOf(&contact.Actor{KeyID: p.Applier.Key, KeyName: p.Applier.KeyName, Name: p.Applier.Name})
		show.Applier = &by
		show.Changed = int(p.Did())
	}
	if show.Changed > 0 && show.Undone == "" && show.Progress == nil && v.may(access.Plan) {
		show.Undo = p.ID
	}
	if show.Progress != nil {
		show.Again = again
	}
}

// writes counts what a plan asks for: rows, where it is of a file.
func (show *planPage) writes(n int64) string {
	if show.Import != "" {
		return number(int(n), "row", "rows")
	}
	return rowsText(n)
}

// undoneView tells what a plan takes back.
func (v *visit) undoneView(of *book.Undone) undoneView {
	switch {
	case of == nil:
		return undoneView{}
	case of.BatchID != "":
		return undoneView{Says: "what was written as one batch", To: batchPath(of.BatchID)}
	case of.RequestID != "":
		return undoneView{Says: "what one request wrote"}
	}
	key := strconv.FormatInt(of.KeyID, 10)
	return undoneView{Says: "what the key #" + key + " wrote", To: "/ui/activity?key=" + key, Key: of.KeyID, Since: v.moment(of.Since), Until: v.moment(of.Until)}
}

// batchPath gives the address of what a batch did.
func batchPath(id string) string {
	return addressOf("/ui/activity", url.Values{"batch": {id}})
}

// resultNames say what became of rows, with the class of their colour.
var resultNames = map[book.RowResult][2]string{
	book.RowDone: {"done", ""}, book.RowRebased: {"done, on what had changed", ""}, book.RowAlready: {"was so already", ""},
	book.RowKept: {"changed since, stays", "warn"}, book.RowLeft: {"left as it was", "warn"}, book.RowRejected: {"refused", "bad"},
}

// chips are what the rows can be narrowed to.
func (show *planPage) chips(v *visit, p *book.Plan) {
	asks := v.planRowsAsked()
	if show.Rows > 0 {
		show.Outcomes = append(show.Outcomes, chip{Name: strconv.FormatInt(p.Rows, 10), Text: "in all", To: v.planAddress(p.ID, "outcome", "", "result", ""), On: asks.Outcome == "" && asks.Result == ""})
	}
	for _, c := range show.Counts {
		show.Outcomes = append(show.Outcomes, chip{Name: strconv.FormatInt(c.N, 10), Text: c.Name, To: v.planAddress(p.ID, "outcome", c.Key, "result", ""), On: string(asks.Outcome) == c.Key})
	}
	for _, r := range book.RowResults {
		if n := p.Results[r]; n > 0 {
			show.Results = append(show.Results, chip{Name: strconv.FormatInt(n, 10), Text: resultNames[r][0], To: v.planAddress(p.ID, "result", string(r), "outcome", ""), On: asks.Result == r})
		}
	}
}

// planAddress gives the page of a plan with what is asked of its rows, some of that set.
func (v *visit) planAddress(id string, set ...string) string {
	q := url.Values{}
	asks := v.planRowsAsked()
	values := map[string]string{"outcome": string(asks.Outcome), "result": string(asks.Result)}
	for i := 0; i+1 < len(set); i += 2 {
		values[set[i]] = set[i+1]
	}
	for name, value := range values {
		if value != "" {
			q.Set(name, value)
		}
	}
	return addressOf(planPath(id), q)
}

// planRowsAsked reads which rows of a plan are asked for. What is no word is any.
func (v *visit) planRowsAsked() book.PlanRowsAsked {
	q := book.PlanRowsAsked{Cursor: v.Form.Get("cursor"), PerPage: rowsAtOnce}
	if o := contact.RowOutcome(v.Form.Get("outcome")); slices.Contains(contact.RowOutcomes[:], o) {
		q.Outcome = o
	}
	if r := book.RowResult(v.Form.Get("result")); slices.Contains(book.RowResults[:], r) {
		q.Result = r
	}
	return q
}

// planToast tells of a plan that has just been done, and offers to take it back.
func (v *visit) planToast(show *planPage, p *book.Plan) *toast {
	if v.Form.Get("done") == "" || p.State != book.PlanApplied {
		return nil
	}
	t := &toast{Text: "Done.", Name: sentenceOf(strconv.Itoa(show.Changed)+" of "+show.writes(p.Rows), show.Changed, "is done.", "are done."), Batch: show.Undo}
	if deleted := p.Counts[contact.RowDelete]; deleted == p.Rows && p.Results[book.RowDone] == p.Rows {
		t.Name = number(int(deleted), "contact is", "contacts are") + " in the bin now."
	}
	return t
}

// applyPlan does what a plan shows, as it was looked at.
func (u *ui) applyPlan(v *visit) (answer, error) {
	p, err := u.book.Plan(v.Context(), v.grant, v.PathValue("plan"))
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		text, err := json.Marshal(map[string]string{"hash": v.PostForm.Get("hash")})
		return v.commands(planPath(p.ID), v.signed(request{method: http.MethodPost, path: "/plans/" + p.ID + "/apply", body: string(text)})), err
	}
	hash, err := hex.DecodeString(v.PostForm.Get("hash"))
	if err != nil {
		hash = nil // it is that of no plan
	}
	_, err = v.apply(p.ID, hash)
	switch e, ok := errors.AsType[*fault.Error](err); {
	case ok && e.Code == fault.CodePlanChanged:
		return v.planAgain(p.ID, http.StatusConflict, "This plan is another than the one that you looked at. It is shown as it is, and nothing was done.")
	case ok && (e.Kind == fault.Conflict || e.Kind == fault.Gone || e.Code == fault.CodeOverBudget):
		return v.planAgain(p.ID, httpapi.StatusOf(e.Kind), e.Message)
	case err != nil:
		return nil, err
	}
	return goOn{planDone(p.ID)}, nil
}

// planDone gives the address of a plan that was applied just now.
func planDone(id string) string { return planPath(id) + "?done=" + id }

// planAgain shows a plan as it is now, with why it was not gone on with.
func (v *visit) planAgain(id string, status int, wrong string) (answer, error) {
	p, err := v.ui.book.Plan(v.Context(), v.grant, id)
	if err != nil {
		return nil, err
	}
	return v.planPage(&p, status, wrong)
}

// discardPlan lets go of a plan that was not applied.
func (u *ui) discardPlan(v *visit) (answer, error) {
	p, err := u.book.Plan(v.Context(), v.grant, v.PathValue("plan"))
	if err != nil {
		return nil, err
	}
	if v.wantsCurl() {
		return v.commands(planPath(p.ID), request{method: http.MethodDelete, path: "/plans/" + p.ID}), nil
	}
	err = u.book.DiscardPlan(v.Context(), v.grant, p.ID)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Conflict {
		return v.planAgain(p.ID, http.StatusConflict, e.Message)
	}
	if err != nil {
		return nil, err
	}
	return goOn{"/ui/plans"}, nil
}
