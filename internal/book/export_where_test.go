package book_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/transfer"
)

// CONTRACT D38, P5: an export holds whom a list by the same conditions holds, newest first,
// and no column is there for the sake of somebody else. Ages count from the day on which it
// was asked for, whenever it is written.
func TestExportWhere(t *testing.T) {
	d := exporter(t)
	today := d.grant().Space.Day(contact.TimeOf(time.Unix(0, d.now.Load())))
	var operations []string
	for n := range 1_100 {
		emails := `["a@example.com"]`
		if n%100 != 7 {
			emails = `["a@example.com","b@example.com","c@example.com"]`
		}
		operations = append(operations, fmt.Sprintf(`{"method":"POST","body":{"emails":%s,"custom_fields":{"profile_field_16":%d,"profile_field_26":%q}}}`, emails, n%100, today))
	}
	d.apply(t, d.propose(t, operations...))
	where := contact.Filter{{Slot: 16, Operator: contact.EqualTo, Value: "7"}, {Slot: 26, Operator: contact.AgeLessThan, Value: "1"}}
	list, err := d.List(t.Context(), d.grant(), &book.List{PerPage: 5000, Where: where})
	if err != nil || len(list.Contacts) != 11 {
		t.Fatalf("%v, a list of %d", err, len(list.Contacts))
	}
	asked := book.ExportAsked{Where: book.Conditions(where)}
	lines, table := d.export(t, transfer.Form{Format: transfer.NDJSON}, asked), d.export(t, transfer.Form{Format: transfer.CSV}, asked)
	d.now.Add(int64(48 * time.Hour))
	d.rounds(t, nil)
	got := linesOf(t, d.file(t, lines))
	for i := range got {
		if got[i].ID != list.Contacts[i].ID {
			t.Errorf("line %d is contact %d, and row %d contact %d", i, got[i].ID, i, list.Contacts[i].ID)
		}
	}
	head, rest, _ := strings.Cut(d.file(t, table), "\n")
	if len(got) != 11 || strings.Count(rest, "\n") != 11 || !strings.Contains(head, "email") || strings.Contains(head, "email_2") {
		t.Errorf("%d lines, and a table of %d below %s", len(got), strings.Count(rest, "\n"), head)
	}
	if e := d.exportNow(t, lines); e.Contacts != 11 {
		t.Errorf("it says that it has %d", e.Contacts)
	}
}
