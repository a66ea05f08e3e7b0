package book_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/store/storetest/suite"
)

func withNames(names ...string) contact.Patch {
	var p contact.Patch
	p.Values[contact.Names] = contact.List{Sent: true, Texts: names}
	return p
}

// crowd makes contacts that have so many names together.
func (d *desk) crowd(t *testing.T, names int) (ids []contact.ID) {
	t.Helper()
	for n := 0; n < names; {
		var list []string
		for ; n < names && len(list) < 100; n++ {
			list = append(list, fmt.Sprintf("many%d", n))
		}
		ids = append(ids, d.create(t, withNames(list...)).ID)
	}
	return ids
}

// setting sets a slot, and no other.
func setting(id contact.ID, text string) contact.Verb {
	var p contact.Patch
	p.Fields.Sent, p.Fields.Named[0], p.Fields.Texts[0] = true, true, text
	return &contact.Put{Ref: id, Patch: p}
}

// CONTRACT D34: what becomes of a row, where nobody or somebody changed its contact since.
func TestPlanResults(t *testing.T) {
	d := openDesk(t)
	crowd := d.crowd(t, 999)
	rows := []struct {
		name      string
		operation func(contact.ID) string
		then      func(contact.ID) contact.Verb
		result    book.RowResult
		code      fault.Code
		names     string
	}{
		{"nobody", func(id contact.ID) string { return addName(id, "New") }, nil, book.RowDone, "", "Person New"},
		{"somebody added beside", func(id contact.ID) string { return addName(id, "New") },
			func(id contact.ID) contact.Verb { return &contact.Put{Ref: id, Patch: withNames("Person", "Theirs")} }, book.RowRebased, "", "Person New Theirs"},
		{"a PUT leaves what it did not see", func(id contact.ID) string {
			return fmt.Sprintf(`{"method":"PUT","id":%d,"body":{"names":["New"]}}`, id)
		},
			func(id contact.ID) contact.Verb { return &contact.Put{Ref: id, Patch: withNames("Person", "Theirs")} }, book.RowRebased, "", "New Theirs"},
		{"somebody did it", func(id contact.ID) string { return addName(id, "New") },
			func(id contact.ID) contact.Verb { return &contact.Put{Ref: id, Patch: withNames("Person", "New")} }, book.RowAlready, "", "Person New"},
		{"a deletion of what changed", deletion,
			func(id contact.ID) contact.Verb { return &contact.Put{Ref: id, Patch: withNames("Person", "Theirs")} }, book.RowLeft, fault.CodeConflict, "Person Theirs"},
		{"a slot that both set", func(id contact.ID) string {
			return fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"custom_fields":{"profile_field_1":"mine"}}}`, id)
		}, func(id contact.ID) contact.Verb { return setting(id, "theirs") }, book.RowLeft, fault.CodeConflict, "Person"},
		{"an undo of what was set again", func(id contact.ID) string {
			return fmt.Sprintf(`{"method":"UNDO","id":%d,"change_id":%q,"resolve":"theirs"}`, id, d.did(t, setting(id, "mine")))
		}, func(id contact.ID) contact.Verb { return setting(id, "theirs") }, book.RowKept, "", "Person"},
		{"a contact that went", func(id contact.ID) string { return addName(id, "New") },
			func(id contact.ID) contact.Verb { return &contact.Delete{Ref: id} }, book.RowLeft, "", ""},
		{"no room any more", func(id contact.ID) string { return addName(id, "New") },
			func(id contact.ID) contact.Verb { return &contact.Merge{Survivor: id, Merged: crowd} }, book.RowRejected, "", ""},
	}
	var operations []string
	ids := d.people(t, len(rows))
	for i, r := range rows {
		d.did(t, &contact.Put{Ref: ids[i], Patch: withNames("Person")})
		operations = append(operations, r.operation(ids[i]))
	}
	p := d.propose(t, operations...)
	for i, r := range rows {
		if r.then != nil {
			d.did(t, r.then(ids[i]))
		}
	}
	p = d.apply(t, p)
	results := map[book.RowResult]int64{}
	for i, row := range d.rows(t, p.ID) {
		results[row.Result]++
		if row.Result != rows[i].result {
			t.Errorf("%s: %s, %+v", rows[i].name, row.Result, row.Done)
		}
		if code := rows[i].code; code != "" {
			wantCode(t, row.Done.Err, fault.Conflict, code)
		}
		if rows[i].names != "" {
			if have := d.texts(t, ids[i], contact.Names); have != rows[i].names {
				t.Errorf("%s: it is %q", rows[i].name, have)
			}
		}
	}
	for _, res := range book.RowResults {
		if p.Results[res] != results[res] || results[res] == 0 {
			t.Errorf("%s: %d are counted, %d are", res, p.Results[res], results[res])
		}
	}
	// A list of one result is those rows.
	for _, res := range book.RowResults {
		list, _, err := d.PlanRows(t.Context(), d.grant(), p.ID, book.PlanRowsAsked{Result: res, PerPage: 100})
		if err != nil || int64(len(list)) != results[res] || slices.ContainsFunc(list, func(r book.PlanRow) bool { return r.Result != res }) {
			t.Errorf("%s: %d rows, %v", res, len(list), err)
		}
	}
}

// CONTRACT D34: that a row of the plan changed a contact is no change since. One by somebody
// else between two rows of one contact is, and nothing is taken away that the plan did not
// show.
func TestSomebodyBetweenTwoRows(t *testing.T) {
	for _, meanwhile := range []bool{false, true} {
		d := openDesk(t)
		ids := d.people(t, 150)
		operations := []string{putEmail(ids[0], "first@example.com")}
		for _, id := range ids[1:] {
			operations = append(operations, addName(id, "New"))
		}
		operations = append(operations, putEmail(ids[0], "last@example.com"), addName(ids[0], "New"))
		p := d.propose(t, operations...)
		d.smallSteps()
		d.begin(t, p)
		for d.plan(t, p.ID).Applied == 0 {
			d.round(t)
		}
		if n := d.plan(t, p.ID).Applied; n >= 150 {
			t.Fatalf("all is done at once: %d", n)
		}
		want, result := "last@example.com", book.RowDone
		if meanwhile {
			want, result = "last@example.com theirs@example.com", book.RowRebased
			d.did(t, &contact.Put{Ref: ids[0], Patch: emails("first@example.com", "theirs@example.com")})
		}
		d.finish(t)
		rows := d.rows(t, p.ID)
		if have := d.texts(t, ids[0], contact.Emails); have != want || rows[0].Result != book.RowDone || rows[150].Result != result {
			t.Errorf("meanwhile %v: %s; the rows are %s and %s", meanwhile, have, rows[0].Result, rows[150].Result)
		}
		if p = d.plan(t, p.ID); p.Removed != p.Removals || p.State != book.PlanApplied {
			t.Errorf("%+v", p)
		}
	}
}

// CONTRACT D34: of what each row rests on there is a bound: who changes one contact more
// than a thousand times in a plan is told so, of the rows that are too much, and the others
// are planned and done.
func TestPlanOfOneContact(t *testing.T) {
	const most, more = 1100, 5 // a hundred are looked at together, on a thousand before them
	d := openDesk(t)
	ids := d.people(t, 2)
	var operations []string
	for i := range most + more {
		operations = append(operations, fmt.Sprintf(`{"method":"PATCH","id":%d,"body":{"custom_fields":{"profile_field_1":"text %d"}}}`, ids[0], i))
	}
	operations = append(operations, addName(ids[1], "New"))
	p := d.propose(t, operations...)
	if p.State != book.PlanReady || p.Counts[contact.RowUpdate] != most+1 || p.Counts[contact.RowRefused] != more {
		t.Fatalf("%s %v", p.State, p.Counts)
	}
	for i, row := range d.rows(t, p.ID) {
		refused := i >= most && i < most+more
		if refused {
			wantCode(t, row.Err, fault.TooLarge, fault.CodeBatchTooHeavy)
		}
		if refused == (row.Outcome == contact.RowUpdate) {
			t.Errorf("row %d is %s: %v", row.N, row.Outcome, row.Err)
		}
	}
	if p = d.apply(t, p); p.State != book.PlanApplied || p.Results[book.RowDone] != most+1 {
		t.Errorf("%+v", p)
	}
}

// CONTRACT D34: a plan that was found to change nothing is applied, and changes nothing;
// one without rows likewise.
func TestPlanOfNothing(t *testing.T) {
	d := openDesk(t)
	ids := d.people(t, 2)
	for name, p := range map[string]book.Plan{
		"what is there": d.propose(t, putEmail(ids[0], "0@example.com"), putEmail(ids[1], "nonsense"), deletion(1<<40)),
		"no operations": d.propose(t),
		"nothing to take back": func() book.Plan {
			p := d.proposeAs(t, d.grant(), book.Proposal{Undo: &book.Undone{BatchID: "none"}})
			d.finish(t)
			return d.plan(t, p.ID)
		}(),
	} {
		if p.State != book.PlanReady || len(p.Hash) == 0 || p.Contacts != 0 {
			t.Fatalf("%s: %+v", name, p)
		}
		before := d.changes(t)
		if p = d.apply(t, p); p.State != book.PlanApplied || p.Applied != p.Rows || d.changes(t) != before {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// CONTRACT D34: a plan that is applied is done once, also where it is not heard of a commit
// whether it came to pass, at each of its commits.
func TestPlanAppliesOnceInDoubt(t *testing.T) {
	for name, step := range map[string]suite.Step{"saved": suite.AfterCommit, "not saved": suite.BeforeCommit} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t)
			ids := d.people(t, 250)
			var operations []string
			for _, id := range ids {
				operations = append(operations, addName(id, "New"), deletion(id))
			}
			p := d.propose(t, operations...)
			doubts, again := 0, false
			d.faulty.SetHook(func(at suite.Step, save *store.Save) error {
				if at != step || !slices.ContainsFunc(save.Plans, func(p store.PlanSaved) bool { return p.Plan.State != string(book.PlanReady) }) {
					return nil
				}
				if again = !again; again { // each second goes through
					doubts++
					return errSilent
				}
				return nil
			})
			if p = d.apply(t, p); p.State != book.PlanApplied || p.Results[book.RowDone] != 500 || p.Removed != p.Removals {
				t.Errorf("%+v", p)
			}
			if doubts < 4 {
				t.Errorf("%d commits were in doubt", doubts)
			}
			d.faulty.SetHook(func(suite.Step, *store.Save) error { return nil })
			of := map[contact.ID]int{}
			for _, ch := range d.done(t, p.ID) {
				of[ch.Contact]++
			}
			for _, id := range ids {
				if of[id] != 2 {
					t.Errorf("contact %d was changed %d times", id, of[id])
				}
			}
		})
	}
}

// atOnce has four servers do the step of a job at once, each with what all of them read.
func (d *desk) atOnce(t *testing.T, step jobs.Step, id int64) {
	t.Helper()
	job, err := d.Job(t.Context(), d.grant(), id)
	if err != nil {
		t.Fatal(err)
	}
	d.faulty.SetHook(func(at suite.Step, _ *store.Save) error {
		if at == suite.BeforeCommit { // until the others wait
			synctest.Wait()
		}
		return nil
	})
	in(4, func(int) {
		if err := step(t.Context(), new(job)); err != nil {
			t.Error(err)
		}
	})
	d.faulty.SetHook(func(suite.Step, *store.Save) error { return nil })
}

// CONTRACT D34, D36: where several servers work at one plan, because each takes the others
// for gone, it is looked at once what each row does, and each is done once.
func TestPlanIsForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := openDesk(t)
		operations := d.renames(t, 300)
		for i := range 300 {
			operations = append(operations, fmt.Sprintf(`{"method":"POST","body":{"names":["Made %d"]}}`, i))
		}
		batch := ""
		for _, of := range []func() book.Proposal{
			func() book.Proposal { return book.Proposal{Operations: operationsOf(operations, -1)} },
			func() book.Proposal { return book.Proposal{Undo: &book.Undone{BatchID: batch}} },
		} {
			d.tick.Store(int64(time.Second)) // its request does but a part of it
			p := d.proposeAs(t, d.grant(), of())
			d.tick.Store(0)
			if p.State != book.PlanBuilding {
				t.Fatalf("%+v", p)
			}
			d.atOnce(t, d.BuildPlan, p.Job)
			if p = d.plan(t, p.ID); p.State != book.PlanReady || p.Rows != 600 || p.Decided != 600 || p.Contacts != 600 {
				t.Fatalf("%+v", p)
			}
			p = d.begin(t, p)
			d.atOnce(t, d.ApplyPlanStep, p.Job)
			if p = d.plan(t, p.ID); p.State != book.PlanApplied || p.Results[book.RowDone] != 600 || len(p.Results) != 1 || len(d.done(t, p.ID)) != 600 {
				t.Errorf("%d changes, %+v", len(d.done(t, p.ID)), p)
			}
			batch = p.ID
		}
	})
}
