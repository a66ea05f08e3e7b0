package transfer

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"github.com/carnet-project/carnet/internal/contact"
)

const accents = "Prénom;Nom;Courriel\nZoë;Müller;zoe@example.com\n"

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// encoded gives a text as another program would have written it.
func encoded(t *testing.T, encode func(string) (string, error), text string) string {
	t.Helper()
	s, err := encode(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEncodings(t *testing.T) {
	utf16 := func(order unicode.Endianness, mark unicode.BOMPolicy, text string) string {
		return encoded(t, unicode.UTF16(order, mark).NewEncoder().String, text)
	}
	for _, c := range []struct {
		name, text, encoding string
		warnings             int
	}{
		{"UTF-8", accents, "utf-8", 0},
		{"UTF-8 with a mark", "\xef\xbb\xbf" + accents, "utf-8", 0},
		{"UTF-16, little end", utf16(unicode.LittleEndian, unicode.UseBOM, accents), "utf-16le", 0},
		{"UTF-16, big end", utf16(unicode.BigEndian, unicode.UseBOM, accents), "utf-16be", 0},
		{"UTF-16 without a mark", utf16(unicode.LittleEndian, unicode.IgnoreBOM, accents), "utf-16le", 0},
		{"UTF-16, big end without a mark", utf16(unicode.BigEndian, unicode.IgnoreBOM, accents), "utf-16be", 0},
		{"Windows-1252", encoded(t, charmap.Windows1252.NewEncoder().String, accents), "windows-1252", 1},
		{"gzipped", zipped(t, accents), "utf-8", 0},
		{"gzipped in two parts", zipped(t, accents[:20]) + zipped(t, accents[20:]), "utf-8", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := opened(t, c.text, Recognised{})
			if f.Recognised.Encoding != c.encoding || len(f.Warnings) != c.warnings {
				t.Errorf("%s, warned %q", f.Recognised.Encoding, f.Warnings)
			}
			if diff := cmp.Diff([]string{"2: emails add zoe@example.com; names add Zoë Müller"}, rowsOf(t, f, f.Suggest(contact.Labels{}))); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestEncodingGiven reads what nobody could recognise.
func TestEncodingGiven(t *testing.T) {
	text := encoded(t, japanese.ShiftJIS.NewEncoder().String, "氏名,メール\n例太郎,taro@example.jp\n")
	f := opened(t, text, Recognised{Encoding: "Shift_JIS"})
	if diff := cmp.Diff([]string{"2: emails add taro@example.jp; names add 例太郎"}, rowsOf(t, f, f.Suggest(contact.Labels{}))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if guessed := opened(t, text, Recognised{}); len(guessed.Warnings) == 0 {
		t.Errorf("read as %s without a warning", guessed.Recognised.Encoding)
	}
	wants(t, text, Recognised{Encoding: "klingon"}, "encoding is not known")
}

// TestDamage refuses the rows of a UTF-8 file that cannot be read, and no others.
func TestDamage(t *testing.T) {
	text := "Name,Email\n" + strings.Repeat("Zoë,zoe@example.com\n", 20) + "Zo\xeb,bad@example.com\nBo,bo@example.com\n"
	f := opened(t, text, Recognised{})
	rows := rowsOf(t, f, f.Suggest(contact.Labels{}))
	if f.Recognised.Encoding != "utf-8" || len(f.Warnings) != 1 || !strings.HasPrefix(rows[20], "22: refused Name: It has letters") || rows[21] != "23: emails add bo@example.com; names add Bo" {
		t.Errorf("%+v, %q, %q", f.Recognised, f.Warnings, rows[19:])
	}
}

// TestDamageDecoded refuses what another encoding has no letter for, too.
func TestDamageDecoded(t *testing.T) {
	sjis := encoded(t, japanese.ShiftJIS.NewEncoder().String, "氏名,メール\n例太郎,taro@example.jp\n")
	for text, encoding := range map[string]string{
		sjis + "\x82,bo@example.jp\n": "shift_jis",
		"\xff\xfeN\x00a\x00m\x00e\x00,\x00E\x00\n\x00A\x00,\x00x\x00\n\x00\x00\xd8,\x00y\x00\n\x00": "",
	} {
		f := opened(t, text, Recognised{Encoding: encoding})
		rows := rowsOf(t, f, f.Suggest(contact.Labels{}))
		if len(rows) != 2 || strings.Contains(rows[0], "refused") || !strings.Contains(rows[1], "letters that cannot be read") {
			t.Errorf("%s: %q", f.Recognised.Encoding, rows)
		}
	}
	f := opened(t, "Name,Email\nA\uFFFD,a@example.com\n", Recognised{})
	if diff := cmp.Diff([]string{"2: emails add a@example.com; names add A\uFFFD"}, rowsOf(t, f, f.Suggest(contact.Labels{}))); diff != "" {
		t.Errorf("what is in the file is kept: -want +got\n%s", diff)
	}
}

// wants opens what cannot be read, and looks for what is said of it.
func wants(t *testing.T, text string, as Recognised, why string) {
	t.Helper()
	_, err := Open(strings.NewReader(text), as)
	if u, ok := errors.AsType[*Unreadable](err); !ok || !strings.Contains(u.Why, why) {
		t.Errorf("%.20q: %v, and not %q", text, err, why)
	}
}

func TestUnreadable(t *testing.T) {
	for text, why := range map[string]string{
		"":                         "empty",
		" \n\t\n":                  "empty",
		"PK\x03\x04sheet":          ".xlsx",
		"\xd0\xcf\x11\xe0":         ".xls",
		"%PDF-1.7":                 "PDF",
		"\x28\xb5\x2f\xfd":         "zstd",
		"[{\"a\":1}]":              "NDJSON",
		"<html>":                   "HTML",
		"<?xml?>":                  "XML",
		"dn: cn=ada\ncn: ada\n":    "LDIF",
		"BEGIN:VCALENDAR\n":        "calendar",
		"\x1f\x8b\x08broken":       "gzip",
		zipped(t, accents)[:30]:    "whole",
		zipped(t, "PK\x03\x04abc"): ".xlsx",
		strings.Repeat(",", 1001):  "1,000 columns",
	} {
		wants(t, text, Recognised{}, why)
	}
	broken := []byte(zipped(t, strings.Repeat(accents, 100)))
	broken[len(broken)-5] ^= 0xff // of the checksum
	wants(t, string(broken), Recognised{}, "damaged")
	wants(t, accents, Recognised{Format: "xml"}, "format is one of")
}

// TestBomb unpacks no more of a file than the limit.
func TestBomb(t *testing.T) {
	text := zipped(t, strings.Repeat("a,b\n", 1<<20))
	for limit, refused := range map[int64]bool{4<<20 - 1: true, 4 << 20: false} {
		from, err := unpacked(strings.NewReader(text), limit)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, from)
		if _, ok := errors.AsType[*Unreadable](err); ok != refused || n > limit {
			t.Errorf("limit %d: %d octets, %v", limit, n, err)
		}
	}
}

func TestDelimiters(t *testing.T) {
	for _, delimiter := range []string{",", ";", "\t", "|"} {
		text := strings.ReplaceAll("Name;Email;Note\n\"Ada, Bo; Cy|Di\tEd\";ada@example.com;\"1,5; 2,5\"\nBo;bo@example.com;x\n", ";", delimiter)
		text = strings.Replace(text, "\"Ada, Bo"+delimiter+" Cy|Di\tEd\"", "\"Ada, Bo; Cy\"", 1)
		for _, ending := range []string{"\n", "\r\n", "\r"} {
			f := opened(t, strings.ReplaceAll(text, "\n", ending), Recognised{})
			if f.Recognised.Delimiter != delimiter {
				t.Errorf("%q taken for %q", delimiter, f.Recognised.Delimiter)
				continue
			}
			if diff := cmp.Diff([]string{"2: emails add ada@example.com; names add Ada, Bo; Cy", "3: emails add bo@example.com; names add Bo"}, rowsOf(t, f, f.Suggest(contact.Labels{}))); diff != "" {
				t.Errorf("%q -want +got\n%s", delimiter, diff)
			}
		}
	}
	f := opened(t, "Name:Email\nAda:ada@example.com\n", Recognised{Delimiter: ":"})
	if diff := cmp.Diff([]string{"2: emails add ada@example.com; names add Ada"}, rowsOf(t, f, f.Suggest(contact.Labels{}))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	single := opened(t, "'Name';'Email'\n'O''Example';'ada@example.com'\n", Recognised{})
	if diff := cmp.Diff([]string{"2: emails add ada@example.com; names add O'Example"}, rowsOf(t, single, single.Suggest(contact.Labels{}))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestBeforeHeader(t *testing.T) {
	table := "Name,Email,Phone\nAda,ada@example.com,202-555-0101\nBo,bo@example.com,202-555-0102\n"
	for before, lines := range map[string]int{
		"":                                  0,
		"sep=,\n":                           1,
		"Customers\n\n":                     2,
		"Customers,,\nof Example Ltd,,\n":   2,
		"\"Customers\nof Example\"\n\n\n":   4,
		"Report: customers, 2025\n \n , \n": 3,
	} {
		f := opened(t, before+table, Recognised{})
		if f.Recognised.LinesBeforeHeader != lines || !*f.Recognised.Header {
			t.Errorf("%q: %+v", before, f.Recognised)
			continue
		}
		rows := rowsOf(t, f, f.Suggest(contact.Labels{}))
		if len(rows) != 2 || !strings.HasSuffix(rows[0], ": emails add ada@example.com; phones add 202-555-0101; names add Ada") {
			t.Errorf("%q: %q", before, rows)
		}
	}
	f := opened(t, "Name,Email,Phone\nName,E-mail,Tel\nAda,ada@example.com,202-555-0101\n", Recognised{LinesBeforeHeader: 1, Header: new(true)})
	if f.Columns[1].Name != "E-mail" || f.Records != 1 {
		t.Errorf("%+v, %d records", f.Columns, f.Records)
	}
	for text, header := range map[string]bool{
		"Name,Email,2024\nAda,ada@example.com,5\n":          true,
		"Umsatz,2024\nx,5\n":                                false, // it cannot be told
		"Ada,ada@example.com,5\nBo,bo@example.com,6\n":      false,
		"Name,ada@example.com,City\nBo,bo@example.com,Oz\n": false,
	} {
		if f := opened(t, text, Recognised{}); *f.Recognised.Header != header {
			t.Errorf("%q: header %v", text, *f.Recognised.Header)
		}
		for _, given := range []bool{true, false} {
			f := opened(t, text, Recognised{Header: &given})
			if want := strings.Count(text, "\n"); given && f.Records != want-1 || !given && (f.Records != want || f.Columns[0].Name != "Column 1") {
				t.Errorf("%q, header %v: %d records, %+v", text, given, f.Records, f.Columns)
			}
		}
	}
}

// TestMisfits refuses rows whose cells have moved.
func TestMisfits(t *testing.T) {
	f := opened(t, "Name,Email,Phone,Note\nAda,ada@example.com,202-555-0101,\nBo,bo@example.com\nExample, Cy,cy@example.com,202-555-0103,x\nDi,di@example.com,202-555-0104,x,,\nalone\n\"Ed,ed@example.com,,\nFy,fy@example.com,,\n", Recognised{})
	if diff := cmp.Diff([]string{
		"2: emails add ada@example.com; phones add 202-555-0101; names add Ada",
		"3: refused : The row has fewer cells than there are columns: a delimiter is missing, or a cell with a line break does not stand in quotation marks.",
		"4: refused : The row has more cells than there are columns: a cell that holds a delimiter must stand in quotation marks.",
		"5: emails add di@example.com; phones add 202-555-0104; names add Di",
		"6: refused : The line is no row of the table: it has one cell.",
		"7: refused : A quotation mark in this line is never closed.",
		"8: emails add fy@example.com; names add Fy",
	}, rowsOf(t, f, f.Suggest(contact.Labels{}))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestCutShort takes rows that end early, or late with empty cells, where that is
// the way of the file, and only there.
func TestCutShort(t *testing.T) {
	full, short := "Ada,ada@example.com,202-555-0101\n", "Bo,bo@example.com\n"
	for _, c := range []struct {
		rows  string
		taken bool
	}{
		{full + short, true},
		{full + short + "Cy,cy@example.com,\n", false},
		{strings.Repeat(full, 30) + short, false},
		{strings.Repeat(full, 30) + strings.Repeat(short, 3), true},
		{strings.Repeat(full, 30) + strings.Replace(full, "\n", ",,\n", 1), false},
		{strings.Repeat(strings.Replace(full, "\n", ",,\n", 1), 30), true},
	} {
		f := opened(t, "Name,Email,Phone\n"+c.rows, Recognised{})
		refused := 0
		for _, row := range rowsOf(t, f, f.Suggest(contact.Labels{})) {
			if strings.Contains(row, "refused : The row has ") {
				refused++
			}
		}
		if taken := refused == 0; taken != c.taken {
			t.Errorf("%q: %d refused", c.rows, refused)
		}
	}
}

func TestColumnNames(t *testing.T) {
	f := opened(t, "Name,Name,,  Two   words ,Name\na,b,c,d,e\n", Recognised{})
	var got []string
	for _, c := range f.Columns {
		got = append(got, c.Name)
	}
	if diff := cmp.Diff([]string{"Name", "Name (2)", "Column 3", "Two words", "Name (3)"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
