package contact

import (
	"strings"

	"github.com/carnet-project/carnet/internal/fault"
)

// parseDate gives the date part, as written, of a date or a timestamp:
// YYYY-MM-DD, and whatever time of the extended form of ISO 8601 follows it. The
// day must be one of the calendar, from 1000-01-01 to 9999-12-31; a time must
// be one of the clock, without leap seconds (CONTRACT D13).
func parseDate(s string) (string, *Flaw) {
	const length = len("2006-01-02")
	if len(s) < length || !isCalendarDay(s[:length]) || !isClockTime(s[length:]) {
		return "", &Flaw{fault.CodeDateInvalid, "The date must be a day of the calendar from 1000-01-01 to 9999-12-31, written YYYY-MM-DD, or a timestamp that begins with one."}
	}
	return s[:length], nil
}

// isCalendarDay tells whether s, of ten octets, is a day as parseDate wants it.
func isCalendarDay(s string) bool {
	if s[4] != '-' || s[7] != '-' {
		return false
	}
	century, year, month, day := twoDigits(s), twoDigits(s[2:]), twoDigits(s[5:]), twoDigits(s[8:])
	return century >= 10 && year >= 0 && 1 <= month && month <= 12 &&
		1 <= day && day <= daysIn(century*100+year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

// isClockTime tells whether s is what may follow the date of a timestamp:
// nothing, or a T or a space, a time to the hour, the minute or the second with
// a decimal fraction of that, and an offset. RFC 3339 and what databases print
// are among it.
func isClockTime(s string) bool {
	if s == "" {
		return true
	}
	if s[0] != ' ' && s[0] != 'T' && s[0] != 't' || !isBelow(s[1:], 24) {
		return false
	}
	s = s[len("T15"):]
	for range 2 { // minutes, seconds
		if s != "" && s[0] == ':' {
			if !isBelow(s[1:], 60) {
				return false
			}
			s = s[len(":04"):]
		}
	}
	s, ok := cutFraction(s)
	return ok && isOffset(s)
}

// cutFraction takes [.,]digits from the beginning of s, if it has one of the
// signs there.
func cutFraction(s string) (rest string, ok bool) {
	if s == "" || s[0] != '.' && s[0] != ',' {
		return s, true
	}
	rest = strings.TrimLeft(s[1:], "0123456789")
	return rest, len(rest) < len(s)-1
}

// isOffset reads nothing, or Z or [+-]HH, [+-]HHMM or [+-]HH:MM, which a space
// may set off.
func isOffset(s string) bool {
	if s == "" {
		return true
	}
	s = strings.TrimPrefix(s, " ")
	if s == "Z" || s == "z" {
		return true
	}
	if s == "" || s[0] != '+' && s[0] != '-' || !isBelow(s[1:], 24) {
		return false
	}
	minutes := s[len("+01"):]
	if len(minutes) == len(":00") {
		minutes = strings.TrimPrefix(minutes, ":")
	}
	return minutes == "" || len(minutes) == len("00") && isBelow(minutes, 60)
}

// isBelow tells whether s begins with a number of two digits below limit.
func isBelow(s string, limit int) bool {
	n := twoDigits(s)
	return 0 <= n && n < limit
}

// twoDigits reads the two ASCII digits that s begins with; -1 where it does
// not.
func twoDigits(s string) int {
	if len(s) < 2 || !isASCIIDigits(s[:2]) {
		return -1
	}
	return int(s[0]-'0')*10 + int(s[1]-'0')
}
