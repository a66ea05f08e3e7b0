package contact

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

func TestMatchKeyOfPhonesInARegion(t *testing.T) { // CONTRACT D10
	tests := []struct{ phone, region, want string }{
		{"07700 900123", "GB", "+447700900123"},
		{"07700 900123 ext. 12", "GB", "+447700900123;ext=12"},
		{"+44 7700 900123", "US", "+447700900123"},
		{"0044 7700 900123", "GB", "+447700900123"},
		{"0044 7700 900123", "DE", "+447700900123"},
		{"011 44 7700 900123", "US", "+447700900123"},
		{"(555) 010-0199", "US", "+15550100199"},
		{"1 555 010 0199", "CA", "+15550100199"},
		{"(٥٥٥) ٠١٠-٠١٩٩", "US", "+15550100199"},
		{"*100#", "GB", "*100#"},
		{"07700*900123", "GB", "07700*900123"},
		{"+44 7700 900123*5", "GB", "+447700900123*5"},
		{"07700 900123,5", "GB", "+447700900123,5"},
		{"07700 900123", "XX", "07700900123"}, // no such region: as without one
		{"07700 900123", "gb", "07700900123"},
		{"+44 7700 900123", "XX", "+447700900123"},
	}
	for _, test := range tests {
		if got := MatchText(Phones, test.phone, test.region); got != test.want {
			t.Errorf("%q in %q: %q, want %q", test.phone, test.region, got, test.want)
		}
	}
}

// FAULT C11: the numbers of each row are one, in every Space of the region.
func TestNumbersThatAreTheSame(t *testing.T) {
	for _, row := range []struct {
		region, key string
		phones      []string
	}{
		// What stands before a zero in brackets is a country's code.
		{"DE", "+496128555012", []string{"49 (0) 6128 555012", "49(0)6128/555012", "+49 (0) 6128 555012", "0049 (0) 6128 555012",
			"(0049) (0) 6128 555012", "(+49)(0)6128-555012", "49 ( 0 ) 6128 555012", "49-(0)-6128-555012", "49(0)6128 555012,",
			"４９（０）６１２８　５５５０１２", "(0) 6128 555012", "(06128) 555012", "06128 555012", "+49 6128 555012", "0 (6128) 555012"}},
		{"US", "+496128555012", []string{"49 (0) 6128 555012", "0049 (0) 6128 555012", "011 49 (0) 6128 555012", "+49 (0) 6128 555012"}},
		{"", "+447700900123", []string{"44 (0) 7700 900123", "0044(0)7700 900123", "+44 (0)7700 900123", "+44 7700 900123"}},
		{"GB", "+390612345678", []string{"39 (0)6 1234 5678", "0039 (0)6 1234 5678", "+39 (0)6 1234 5678", "+39 06 1234 5678"}}, // Italy keeps the zero
		{"GB", "+447700900123;ext=5", []string{"44 (0)7700 900123 x5", "07700 900123 ext. 5"}},
		// Up to the first pause it is a number, whatever is dialled after.
		{"US", "+12025550123,,,001#", []string{"(202) 555-0123,,,001#", "+1 202 555 0123,,,001#", "202.555.0123 , , , 001 #", "1 (202) 555-0123，，，００１＃"}},
		{"GB", "+447700900123;12", []string{"07700 900123;12", "+44 7700 900123;12", "0044 7700 900123 ; 1-2", "44 (0) 7700 900123;12"}},
		{"GB", "+447700900123,5;ext=7", []string{"07700 900123,5 x7", "+447700900123,5;ext=7"}},
	} {
		for _, phone := range row.phones {
			want := row.key
			if strings.HasSuffix(phone, ",") {
				want += ","
			}
			if stored, flaw := ParseValue(Phones, phone); flaw != nil {
				t.Errorf("%q: %v", phone, flaw)
			} else if got := MatchText(Phones, stored, row.region); got != want {
				t.Errorf("%q in %q: %q, want %q", phone, row.region, got, want)
			}
		}
	}
}

// FAULT C11: and these are not: a zero in brackets that follows no code, and
// symbols before any pause, which a phone system acts on.
func TestNumbersThatAreNot(t *testing.T) {
	for _, row := range []struct{ region, phone, key string }{
		{"DE", "6128 (0) 555012", "+4961280555012"},
		{"DE", "(0)", "0"},
		{"", "(0) 6128 555012", "06128555012"},
		{"", "0 (0) 6128", "006128"},
		{"", "999 (0) 6128", "99906128"}, // no such code
		{"DE", "*49 (0) 6128,5", "*4906128,5"},
		{"GB", "*21*07700900123,5", "*21*07700900123,5"},
		{"GB", ",07700 900123", ",07700900123"},
	} {
		if got := MatchText(Phones, row.phone, row.region); got != row.key {
			t.Errorf("%q in %q: %q, want %q", row.phone, row.region, got, row.key)
		}
	}
}

func TestMatchKeyOfTexts(t *testing.T) { // CONTRACT D11: by their bytes
	for _, text := range []string{"Jane", "jane", "Jose\u0301", "José", "İ", "12 Example Road"} {
		for _, c := range []Collection{Names, Locations} {
			if MatchText(c, text, "GB") != text || DedupKey(c, text) != text {
				t.Errorf("%v: %q is not its own key", c, text)
			}
		}
	}
}

func TestDedupKey(t *testing.T) { // CONTRACT D8
	if DedupKey(Emails, "John@Bücher.example") != DedupKey(Emails, "john@xn--bcher-kva.example") {
		t.Error("emails are not compared as D9 has it")
	}
	if DedupKey(Phones, "+1 555 010 0199") == DedupKey(Phones, "+15550100199") {
		t.Error("phones written otherwise are both kept")
	}
}

func TestValidRegion(t *testing.T) {
	for _, region := range []string{"US", "GB", "DE", "JP", "BR", "ZA"} {
		if !ValidRegion(region) {
			t.Errorf("%q is a region", region)
		}
	}
	for _, region := range []string{"", "us", "Us", "UK", "XX", "ZZ", "001", "USA", "U", " US", "US\x00"} {
		if ValidRegion(region) {
			t.Errorf("%q is no region", region)
		}
	}
	for region := range phonenumbers.GetSupportedRegions() {
		if len(region) != 2 || region != strings.ToUpper(region) {
			t.Errorf("the metadata has the region %q", region)
		}
	}
}

// The short way for numbers in E.164 says what the parser says, for every
// calling code.
func TestStaysInE164AsTheParserSays(t *testing.T) {
	codes := slices.Sorted(maps.Keys(phonenumbers.GetSupportedCallingCodes()))
	regions := slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions()))
	short := 0
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SampledFrom(codes).Draw(t, "code")
		region := rapid.SampledFrom(regions).Draw(t, "region")
		digits := rapid.StringMatching(`[0-9]{0,18}`).Draw(t, "digits")
		number := "+" + strconv.Itoa(code) + digits
		if staysInE164(number) {
			short++
		}
		for _, r := range []string{"", region} {
			checkPhoneKey(t, number, r, MatchText(Phones, number, r))
		}
	})
	if short == 0 {
		t.Error("no number went the short way")
	}
}

// No region's rules make the parser fail on what is stored: it must be total,
// since keys are made while a batch of writes is decided.
func TestMatchKeyInEveryRegion(t *testing.T) {
	regions := slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions()))
	rapid.Check(t, func(t *rapid.T) {
		region := rapid.SampledFrom(regions).Draw(t, "region")
		phone := rapid.StringMatching(`\+{0,2}[0-9]{3,24}`).Draw(t, "phone")
		checkPhoneKey(t, phone, region, MatchText(Phones, phone, region))
	})
}

// aloneZero is a zero alone in brackets, with what may stand around it there.
var aloneZero = regexp.MustCompile(`\(0\)`)

// checkPhoneKey checks the key of a valid phone against the parser alone, and
// that spaces, dashes, dots and widths make no difference, nor brackets but
// those around a lone zero.
func checkPhoneKey(t rapid.TB, phone, region, key string) {
	t.Helper()
	main, extension, _ := splitExtension(narrow(phone))
	main = dialledAndBrackets(main)
	want := strings.NewReplacer("(", "", ")", "").Replace(main)
	lone := aloneZero.FindStringIndex(main)
	if lone != nil {
		before := strings.NewReplacer("(", "", ")", "").Replace(main[:lone[0]])
		digits := strings.TrimPrefix(strings.TrimPrefix(before, "00"), "011")
		if code, err := strconv.Atoi(digits); err == nil && digits == strconv.Itoa(code) && phonenumbers.GetSupportedCallingCodes()[code] {
			want = "+" + digits + want[len(before):]
		}
	}
	pause := len(want)
	if i := strings.IndexAny(want, ",;"); i >= 0 {
		pause = i
	}
	if !strings.ContainsAny(want[:pause], "#*") {
		if number, err := phonenumbers.Parse(want[:pause], region); err == nil {
			want = phonenumbers.Format(number, phonenumbers.E164) + want[pause:]
		}
	}
	if extension != "" {
		want += ";ext=" + string(appendDialled(nil, extension))
	}
	if key != want {
		t.Fatalf("%q in %q: key %q, but the parser says %q", phone, region, key, want)
	}
	var spaced, wide strings.Builder
	for _, r := range main {
		spaced.WriteString("\u00a0" + string(r) + "\u2013 .")
		wide.WriteRune(r + 0xfee0)
	}
	for _, text := range []string{spaced.String(), wide.String(), bracketed(main, lone != nil)} {
		if extension != "" {
			text += " eXt. " + extension
		}
		if got := MatchText(Phones, text, region); got != key {
			t.Fatalf("%q in %q: key %q, but %q as %q", phone, region, key, got, text)
		}
	}
	plain := strings.ReplaceAll(key, ";ext=", "")
	if i := strings.IndexFunc(plain, func(r rune) bool { return !strings.ContainsRune("0123456789+#*,;", r) }); i >= 0 {
		t.Fatalf("%q in %q: key %q has more than digits and symbols", phone, region, key)
	}
}

// dialledAndBrackets is appendDialled with the brackets left in.
func dialledAndBrackets(main string) string {
	var out strings.Builder
	for _, r := range main {
		if r == '(' || r == ')' {
			out.WriteRune(r)
		} else {
			out.Write(appendDialled(nil, string(r)))
		}
	}
	return out.String()
}

// bracketed puts brackets where they mean nothing, unless one that does means
// something is there already.
func bracketed(main string, loneZero bool) string {
	if loneZero {
		return main
	}
	var out strings.Builder
	for _, r := range main {
		out.WriteString("(" + string(r) + "\u2013")
	}
	return out.String()
}

func BenchmarkMatchKey(b *testing.B) {
	tests := []struct {
		about  string
		c      Collection
		text   string
		region string
	}{
		{"email", Emails, "john.doe@example.com", ""},
		{"email, upper case", Emails, "John.Doe@Example.COM", ""},
		{"email, international", Emails, "用户@例え.jp", ""},
		{"phone, E.164", Phones, "+447700900123", ""},
		{"phone, international", Phones, "+1 (555) 010-0199 x5", ""},
		{"phone, domestic with region", Phones, "07700 900123", "GB"},
		{"phone, domestic without", Phones, "07700 900123", ""},
		{"name", Names, "Jane Example", ""},
	}
	for _, test := range tests {
		b.Run(test.about, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				MatchText(test.c, test.text, test.region)
			}
		})
	}
}
