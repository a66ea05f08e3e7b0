package transfer

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// plain is the dialect of RFC 4180.
var plain = dialect{delimiter: ",", quote: '"', ending: '\n'}

// told gives each record as "line|cell|cell", with "!" where it is refused.
func told(t testing.TB, r *csvReader) (all []string) {
	t.Helper()
	for {
		rec, err := r.next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		mark := ""
		if rec.wrong != "" {
			mark = "!"
		}
		all = append(all, string(rune('0'+rec.line))+mark+"|"+strings.Join(rec.cells, "|"))
	}
}

func TestCSV(t *testing.T) {
	backslash, spaced, mac := plain, plain, plain
	backslash.escape, spaced.delimiter, mac.ending = '\\', ", ", '\r'
	for _, c := range []struct {
		name, text string
		dialect    dialect
		width      int
		want       []string
	}{
		{"plain", "a,b\nc,d\n", plain, 0, []string{"1|a|b", "2|c|d"}},
		{"no ending at the end", "a,b\nc,d", plain, 0, []string{"1|a|b", "2|c|d"}},
		{"endings of Windows", "a,b\r\n\"c\",\"d\"\r\ne,\r\n", plain, 0, []string{"1|a|b", "2|c|d", "3|e|"}},
		{"endings of an old Mac", "a,b\r\"c\rd\",e\rf,g", mac, 0, []string{"1|a|b", "2|c\rd|e", "4|f|g"}},
		{"empty lines", "a,b\n\n   \n,\nc,d\n\n\n", plain, 0, []string{"1|a|b", "4||", "5|c|d"}},
		{"doubled quotes", `"a ""b"" c",""` + "\n", plain, 0, []string{`1|a "b" c|`}},
		{"nothing but doubled quotes", `"""",""""""` + "\n", plain, 0, []string{`1|"|""`}},
		{"lines in a cell", "\"a\nb\",c\nd,e\n", plain, 2, []string{"1|a\nb|c", "3|d|e"}},
		{"blanks around quotes", `a,  "b,c"  ,d` + "\n", plain, 0, []string{"1|a|b,c|d"}},
		{"quotes in plain cells", `5" pipe,O"Hara,"` + "\n", plain, 0, []string{`1!|5" pipe|O"Hara|"`}},
		{"quotes that do not close", `"He said "hi" ok",b` + "\n", plain, 0, []string{`1|He said "hi" ok|b`}},
		{"quotes around a delimiter", "a,b\"c,d\",e\nf,5\" by 6\",g\n", plain, 0, []string{`1!|a|b"c|d"|e`, `2|f|5" by 6"|g`}},
		{"never closed", "a,b\nc,\"d\ne,f\n", plain, 2, []string{"1|a|b", `2!|c|"d`, "3|e|f"}},
		{"closed in another record", "a,b\nc,\"d\ne,\"f\"\ng,h\n", plain, 2, []string{"1|a|b", `2!|c|"d`, "3|e|f", "4|g|h"}},
		{"never closed, again and again", "\"a\n\"b\n\"c", plain, 2, []string{`1!|"a`, `2!|"b`, `3!|"c`}},
		{"two quotes where none closes", "\"a\n\"\",b\n", plain, 2, []string{`1!|"a`, "2||b"}},
		{"escaped by a backslash", `"a \"b\", c",d` + "\n", backslash, 0, []string{`1|a "b", c|d`}},
		{"escaped backslash", `"a\\",d` + "\n", backslash, 0, []string{`1|a\|d`}},
		{"delimiter of two signs", `a, b, "c, d"` + "\n", spaced, 0, []string{"1|a|b|c, d"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, src := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text)), iotest.DataErrReader(strings.NewReader(c.text))} {
				r := newCSVReader(src, c.dialect)
				r.width = c.width
				if diff := cmp.Diff(c.want, told(t, r)); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
			}
		})
	}
}

func TestCSVLimits(t *testing.T) {
	long := strings.Repeat("x", maxRecord+1)
	for name, text := range map[string]string{
		"a long line":                long + "\na,b",
		"a long line in quotes":      `"` + long + "\"\na,b",
		"a quote and a lot after it": `"` + strings.Repeat("x\n", maxRecord) + "\na,b",
	} {
		r := newCSVReader(strings.NewReader(text), plain)
		r.width = 2
		rec, err := r.next()
		if err != nil || rec.wrong == "" || rec.line != 1 {
			t.Errorf("%s: line %d, %q, %v", name, rec.line, rec.wrong, err)
		}
		last := record{}
		for ; err == nil; rec, err = r.next() {
			last = record{line: rec.line, cells: append([]string(nil), rec.cells...), wrong: rec.wrong}
		}
		if want := strings.Count(text, "\n") + 1; err != io.EOF || last.line != want || len(last.cells) != 2 {
			t.Errorf("%s: ends with line %d (want %d), %d cells, %v", name, last.line, want, len(last.cells), err)
		}
		if cap(r.buf) > 5*maxRecord {
			t.Errorf("%s: holds %d octets", name, cap(r.buf))
		}
	}
	wide := newCSVReader(strings.NewReader(strings.Repeat(",", 100_000)+"\n"+strings.Repeat(`"",`, 100_000)), plain)
	for range 2 {
		if rec, err := wide.next(); err != nil || len(rec.cells) != MaxColumns+1 {
			t.Errorf("a wide row has %d cells, %v", len(rec.cells), err)
		}
	}
}

// TestCSVQuotesOnce shows that quotes which are never closed do not have the rest
// of the file looked through again for each.
func TestCSVQuotesOnce(t *testing.T) {
	r := newCSVReader(strings.NewReader(strings.Repeat("\"a\n", 300_000)), plain)
	n := 0
	for {
		rec, err := r.next()
		if err == io.EOF {
			break
		}
		if n++; err != nil || rec.wrong == "" {
			t.Fatalf("record %d: %q, %v", n, rec.cells, err)
		}
	}
	if n != 300_000 {
		t.Errorf("%d records", n)
	}
}

func TestCSVReadFails(t *testing.T) {
	r := newCSVReader(io.MultiReader(strings.NewReader("a,b\nc"), iotest.ErrReader(io.ErrClosedPipe)), plain)
	if rec, err := r.next(); err != nil || len(rec.cells) != 2 {
		t.Fatalf("%q, %v", rec.cells, err)
	}
	if _, err := r.next(); err != io.ErrClosedPipe {
		t.Errorf("what is cut off: %v", err)
	}
}
