package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/carnet-project/carnet/api"
)

// TestLongTable: the rows after those that say how wide the columns are stand
// in the same columns, and a value that is too wide is not cut.
func TestLongTable(t *testing.T) {
	var out bytes.Buffer
	l := &listing{to: screen{Writer: &out}, format: format{Output: "table"}, head: contactHead}
	for i := range widthRows + 2 {
		name, email := "東京 🎉", "ada@example.com"
		if i == widthRows+1 {
			name = strings.Repeat("wide", 5)
		}
		row := api.Row{ID: int64(100_000 + i), Name: &name, Email: &email}
		cells := contactCells(&row)
		if err := l.add(row, cells); err != nil {
			t.Fatal(err)
		}
		if printed := strings.Count(out.String(), "\n"); i < widthRows-1 && printed != 0 || i >= widthRows && printed != i+2 {
			t.Fatalf("%d lines after %d rows", printed, i+1)
		}
	}
	if err := l.end(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range map[int]string{
		0:             "ID      EMAIL            NAME     PHONE  LOCATION",
		1:             "100000  ada@example.com  東京 🎉  -      -",
		widthRows + 1: fmt.Sprint(100_000+widthRows, "  ada@example.com  東京 🎉  -      -"),
		widthRows + 2: fmt.Sprint(100_000+widthRows+1, "  ada@example.com  widewidewidewidewide  -      -"),
		widthRows + 3: "",
	} {
		if lines[i] != want {
			t.Errorf("line %d: %q, want %q", i, lines[i], want)
		}
	}
}

// TestCell: what people typed stays on its line, and in its direction.
func TestCell(t *testing.T) {
	for text, want := range map[string]string{
		"Zoë 👩‍🚀 עדה":        "Zoë 👩‍🚀 עדה",
		"a\tb\r\nc\u2028d":   "a b  c d",
		"\x1b[2Jx\x00\u0085": "\ufffd[2Jx\ufffd\ufffd",
		"a\u202eb\u2066c":    "a\ufffdb\ufffdc",
	} {
		if got := cell(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
