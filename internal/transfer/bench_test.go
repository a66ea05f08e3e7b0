package transfer

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
)

// manyRows is a file of so many made-up people.
func manyRows(n int) string {
	var b strings.Builder
	b.WriteString("First Name,Last Name,Email,Phone,Street,City,Note\n")
	for i := range n {
		fmt.Fprintf(&b, "Ada,Example %d,ada%d@example.com,+1 202-555-%04d,%d Test Street,\"Sampletown, EX\",a note of some length\n", i, i, i%10_000, i)
	}
	return b.String()
}

const benchRows = 20_000

func perRow(b *testing.B) {
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkParse reads cells alone.
func BenchmarkParse(b *testing.B) {
	text := manyRows(benchRows)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r := newCSVReader(strings.NewReader(text), plain)
		for {
			if _, err := r.next(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	perRow(b)
}

// BenchmarkOpen looks through a whole file.
func BenchmarkOpen(b *testing.B) {
	text := manyRows(benchRows)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		opened(b, text, Recognised{})
	}
	perRow(b)
}

// BenchmarkRows reads rows by the mapping that is suggested, values checked.
func BenchmarkRows(b *testing.B) {
	text := manyRows(benchRows)
	f := opened(b, text, Recognised{})
	m := f.Suggest(contact.Labels{})
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		rows, err := f.Rows(m)
		if err != nil {
			b.Fatal(err)
		}
		for row, err := range rows {
			if err != nil || len(row.Problems) > 0 {
				b.Fatal(err, row.Problems)
			}
		}
	}
	perRow(b)
}
