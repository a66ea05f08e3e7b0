package transfer

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// readPlain reads CSV as it is written without faults.
func readPlain(t *testing.T, text string) (rows [][]string) {
	t.Helper()
	r := newCSVReader(strings.NewReader(text), plain)
	for {
		rec, err := r.next()
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		if rec.wrong != "" {
			t.Fatalf("line %d: %s", rec.line, rec.wrong)
		}
		rows = append(rows, slices.Clone(rec.cells))
	}
}

// wantPlain wants such a file read as encoding/csv reads it.
func wantPlain(t *testing.T, what, text string) {
	t.Helper()
	want, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got := readPlain(t, text)
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%s: %d rows, want %d", what, len(got), len(want))
	}
}

// Wherever what is held of a file ends, in a cell of several lines too, a row is what it is.
func TestRowsOverTheEndOfWhatIsHeld(t *testing.T) {
	row := "x,\"Bristol, UK\",\"Team\nEvil Twin,evil@evil.example,\n\"\"said\"\" 33\"\n"
	const held = 64 << 10
	for at := range len(row) + 2 { // how much of the row is held at first
		var b strings.Builder
		for b.Len()+100 < held-at {
			b.WriteString("a,b,c\n")
		}
		b.WriteString("a,b," + strings.Repeat("c", held-at-b.Len()-5) + "\n")
		wantPlain(t, fmt.Sprintf("%d octets of the row are held", at), b.String()+row+row+"d,e,f\n")
	}
	random := rand.New(rand.NewPCG(1, 2))
	cells := []string{"a", "", "Bristol, UK", "two\nlines", "said \"no\"", "\n\n", "\"", ",", "long " + strings.Repeat("x,\n\"", 50)}
	for n := range 30 {
		var b strings.Builder
		w := csv.NewWriter(&b)
		for b.Len() < 300_000 {
			if err := w.Write([]string{"id", cells[random.IntN(len(cells))], cells[random.IntN(len(cells))], cells[random.IntN(len(cells))]}); err != nil {
				t.Fatal(err)
			}
			w.Flush()
		}
		wantPlain(t, fmt.Sprintf("random file %d", n), b.String())
	}
}
