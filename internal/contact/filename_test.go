package contact

import (
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/fault"
)

// TestFileName is about names of files as they are sent.
func TestFileName(t *testing.T) {
	long := strings.Repeat("é", MaxFileName)
	for sent, want := range map[string]string{
		"customers.csv": "customers.csv", "/data/ada/customers.csv": "customers.csv", `C:\Users\Ada\Kunden 2026.csv`: "Kunden 2026.csv", "../x": "x", " a ": "a",
		".vcf": ".vcf", "👩\u200d💻.csv": "👩\u200d💻.csv", "a/" + long: long,
	} {
		if got, flaw := FileName(sent); got != want || flaw != nil {
			t.Errorf("%q: %q, %v", sent, got, flaw)
		}
	}
	for sent, want := range map[string]fault.Code{
		"": fault.CodeTextEmpty, "  ": fault.CodeTextEmpty, "a/": fault.CodeTextEmpty, "..": fault.CodeTextEmpty, `a\.`: fault.CodeTextEmpty, "\u200b": fault.CodeTextEmpty,
		long + "x": fault.CodeTextTooLong, "a\nb": fault.CodeTextControl, "a\x00": fault.CodeTextNUL, "a\u202eb": fault.CodeTextBidi, "a\u200bb": fault.CodeTextInvisible, "\xff": fault.CodeTextUTF8,
	} {
		if _, flaw := FileName(sent); flaw == nil || flaw.Code != want {
			t.Errorf("%q: %v, want %s", sent, flaw, want)
		}
	}
}
