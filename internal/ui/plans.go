package ui

import (
	"strconv"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// Plans: many writes that are looked at before they are done. plan.go is the page of one,
// planrows.go tells of its rows, propose.go makes one.
var planScreens = []screen{
	{"GET", "/ui/plans", access.Read, (*ui).plans},
	{"POST", "/ui/plans", access.Plan, (*ui).undoMany},
	{"GET", "/ui/plans/{plan}", access.Read, (*ui).plan},
	{"POST", "/ui/plans/{plan}/apply", access.Write, (*ui).applyPlan},
	{"POST", "/ui/plans/{plan}/discard", access.Plan, (*ui).discardPlan},
}

// plansAtOnce is how many plans a page of the list has.
const plansAtOnce = 100

// plansPage is what the list of plans shows: what waits for somebody first.
type plansPage struct {
	listLinks
	Waiting, UnderWay, Past []planView
	Writes                  bool // the key may apply a plan
}

// again is after how many seconds a page is loaded again on which something is under way.
const again = 5

// planView is a plan as pages show it.
type planView struct {
	ID, To, Title     string
	State, Look       string // in a word, and a class of its sign
	Author            author
	KeyName           string
	Reason            string
	At, Expires       moment
	Counts            []countView
	Bar               []barView
	Rows              int64
	Removals          int    // that it takes away, or took
	Goes              string // what is to be said of those: that they would go, or are gone
	Does              int64  // rows that change something
	Progress          *progressView
	Building, Waiting bool
	Undone            string // the page of the plan that took back what it did; "" for none
}

// countView says how many rows came to the same.
type countView struct {
	Key, Name, Look string
	N               int64
}

// barView is a part of a bar of a hundred.
type barView struct {
	X, Width float64
	Look     string
}

// progressView is how far something is that is under way.
type progressView struct {
	Says  string
	Meter *meter // nil while it is not known how much there is
	Stop  string // where the form goes that ends it; "" where it cannot be, or the key may not
}

func planPath(id string) string { return "/ui/plans/" + id }

func (u *ui) plans(v *visit) (answer, error) {
	show := &plansPage{Writes: v.may(access.Write)}
	command, err := v.listPage("/plans", &show.listLinks, func(cursor string) (int, string, error) {
		list, next, err := u.book.Plans(v.Context(), v.grant, cursor, plansAtOnce)
		for i := range list {
			p := v.planView(&list[i])
			show.follow(p.Progress)
			switch {
			case p.Waiting && p.Does > 0:
				show.Waiting = append(show.Waiting, p)
			case p.Progress != nil:
				show.UnderWay = append(show.UnderWay, p)
			default:
				show.Past = append(show.Past, p)
			}
		}
		return len(list), next, err
	})
	if command != nil || err != nil {
		return command, err
	}
	return &page{name: "plans", title: "Plans", here: "p", again: show.Again, body: show}, nil
}

// planStates are the states of plans in a word, with the class of the sign.
var planStates = map[book.PlanState][2]string{
	book.PlanBuilding: {"being looked at", ""}, book.PlanReady: {"waits for approval", "warn"}, book.PlanApplying: {"being done", ""},
	book.PlanApplied: {"done", ""}, book.PlanCancelled: {"cancelled", ""}, book.PlanFailed: {"failed", "bad"}, book.PlanExpired: {"expired", ""},
}

// outcomeNames say what rows of a plan come to, in the order in which they are counted,
// with the class of their colour.
var outcomeNames = [...]struct {
	is         contact.RowOutcome
	name, look string
}{
	{contact.RowCreate, "new", "came"}, {contact.RowUpdate, "changed", "changed"}, {contact.RowDelete, "deleted", "went"},
	{contact.RowMerge, "merged", "merged"}, {contact.RowUnmerge, "split off", "split-off"}, {contact.RowSame, "already so", "same"},
	{contact.RowSince, "changed since", "held"}, {contact.RowConflict, "in the way", "held"}, {contact.RowRefused, "refused", "held"},
}

// planView makes the view of a plan.
func (v *visit) planView(p *book.Plan) planView {
	by := &contact.Actor{KeyID: p.By.Key, KeyName: p.By.KeyName, Name: p.By.Name}
	view := planView{ID: p.ID, To: planPath(p.ID), Title: planTitle(p), State: planStates[p.State][0], Look: planStates[p.State][1],
		Author: v.authorOf(by), KeyName: p.By.KeyName, Reason: p.By.Reason, At: v.moment(p.Created), Expires: v.moment(p.Expires),
		Rows: p.Rows, Removals: int(p.Removals), Does: doesOf(p), Building: p.State == book.PlanBuilding, Waiting: p.State == book.PlanReady}
	if view.Waiting && view.Does == 0 {
		view.State, view.Look = "nothing to do", ""
	}
	if p.UndoneBy != "" {
		view.State, view.Undone = "taken back", planPath(p.UndoneBy)
	}
	at := 0.0
	for _, o := range outcomeNames {
		n := p.Counts[o.is]
		if n == 0 {
			continue
		}
		view.Counts = append(view.Counts, countView{string(o.is), o.name, o.look, n})
		width := float64(n) / float64(max(p.Rows, 1)) * 100
		view.Bar = append(view.Bar, barView{at, width, o.look})
		at += width
	}
	view.Progress = v.planProgress(p)
	switch {
	case p.Applier != nil:
		view.Removals, view.Goes = int(p.Removed), "gone"
	case view.Waiting, view.Building:
		view.Goes = "would go"
	default:
		view.Goes = "would have gone"
	}
	return view
}

// doesOf counts the rows of a plan that change something.
func doesOf(p *book.Plan) (n int64) {
	for outcome, rows := range p.Counts {
		if outcome.Changes() {
			n += rows
		}
	}
	return n
}

// planProgress tells how far a plan is that is looked at, or done; nil for none.
func (v *visit) planProgress(p *book.Plan) *progressView {
	var done int64
	var says string
	switch p.State {
	case book.PlanBuilding:
		done, says = p.Decided, " looked at"
	case book.PlanApplying:
		done, says = p.Applied, " done"
	default:
		return nil
	}
	show := &progressView{Says: strconv.FormatInt(done, 10) + " of " + rowsText(p.Rows) + says}
	switch {
	case p.Undo != nil && !p.Gathered || p.Wanted != nil:
		show.Says = rowsText(p.Rows) + " found so far"
	case p.State == book.PlanBuilding && p.Import != nil && !p.Import.Opened:
		show.Says = "The file is being looked at"
	case p.State == book.PlanBuilding && p.Import != nil:
		all := max(p.Rows, p.Import.Records)
		show.Says = strconv.FormatInt(done, 10) + " of " + number(int(all), "row", "rows") + says
		show.Meter = progressOf(done, all, show.Says)
	default:
		show.Meter = progressOf(done, p.Rows, show.Says)
	}
	if v.may(access.Write) && p.State == book.PlanApplying { // what is only looked at is let go of
		show.Stop = jobPath(p.Job) + "/cancel"
	}
	return show
}

// progressOf makes the bar of what is under way, which never warns.
func progressOf(done, total int64, label string) *meter {
	m := meterOf(done, total, label)
	if m != nil {
		m.Low = false
	}
	return m
}

func rowsText(n int64) string { return number(int(n), "write", "writes") }

// planTitle says in short what a plan does.
func planTitle(p *book.Plan) string {
	switch u := p.Undo; {
	case u == nil:
	case u.BatchID != "":
		return "Take back a batch"
	case u.RequestID != "":
		return "Take back a request"
	default:
		return "Take back what a key wrote"
	}
	if p.Import != nil && p.Import.Name != "" {
		return p.Import.Name
	}
	kinds, does := 0, contact.RowOutcome("")
	for outcome, n := range p.Counts {
		if n > 0 && outcome.Changes() {
			kinds, does = kinds+1, outcome
		}
	}
	n := int(p.Counts[does])
	switch {
	case p.State == book.PlanBuilding, kinds != 1:
		return "A plan of " + rowsText(p.Rows)
	case does == contact.RowCreate:
		return "Make " + number(n, "contact", "contacts")
	case does == contact.RowUpdate:
		return number(n, "change", "changes") + " of contacts"
	case does == contact.RowDelete:
		return "Delete " + number(n, "contact", "contacts")
	case does == contact.RowMerge:
		return number(n, "merge", "merges") + " of contacts"
	}
	return number(n, "split", "splits") + " of contacts"
}
