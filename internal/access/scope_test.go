package access_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/fault"
)

func TestParseScopes(t *testing.T) {
	tests := []struct{ text, want string }{
		{"contacts:read", "contacts:read"},
		{"admin, contacts:erase ,contacts:read", "contacts:read,contacts:erase,admin"},
		{"contacts:write,contacts:write", "contacts:write"},
	}
	for _, tt := range tests {
		got, err := access.ParseScopes(tt.text)
		if err != nil || got.String() != tt.want {
			t.Errorf("ParseScopes(%q) = %v, %v; want %s", tt.text, got, err, tt.want)
		}
	}
}

func TestParseScopesRefuses(t *testing.T) {
	tests := []struct {
		text string
		at   []string
	}{
		{"", []string{"scopes.0"}}, // nothing is not the default: who names no scope does not ask
		{"  ", []string{"scopes.0"}},
		{",", []string{"scopes.0", "scopes.1"}},
		{"contacts", []string{"scopes.0"}},
		{"Admin", []string{"scopes.0"}},
		{"none", []string{"scopes.0"}},
		{"contacts:read,", []string{"scopes.1"}},
		{"contacts:read;admin", []string{"scopes.0"}},
		{"all,contacts:read,*", []string{"scopes.0", "scopes.2"}},
	}
	for _, tt := range tests {
		got, err := access.ParseScopes(tt.text)
		if got != 0 {
			t.Errorf("ParseScopes(%q) permits %v beside its error", tt.text, got)
		}
		wantProblems(t, err, tt.at...)
	}
}

// D19: no scope implies another, admin included.
func TestScopesImplyNothing(t *testing.T) {
	for _, held := range access.AllScopes {
		for _, asked := range access.AllScopes {
			if got := access.ScopesOf(held).Has(asked); got != (held == asked) {
				t.Errorf("%s has %s: %v", held, asked, got)
			}
		}
	}
	if every := access.ScopesOf(access.AllScopes[:]...); every.Has("contacts:delete") || every.Has("") {
		t.Error("a set has a scope that does not exist")
	}
}

// The empty set does not come back from storage as one that permits.
func TestEmptyScopesDoNotParse(t *testing.T) {
	_, err := access.ParseScopes(access.Scopes(0).String())
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("the empty set parses: %v", err)
	}
}

func TestScopesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		listed := rapid.SliceOfN(rapid.SampledFrom(access.AllScopes[:]), 1, 8).Draw(t, "scopes")
		set := access.ScopesOf(listed...)
		back, err := access.ParseScopes(set.String())
		if err != nil || back != set {
			t.Fatalf("%v comes back as %v, %v", set, back, err)
		}
		for _, s := range listed {
			if !back.Has(s) {
				t.Fatalf("%v lost %s", back, s)
			}
		}
	})
}
