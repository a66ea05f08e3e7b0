package api

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
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
// or "2 any", which is profile_field_2. The first operator in it is the operator, unless the
// label of the field stands in double quotes, as in `"Any news" equal_to yes`: then it is
// taken as it stands.
func ParseCondition(text string) (Condition, error) {
	c, rest := quotedField(text)
	if c.Operator == "" {
		c, rest = plainField(text)
	}
	switch c.Operator {
	case "":
		return Condition{}, errors.New(`write a condition as "FIELD OPERATOR VALUE", where OPERATOR is one of ` + strings.Join(Operators, ", "))
	case "between":
		days := strings.Fields(rest)
		if len(days) != 2 {
			return Condition{}, errors.New("write two days behind between, as in 2026-01-01 2026-01-31")
		}
		c.Start, c.End = days[0], days[1]
	default:
		c.Value = rest
	}
	return c, nil
}

// quotedField reads the field and the operator of a condition whose field stands in double
// quotes, and gives what is behind them. A label may hold such quotes itself: those that end
// it are the first that an operator follows.
func quotedField(text string) (c Condition, rest string) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, `"`) {
		return c, ""
	}
	for at := 1; at < len(text); at++ {
		if text[at] != '"' {
			continue
		}
		words := strings.Fields(text[at+1:])
		if at == 1 || len(words) == 0 || !slices.Contains(Operators, words[0]) || !startsBlank(text[at+1:]) {
			continue
		}
		_, rest, _ = strings.Cut(text[at+1:], words[0])
		return Condition{Field: text[1:at], Operator: words[0]}, strings.TrimSpace(rest)
	}
	return c, ""
}

// startsBlank tells whether a text begins with white space.
func startsBlank(text string) bool { return strings.TrimLeftFunc(text, unicode.IsSpace) != text }

// plainField reads the field and the operator of a condition as they stand there, and gives
// what is behind them.
func plainField(text string) (c Condition, rest string) {
	words := strings.Fields(text)
	at := slices.IndexFunc(words[min(1, len(words)):], func(word string) bool { return slices.Contains(Operators, word) }) + 1
	if at == 0 {
		return c, ""
	}
	c = Condition{Field: strings.Join(words[:at], " "), Operator: words[at]}
	if n, err := strconv.Atoi(c.Field); err == nil && n >= 1 && n <= 30 && strconv.Itoa(n) == c.Field {
		c.Field = "profile_field_" + c.Field
	}
	rest = text
	for _, word := range words[:at+1] { // a value is taken as it stands, but for the blanks around it
		_, rest, _ = strings.Cut(rest, word)
	}
	return c, strings.TrimSpace(rest)
}

// conditionsText is how a query carries conditions.
func conditionsText(list []Condition) string {
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // of plain texts
	}
	return string(text)
}
