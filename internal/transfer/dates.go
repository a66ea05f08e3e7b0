package transfer

import (
	"strings"
	"unicode"

	"github.com/carnet-project/carnet/internal/contact"
)

// dateOrder is which of the two numbers of a date such as 3/4/2025 is the day.
type dateOrder int

const (
	anyOrder dateOrder = iota
	dayFirst
	monthFirst
)

// dateFacts is what the dates of a column say about their order.
type dateFacts struct{ dayFirst, monthFirst, either int }

func (f *dateFacts) see(cell string) {
	a, b, _, ok := threeNumbers(cell)
	switch {
	case !ok || a > 31 || len(cell) < 6:
	case a > 12 && b <= 12:
		f.dayFirst++
	case b > 12 && a <= 12:
		f.monthFirst++
	case a != b:
		f.either++
	}
}

// order is what the column shows. why says of a column whose order cannot be told
// what is the matter, "" of any other.
func (f *dateFacts) order() (order dateOrder, why string) {
	switch {
	case f.dayFirst > 0 && f.monthFirst > 0:
		return anyOrder, "Some dates have the day first and some the month: choose day_month_year or month_day_year, and the others are refused."
	case f.dayFirst > 0:
		return dayFirst, ""
	case f.monthFirst > 0:
		return monthFirst, ""
	case f.either > 0:
		return anyOrder, "Every date could have the day first or the month: choose day_month_year or month_day_year."
	}
	return anyOrder, ""
}

// readDate reads a date as people and programs write them: 2025-03-12 with or
// without a time, 12.3.2025 and 3/12/2025 by their order, 12 Mar 2025, March 12,
// 2025, 20250312. By anyOrder it reads what may be either, day first if it can be, to tell that it
// is a date at all. Whether the day exists is decided by package contact.
func readDate(s string, order dateOrder) (string, bool) {
	if _, flaw := contact.ParseField(dateSlot, s, false); flaw == nil {
		return s, true
	}
	if len(s) > 40 {
		return "", false
	}
	if len(s) == 8 && isDigits(s) && (s[0] == '1' || s[0] == '2') {
		return dateOf(number(s[:4]), number(s[4:6]), number(s[6:]))
	}
	if a, b, c, ok := threeNumbers(s); ok {
		switch {
		case a >= 1000:
			return dateOf(a, b, c)
		case c < 1000:
			return "", false
		case order == monthFirst, order == anyOrder && b > 12:
			return dateOf(c, a, b)
		}
		return dateOf(c, b, a)
	}
	return namedMonth(s)
}

// dateSlot is a slot that holds dates.
const dateSlot = contact.Slot(26)

func dateOf(year, month, day int) (string, bool) {
	if year < 1000 || year > 9999 || month > 99 || day > 99 {
		return "", false
	}
	two := func(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
	s := two(year/100) + two(year%100) + "-" + two(month) + "-" + two(day)
	_, flaw := contact.ParseField(dateSlot, s, false)
	return s, flaw == nil
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// number reads up to four digits.
func number(s string) (n int) {
	for i := range len(s) {
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// threeNumbers reads 3/4/2025, 3.4.2025, 3-4-2025, 2025/4/3, and a time after it,
// which it leaves out.
func threeNumbers(s string) (a, b, c int, ok bool) {
	if s == "" || s[0] < '0' || s[0] > '9' || len(s) > 40 {
		return 0, 0, 0, false
	}
	for _, separator := range [...]string{"/", ".", "-"} {
		first, rest, found := strings.Cut(s, separator)
		if !found || !isDigits(first) || len(first) > 4 {
			continue
		}
		second, rest, found := strings.Cut(strings.TrimLeft(rest, " "), separator)
		rest = strings.TrimLeft(rest, " ")
		third, time, _ := strings.Cut(rest, " ")
		if !found || !isDigits(second) || len(second) > 2 || !isDigits(third) || len(third) > 4 || !isTime(time) {
			return 0, 0, 0, false
		}
		return number(first), number(second), number(third), true
	}
	return 0, 0, 0, false
}

// isTime tells whether a text is nothing, or a time of the day as people write it.
func isTime(s string) bool {
	s = strings.TrimSpace(s)
	return s == "" || len(s) >= 4 && strings.IndexByte(s, ':') > 0 && strings.Trim(s, "0123456789:. APMapm") == ""
}

// namedMonth reads 12 Mar 2025, 12. März 2025, Mar 12, 2025, 12-Mar-2025.
func namedMonth(s string) (string, bool) {
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && (r < '0' || r > '9') })
	if len(words) < 3 || len(words) > 5 {
		return "", false
	}
	var numbers []int
	month := 0
	for _, w := range words {
		switch {
		case isDigits(w) && len(w) <= 4:
			numbers = append(numbers, number(w))
		case month == 0 && monthNames[strings.ToLower(w)] > 0:
			month = monthNames[strings.ToLower(w)]
		case w == "de", w == "st", w == "nd", w == "rd", w == "th": // 12 de marzo de 2025
		default:
			return "", false
		}
	}
	if month == 0 || len(numbers) != 2 || numbers[1] < 1000 {
		return "", false
	}
	return dateOf(numbers[1], month, numbers[0])
}

var monthNames = func() map[string]int {
	names := map[string]int{}
	for _, year := range []string{
		"january february march april may june july august september october november december",
		"jan feb mar apr may jun jul aug sep oct nov dec",
		"januar februar märz april mai juni juli august september oktober november dezember",
		"jänner feb mrz apr mai jun jul aug sept okt nov dez",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"janv févr mars avr mai juin juil août sept oct nov déc",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"ene feb mar abr may jun jul ago sept oct nov dic",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"januari februari maart april mei juni juli augustus september oktober november december",
	} {
		for i, name := range strings.Fields(year) {
			names[name] = i + 1
		}
	}
	return names
}()
