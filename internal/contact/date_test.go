package contact

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const dateSlot Slot = 26

// dateCases are CONTRACT D13 for dates, case by case; "" is date_invalid.
var dateCases = []struct{ sent, want string }{
	{"2024-02-29", "2024-02-29"},
	{"2000-02-29", "2000-02-29"},
	{"1000-01-01", "1000-01-01"},
	{"9999-12-31", "9999-12-31"},
	{" 2024-01-31\n", "2024-01-31"},
	{"2024-01-31 00:00:00", "2024-01-31"},
	{"2024-01-31 23:59:59", "2024-01-31"},
	{"2024-01-31T23:59:59Z", "2024-01-31"},
	{"2024-01-31t23:59:59z", "2024-01-31"},
	{"2024-01-31T23:59:59.123456789Z", "2024-01-31"},
	{"2024-01-31T23:59:59-12:00", "2024-01-31"}, // the date as written, not in UTC
	{"2024-01-31T00:00:00.5+14:00", "2024-01-31"},
	{"2024-01-31 12:00:00Z", "2024-01-31"},
	{"2024-01-31 12:00:00.25+23:59", "2024-01-31"},
	{"2024-01-31T12:00:00." + strings.Repeat("1", 10_000) + "Z", "2024-01-31"},

	{"2023-02-29", ""},
	{"1900-02-29", ""},
	{"2100-02-29", ""},
	{"2024-02-30", ""},
	{"2024-04-31", ""},
	{"2024-01-32", ""},
	{"2024-13-01", ""},
	{"2024-00-01", ""},
	{"2024-01-00", ""},
	{"0000-00-00", ""},
	{"0999-12-31", ""},
	{"10000-01-01", ""},
	{"-2024-01-01", ""},
	{"+2024-01-01", ""},
	{"20240101", ""},
	{"2024-1-1", ""},
	{"24-01-01", ""},
	{"2024/01/01", ""},
	{"01.02.2024", ""},
	{"2024-01-0a", ""},
	{"20a4-01-01", ""},
	{"2024-W01-1", ""},
	{"2024-001", ""},
	{"--02-29", ""}, // a year is asked for
	{"2024-01", ""},
	{"2024-01-01Z", ""},
	{"2024-01-01+00:00", ""},
	{"2024-01-01 ", "2024-01-01"},
	{"2024-01-01T", ""},
	{"2024-01-01 12:00", ""},
	{"2024-01-01T12:00:00", ""}, // RFC 3339 has an offset
	{"2024-01-01 12:00:00.5", ""},
	{"2024-01-01T12:00:00.Z", ""},
	{"2024-01-01T12:00:00,5Z", ""},
	{"2024-01-01T12:00Z", ""},
	{"2024-01-01T1:00:00Z", ""},
	{"2024-01-01T24:00:00Z", ""},
	{"2024-01-01 24:00:00", ""},
	{"2024-01-01T12:60:00Z", ""},
	{"2024-01-01T23:59:60Z", ""},
	{"2024-01-01T12:00:00+25:00", ""},
	{"2024-01-01T12:00:00+24:00", ""},
	{"2024-01-01T12:00:00+01:60", ""},
	{"2024-01-01T12:00:00+0100", ""},
	{"2024-01-01T12:00:00+01", ""},
	{"2024-01-01T12:00:00+01-00", ""},
	{"2024-01-01T12:00:00 01:00", ""},
	{"2024-01-01T12-00:00Z", ""},
	{"2024-01-01T12:00-00Z", ""},
	{"2024-01-01T12:00:00Z ", "2024-01-01"},
	{"2024-01-01T12:00:00ZZ", ""},
	{"2024-01-01_12:00:00", ""},
	{"2024-01-01  12:00:00", ""},
	{"2024-01-01\u00a012:00:00", ""},
	{"infinity", ""},
	{"now", ""},
	{"today", ""},
	{"0", ""},
	{"1704067200", ""},
	{"   ", ""},
	{"٢٠٢٤-٠١-٠١", ""},
	{"2024‐01‐01", ""}, // U+2010
	{"2024-01-01\xff", ""},
}

func TestDates(t *testing.T) {
	for _, test := range dateCases {
		got, flaw := ParseField(dateSlot, test.sent, false)
		code := flawOf(t, test.sent, flaw)
		if got != test.want || (code == "date_invalid") != (test.want == "") {
			t.Errorf("%.60q: got %q, %q; want %q", test.sent, got, code, test.want)
		}
	}
}

func TestEveryDayOfTheCalendar(t *testing.T) {
	day := time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)
	for ; day.Year() < 10_000; day = day.AddDate(0, 0, 1) {
		s := day.Format(time.DateOnly)
		if got, flaw := parseDate(s); flaw != nil || got != s {
			t.Fatalf("%s: %q, %v", s, got, flaw)
		}
	}
}

var dateGrammar = regexp.MustCompile(
	`^[1-9]\d{3}-\d\d-\d\d(?:([ Tt])\d\d:\d\d:\d\d(?:\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)| \d\d:\d\d:\d\d)?$`)

// checkDate compares parseDate with a grammar and the standard library's idea
// of days and times.
func checkDate(t rapid.TB, s, got string, flaw *Flaw) {
	t.Helper()
	ok := dateGrammar.MatchString(s)
	if ok {
		_, err := time.Parse(time.DateOnly, s[:10])
		ok = err == nil
	}
	if ok && len(s) > 10 {
		_, err := time.Parse(time.TimeOnly, s[11:19])
		ok = err == nil
	}
	if ok != (flaw == nil) || ok && got != s[:10] {
		t.Fatalf("%q: %q, %v; want it taken: %v", s, got, flaw, ok)
	}
}

func TestDatesAndTimestamps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{2}[0-9]{2}-[01][0-9]-[0-3][0-9]`).Draw(t, "date") +
			rapid.StringMatching(`|[ Tt][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{0,3})?(|[Zz]|[+-][0-2][0-9]:[0-6][0-9])`).Draw(t, "time")
		got, flaw := parseDate(s)
		checkDate(t, s, got, flaw)
	})
}

func FuzzDate(f *testing.F) {
	for _, test := range dateCases {
		if len(test.sent) < 1000 {
			f.Add(test.sent)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, flaw := parseDate(s)
		flawOf(t, s, flaw)
		checkDate(t, s, got, flaw)
	})
}
