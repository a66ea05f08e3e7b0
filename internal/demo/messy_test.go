package demo

import (
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/transfer"
)

// The messy file is read as it is meant, and shows what is refused beside what is taken.
func TestMessy(t *testing.T) {
	var labels contact.Labels
	var err error
	for _, f := range Labels() {
		if labels, err = labels.With(f.Slot, f.Label); err != nil {
			t.Fatal(err)
		}
	}
	file, err := transfer.Open(strings.NewReader(Messy(People(1, 20))), transfer.Recognised{})
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
			if row.Line == 3 && (p.Fields.Texts[customerSince.Index()] != "2024-04-25" || p.Fields.Texts[lifetimeValue.Index()] != "1234.5") {
				t.Errorf("line 3 is %+v", p.Fields)
			}
		}
	}
	if taken != 5 || len(refused) != 3 || !strings.Contains(refused[7], "exponent") || refused[8] == "" || !strings.Contains(refused[10], "more cells") {
		t.Errorf("%d are taken, and refused are %v", taken, refused)
	}
	if text := Messy(nil); strings.Count(text, "\r\n") != 10 {
		t.Errorf("without people it is %q", text)
	}
}
