package contact

import (
	"maps"
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
		{"07700 900123,5", "GB", "07700900123,5"},
		{"07700 900123", "XX", "07700900123"}, // no such region: as without one
		{"07700 900123", "gb", "07700900123"},
		{"+44 7700 900123", "XX", "+447700900123"},
	}
	for _, test := range tests {
		if got := MatchKey(Phones, test.phone, test.region); got != test.want {
			t.Errorf("%q in %q: %q, want %q", test.phone, test.region, got, test.want)
		}
	}
}

func TestMatchKeyOfTexts(t *testing.T) { // CONTRACT D11: by their bytes
	for _, text := range []string{"Jane", "jane", "Jose\u0301", "José", "İ", "12 Example Road"} {
		for _, c := range []Collection{Names, Locations} {
			if MatchKey(c, text, "GB") != text || DedupKey(c, text) != text {
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
			checkPhoneKey(t, number, r, MatchKey(Phones, number, r))
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
		checkPhoneKey(t, phone, region, MatchKey(Phones, phone, region))
	})
}

// checkPhoneKey checks the key of a valid phone against the parser alone, and
// that how a number is grouped makes no difference.
func checkPhoneKey(t rapid.TB, phone, region, key string) {
	t.Helper()
	main, extension, _ := splitExtension(phone)
	want := string(appendDialled(nil, main))
	if !strings.ContainsAny(want, "#*,;") {
		if number, err := phonenumbers.Parse(want, region); err == nil {
			want = phonenumbers.Format(number, phonenumbers.E164)
		}
	}
	if extension != "" {
		want += ";ext=" + string(appendDialled(nil, extension))
	}
	if key != want {
		t.Fatalf("%q in %q: key %q, but the parser says %q", phone, region, key, want)
	}
	var spaced strings.Builder
	for _, r := range main {
		spaced.WriteString("\u00a0(" + string(r) + "\u2013")
	}
	if extension != "" {
		spaced.WriteString(" eXt. " + extension)
	}
	if got := MatchKey(Phones, spaced.String(), region); got != key {
		t.Fatalf("%q in %q: key %q, but %q when spaced out", phone, region, key, got)
	}
	plain := strings.ReplaceAll(key, ";ext=", "")
	if i := strings.IndexFunc(plain, func(r rune) bool { return !strings.ContainsRune("0123456789+#*,;", r) }); i >= 0 {
		t.Fatalf("%q in %q: key %q has more than digits and symbols", phone, region, key)
	}
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
				MatchKey(test.c, test.text, test.region)
			}
		})
	}
}
