package contact

import (
	"slices"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// Operator says how a condition compares what a slot holds (CONTRACT P5).
type Operator string

// The operators. An age is the days from a date until today.
const (
	EqualTo              Operator = "equal_to"
	NotEqualTo           Operator = "not_equal_to"
	Contains             Operator = "contains"
	NotContains          Operator = "not_contains"
	StartsWith           Operator = "starts_with"
	EndsWith             Operator = "ends_with"
	ContainsWord         Operator = "contains_word"
	GreaterThan          Operator = "greater_than"
	GreaterThanOrEqualTo Operator = "greater_than_or_equal_to"
	LessThan             Operator = "less_than"
	LessThanOrEqualTo    Operator = "less_than_or_equal_to"
	Between              Operator = "between"
	AgeGreaterThan       Operator = "age_greater_than"
	AgeEqualTo           Operator = "age_equal_to"
	AgeLessThan          Operator = "age_less_than"
	Any                  Operator = "any"     // it has a value
	Unknown              Operator = "unknown" // it has none
)

var operators = map[FieldKind][]Operator{
	TextField:   {EqualTo, NotEqualTo, Contains, NotContains, StartsWith, EndsWith, ContainsWord, Any, Unknown},
	NumberField: {EqualTo, NotEqualTo, GreaterThan, GreaterThanOrEqualTo, LessThan, LessThanOrEqualTo, Any, Unknown},
	DateField:   {EqualTo, Between, GreaterThan, LessThan, AgeGreaterThan, AgeEqualTo, AgeLessThan, Any, Unknown},
}

// Operators gives the operators that slots of this kind take, in the order of the contract.
func (k FieldKind) Operators() []Operator { return slices.Clone(operators[k]) }

// Takes gives the members that a condition with this operator has beside its field: value,
// start and end, or none.
func (o Operator) Takes() []string {
	switch o {
	case Any, Unknown:
		return nil
	case Between:
		return []string{"start", "end"}
	default:
		return []string{"value"}
	}
}

// isAge tells whether the value is a number of days.
func (o Operator) isAge() bool { return o == AgeGreaterThan || o == AgeEqualTo || o == AgeLessThan }

// ParseOperand turns what a condition compares with, as sent, into what a Condition has.
// number tells that it came as a JSON number, as in ParseField.
func ParseOperand(s Slot, o Operator, sent string, number bool) (string, *Flaw) {
	if o.isAge() {
		return parseAge(sent)
	}
	text, flaw := ParseField(s, sent, number)
	if flaw == nil && text == "" {
		flaw = &Flaw{fault.CodeTextEmpty, "Send what to compare with. For a field without a value, use unknown."}
	}
	return text, flaw
}

// maxAge is more days than the calendar of dates has.
const maxAge = 9999 * 366

func parseAge(sent string) (string, *Flaw) {
	text := strings.TrimSpace(sent)
	if n := wholeNumber(text); n < -maxAge || n > maxAge || strconv.Itoa(n) != text {
		return "", &Flaw{fault.CodeNumberInvalid, "Send a whole number of days, such as 30; below 0 for days to come."}
	}
	return text, nil
}

// wholeNumber reads an age; what is none is beyond all.
func wholeNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return maxAge + 1
	}
	return n
}
