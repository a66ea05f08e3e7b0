package api_test

import (
	"testing"

	"github.com/carnet-project/carnet/api"
)

// A condition is read as it was meant, whatever its label and its value hold.
func TestParseCondition(t *testing.T) {
	for text, want := range map[string]api.Condition{
		"profile_field_1 equal_to x":             {Field: "profile_field_1", Operator: "equal_to", Value: "x"},
		"  Renewal day   less_than  2026-01-01 ": {Field: "Renewal day", Operator: "less_than", Value: "2026-01-01"},
		"Plan contains two  blanks":              {Field: "Plan", Operator: "contains", Value: "two  blanks"},
		"Plan equal_to contains":                 {Field: "Plan", Operator: "equal_to", Value: "contains"},
		"any any":                                {Field: "any", Operator: "any"},
		"a a equal_to a":                         {Field: "a a", Operator: "equal_to", Value: "a"},
		"Day between 2026-01-01  2026-01-31":     {Field: "Day", Operator: "between", Start: "2026-01-01", End: "2026-01-31"},
		"30 any":                                 {Field: "profile_field_30", Operator: "any"},
		"31 any":                                 {Field: "31", Operator: "any"},
		"03 any":                                 {Field: "03", Operator: "any"},
		`"3" any`:                                {Field: "3", Operator: "any"},
		`"Sold to any  customer" equal_to  a b `: {Field: "Sold to any  customer", Operator: "equal_to", Value: "a b"},
		`"Days between" between 2026-01-01 2026-01-31`: {Field: "Days between", Operator: "between", Start: "2026-01-01", End: "2026-01-31"},
		`"the "best" any" equal_to "x" any`:            {Field: `the "best" any`, Operator: "equal_to", Value: `"x" any`},
		`"Best" plan contains x`:                       {Field: `"Best" plan`, Operator: "contains", Value: "x"},
		`"Best any`:                                    {Field: `"Best`, Operator: "any"},
	} {
		if got, err := api.ParseCondition(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", " ", "x", "equal_to", "equal_to x", "profile_field_1 = x", "Day between 2026-01-01", "Day between a b c", `"Day"`, `"Days between" between x`} {
		if got, err := api.ParseCondition(text); err == nil {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}
