package transfer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/internal/contact"
)

// TestVCard reads cards as programs write them, by the mapping that is suggested.
func TestVCard(t *testing.T) {
	picture := strings.Repeat(" /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkS\n", 5)
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"4.0", `BEGIN:VCARD
VERSION:4.0
FN:Ada Example
N:Example;Ada;King;Dr.;
EMAIL;PREF=2:ada@example.org
EMAIL;PREF=1;TYPE="home,work":mailto:ada@example.com
TEL;VALUE=uri;TYPE="voice,home":tel:+1-202-555-0101;ext=102
TEL:tel:0103;phone-context=+1-202-555
ADR;LABEL="1 Test Street; Sampletown":;;1 Test Street;Sampletown;EX;01234;Testland
ORG:Example Ltd;Testing
NOTE:One\, two\nthree
END:VCARD
`, []string{`1: emails add ada@example.com | ada@example.org; phones add +1-202-555-0101;ext=102 | 0103; names add Ada Example; locations add 1 Test Street, Sampletown, EX, 01234, Testland`}},
		{"3.0 of Apple", `BEGIN:VCARD
VERSION:3.0
PRODID:-//Example Inc.//Contacts//EN
N:Example;Ada;;;
FN:Ada Example
item1.EMAIL;type=INTERNET;type=pref:ada@example.com
item1.X-ABLabel:_$!<HomePage>!$_
item2.ADR;type=HOME:;;1 Test Street\nFloor 2;Sampletown;;01234;Testland
item2.X-ABADR:us
BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-04
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ
` + picture + `END:VCARD
`, []string{"1: emails add ada@example.com; names add Ada Example; locations add 1 Test Street\nFloor 2, Sampletown, 01234, Testland; left out PHOTO: The picture is left out."}},
		{"2.1", "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCster;=C3=84da;;;\r\n" +
			"TEL;CELL;PREF:202-555-0101\r\nTEL;HOME;VOICE:202-555-0102\r\n" +
			"ADR;HOME;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:;;Teststra=DFe 1=\r\n, Hof;Musterstadt;;12345;\r\n" +
			"EMAIL;INTERNET:ada@example.com\r\nPHOTO;JPEG;ENCODING=BASE64:\r\n /9j/4AAQ\r\n /9j/4AAQ==\r\n\r\nEND:VCARD\r\n", []string{
			"1: emails add ada@example.com; phones add 202-555-0101 | 202-555-0102; names add Äda Müster; locations add Teststraße 1, Hof, Musterstadt, 12345; left out PHOTO: The picture is left out."}},
		{"2.1 with a picture that is not folded", "BEGIN:VCARD\nVERSION:2.1\nN:Example;Ada\nPHOTO;ENCODING=BASE64:\n/9j/4AAQ\n/9j/4AAQ==\n\nEND:VCARD\n", []string{
			"1: names add Ada Example; left out PHOTO: The picture is left out."}},
		{"several, blank lines, small letters", "begin:vcard\nversion:3.0\nfn:Ada Example\nend:vcard\n\n\nBEGIN:VCARD\nVERSION:3.0\nFN:Bo\n  Sample\nEND:VCARD", []string{
			"1: names add Ada Example", "7: names add Bo Sample"}},
		{"East Asian names", "BEGIN:VCARD\nVERSION:3.0\nN:例;太郎;;;\nTEL:03-5555-0100\nEND:VCARD\n", []string{"1: phones add 03-5555-0100; names add 例太郎"}},
		{"a semicolon that is escaped", "BEGIN:VCARD\nVERSION:3.0\nN:Exam\\;ple;Ada;;;\nORG:A\\, B\\; C;D\nEND:VCARD\n", []string{"1: names add Ada Exam;ple"}},
		{"a company alone", "BEGIN:VCARD\nVERSION:3.0\nFN:\nORG:Example Ltd;\nTEL:202-555-0101\nEND:VCARD\n", []string{"1: phones add 202-555-0101; names fill Example Ltd"}},
		{"a card within", "BEGIN:VCARD\nVERSION:2.1\nFN:Ada\nAGENT:\nBEGIN:VCARD\nFN:Bo\nEND:VCARD\nTEL:202-555-0101\nEND:VCARD\n", []string{
			"1: phones add 202-555-0101; names add Ada; left out AGENT: A card within the card is left out."}},
		{"of ours", "BEGIN:VCARD\r\nVERSION:4.0\r\nPRODID:-//Carnet//EN\r\nX-CARNET-ID:7\r\nFN;PREF=1:Ada ::: Example\\, Dr.\r\nFN:A\r\nTEL;PREF=1:0301234567;7654321\r\n" +
			"ADR;PREF=1:;;1 Test Street\\, Yard\\;\\nSampletown\\,;;;;\r\nX-CARNET-PROFILE-FIELD-1;X-LABEL=\"Note, long\":a;b\\, c\\n \r\nX-CARNET-PROFILE-FIELD-26:2025-01-02\r\nEND:VCARD\r\n", []string{
			"1: id 7; phones add 0301234567;7654321; names add Ada ::: Example, Dr. | A; locations add 1 Test Street, Yard;\nSampletown,; profile_field_1 add a;b, c\n ; profile_field_26 add 2025-01-02"}},
		{"no end", "BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nBEGIN:VCARD\nVERSION:3.0\nFN:Bo\nEND:VCARD\nBEGIN:VCARD\nFN:Cy\n", []string{
			"1: refused : The card has no end: END:VCARD is missing.", "4: names add Bo", "8: refused : The card has no end: END:VCARD is missing."}},
		{"between cards", "BEGIN:VCARD\nFN:Ada\nEND:VCARD\nhello\nFN:Bo\nEND:VCARD\nBEGIN:VCARD\nFN:Cy\nEND:VCARD\n", []string{
			"1: names add Ada", "4: refused : This is outside of a card: BEGIN:VCARD is missing.", "7: names add Cy"}},
		{"a line that is nothing", "BEGIN:VCARD\nFN:Ada\nwhat is this\nEND:VCARD\n", []string{"1: refused : A line of the card is no property: it has no colon."}},
		{"a bad email", "BEGIN:VCARD\nFN:Ada\nEMAIL:ada at example\nEND:VCARD\n", []string{"1: names add Ada; refused EMAIL: Send the email address alone: no display name, comment, quotes, brackets or spaces."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := opened(t, c.text, Recognised{})
			if f.Recognised.Format != VCard || f.Records != len(c.want) {
				t.Errorf("recognised %+v, %d records", f.Recognised, f.Records)
			}
			m := f.Suggest(contact.Labels{})
			if diff := cmp.Diff(c.want, rowsOf(t, f, m)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			namesAll(t, f, m)
		})
	}
}

func TestVCardLimits(t *testing.T) {
	big := strings.Repeat("x", maxCard)
	for name, c := range map[string]struct{ body, want string }{
		"a long line":         {"NOTE:" + big + big, "1: refused : A line of the card is longer than 1 MiB."},
		"many folded lines":   {"NOTE:a" + strings.Repeat("\n aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 20_000), "refused"},
		"a long picture":      {"PHOTO:data:image/jpeg;base64," + big + "\n " + big, "1: names add Ada; left out PHOTO: The picture is left out."},
		"much text":           {strings.Repeat("NOTE:"+big[:500_000]+"\n", 3), "refused"},
		"many values":         {strings.Repeat("NOTE:a\n", maxInCell+1), "refused"},
		"many emails":         {manyEmails(200), "refused"},
		"as many as can be":   {manyEmails(100), "emails add e0@example.com"},
		"numbers as phones":   {"TEL:4.47E+11", "refused TEL: " + whySpreadsheet},
		"many property names": {manyNames(1001), "refused"},
	} {
		f := opened(t, "BEGIN:VCARD\nFN:Ada\n"+c.body+"\nEND:VCARD\n", Recognised{})
		rows := rowsOf(t, f, f.Suggest(contact.Labels{}))
		if len(rows) != 1 || !strings.Contains(rows[0], c.want) {
			t.Errorf("%s: %.300q", name, rows)
		}
	}
}

func manyEmails(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("EMAIL:e" + contact.ID(i).String() + "@example.com\n")
	}
	return b.String()
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("X-A" + contact.ID(i).String() + ":a\n")
	}
	return b.String()
}
