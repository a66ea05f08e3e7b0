package transfer

import (
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/demo"
)

// The messy file of the demo is read as it is meant, and shows what is refused beside what is taken.
func TestMessyFileOfTheDemo(t *testing.T) {
	var labels contact.Labels
	slot := map[string]int{}
	var err error
	for _, f := range demo.Labels() {
		if labels, err = labels.With(f.Slot, f.Label); err != nil {
			t.Fatal(err)
		}
		slot[f.Label] = f.Slot.Index()
	}
	file, err := Open(strings.NewReader(demo.Messy(demo.People(1, 20))), Recognised{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := file.Rows(file.Suggest(labels))
	if err != nil {
		t.Fatal(err)
	}
	refused, taken := map[int]string{}, 0
	for row, err := range rows {
		switch {
		case err != nil:
			t.Fatal(err)
		case len(row.Problems) > 0:
			refused[row.Line] = row.Problems[0].Why
		default:
			taken++
			p := row.Patch()
			if len(p.Values[contact.Emails].Texts) == 0 {
				t.Errorf("line %d has no email", row.Line)
			}
			if row.Line == 3 && (p.Fields.Texts[slot["Customer since"]] != "2024-04-25" || p.Fields.Texts[slot["Lifetime value"]] != "1234.5") {
				t.Errorf("line 3 is %+v", p.Fields)
			}
		}
	}
	if taken != 5 || len(refused) != 3 || !strings.Contains(refused[7], "exponent") || refused[8] == "" || !strings.Contains(refused[10], "more cells") {
		t.Errorf("%d are taken, and refused are %v", taken, refused)
	}
	if text := demo.Messy(nil); strings.Count(text, "\r\n") != 10 {
		t.Errorf("without people it is %q", text)
	}
}
