package book_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/jobs"
	"github.com/carnet-project/carnet/internal/store"
	"github.com/carnet-project/carnet/internal/transfer"
)

// correct has an import read otherwise, and its plan made.
func (d *desk) correct(t *testing.T, id string, to book.ImportCorrection) book.Plan {
	t.Helper()
	if _, _, err := d.CorrectImport(t.Context(), d.grant(), book.Terms{RequestID: "correct"}, id, to); err != nil {
		t.Fatal(err)
	}
	d.finish(t)
	_, p := d.imported(t, id)
	return p
}

// steps is a mapping of columns that are called as where they go.
func steps(rule transfer.Rule, columns ...string) (m transfer.Mapping) {
	for _, c := range columns {
		m = append(m, transfer.Step{From: []string{c}, To: c, Rule: rule})
	}
	return m
}

func TestImportMatches(t *testing.T) {
	d := openDesk(t)
	ada := d.create(t, patchOf([]string{"ada@example.com"}, []string{"+44 7700 900001"}, []string{"Ada"})).ID
	bo := d.create(t, patchOf([]string{"bo@example.com"}, []string{"+44 7700 900001"}, []string{"Bo"})).ID
	gone := d.create(t, patchOf([]string{"gone@example.com"}, nil, nil)).ID
	d.did(t, &contact.Delete{Ref: gone})
	alias := d.create(t, patchOf([]string{"alias@example.com"}, nil, nil)).ID
	d.did(t, &contact.Merge{Survivor: bo, Merged: []contact.ID{alias}})
	file := fmt.Sprintf("id,emails,phones,names\n"+
		"%d,,,by id\n"+
		"%d,,,by an alias\n"+
		"%d,,,deleted\n"+
		",ADA@example.com,,by email\n"+
		",ada@example.com,+44 7700 900001,email first\n"+
		",new@example.com,+44 (0)7700 900001,by phone\n"+
		",ada@example.com\x00,,no email\n"+
		",gone@example.com,,deleted\n", ada, alias, gone)
	file = strings.ReplaceAll(file, "\x00", "@")
	e := d.sent(t, file)
	for _, c := range []struct {
		match []contact.MatchBy
		want  string
	}{
		{[]contact.MatchBy{contact.ByID, contact.ByEmail, contact.ByPhone}, fmt.Sprintf("update %d, update %d, match_nothing, update %d, update %d, match_several, row_refused, create 0", ada, bo, ada, ada)},
		{[]contact.MatchBy{contact.ByEmail, contact.ByPhone}, fmt.Sprintf("create 0, create 0, create 0, update %d, update %d, match_several, row_refused, create 0", ada, ada)},
		{[]contact.MatchBy{contact.ByPhone, contact.ByEmail}, fmt.Sprintf("create 0, create 0, create 0, update %d, match_several, match_several, row_refused, create 0", ada)},
		{[]contact.MatchBy{}, "create 0, create 0, create 0, create 0, create 0, create 0, row_refused, create 0"},
	} {
		p := d.correct(t, e.ID, book.ImportCorrection{Mapping: steps(transfer.Add, "id", "emails", "phones", "names"), Match: c.match})
		var got []string
		for _, row := range d.rows(t, p.ID) {
			if row.Err != nil {
				got = append(got, string(codeOf(row.Err)))
			} else {
				got = append(got, fmt.Sprint(row.Outcome, " ", row.Contact))
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%v: got %s, want %s", c.match, strings.Join(got, ", "), c.want)
		}
	}
}

// A row is matched with what earlier rows of the file leave, whatever was stored, and however far
// before it they are.
func TestImportRowsSeeEachOther(t *testing.T) {
	d := openDesk(t)
	ada := d.create(t, patchOf([]string{"ada@example.com"}, nil, []string{"Ada"})).ID
	var file strings.Builder
	file.WriteString("emails,phones\n")
	file.WriteString("ada@example.com,+44 7700 900001\n") // line 2 brings a phone to Ada
	file.WriteString("cy@example.com,+44 7700 900002\n")  // line 3 makes Cy
	for i := range 450 {
		fmt.Fprintf(&file, "%d@example.com,\n", i)
	}
	file.WriteString(",+44 7700 900001\n")               // is Ada, by what line 2 brings
	file.WriteString("cy@example.org,+44 7700 900002\n") // is Cy, of line 3
	file.WriteString("cy@example.org,\n")                // likewise, by what the line before brings
	file.WriteString("ada@example.com;cy@example.org,\n")
	e := d.sent(t, file.String())
	p := d.correct(t, e.ID, book.ImportCorrection{Mapping: steps(transfer.Add, "emails", "phones"), Match: []contact.MatchBy{contact.ByEmail, contact.ByPhone}})
	rows := d.rows(t, p.ID)
	want := fmt.Sprintf("line 454: same %d\nline 455: update of row 2\nline 456: same of row 2\n"+
		"line 457: refused (match_several: By its email this row is about several contacts: %d, the new one of row 2. Merge them, or match rows by something else.)\n", ada, ada)
	if got := toldRows(rows[len(rows)-4:]); got != want || p.Rows != 456 {
		t.Errorf("%d rows, at last\n%s\nwant\n%s", p.Rows, got, want)
	}
	d.apply(t, p)
	rows = d.rows(t, p.ID)
	if got := d.shows(t, rows[1].Done.Contact); got != "cy@example.com,cy@example.org|+44 7700 900002||" {
		t.Errorf("Cy: %s", got)
	}
}

// Whoever goes on with an import, and wherever the one before was killed, it comes to the same.
func TestImportIsResumed(t *testing.T) {
	var file strings.Builder
	file.WriteString("emails,names\n")
	for i := range 1500 {
		fmt.Fprintf(&file, "%d@example.com,Person %d\n", i*7%1100, i)
	}
	tell := func(d *desk, id string) string {
		e, p := d.imported(t, id)
		var contacts []string
		for _, row := range d.rows(t, p.ID) {
			if row.Outcome == contact.RowCreate && row.Done != nil {
				contacts = append(contacts, d.shows(t, row.Done.Contact))
			}
		}
		slices.Sort(contacts)
		return fmt.Sprint(p.State, p.Counts, p.Results, e.Records, e.State, "\n", toldRows(d.rows(t, p.ID)), strings.Join(contacts, "\n"))
	}
	match := book.ImportCorrection{Mapping: steps(transfer.Add, "emails", "names")}
	whole := openDesk(t)
	e := whole.sent(t, file.String())
	whole.apply(t, whole.correct(t, e.ID, match))
	want := tell(whole, e.ID)

	d := openDesk(t)
	e = d.sent(t, file.String())
	if _, _, err := d.CorrectImport(t.Context(), d.grant(), book.Terms{RequestID: "correct"}, e.ID, match); err != nil {
		t.Fatal(err)
	}
	d.smallSteps()
	restarted := func() { // another server, which has no file open
		d.Book = book.New(d.store, book.Options{Clock: func() time.Time { return time.Unix(0, d.now.Add(d.tick.Load())) }})
		d.jobs.Does(book.PlanBuildJob, jobs.Work{Step: d.BuildPlan, Failed: d.FailPlan})
		d.jobs.Does(book.PlanApplyJob, jobs.Work{Step: d.ApplyPlanStep, Failed: d.FailPlan})
	}
	times := d.rounds(t, restarted)
	_, p := d.imported(t, e.ID)
	d.begin(t, p)
	times += d.rounds(t, restarted)
	if got := tell(d, e.ID); got != want || times < 8 {
		t.Errorf("after %d parts it is\n%s\nwant\n%s", times, got, want)
	}
}

// A create that its import would match by now is left (CONTRACT D34), and so is what adds to it.
func TestImportLeavesWhoHasCome(t *testing.T) {
	d := openDesk(t)
	_, p := d.send(t, "email,name\nbo@example.com,Bo\nada@example.com,Ada\nada@example.com,A.\ncy@example.com,Cy\n")
	came := d.create(t, patchOf([]string{"Ada@example.com"}, nil, nil)).ID
	p = d.apply(t, p)
	want := "line 2: create, done\nline 3: create, conflict\nline 4: update of row 2, conflict\nline 5: create, done\n"
	if got := toldRows(d.rows(t, p.ID)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := d.shows(t, came); got != "Ada@example.com|||" {
		t.Errorf("who came: %s", got)
	}
}

// One that comes while the plan is applied, after any of its transactions, is not made again either.
func TestImportLeavesWhoComesMeanwhile(t *testing.T) {
	const people = 250
	var file strings.Builder
	file.WriteString("email,name\n")
	for i := range people {
		fmt.Fprintf(&file, "%d@example.com,Person %d\n", i, i)
	}
	d := openDesk(t)
	d.smallSteps()
	_, p := d.send(t, file.String())
	p = d.begin(t, p)
	came := map[int]bool{}
	for n := 0; p.State == book.PlanApplying; n++ {
		if next := int(p.Applied) + 7; n < 4 && next < people { // in the middle of what is done next, and later
			for _, i := range []int{next, people - 1 - n} {
				d.create(t, patchOf([]string{fmt.Sprintf("%d@EXAMPLE.com", i)}, nil, nil))
				came[i] = true
			}
		}
		d.round(t)
		p = d.plan(t, p.ID)
	}
	if len(came) < 4 {
		t.Fatalf("%d came: it was applied at once", len(came))
	}
	for i, row := range d.rows(t, p.ID) {
		if want := map[bool]book.RowResult{true: book.RowLeft, false: book.RowDone}[came[i]]; row.Result != want {
			t.Errorf("row %d, came %t: %s", i, came[i], row.Result)
		}
		list, err := d.List(t.Context(), d.grant(), &book.List{Email: fmt.Sprintf("%d@example.com", i), PerPage: 9})
		if err != nil || len(list.Contacts) != 1 {
			t.Errorf("row %d: %v, %d contacts", i, err, len(list.Contacts))
		}
	}
}

// CONTRACT D38: an export that is imported again plans nothing.
func TestImportOfAnExportPlansNothing(t *testing.T) {
	d := exporter(t)
	ids := d.people(t, 2000)
	d.did(t, &contact.Merge{Survivor: ids[0], Merged: ids[1:2]})
	many := patchOf([]string{"a@example.com", "b@example.com"}, []string{"+44 7700 900001", "030 123 ext. 2"}, []string{"=1+1", "a ::: b", ";\"'"})
	many.Fields.Sent = true
	for i, text := range []string{0: "0123", 15: "12.5", 25: "2025-04-03"} {
		many.Fields.Named[i], many.Fields.Texts[i] = text != "", text
	}
	d.create(t, many)
	for _, form := range []transfer.Form{{Format: transfer.CSV}, {Format: transfer.CSV, Safe: true}, {Format: transfer.NDJSON}, {Format: transfer.VCard}} {
		id := d.export(t, form, book.ExportAsked{})
		d.finish(t)
		_, p := d.send(t, d.file(t, id))
		if p.State != book.PlanReady || p.Rows != 2000 || p.Counts[contact.RowSame] != 2000 {
			t.Errorf("%+v: %s %d %v %s", form, p.State, p.Rows, p.Counts, p.Message)
			for _, row := range d.rows(t, p.ID) {
				if row.Outcome != contact.RowSame {
					t.Fatalf("%+v", row)
				}
			}
		}
	}
}

// However its plan ends, the bytes of an import go.
func TestImportEnds(t *testing.T) {
	file := "email\nada@example.com\n"
	for name, c := range map[string]struct {
		end  func(t *testing.T, d *desk, e book.Import, p book.Plan)
		want string
	}{
		"its plan is discarded": {func(t *testing.T, d *desk, _ book.Import, p book.Plan) {
			if err := d.DiscardPlan(t.Context(), d.grant(), p.ID); err != nil {
				t.Error(err)
			}
		}, "closed"},
		"it is discarded": {func(t *testing.T, d *desk, e book.Import, _ book.Plan) {
			if err := d.DiscardImport(t.Context(), d.grant(), e.ID); err != nil {
				t.Error(err)
			}
		}, "gone"},
		"its plan is too old": {func(t *testing.T, d *desk, _ book.Import, _ book.Plan) {
			d.now.Add(int64(8 * 24 * time.Hour))
		}, "closed"},
		"its plan was applied": {func(t *testing.T, d *desk, _ book.Import, p book.Plan) { d.apply(t, p) }, "closed"},
		"it was kept for long": {func(t *testing.T, d *desk, _ book.Import, p book.Plan) {
			d.apply(t, p)
			d.now.Add(int64(31 * 24 * time.Hour))
		}, "gone"},
		"somebody is erased": {func(t *testing.T, d *desk, _ book.Import, _ book.Plan) {
			id := d.create(t, patchOf([]string{"other@example.com"}, nil, nil)).ID
			if _, err := d.Erase(t.Context(), d.with(t, access.ScopesOf(access.Erase), access.Budget{}), book.Terms{RequestID: "erase"}, &contact.Erase{Ref: id}); err != nil {
				t.Error(err)
			}
			d.finish(t)
		}, "erased"},
	} {
		t.Run(name, func(t *testing.T) {
			d := exporter(t)
			e, p := d.send(t, file)
			c.end(t, d, e, p)
			if err := d.SweepFiles(t.Context()); err != nil {
				t.Fatal(err)
			}
			id := store.FileID{Space: d.space.ID, ID: e.ID}
			if _, found, err := d.store.FileChunk(t.Context(), id, 1); found || err != nil {
				t.Errorf("its bytes are there: %v, %v", found, err)
			}
			after, _, err := d.Import(t.Context(), d.grant(), e.ID)
			state := string(after.State)
			if fault.KindOf(err) == fault.NotFound {
				state = "gone"
			}
			if state != c.want {
				t.Errorf("it is %s, want %s: %v", state, c.want, err)
			}
		})
	}
}

// What an import does is taken back whole: whatever the book was, and whatever the file is and its rules are.
func TestImportTakenBackLeavesWhatWas(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := openDesk(t)
		email := rapid.SampledFrom([]string{"a@example.com", "b@example.com", "A@example.com", "c@example.com", ""})
		name := rapid.SampledFrom([]string{"Ada", "Bo", "ada", ""})
		texts := func(g *rapid.Generator[string], label string) (list []string) {
			for _, text := range rapid.SliceOfN(g, 0, 3).Draw(rt, label) {
				if text != "" && !slices.Contains(list, text) {
					list = append(list, text)
				}
			}
			return list
		}
		show := map[contact.ID]string{}
		for range rapid.IntRange(0, 3).Draw(rt, "contacts") {
			p := patchOf(texts(email, "emails"), nil, append(texts(name, "names"), "Somebody"))
			p.Values[contact.Emails].Texts = slices.CompactFunc(p.Values[contact.Emails].Texts, strings.EqualFold)
			id := d.create(t, p).ID
			show[id] = d.shows(t, id)
		}
		file := "emails,names\na@example.com,Ada\n"
		for range rapid.IntRange(1, 6).Draw(rt, "rows") {
			file += email.Draw(rt, "email") + "," + name.Draw(rt, "name") + "\n"
		}
		rule := func(label string) transfer.Rule {
			return rapid.SampledFrom(transfer.Rules[:4]).Draw(rt, label)
		}
		e := d.sent(t, file)
		p := d.correct(t, e.ID, book.ImportCorrection{Recognised: &transfer.Recognised{Format: transfer.CSV, Delimiter: ",", Header: new(true)},
			Mapping: append(steps(rule("of emails"), "emails"), steps(rule("of names"), "names")...), Match: []contact.MatchBy{contact.ByEmail}})
		if p.State != book.PlanReady {
			rt.Fatalf("the plan: %+v", p)
		}
		d.apply(t, p)
		back := d.apply(t, d.plan(t, d.proposeAs(t, d.grant(), book.Proposal{Undo: &book.Undone{BatchID: p.ID}}).ID))
		if back.State != book.PlanApplied {
			rt.Fatalf("taken back: %+v", back)
		}
		for id, want := range show {
			if got := d.shows(t, id); got != want {
				rt.Errorf("contact %d: %s, want %s\n%s", id, got, want, file)
			}
		}
		page, err := d.List(t.Context(), d.grant(), &book.List{PerPage: 50})
		if err != nil || len(page.Contacts) != len(show) {
			rt.Errorf("%d contacts, want %d: %v", len(page.Contacts), len(show), err)
		}
	})
}
