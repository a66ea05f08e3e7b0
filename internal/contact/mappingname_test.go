package contact

import (
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/fault"
)

// TestMappingName is about names of mappings as they are sent.
func TestMappingName(t *testing.T) {
	long := strings.Repeat("é", MaxMappingName)
	for sent, want := range map[string]string{" Kunden ": "Kunden", "a/b": "a/b", long: long} {
		if got, flaw := MappingName(sent); got != want || flaw != nil {
			t.Errorf("%q: %q, %v", sent, got, flaw)
		}
	}
	for sent, want := range map[string]fault.Code{
		"": fault.CodeTextEmpty, ".": fault.CodeTextEmpty, "..": fault.CodeTextEmpty, "\u200b": fault.CodeTextEmpty, long + "x": fault.CodeTextTooLong, "a\nb": fault.CodeTextControl,
	} {
		if _, flaw := MappingName(sent); flaw == nil || flaw.Code != want {
			t.Errorf("%q: %v, want %s", sent, flaw, want)
		}
	}
}
