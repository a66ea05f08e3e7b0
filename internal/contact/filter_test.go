package contact

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// holding gives a contact that holds this in a slot.
func holding(s Slot, text string) *Contact {
	var c Contact
	c.Fields[s.Index()].Text = text
	return &c
}

// CONTRACT P5: each operator of each kind of field, by what it finds and what it does not.
func TestOperators(t *testing.T) {
	const today = "2026-03-01"
	for _, c := range []struct {
		slot       Slot
		operator   Operator
		value, end string
		finds, not string // contents, by |; "-" for an empty slot
	}{
		{1, EqualTo, "Pro", "", "Pro|pro|PRO", "Pro |Prof|-"},
		{1, EqualTo, "straße", "", "STRASSE|Straße", "Strase|-"},
		{1, EqualTo, "José", "", "José|JOSÉ|jose\u0301", "Jose|-"},
		{1, NotEqualTo, "Pro", "", "Prof|-|Pro ", "pro"},
		{1, Contains, "ad", "", "Ada|MAD|read", "a d|-"},
		{1, Contains, "%", "", "50%", "50|-"},
		{1, Contains, "é", "", "CAFÉ|cafe\u0301", "cafe|-"},
		{1, NotContains, "ad", "", "-|bob", "Ada"},
		{1, StartsWith, "da", "", "Dada|DA", "ada|-"},
		{1, EndsWith, "da", "", "Dada|adA", "dadas|-"},
		{1, ContainsWord, "new york", "", "in New York, NY|new york", "New Yorker|renew york|newyork|-"},
		{1, ContainsWord, "art", "", "modern art!|art/life|cart art", "cart|arts|party|-"},
		{1, ContainsWord, "東京", "", "東京都|大東京", "京東|-"},
		{1, ContainsWord, "#1", "", "a #1|x#1", "#12|-"},
		{1, Any, "", "", "x| ", "-"},
		{1, Unknown, "", "", "-", "x| "},
		{16, EqualTo, "12345678901234567890.12345", "", "12345678901234567890.12345", "12345678901234567890.12346|-"},
		{16, NotEqualTo, "0", "", "-|1|-1", "0"},
		{16, GreaterThan, "9", "", "10|9.000001|100", "9|8|-10|-|-100"},
		{16, GreaterThan, "-2", "", "-1.5|0|0.001", "-2|-10|-"},
		{16, GreaterThanOrEqualTo, "0", "", "0|0.5", "-0.5|-"},
		{16, LessThan, "0.1", "", "0.09|0|-100", "0.1|0.11|1|-"},
		{16, LessThanOrEqualTo, "-0.1", "", "-0.1|-1", "-0.09|0|-"},
		{16, Any, "", "", "0", "-"},
		{16, Unknown, "", "", "-", "0"},
		{26, EqualTo, "2026-01-31", "", "2026-01-31", "2026-01-30|-"},
		{26, Between, "2026-01-01", "2026-01-31", "2026-01-01|2026-01-31", "2025-12-31|2026-02-01|-"},
		{26, GreaterThan, "2026-01-31", "", "2026-02-01|9999-12-31", "2026-01-31|-"},
		{26, LessThan, "2026-01-31", "", "2026-01-30|1000-01-01", "2026-01-31|-"},
		{26, AgeEqualTo, "1", "", "2026-02-28", "2026-02-27|2026-03-01|-"},
		{26, AgeEqualTo, "-1", "", "2026-03-02", "2026-03-01|-"},
		{26, AgeGreaterThan, "1", "", "2026-02-27|1000-01-01", "2026-02-28|2026-03-01|-"},
		{26, AgeLessThan, "1", "", "2026-03-01|9999-12-31", "2026-02-28|-"},
		{26, Any, "", "", "2026-03-01", "-"},
		{26, Unknown, "", "", "-", "2026-03-01"},
	} {
		fits := Filter{{c.slot, c.operator, c.value, c.end}}.On(today)
		for want, list := range map[bool]string{true: c.finds, false: c.not} {
			for text := range strings.SplitSeq(list, "|") {
				if text == "-" {
					text = ""
				}
				if fits(holding(c.slot, text)) != want {
					t.Errorf("%s %s %q %q: %q is found: %v", c.slot, c.operator, c.value, c.end, text, !want)
				}
			}
		}
	}
	if both := (Filter{{1, Contains, "a", ""}, {16, Any, "", ""}}).On(today); both(holding(1, "a")) || both(holding(16, "1")) {
		t.Error("one of two conditions is enough")
	}
	if !(Filter{}).On(today)(&Contact{}) {
		t.Error("no condition does not hold for all")
	}
}

// CONTRACT P5, D13: numbers and days in other words, by rationals and by the calendar.
func TestOrderedOperators(t *testing.T) {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,19})(\.[0-9]{0,9}[1-9])?`).Filter(func(s string) bool { return s != "-0" })
	day := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(-374_000, 2_900_000).Draw(t, "days"))
	})
	holds := map[Operator]func(sign int) bool{
		EqualTo: func(n int) bool { return n == 0 }, NotEqualTo: func(n int) bool { return n != 0 }, GreaterThan: func(n int) bool { return n > 0 },
		GreaterThanOrEqualTo: func(n int) bool { return n >= 0 }, LessThan: func(n int) bool { return n < 0 }, LessThanOrEqualTo: func(n int) bool { return n <= 0 },
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		for o, want := range holds {
			if got := (Filter{{16, o, b, ""}}).On("")(holding(16, a)); got != want(x.Cmp(y)) {
				t.Fatalf("%s %s %s: %v", a, o, b, got)
			}
		}
		d, now := day.Draw(t, "day"), day.Draw(t, "today")
		age := int(now.Sub(d) / time.Hour / 24)
		if now.Year()-d.Year() > 200 || d.Year()-now.Year() > 200 { // beyond what a Duration holds
			return
		}
		text := d.Format(time.DateOnly)
		for o, n := range map[Operator]int{AgeEqualTo: age, AgeGreaterThan: age - 1, AgeLessThan: age + 1} {
			value, flaw := ParseOperand(26, o, big.NewInt(int64(n)).String(), true)
			if flaw != nil || !(Filter{{26, o, value, ""}}).On(now.Format(time.DateOnly))(holding(26, text)) {
				t.Fatalf("%s is not %s %d on %s: %v", text, o, n, now, flaw)
			}
		}
	})
}

// Filters that differ have other texts, whatever is in them: a cursor is bound to it.
func TestFilterTexts(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range []Filter{
		nil, {{1, Any, "", ""}}, {{11, Any, "", ""}}, {{1, EqualTo, "a", ""}}, {{1, EqualTo, `a" "`, ""}}, {{1, EqualTo, "a", "b"}}, {{1, EqualTo, "a;1 any", ""}},
		{{1, EqualTo, "a", ""}, {1, Any, "", ""}}, {{1, Any, "", ""}, {1, EqualTo, "a", ""}},
	} {
		if seen[f.String()] {
			t.Errorf("%v has the text of another", f)
		}
		seen[f.String()] = true
	}
}
