package contact

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// MaxConditions is how many conditions a Filter has at most (CONTRACT P5).
const MaxConditions = 10

// Filter says which contacts are meant by what their custom fields hold: those for which
// all conditions hold (CONTRACT P5). One without conditions means all contacts.
type Filter []Condition

// Condition is what a Filter asks of one slot. ParseCondition makes it.
type Condition struct {
	Slot     Slot
	Operator Operator
	Value    string // as ParseField gives it, of an age a whole number of days; "" where the operator takes none
	End      string // of Between, the last day: Value is the first
}

// String gives a text that no two filters share.
func (f Filter) String() string {
	var b strings.Builder
	for _, c := range f {
		fmt.Fprintf(&b, "%d %s %q %q;", int(c.Slot), c.Operator, c.Value, c.End)
	}
	return b.String()
}

// On gives what tells whether a contact is meant, on a day, YYYY-MM-DD, from which ages
// are counted. Each not_ holds where its counterpart does not, so also for a slot that is
// empty; else nothing but unknown holds for that.
func (f Filter) On(today string) func(*Contact) bool {
	tests := make([]func(string) bool, len(f))
	for i := range f {
		tests[i] = f[i].test(today)
	}
	return func(c *Contact) bool {
		for i := range f {
			if !tests[i](c.Fields[f[i].Slot.Index()].Text) {
				return false
			}
		}
		return true
	}
}

// test gives what tells whether the condition holds for the content of its slot.
func (c *Condition) test(today string) func(string) bool {
	switch c.Operator {
	case Unknown:
		return func(text string) bool { return text == "" }
	case NotEqualTo, NotContains:
		holds := counterpart(c.Slot.Kind(), c, today)
		return func(text string) bool { return text == "" || !holds(text) }
	}
	holds := counterpart(c.Slot.Kind(), c, today)
	return func(text string) bool { return text != "" && holds(text) }
}

// counterpart gives the test of a slot that is not empty, of a not_ that of its counterpart.
func counterpart(kind FieldKind, c *Condition, today string) func(string) bool {
	switch {
	case c.Operator == Any:
		return func(string) bool { return true }
	case kind == TextField:
		return textTest(c.Operator, FoldText(c.Value))
	case kind == NumberField:
		value := decimalOf(c.Value)
		return orderTest(c.Operator, func(text string) int { return compareDecimals(decimalOf(text), value) })
	}
	switch c.Operator {
	case Between:
		return func(text string) bool { return c.Value <= text && text <= c.End }
	case AgeEqualTo, AgeGreaterThan, AgeLessThan:
		now, value := dayNumber(today), wholeNumber(c.Value)
		return orderTest(c.Operator, func(text string) int { return now - dayNumber(text) - value })
	}
	return orderTest(c.Operator, func(text string) int { return strings.Compare(text, c.Value) }) // days are written alike
}

// textTest compares texts as FoldText gives them.
func textTest(operator Operator, value string) func(string) bool {
	holds := map[Operator]func(text, value string) bool{
		EqualTo: func(text, value string) bool { return text == value }, NotEqualTo: func(text, value string) bool { return text == value },
		Contains: strings.Contains, NotContains: strings.Contains,
		StartsWith: strings.HasPrefix, EndsWith: strings.HasSuffix, ContainsWord: containsWord,
	}[operator]
	return func(text string) bool { return holds(FoldText(text), value) }
}

// orderTest makes a test of what compares, as cmp.Compare does, with the value.
func orderTest(operator Operator, compare func(string) int) func(string) bool {
	switch operator {
	case GreaterThan, AgeGreaterThan:
		return func(text string) bool { return compare(text) > 0 }
	case GreaterThanOrEqualTo:
		return func(text string) bool { return compare(text) >= 0 }
	case LessThan, AgeLessThan:
		return func(text string) bool { return compare(text) < 0 }
	case LessThanOrEqualTo:
		return func(text string) bool { return compare(text) <= 0 }
	default: // EqualTo, AgeEqualTo, and NotEqualTo
		return func(text string) bool { return compare(text) == 0 }
	}
}

// FoldText gives what filters compare texts by: without the difference of upper and lower
// case, and of the ways in which Unicode writes the same letter. Accents stay.
func FoldText(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return norm.NFC.String(cases.Fold().String(norm.NFD.String(text)))
		}
	}
	return strings.ToLower(text)
}

// containsWord tells whether value stands in text with no letter or digit that would go on
// with it on either side.
func containsWord(text, value string) bool {
	first, _ := utf8.DecodeRuneInString(value)
	last, _ := utf8.DecodeLastRuneInString(value)
	for from := 0; ; {
		i := strings.Index(text[from:], value)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(value)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if !(isOfWord(before) && isOfWord(first)) && !(isOfWord(last) && isOfWord(after)) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[start:])
		from = start + size
	}
}

// isOfWord tells whether a sign joins with others of its kind to one word. Those of scripts
// that set no spaces do not: there each sign may begin a word.
func isOfWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N) &&
		!unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// decimalOf reads a number as it is stored.
func decimalOf(text string) decimal {
	n, _ := scanDecimal(text) // parseNumber wrote it
	return n
}

// compareDecimals compares two numbers, exactly.
func compareDecimals(a, b decimal) int {
	sign := func(n decimal) int {
		switch {
		case n.digits == "":
			return 0
		case n.negative:
			return -1
		default:
			return 1
		}
	}
	if s := sign(a); s != sign(b) || s == 0 {
		return s - sign(b)
	}
	magnitude := a.point - b.point
	if magnitude == 0 {
		magnitude = strings.Compare(a.digits, b.digits) // no zero at either end
	}
	if a.negative {
		return -magnitude
	}
	return magnitude
}

// dayNumber counts the days of a stored date.
func dayNumber(date string) int {
	day := time.Date(twoDigits(date)*100+twoDigits(date[2:]), time.Month(twoDigits(date[5:])), twoDigits(date[8:]), 0, 0, 0, 0, time.UTC)
	return int(day.Unix() / (24 * 60 * 60))
}
