package contact

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const numberSlot Slot = 16

// numberCases are CONTRACT D13 for numbers, case by case.
var numberCases = []struct{ sent, want, code string }{
	{"500", "500", ""},
	{"12.5", "12.5", ""},
	{"12.50", "12.5", ""},
	{"1e2", "100", ""},
	{"1E+2", "100", ""},
	{"1.5e3", "1500", ""},
	{"125e-1", "12.5", ""},
	{"1.0", "1", ""},
	{"007", "7", ""},
	{"+7", "7", ""},
	{".5", "0.5", ""},
	{"-.5", "-0.5", ""},
	{"5.", "5", ""},
	{"0", "0", ""},
	{"-0", "0", ""},
	{"+0.000", "0", ""},
	{"-0e999999999999999999999", "0", ""},
	{"0e-999999999999999999999", "0", ""},
	{" 12 ", "12", ""},
	{"\u00a012\n", "12", ""},
	{"9007199254740993", "9007199254740993", ""}, // beyond 2^53: exact
	{"0.1", "0.1", ""},
	{"-1234567890.0987654321", "-1234567890.0987654321", ""},
	{"99999999999999999999", "99999999999999999999", ""},
	{"100000000000000000000", "", "number_range"}, // 1e20
	{"-100000000000000000000", "", "number_range"},
	{"1e20", "", "number_range"},
	{"1e19", "10000000000000000000", ""},
	{"0.1e20", "10000000000000000000", ""},
	{"0.00000000000000000001", "0.00000000000000000001", ""}, // 20 decimals
	{"1e-20", "0.00000000000000000001", ""},
	{"-1e-20", "-0.00000000000000000001", ""},
	{"1e-21", "", "number_range"},
	{"0.000000000000000000001", "", "number_range"},
	{"0.100000000000000000000000000000", "0.1", ""}, // zeros are no decimals
	{"1234567890.12345678901234567890", "1234567890.1234567890123456789", ""},
	{"1234567890.12345678901234567891", "1234567890.12345678901234567891", ""}, // 30 digits
	{"12345678901.12345678901234567891", "", "number_range"},                   // 31
	{"99999999999999999999.9999999999", "99999999999999999999.9999999999", ""},
	{"99999999999999999999.99999999999", "", "number_range"},
	{"1e400", "", "number_range"},
	{"1e-400", "", "number_range"},
	{"1e999999999999999999999", "", "number_range"},
	{"1e-999999999999999999999", "", "number_range"},
	{"1e18446744073709551616", "", "number_range"}, // 2^64, which is no 0
	{"1e-18446744073709551616", "", "number_range"},
	{strings.Repeat("9", 10_000), "", "number_range"},
	{strings.Repeat("0", 10_000) + "7", "7", ""},
	{"0." + strings.Repeat("0", 10_000), "0", ""},
	{"0." + strings.Repeat("0", 10_000) + "1", "", "number_range"},
	{"0." + strings.Repeat("0", 10_000) + "1e10001", "1", ""},
	{"1" + strings.Repeat("0", 10_000) + "e-10000", "1", ""},

	{"   ", "", "number_invalid"},
	{".", "", "number_invalid"},
	{"+", "", "number_invalid"},
	{"-", "", "number_invalid"},
	{"-.", "", "number_invalid"},
	{"e5", "", "number_invalid"},
	{".e5", "", "number_invalid"},
	{"1e", "", "number_invalid"},
	{"1e+", "", "number_invalid"},
	{"1e5.5", "", "number_invalid"},
	{"1e5e5", "", "number_invalid"},
	{"1.2.3", "", "number_invalid"},
	{"--1", "", "number_invalid"},
	{"+-1", "", "number_invalid"},
	{"1-", "", "number_invalid"},
	{"1 000", "", "number_invalid"},
	{"1,000", "", "number_invalid"},
	{"1_000", "", "number_invalid"},
	{"1,5", "", "number_invalid"},
	{"$5", "", "number_invalid"},
	{"5%", "", "number_invalid"},
	{"0x10", "", "number_invalid"},
	{"0b1", "", "number_invalid"},
	{"1/2", "", "number_invalid"},
	{"NaN", "", "number_invalid"},
	{"Infinity", "", "number_invalid"},
	{"-inf", "", "number_invalid"},
	{"null", "", "number_invalid"},
	{"true", "", "number_invalid"},
	{"٥٠٠", "", "number_invalid"},
	{"５００", "", "number_invalid"},
	{"\u22125", "", "number_invalid"}, // minus sign
	{"5\u200b", "", "number_invalid"},
	{"5\xff", "", "number_invalid"},
	{strings.Repeat("x", 10_000), "", "number_invalid"},
}

func TestNumbers(t *testing.T) {
	for _, test := range numberCases {
		got, flaw := ParseField(numberSlot, test.sent, false)
		if code := flawOf(t, test.sent, flaw); got != test.want || code != test.code {
			t.Errorf("%.60q: got %q, %q; want %q, %q", test.sent, got, code, test.want, test.code)
		}
	}
}

var numberGrammar = regexp.MustCompile(`^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?$`)

// checkNumber compares parseNumber with the same rules written over rational
// numbers.
func checkNumber(t rapid.TB, s, got string, flaw *Flaw) {
	t.Helper()
	match := numberGrammar.FindStringSubmatch(s)
	if match == nil {
		if flaw == nil || flaw.Code != "number_invalid" {
			t.Fatalf("%q is no number: %q, %v", s, got, flaw)
		}
		return
	}
	exponent, err := strconv.Atoi("0" + strings.TrimLeft(match[1], "+-"))
	if err != nil || exponent > 300 || len(s) > 300 {
		return // too much for rational numbers
	}
	value, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("%q is no rational", s)
	}
	tenTo20 := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil))
	scaled := new(big.Rat).Mul(value, tenTo20)
	significant := strings.Trim(new(big.Int).Abs(scaled.Num()).String(), "0")
	fits := new(big.Rat).Abs(value).Cmp(tenTo20) < 0 && scaled.IsInt() && len(significant) <= 30
	if !fits {
		if flaw == nil || flaw.Code != "number_range" {
			t.Fatalf("%q is out of range: %q, %v", s, got, flaw)
		}
		return
	}
	if flaw != nil {
		t.Fatalf("%q is refused: %v", s, flaw)
	}
	want := value.FloatString(20)
	want = strings.TrimRight(strings.TrimRight(want, "0"), ".")
	if got != want {
		t.Fatalf("%q became %q, want %q", s, got, want)
	}
}

func TestNumbersAreExact(t *testing.T) { // CONTRACT D13
	rapid.Check(t, func(t *rapid.T) {
		s := fmt.Sprintf("%s%s%s%s",
			rapid.SampledFrom([]string{"", "-", "+"}).Draw(t, "sign"),
			rapid.StringMatching(`[0-9]{1,22}|0{0,5}`).Draw(t, "whole"),
			rapid.StringMatching(`|\.[0-9]{0,22}|\.0{0,20}[1-9]`).Draw(t, "decimals"),
			rapid.StringMatching(`|[eE][+-]?[0-9]{1,2}`).Draw(t, "exponent"))
		got, flaw := parseNumber(s)
		checkNumber(t, s, got, flaw)
	})
}

func FuzzNumber(f *testing.F) {
	for _, test := range numberCases {
		if len(test.sent) < 1000 {
			f.Add(test.sent)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, flaw := parseNumber(s)
		flawOf(t, s, flaw)
		checkNumber(t, s, got, flaw)
		if flaw != nil {
			return
		}
		if again, flaw := parseNumber(got); flaw != nil || again != got {
			t.Fatalf("%q again: %q, %v", got, again, flaw)
		}
	})
}
