package transfer

import (
	"strings"
	"testing"

	"github.com/carnet-project/carnet/internal/contact"
)

// Several phone numbers in a cell are parted where each is one by itself; what may be one number stays one, and what
// cannot be one and cannot be parted is refused by name.
func TestSeveralPhones(t *testing.T) {
	for cell, want := range map[string]string{
		"+1 202 555 0101 / +1 202 555 0102":         "+1 202 555 0101|+1 202 555 0102",
		"+1 202 555 0101 | +1 202 555 0102":         "+1 202 555 0101|+1 202 555 0102",
		"+1 202 555 0101;+1 202 555 0102":           "+1 202 555 0101|+1 202 555 0102",
		"+1 202 555 0101 ; 202 555 0102 ;":          "+1 202 555 0101|202 555 0102",
		"+1 202 555 0101\n+1 202 555 0102":          "+1 202 555 0101|+1 202 555 0102",
		"+1 202 555 0101 ::: +1 202 555 0102":       "+1 202 555 0101|+1 202 555 0102",
		"030 23125001 / 0171 3920001":               "030 23125001|0171 3920001",
		"0171/3920001 / 0172/3920002 / 030 2312500": "0171/3920001|0172/3920002|030 2312500",
		"(202) 555-0101 / 202 555 0102":             "(202) 555-0101|202 555 0102",
		"555-0101 / 555-0102":                       "555-0101|555-0102",
		"0171 3920001 / 030 23125001; 030 23125002": "0171 3920001|030 23125001|030 23125002",

		"0171 / 3920001":        "0171 / 3920001",
		"+49 8141 / 123456":     "+49 8141 / 123456",
		"0049 8141 / 1234567":   "0049 8141 / 1234567",
		"030 23125001 / 12":     "030 23125001 / 12",
		"030/23125001":          "030/23125001",
		"030 23125001;12":       "030 23125001;12",
		"030 23125001;":         "030 23125001;",
		"030 23125001 x12":      "030 23125001 x12",
		"+49 (0)30 / 231250-01": "+49 (0)30 / 231250-01",

		"030 23125001 / 23125002":     "! " + whyPhones,
		"+1 202 555 0101 | ask":       "! " + whyPhones,
		"+1 202 555 0101 | 12":        "! " + whyPhones,
		"+1 202 555 0101 / 555 0102":  "! " + whyPhones,
		"+1 202 555 0101 ::: 4.47E+1": "! " + whySpreadsheet,
	} {
		all, why := phonesIn(cell)
		got := strings.Join(all, "|")
		if why != "" {
			got += "! " + why
		}
		if got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}

// Likewise emails, of which none holds what parts them.
func TestSeveralEmails(t *testing.T) {
	for cell, want := range map[string]string{
		"a@example.com / b@example.com":            "a@example.com|b@example.com",
		"a@example.com | b@example.com":            "a@example.com|b@example.com",
		"a@example.com;b@example.com":              "a@example.com|b@example.com",
		"a@example.com, b@example.com ;":           "a@example.com|b@example.com",
		"a@example.com\nb@example.com":             "a@example.com|b@example.com",
		"a@example.com ::: b@example.com":          "a@example.com|b@example.com",
		"a@example.com / b@example.com, c@x.com":   "a@example.com|b@example.com|c@x.com",
		"Ada <a@example.com> / Bo <b@example.com>": "Ada: a@example.com|b@example.com",
		"Sales / Support <a@example.com>":          "Sales / Support: a@example.com",
		"a/b@example.com":                          "a/b@example.com",
		"a/b@example.com / c|d@example.com":        "a/b@example.com|c|d@example.com",

		"a@example.com / b@":            "! " + whyEmails,
		"a@example.com | b at b@com c":  "! " + whyEmails,
		"a@example.com / none":          "a@example.com / none", // which is refused as no email
		"a@example.com; see b@@example": "! " + whyEmails,
	} {
		all, name, _, why := emailsIn(cell)
		got := strings.Join(all, "|")
		if name != "" {
			got = name + ": " + got
		}
		if why != "" {
			got += "! " + why
		}
		if got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}

// A column of such cells is one of emails, or of phone numbers, by what it holds. Names and addresses are never parted.
func TestSeveralAreRecognised(t *testing.T) {
	f := opened(t, "A,B,C\n"+strings.Repeat("a@example.com / b@example.com,+1 202 555 0101 / +1 202 555 0102,Bo / Cy\n", 3), Recognised{})
	got := map[string]string{}
	for _, s := range f.Suggest(contact.Labels{}) {
		got[s.From[0]] = s.To
	}
	if got["A"] != "emails" || got["B"] != "phones" || got["C"] != "" {
		t.Error(got)
	}
	rows := rowsOf(t, f, Mapping{{From: []string{"C"}, To: "names", Rule: Add}, {From: []string{"A"}, To: "locations", Rule: Add}})
	if len(rows) != 3 {
		t.Error(rows)
	}
	for _, row := range rows {
		if !strings.HasSuffix(row, ": names add Bo / Cy; locations add a@example.com / b@example.com") {
			t.Error(row)
		}
	}
}
