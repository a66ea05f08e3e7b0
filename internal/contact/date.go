package contact

// parseDate gives the date part, as written, of a date or a timestamp:
// YYYY-MM-DD, YYYY-MM-DD HH:MM:SS, or RFC 3339 (with T or a space between date
// and time). The day must be one of the calendar, from 1000-01-01 to
// 9999-12-31; a time must be one of the clock, without leap seconds
// (CONTRACT D13).
func parseDate(s string) (string, *Flaw) {
	const length = len("2006-01-02")
	if len(s) < length || !isCalendarDay(s[:length]) || !isClockTime(s[length:]) {
		return "", &Flaw{"date_invalid", "The date must be a day of the calendar from 1000-01-01 to 9999-12-31, written YYYY-MM-DD, or a timestamp that begins with one."}
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
// nothing, " HH:MM:SS", or the time and offset of RFC 3339.
func isClockTime(s string) bool {
	if s == "" {
		return true
	}
	const length = len("T15:04:05")
	if len(s) < length || s[3] != ':' || s[6] != ':' ||
		!isBelow(s[1:], 24) || !isBelow(s[4:], 60) || !isBelow(s[7:], 60) {
		return false
	}
	switch s[0] {
	case ' ':
		return len(s) == length || isFractionAndOffset(s[length:])
	case 'T', 't':
		return isFractionAndOffset(s[length:])
	default:
		return false
	}
}

// isFractionAndOffset reads (.digits)?(Z|[+-]HH:MM).
func isFractionAndOffset(s string) bool {
	if s != "" && s[0] == '.' {
		end := 1
		for end < len(s) && '0' <= s[end] && s[end] <= '9' {
			end++
		}
		if end == 1 {
			return false
		}
		s = s[end:]
	}
	if s == "Z" || s == "z" {
		return true
	}
	return len(s) == len("+01:00") && (s[0] == '+' || s[0] == '-') && s[3] == ':' &&
		isBelow(s[1:], 24) && isBelow(s[4:], 60)
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
