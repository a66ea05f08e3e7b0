package transfer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
)

// A file that is no text is refused whole, with one sentence; a control character in one is not.
func TestBinaryIsNoFile(t *testing.T) {
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(rand.IntN(256))
	}
	for name, data := range map[string][]byte{
		"a picture": append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06"), noise...),
		"a program": append([]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00"), noise...),
		"numbers":   binary.LittleEndian.AppendUint64(bytes.Repeat([]byte("ab"), 20), 7),
	} {
		if _, err := Open(bytes.NewReader(data), Recognised{}); err == nil {
			t.Errorf("%s is read", name)
		} else if _, told := errors.AsType[*Unreadable](err); !told {
			t.Errorf("%s: %v", name, err)
		}
	}
	if f := opened(t, "name,email\n"+strings.Repeat("Ada,ada@example.com\n", 20)+"Bo\x01,bo@example.com\n", Recognised{}); f.Records != 21 {
		t.Errorf("%d rows", f.Records)
	}
}

// In a file of two rows neither tells how many columns there are, but for a header.
func TestTwoRows(t *testing.T) {
	f := opened(t, "Name,E-Mail\nAda,ada@example.com,7\n", Recognised{})
	if !*f.Recognised.Header || len(f.Columns) != 2 || f.Records != 1 {
		t.Errorf("%+v %+v", f.Recognised, f.Columns)
	}
	if f := opened(t, "Ada,ada@example.com\nBo,bo@example.com,7\n", Recognised{}); *f.Recognised.Header || len(f.Columns) != 3 {
		t.Errorf("%+v %+v", f.Recognised, f.Columns)
	}
}

// Quotes of a name before an address are no quotes of the cell.
func TestMailboxes(t *testing.T) {
	for cell, want := range map[string]string{
		`"Ada B" <ada@x.example>`:   "ada@x.example",
		`"B, Ada" <ada@x.example> `: "ada@x.example",
		` "Ada B"<ada@x.example>`:   "ada@x.example",
		`"ada@x.example"`:           "ada@x.example",
	} {
		f := opened(t, "Name,E-Mail,Note\nAda,"+cell+",\"x\"\nBo,bo@example.com,y\nCy,cy@example.com,\"y\"\n", Recognised{})
		rows, err := f.Rows(Mapping{{From: []string{"E-Mail"}, To: "emails", Rule: Add}})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for row, err := range rows {
			if n++; n == 1 && (err != nil || len(row.Problems) > 0 || strings.Join(row.Values[contact.Emails].Texts, "|") != want) {
				t.Errorf("%s: %v, %+v", cell, err, row)
			}
		}
		if n != 3 {
			t.Errorf("%s: %d rows", cell, n)
		}
	}
}

// A file of Outlook from which columns were taken out is one of Outlook.
func TestSomeColumnsOfOutlook(t *testing.T) {
	for header, want := range map[string]string{
		"Title,First Name,Last Name,E-mail Address,E-mail Display Name,Business Country/Region": "Outlook", "First Name,Last Name,E-mail Address,Company": "",
	} {
		if f := opened(t, header+"\n"+strings.Repeat(",", strings.Count(header, ","))+"\n", Recognised{}); f.Recognised.Program != want {
			t.Errorf("%s: %q", header, f.Recognised.Program)
		}
	}
}
