package book_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
)

// CONTRACT D34, P5: a plan about whoever conditions find has a row for each contact of which
// they hold while it is built, over many steps of its job, and no other; what was asked is
// forgotten once they are found.
func TestPlanWhere(t *testing.T) {
	d := openDesk(t)
	var operations []string
	for n := range 1_200 {
		operations = append(operations, fmt.Sprintf(`{"method":"POST","body":{"names":["Ada"],"custom_fields":{"profile_field_16":%d}}}`, n%2))
	}
	d.apply(t, d.propose(t, operations...))
	want := map[contact.ID]bool{}
	for _, row := range d.rows(t, d.newestPlan(t)) {
		if strings.Contains(string(row.Operation), `16":1`) {
			want[row.Done.Contact] = true
		}
	}
	where := contact.Filter{{Slot: 16, Operator: contact.EqualTo, Value: "1"}}
	d.tick.Store(int64(1500 * time.Millisecond)) // the request has time for one step
	p := d.proposeAs(t, d.grant(), book.Proposal{Wanted: book.WantedOf(where, "PATCH", []byte(`{"custom_fields":{"profile_field_1":"secret"}}`))})
	if stored := d.planAsStored(t, p.ID); p.State != book.PlanBuilding || !strings.Contains(stored, `"wanted"`) {
		t.Fatalf("it was built at once, so this looks at nothing: %s", stored)
	}
	gone := d.proposeAs(t, d.grant(), book.Proposal{Wanted: book.WantedOf(where, "DELETE", nil)})
	if err := d.DiscardPlan(t.Context(), d.grant(), gone.ID); err != nil {
		t.Fatal(err)
	}
	if stored := d.planAsStored(t, gone.ID); strings.Contains(stored, "wanted") {
		t.Errorf("what was asked of a plan that was discarded is kept: %s", stored)
	}
	d.smallSteps()
	d.finish(t)
	p = d.plan(t, p.ID)
	rows := d.rows(t, p.ID)
	if p.State != book.PlanReady || len(rows) != 600 || len(want) != 600 {
		t.Fatalf("%s, %d rows for %d contacts", p.State, len(rows), len(want))
	}
	for i, row := range rows {
		if !want[row.Contact] || row.Outcome != contact.RowUpdate || i > 0 && row.Contact >= rows[i-1].Contact {
			t.Fatalf("row %d: %s of contact %d", row.N, row.Outcome, row.Contact)
		}
	}
	if stored := d.planAsStored(t, p.ID); strings.Contains(stored, "wanted") || strings.Contains(stored, "slot") {
		t.Errorf("what was asked is kept: %s", stored)
	}
	if p = d.apply(t, p); p.Results[book.RowDone] != 600 {
		t.Errorf("%v", p.Results)
	}
	found, err := d.List(t.Context(), d.grant(), &book.List{PerPage: 5000, Where: contact.Filter{{Slot: 1, Operator: contact.EqualTo, Value: "secret"}}})
	if err != nil || len(found.Contacts) != 600 {
		t.Errorf("%v, %d contacts", err, len(found.Contacts))
	}
	none := d.proposeAs(t, d.grant(), book.Proposal{Wanted: book.WantedOf(contact.Filter{{Slot: 2, Operator: contact.Any}}, "DELETE", nil)})
	d.finish(t)
	if none = d.plan(t, none.ID); none.State != book.PlanReady || none.Rows != 0 || !strings.HasPrefix(none.Message, "No contact fits") {
		t.Errorf("nobody fits: %s, %d rows, %q", none.State, none.Rows, none.Message)
	}
	if p.Message != "" {
		t.Errorf("a plan about somebody says %q", p.Message)
	}
}

// newestPlan gives the id of the plan that was made last.
func (d *desk) newestPlan(t *testing.T) string {
	t.Helper()
	list, _, err := d.Plans(t.Context(), d.grant(), "", 1)
	if err != nil || len(list) != 1 {
		t.Fatal(err, list)
	}
	return list[0].ID
}
