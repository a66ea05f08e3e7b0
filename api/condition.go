package api

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// Condition is what a list asks of one custom field.
type Condition struct {
	Field    string `json:"field"`           // profile_field_1 to profile_field_30, or the label of one
	Operator string `json:"operator"`        // one of Operators; which ones, depends on what the field holds
	Value    string `json:"value,omitempty"` // of all operators but any, unknown and between; numbers too
	Start    string `json:"start,omitempty"` // of between, the first day
	End      string `json:"end,omitempty"`   // of between, the last day
}

// Operators are those of all kinds of field: of text, of numbers and of dates.
var Operators = []string{
	"equal_to", "not_equal_to", "contains", "not_contains", "starts_with", "ends_with", "contains_word",
	"greater_than", "greater_than_or_equal_to", "less_than", "less_than_or_equal_to",
	"between", "age_greater_than", "age_equal_to", "age_less_than", "any", "unknown",
}

// ParseCondition reads a condition as a person writes it: the field, the operator and what
// it takes, as in "profile_field_1 contains pro plan", "Renewal between 2026-01-01 2026-01-31"
// or "profile_field_2 any". The first operator in it is the operator.
func ParseCondition(text string) (Condition, error) {
	words := strings.Fields(text)
	at := slices.IndexFunc(words[min(1, len(words)):], func(word string) bool { return slices.Contains(Operators, word) }) + 1
	if at == 0 {
		return Condition{}, errors.New(`write a condition as "FIELD OPERATOR VALUE", where OPERATOR is one of ` + strings.Join(Operators, ", "))
	}
	c := Condition{Field: strings.Join(words[:at], " "), Operator: words[at]}
	rest := text
	for _, word := range words[:at+1] { // a value is taken as it stands, but for the blanks around it
		_, rest, _ = strings.Cut(rest, word)
	}
	rest = strings.TrimSpace(rest)
	if c.Operator != "between" {
		c.Value = rest
		return c, nil
	}
	days := strings.Fields(rest)
	if len(days) != 2 {
		return Condition{}, errors.New("write two days behind between, as in 2026-01-01 2026-01-31")
	}
	c.Start, c.End = days[0], days[1]
	return c, nil
}

// conditionsText is how a query carries conditions.
func conditionsText(list []Condition) string {
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // of plain texts
	}
	return string(text)
}
