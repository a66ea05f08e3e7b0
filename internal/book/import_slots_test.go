package book_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
	"github.com/carnet-project/carnet/internal/transfer"
)

// filterable has slots be filterable, and their index built.
func (d *desk) filterable(t *testing.T, slots contact.Slots) {
	t.Helper()
	d.setFilterable(t, slots)
	d.finish(t)
}

func (d *desk) setFilterable(t *testing.T, slots contact.Slots) {
	t.Helper()
	s, err := d.UpdateSpace(t.Context(), "test", d.space.ID, func(s *access.Space) error { s.Filterable = slots; return nil })
	if err != nil {
		t.Fatal(err)
	}
	d.space = s
}

// numbered is somebody who has a number in another program, in slot 1.
func numbered(name, number string) contact.Patch {
	p := patchOf(nil, nil, []string{name})
	p.Fields.Sent, p.Fields.Named[0], p.Fields.Texts[0] = true, true, number
	return p
}

// bySlot reads a file of numbers and names, and matches its rows by the number.
var bySlot = book.ImportCorrection{Match: []contact.MatchBy{"profile_field_1"}, Mapping: transfer.Mapping{
	{From: []string{"number"}, To: "custom_fields.profile_field_1", Rule: transfer.Add},
	{From: []string{"name"}, To: "names", Rule: transfer.Add},
	{From: []string{"seats"}, To: "custom_fields.profile_field_16", Rule: transfer.Replace},
}}

// CONTRACT D37: rows are matched by what a slot holds, of contacts that were folded and of others,
// and of what earlier rows make.
func TestImportMatchesBySlot(t *testing.T) {
	d := openDesk(t)
	long := strings.Repeat("x", 60)
	ada := d.create(t, numbered("Ada", "crm-1")).ID
	d.filterable(t, contact.Slots(0).With(1, true).With(16, true))
	bo := d.create(t, numbered("Bo", "CRM-2")).ID
	one, two := d.create(t, numbered("One", "crm-3")).ID, d.create(t, numbered("Two", "Crm-3")).ID
	d.create(t, numbered("Other", long+"1"))
	gone := d.create(t, numbered("Gone", "crm-4")).ID
	d.did(t, &contact.Delete{Ref: gone})
	e := d.sent(t, "number,name,seats\n"+
		"CRM-1,Ada B.,5\ncrm-2,,6\ncrm-3,Three,\ncrm-4,Four,\n"+long+"2,Long,\n,Nobody,7\n"+
		"CRM-4,Four F.,8\n"+strings.ToUpper(long)+"2,Longer,\n")
	p := d.correct(t, e.ID, bySlot)
	want := fmt.Sprintf("line 2: update %d\nline 3: update %d\nline 4: refused (match_several: By its profile_field_1 this row is about several contacts: %d, %d. Merge them, or match rows by something else.)\n"+
		"line 5: create\nline 6: create\nline 7: create\nline 8: update of row 4\nline 9: update of row 5\n", ada, bo, one, two)
	if got := toldRows(d.rows(t, p.ID)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	came := d.create(t, numbered("Came", "crm-4")).ID
	p = d.apply(t, p)
	rows := d.rows(t, p.ID)
	if got := toldRows(rows[3:]); !strings.HasPrefix(got, "line 5: create, conflict\nline 6: create, done\nline 7: create, done\nline 8: update of row 4, conflict\nline 9: update of row 5, done\n") {
		t.Errorf("applied:\n%s", got)
	}
	for id, want := range map[contact.ID]string{ada: "||Ada,Ada B.||1=crm-1|16=5", bo: "||Bo||1=CRM-2|16=6", came: "||Came||1=crm-4", rows[4].Done.Contact: "||Long,Longer||1=" + long + "2"} {
		if got := d.shows(t, id); got != want {
			t.Errorf("%d shows %s, want %s", id, got, want)
		}
	}
}

// A slot by which rows are matched must be filterable, and be in the index.
func TestImportNeedsTheIndex(t *testing.T) {
	d := openDesk(t)
	e := d.sent(t, "number,name,seats\ncrm-1,Ada,\n")
	_, _, err := d.CorrectImport(t.Context(), d.grant(), book.Terms{RequestID: "correct"}, e.ID, bySlot)
	if codeOf(err) != fault.CodeParameterInvalid || !strings.Contains(fmt.Sprint(err), "carnet field set profile_field_1") {
		t.Errorf("it is not filterable: %v", err)
	}
	d.finish(t)
	d.setFilterable(t, contact.Slots(0).With(1, true))
	_, job, err := d.CorrectImport(t.Context(), d.grant(), book.Terms{RequestID: "correct"}, e.ID, bySlot)
	if err != nil {
		t.Fatal(err)
	}
	j, err := d.Job(t.Context(), d.grant(), job)
	if err == nil {
		err = d.BuildPlan(t.Context(), &j) // before the index is built
	}
	_, p := d.imported(t, e.ID)
	if err != nil || p.State != book.PlanFailed || !strings.Contains(p.Message, "index of profile_field_1") {
		t.Fatalf("while it is built: %v, %s, %s", err, p.State, p.Message)
	}
	d.finish(t)
	if p = d.correct(t, e.ID, bySlot); p.State != book.PlanReady {
		t.Fatalf("when it is built: %s, %s", p.State, p.Message)
	}
	d.filterable(t, 0)
	if p = d.apply(t, p); p.State != book.PlanFailed || !strings.Contains(p.Message, "index of profile_field_1") {
		t.Errorf("when it is there no more: %s, %s", p.State, p.Message)
	}
}

// Whatever is stored and comes in a file, rows that are matched by a slot come to what a look at
// each contact would.
func TestImportBySlotIsExact(t *testing.T) {
	values := []string{"a", "A", "b", "ß", "SS", "", strings.Repeat("y", 41) + "1", strings.Repeat("y", 41) + "2"}
	rapid.Check(t, func(r *rapid.T) {
		d := openDesk(t)
		d.filterable(t, contact.Slots(0).With(1, true))
		type one struct{ number, names string }
		var model []one
		for i, v := range rapid.SliceOfN(rapid.SampledFrom(values), 0, 4).Draw(r, "stored") {
			d.create(t, numbered(fmt.Sprint("S", i), v))
			model = append(model, one{v, fmt.Sprint("S", i)})
		}
		file, refused := "number,name,seats\n", int64(0)
		for i, v := range rapid.SliceOfN(rapid.SampledFrom(values), 1, 6).Draw(r, "rows") {
			file += fmt.Sprintf("%s,R%d,\n", v, i)
			var found []int
			for n := range model {
				if v != "" && contact.FoldText(model[n].number) == contact.FoldText(v) {
					found = append(found, n)
				}
			}
			switch len(found) {
			case 0:
				model = append(model, one{v, fmt.Sprint("R", i)})
			case 1:
				model[found[0]].names += fmt.Sprint(",R", i)
			default:
				refused++
			}
		}
		p := d.apply(t, d.correct(t, d.sent(t, file).ID, bySlot))
		var want, got []string
		for _, m := range model {
			want = append(want, m.number+" "+m.names)
		}
		list, err := d.List(t.Context(), d.grant(), &book.List{PerPage: 100})
		if err != nil {
			r.Fatal(err)
		}
		for i := len(list.Contacts) - 1; i >= 0; i-- {
			c := &list.Contacts[i]
			var names []string
			for _, v := range c.Values[contact.Names] {
				names = append(names, v.Text)
			}
			got = append(got, c.Fields[0].Text+" "+strings.Join(names, ","))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || p.Counts[contact.RowRefused] != refused {
			r.Fatalf("%q\ngot  %q\nwant %q, %d refused, %v", file, got, want, refused, p.Counts)
		}
	})
}
