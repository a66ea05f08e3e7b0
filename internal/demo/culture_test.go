package demo

import (
	"strings"
	"testing"
	"unicode"
)

// Latin spellings become emails, so they must be ASCII; native ones must be in
// the script that the table claims, so that no look-alike letter slips in.
func TestTablesAreSpelledRight(t *testing.T) {
	for i, c := range cultures() {
		script := c.script
		if script == "" {
			script = "Latin"
		}
		tables := [][]spelling{c.women, c.men, c.families, c.womensFamilies}
		for _, table := range tables {
			for _, name := range table {
				if local := letters(name.latin); local == "" || strings.IndexFunc(local, notASCIILetter) >= 0 {
					t.Errorf("%q cannot go into an email", name.latin)
				}
				if wrong := strings.IndexFunc(letters(name.native), notIn(script)); wrong >= 0 {
					t.Errorf("%q is not all %s", name.native, script)
				}
			}
		}
		if c.weight < 1 || len(c.women) < 3 || len(c.men) < 3 || len(c.families) < 4 || len(c.homes) < 3 {
			t.Errorf("culture %d (%s) is too small", i, script)
		}
		for _, h := range c.homes {
			if h.latin == "" || h.native == "" || strings.ContainsAny(h.native+h.latin, "=;+#") {
				t.Errorf("home %q=%q is not read right", h.latin, h.native)
			}
		}
	}
}

func notASCIILetter(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// notIn finds letters of another script. Japanese mixes three, with marks that
// belong to none.
func notIn(script string) func(rune) bool {
	tables := []*unicode.RangeTable{unicode.Scripts[script], unicode.Inherited}
	if script == "Han" {
		tables = append(tables, unicode.Hiragana, unicode.Katakana)
	}
	return func(r rune) bool { return !unicode.In(r, tables...) }
}

func TestDecimal(t *testing.T) {
	for cents, want := range map[int]string{0: "0", 5: "0.05", 50: "0.5", 1250: "12.5", 50000: "500", 123456: "1234.56"} {
		if got := decimal(cents); got != want {
			t.Errorf("decimal(%d) = %q, want %q", cents, got, want)
		}
	}
}
