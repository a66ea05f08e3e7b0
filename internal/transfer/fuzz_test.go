package transfer

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/internal/contact"
)

// FuzzOpen reads whatever there is: nothing fails but as Unreadable, what is
// suggested makes sense, rows have their lines, and their texts are such as a contact holds.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(file(f, googleHeader, "First Name=Ada; E-mail 1 - Value=ada@example.com")))
	f.Add([]byte(file(f, outlookHeader, "First Name=Ada; E-mail Address=ada@example.com")))
	f.Add([]byte("sep=;\nName;Mail\n\"Ada;a@example.com\n\"Bo\";\"b@example.com, c@example.com\"\n"))
	f.Add([]byte("BEGIN:VCARD\nVERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=latin1:M=FC=\nller;A\nTEL;CELL:1234\nPHOTO;ENCODING=B:AA\n AA\nAGENT:\nBEGIN:VCARD\nEND:VCARD\nEND:VCARD\nx\nBEGIN:VCARD\n"))
	f.Add([]byte("{\"id\":7,\"emails\":[\"a@example.com\"],\"custom_fields\":{\"profile_field_26\":\"2025-01-02\"}}\n{\"a\":[{\"b\":1}]}\n[]\n"))
	f.Add([]byte("N\xe4me,Date\rA,3/4/2025\rB,25/4/2025"))
	f.Add([]byte(zipped(f, "a,b\n1,2\n")))
	f.Add([]byte("a\x00,\x00b\x00\n\x001\x00,\x002\x00"))
	var labels contact.Labels
	labels[0], labels[15], labels[25] = "Note", "Score", "Date"
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(bytes.NewReader(data), Recognised{})
		if err != nil {
			if _, ok := err.(*Unreadable); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		m := file.Suggest(labels)
		namesAll(t, file, m)
		rows, err := file.Rows(m)
		if err != nil {
			t.Fatalf("what is suggested makes no sense: %v", err)
		}
		last, n := 0, 0
		for row, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			if n++; row.Line <= last {
				t.Fatalf("line %d after %d", row.Line, last)
			}
			last = row.Line
			stands(t, row)
		}
		if n != file.Records {
			t.Errorf("%d rows of %d records", n, file.Records)
		}
	})
}

// stands checks that what a row says may be stored as it is.
func stands(t *testing.T, row *Row) {
	t.Helper()
	for _, col := range contact.Collections {
		for _, text := range row.Values[col].Texts {
			if same, flaw := contact.ParseValue(col, text); flaw != nil || same != text {
				t.Errorf("%s %q is not as it is stored", col, text)
			}
		}
	}
	for i, said := range row.Fields {
		for _, text := range said.Texts {
			if same, flaw := contact.ParseField(contact.SlotAt(i), text, false); flaw != nil || same != text {
				t.Errorf("%s %q is not as it is stored", contact.SlotAt(i), text)
			}
		}
	}
	if row.Empty() && len(row.Problems) == 0 {
		t.Error("a row says nothing")
	}
}

// FuzzCSV writes cells as RFC 4180 has it, and reads them back.
func FuzzCSV(f *testing.F) {
	f.Add("a|b|c|d", true)
	f.Add("|\"|\"\"|,", false)
	f.Add("\r\n|\"\n\"|a\"b,c| \" ", true)
	f.Add("x\"|\"x|\",\"|\n,\"", false)
	f.Fuzz(func(t *testing.T, text string, crlf bool) {
		// Within cells, line breaks are those of the file.
		text = strings.NewReplacer("\r", "", "\xef\xbb\xbf", "").Replace(text)
		cells := strings.Split(text, "|")
		if len(cells)%2 != 0 {
			cells = append(cells, "")
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.UseCRLF = crlf
		var want [][]string
		for i := 0; i < len(cells); i += 2 {
			want = append(want, cells[i:i+2])
		}
		if err := w.WriteAll(want); err != nil {
			t.Fatal(err)
		}
		r := newCSVReader(&b, plain)
		r.width = 2
		for _, row := range want {
			rec, err := r.next()
			if err != nil || rec.wrong != "" {
				t.Fatalf("%q: %q, %v", row, rec.wrong, err)
			}
			got := []string{strings.ReplaceAll(rec.cells[0], "\r\n", "\n"), strings.ReplaceAll(rec.cells[1], "\r\n", "\n")}
			if diff := cmp.Diff(row, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		}
	})
}
