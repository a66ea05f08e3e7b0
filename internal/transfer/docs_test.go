package transfer

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/internal/contact"
)

// TestDocs runs the examples of docs/imports.md.
func TestDocs(t *testing.T) {
	data, err := os.ReadFile("../../docs/imports.md")
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string) string {
		_, after, ok := strings.Cut(string(data), "\n```"+kind+"\n")
		text, _, closed := strings.Cut(after, "\n```\n")
		if !ok || !closed {
			t.Fatalf("no block of %s", kind)
		}
		return text + "\n"
	}
	f := opened(t, block("csv"), Recognised{})
	var labels contact.Labels
	labels[contact.Slot(26).Index()] = "Kunde seit"
	m := f.Suggest(labels)
	var b strings.Builder
	r := f.Recognised
	fmt.Fprintf(&b, "recognised: %s, %s, delimiter %q, %d line before the header\n", r.Format, r.Encoding, r.Delimiter, r.LinesBeforeHeader)
	for _, s := range m {
		fmt.Fprintf(&b, "%s -> %s (%s, %s)\n", strings.Join(s.From, ", "), s.To, s.As, s.Rule)
	}
	rows, err := f.Rows(m)
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range rows {
		switch {
		case err != nil:
			t.Fatal(err)
		case len(row.Problems) > 0 && row.Problems[0].Column != "":
			fmt.Fprintf(&b, "line %d: refused, %s: %s\n", row.Line, row.Problems[0].Column, row.Problems[0].Why)
		case len(row.Problems) > 0:
			fmt.Fprintf(&b, "line %d: refused: %s\n", row.Line, row.Problems[0].Why)
		default:
			fmt.Fprintf(&b, "line %s\n", shown(row))
		}
	}
	if diff := cmp.Diff(block("text"), b.String()); diff != "" {
		t.Errorf("-docs +got\n%s", diff)
	}

	var kept Mapping
	if err := json.Unmarshal([]byte(block("json")), &kept); err != nil {
		t.Fatal(err)
	}
	g := opened(t, "Vorname;Nachname;Firma;E-Mail;Umsatz;Fax\nAda;Beispiel;Muster GmbH;ada@example.com;1.234,50 €;1\n;;Muster GmbH;office@example.com;;\n", Recognised{})
	if diff := cmp.Diff([]string{
		"2: emails add ada@example.com; names add Ada Beispiel; profile_field_16 replace 1234.5",
		"3: emails add office@example.com; names fill Muster GmbH",
	}, rowsOf(t, g, kept)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, path := range []string{"emails", "phones", "names", "locations", "custom_fields.profile_field_1", "custom_fields.profile_field_16", "custom_fields.profile_field_26"} {
		target, _ := targetOf(path)
		for _, as := range target.converters() {
			if !strings.Contains(string(data), "`"+string(as)+"`") {
				t.Errorf("%s as %s is not told", path, as)
			}
		}
	}
}
