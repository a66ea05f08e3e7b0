package access

import (
	"slices"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// Scope is one permission of a key (CONTRACT D19). No scope implies another:
// a key with Admin alone manages Spaces and keys, and sees no contact.
type Scope string

// The scopes.
const (
	Read  Scope = "contacts:read"  // all that shows what is stored
	Write Scope = "contacts:write" // every write but erase
	Plan  Scope = "contacts:plan"  // to propose plans, which another key applies
	Erase Scope = "contacts:erase" // erase for good
	Admin Scope = "admin"          // Spaces, keys
)

// SeePlan is no scope of a key: it is what looking at one plan needs, of which those who
// propose and do not read are told less (CONTRACT D34).
const SeePlan Scope = "contacts:read or contacts:plan"

// ApplyPlan is no scope of a key, either: it is what applying a plan needs.
const ApplyPlan Scope = "contacts:read and contacts:write"

// AllScopes lists the scopes in their canonical order.
var AllScopes = [...]Scope{Read, Write, Plan, Erase, Admin}

// Scopes is a set of scopes. The zero Scopes is empty and permits nothing.
type Scopes uint8

// DefaultScopes is what a key has that is made without naming scopes: it reads
// and writes (CONTRACT D19).
var DefaultScopes = ScopesOf(Read, Write)

// noScopes is how the empty set prints, so that it can be seen.
const noScopes = "none"

// ScopesOf makes a set. Texts that are no scope are left out.
func ScopesOf(scopes ...Scope) Scopes {
	var set Scopes
	for _, s := range scopes {
		set |= s.bit()
	}
	return set
}

func (s Scope) bit() Scopes {
	if i := slices.Index(AllScopes[:], s); i >= 0 {
		return 1 << i
	}
	return 0
}

// Has tells whether the set holds the scope.
func (set Scopes) Has(s Scope) bool { return set&s.bit() != 0 }

// Allow tells whether the set permits what needs a scope: who writes may also propose.
func (set Scopes) Allow(s Scope) bool {
	switch s {
	case Plan:
		return set.Has(Plan) || set.Has(Write)
	case SeePlan:
		return set.Has(Read) || set.Allow(Plan)
	case ApplyPlan:
		return set.Has(Read) && set.Has(Write)
	}
	return set.Has(s)
}

// lacks names what the set has not of what needs a scope that it does not allow.
func (set Scopes) lacks(s Scope) string {
	switch {
	case s == ApplyPlan && set.Has(Read):
		s = Write
	case s == ApplyPlan && set.Has(Write):
		s = Read
	}
	return string(s)
}

// String lists the set in canonical order, "contacts:read,contacts:write", as
// ParseScopes reads it. The empty set gives "none", which ParseScopes refuses.
func (set Scopes) String() string {
	var names []string
	for _, s := range AllScopes {
		if set.Has(s) {
			names = append(names, string(s))
		}
	}
	if names == nil {
		return noScopes
	}
	return strings.Join(names, ",")
}

// ParseScopes reads scopes between commas, in any order, with or without
// spaces around them. Its error is Invalid, with a problem at "scopes.N" for each
// that is unknown, an empty one too.
func ParseScopes(text string) (Scopes, error) {
	var set Scopes
	var bad problems
	for i, name := range strings.Split(text, ",") {
		bit := Scope(strings.TrimSpace(name)).bit()
		if bit == 0 {
			bad.add("scopes."+strconv.Itoa(i), fault.CodeScopeUnknown,
				"Scope number "+strconv.Itoa(i+1)+" is not known. The scopes are contacts:read, contacts:write, contacts:erase and admin.")
		}
		set |= bit
	}
	if bad != nil {
		return 0, fault.Problems(bad)
	}
	return set, nil
}
