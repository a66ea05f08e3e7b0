package main

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/carnet-project/carnet/api"
)

// planCommand does not open the database: a plan is looked at and applied by a server.
type planCommand struct {
	remote

	Propose planPropose `cmd:"" help:"Have the writes of a file looked at before they are done."`
	List    planList    `cmd:"" help:"List plans, newest first."`
	Show    planShow    `cmd:"" help:"Show what a plan would do, or what it did."`
	Apply   planApply   `cmd:"" help:"Do what a plan shows."`
	Undo    planUndo    `cmd:"" help:"Take back all that a plan, a batch, a request or a key did."`
	Discard planDiscard `cmd:"" help:"Let go of a plan that was not applied."`
}

var planHead = []string{"ID", "STATE", "ROWS", "REMOVALS", "BY", "CREATED", "TITLE"}

func planCells(p *api.Plan) []string {
	state := cell(string(p.State))
	if undoneBy(p) != "" {
		state += ", taken back"
	}
	return []string{cell(p.ID), state, strconv.FormatInt(p.Rows, 10), strconv.FormatInt(p.Removals, 10),
		whom(&p.ProposedBy.Actor), second(p.CreatedAt), planTitle(p)}
}

// planTitle says in short what a plan is for.
func planTitle(p *api.Plan) string {
	switch {
	case p.ProposedBy.Reason != nil:
		return cell(*p.ProposedBy.Reason)
	case p.Undo != nil:
		return "takes back " + whatOf(p.Undo)
	case p.FileName != nil:
		return cell(*p.FileName)
	}
	return "-"
}

// whatOf says which writes are taken back.
func whatOf(u *api.Undone) string {
	switch {
	case u.BatchID != nil:
		return "what batch " + cell(*u.BatchID) + " did"
	case u.RequestID != nil:
		return "what request " + cell(*u.RequestID) + " did"
	case u.KeyID != nil && u.Since != nil && u.Until != nil:
		return fmt.Sprintf("what key %d did from %s until %s", *u.KeyID, u.Since.UTC().Format(time.RFC3339Nano), u.Until.UTC().Format(time.RFC3339Nano))
	}
	return "writes"
}

// seen tells whether the key may read, and so was told what a plan does.
func seen(p *api.Plan) bool { return !p.CreatedAt.IsZero() }

// doing counts the rows of a plan that change something.
func doing(p *api.Plan) (n int) {
	for _, o := range planOutcomes {
		switch o {
		case api.OutcomeSame, api.OutcomeSince, api.OutcomeConflict, api.OutcomeRefused:
		default:
			n += p.Counts[o]
		}
	}
	return n
}

// undoneBy gives the plan that took back what a plan did; "" for none.
func undoneBy(p *api.Plan) string {
	if p.Applied == nil || p.Applied.UndoneBy == nil {
		return ""
	}
	return *p.Applied.UndoneBy
}

// did counts the rows of a plan that changed something.
func did(p *api.Plan) int {
	if p.Applied == nil {
		return 0
	}
	return p.Applied.Results[api.ResultDone] + p.Applied.Results[api.ResultRebased]
}

var (
	planOutcomes = []api.PlanOutcome{api.OutcomeCreate, api.OutcomeUpdate, api.OutcomeDelete, api.OutcomeMerge, api.OutcomeUnmerge, api.OutcomeSame, api.OutcomeSince, api.OutcomeConflict, api.OutcomeRefused}
	planResults  = []api.PlanResult{api.ResultDone, api.ResultRebased, api.ResultSame, api.ResultSince, api.ResultConflict, api.ResultRefused}
)

// tally tells how many there are of each: "3 update, 1 refused".
func tally[K ~string](of map[K]int, order []K) string {
	var parts []string
	for _, k := range order {
		if of[k] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", of[k], k))
		}
	}
	return strings.Join(parts, ", ")
}

// refusal gives an error of a request about a plan.
func (c *planCommand) refusal(in *surroundings, err error) error {
	if _, explained := errors.AsType[*refused](err); explained {
		return err
	}
	if e, ok := errors.AsType[*api.Error](err); ok {
		switch e.Code {
		case api.CodePlanNotFound:
			return errors.New("the Space has no plan with this id: `" + in.plan("list") + "` shows those that it has")
		case api.CodePlanChanged:
			return errors.New("this is not the hash of the plan, and nothing was done: look at the plan again, and give --hash as it is shown there")
		}
	}
	return c.explain(err)
}

// follow tells how far a plan is, and gives it as it is when the server is not at work on
// it any more.
func (c *planCommand) follow(in *surroundings, client *api.Client, id string, told *progressBar) (last api.Plan, err error) {
	defer told.clear()
	for p, err := range client.FollowPlan(in.ctx, id) {
		if err != nil {
			return last, err
		}
		if last = p; p.Moves() {
			tellPlan(told, &p)
		}
	}
	return last, nil
}

// tellPlan says how far a plan is.
func tellPlan(told *progressBar, p *api.Plan) {
	if p.Rows == 0 { // it is not known yet, or the key is not told
		told.show(0, 0, cell(string(p.State)))
		return
	}
	done := int64(0)
	if p.Applied != nil {
		done = p.Applied.Rows
	} else {
		for _, n := range p.Counts {
			done += int64(n)
		}
	}
	done = min(done, p.Rows)
	told.show(done, p.Rows, fmt.Sprintf("%s, %d of %d", cell(string(p.State)), done, p.Rows))
}

// connected is what commands about plans that may have to wait work with.
func (c *planCommand) connected(in *surroundings) (*api.Client, *progressBar, error) {
	told := newProgressBar(in.stderr)
	client, err := c.connect(in, api.WithRetries(batchRetries), c.tellsWaits(in, told))
	return client, told, err
}

// print prints a plan as programs read it, or its lines.
func (f format) printPlan(to screen, p *api.Plan) error {
	switch {
	case f.json():
		return printJSON(to, p)
	case f.csv():
		return printCSV(to, []api.Plan{*p})
	}
	return showPlan(to, p)
}

// showPlan gives a line for each thing that is to be known of a plan as a whole.
func showPlan(to screen, p *api.Plan) error {
	rows := [][]string{{"STATE", cell(string(p.State))}}
	line := func(name, text string) { rows = append(rows, []string{name, text}) }
	if seen(p) {
		counts := strconv.FormatInt(p.Rows, 10)
		if parts := tally(p.Counts, planOutcomes); parts != "" {
			counts += ": " + parts
		}
		line("ROWS", counts)
		line("REMOVALS", strconv.FormatInt(p.Removals, 10))
		line("PROPOSED", second(p.CreatedAt)+" by "+planActor(&p.ProposedBy))
		if p.FileName != nil {
			line("FILE", cell(*p.FileName))
		}
		if p.Undo != nil {
			line("TAKES BACK", whatOf(p.Undo))
		}
		if p.Hash != "" {
			line("HASH", cell(p.Hash))
		}
	}
	switch a := p.Applied; {
	case a != nil:
		line("APPLIED", "by "+planActor(&a.By))
		line("CAME OF IT", cameOf(p))
		line("REMOVED", strconv.FormatInt(a.Removals, 10))
		if a.CompletedAt != nil {
			line("ENDED", second(*a.CompletedAt))
		}
		if by := undoneBy(p); by != "" {
			line("TAKEN BACK", "by plan "+cell(by))
		}
	case p.State == api.PlanReady && seen(p):
		line("EXPIRES", second(p.ExpiresAt))
	}
	if p.Message != nil {
		line("MESSAGE", cell(*p.Message))
	}
	to.width = 0
	return showTable(to, []string{"ID", cell(p.ID)}, rows)
}

// cameOf tells what came of the rows of a plan: where all were done, of those too that had nothing to do.
func cameOf(p *api.Plan) string {
	results := maps.Clone(p.Applied.Results)
	if p.State != api.PlanApplied {
		return dash(tally(results, planResults))
	}
	for outcome, result := range map[api.PlanOutcome]api.PlanResult{api.OutcomeSame: api.ResultSame, api.OutcomeSince: api.ResultSince, api.OutcomeConflict: api.ResultConflict, api.OutcomeRefused: api.ResultRefused} {
		results[result] += p.Counts[outcome]
	}
	rows := "rows"
	if p.Rows == 1 {
		rows = "row"
	}
	return fmt.Sprintf("%d %s: %s", p.Rows, rows, dash(tally(results, planResults)))
}

// planActor names who proposed a plan, or applied it, and why.
func planActor(a *api.PlanActor) string {
	text := whom(&a.Actor)
	if a.Reason != nil {
		text += ": " + cell(*a.Reason)
	}
	return text
}
