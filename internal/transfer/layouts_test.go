package transfer

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/carnet-project/carnet/internal/contact"
)

// opened looks at a file that can be read.
func opened(t testing.TB, text string, as Recognised) *File {
	t.Helper()
	f, err := Open(strings.NewReader(text), as)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return f
}

// rowsOf reads a file by a mapping, each row as one line of text.
func rowsOf(t testing.TB, f *File, m Mapping) (all []string) {
	t.Helper()
	rows, err := f.Rows(m)
	if err != nil {
		t.Fatalf("mapping: %v", err)
	}
	for row, err := range rows {
		if err != nil {
			t.Fatalf("after %d rows: %v", len(all), err)
		}
		all = append(all, shown(row))
	}
	return all
}

// shown gives a row as "4: emails add a@example.com | b@example.com; names fill Ada".
func shown(row *Row) string {
	var said []string
	if row.ID != 0 {
		said = append(said, "id "+row.ID.String())
	}
	for _, col := range contact.Collections {
		if v := row.Values[col]; v.Rule != "" {
			said = append(said, fmt.Sprintf("%s %s %s", col, v.Rule, strings.Join(v.Texts, " | ")))
		}
	}
	for i, v := range row.Fields {
		if v.Rule != "" {
			said = append(said, fmt.Sprintf("%s %s %s", contact.SlotAt(i), v.Rule, strings.Join(v.Texts, " | ")))
		}
	}
	for _, p := range row.Problems {
		said = append(said, "refused "+p.Column+": "+p.Why)
	}
	for _, p := range row.LeftOut {
		said = append(said, "left out "+p.Column+": "+p.Why)
	}
	return fmt.Sprintf("%d: %s", row.Line, strings.Join(said, "; "))
}

// file makes CSV of a header and rows that name what they fill.
func file(t testing.TB, header string, rows ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	names := strings.Split(header, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	all := [][]string{names}
	for _, row := range rows {
		cells := make([]string, len(names))
		for part := range strings.SplitSeq(row, "; ") {
			name, value, _ := strings.Cut(part, "=")
			at := -1
			for i := range names {
				if names[i] == name {
					at = i
				}
			}
			if at < 0 {
				t.Fatalf("no column %q", name)
			}
			cells[at] = strings.ReplaceAll(value, `\n`, "\n")
		}
		all = append(all, cells)
	}
	if err := w.WriteAll(all); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const (
	byteMark     = "\xef\xbb\xbf"
	googleHeader = "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,Nickname,File As," +
		"Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value," +
		"Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box," +
		"Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Address 2 - Label,Address 2 - Formatted,Address 2 - Street,Address 2 - City,Website 1 - Label,Website 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value"
	oldGoogleHeader = "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name Yomi,Name Prefix,Name Suffix,Initials,Nickname,Short Name,Maiden Name," +
		"Birthday,Gender,Location,Billing Information,Directory Server,Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,Notes,Language,Photo,Group Membership,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value," +
		"IM 1 - Type,IM 1 - Service,IM 1 - Value,Phone 1 - Type,Phone 1 - Value,Address 1 - Type,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Organization 1 - Type,Organization 1 - Name,Organization 1 - Title"
	outlookHeader = "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business Street 2,Business Street 3,Business City,Business State,Business Postal Code,Business Country/Region," +
		"Home Street,Home Street 2,Home Street 3,Home City,Home State,Home Postal Code,Home Country/Region,Other Street,Other City,Assistant's Phone,Business Fax,Business Phone,Business Phone 2,Callback,Car Phone,Company Main Phone," +
		"Home Fax,Home Phone,Home Phone 2,ISDN,Mobile Phone,Other Fax,Other Phone,Pager,Primary Phone,Radio Phone,TTY/TDD Phone,Telex,Account,Anniversary,Assistant's Name,Billing Information,Birthday,Business Address PO Box,Categories," +
		"Children,Directory Server,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 2 Display Name,Gender,Government ID Number,Hobby,Home Address PO Box,Initials,Internet Free Busy,Keywords,Language,Location," +
		"Manager's Name,Mileage,Notes,Office Location,Organizational ID Number,Other Address PO Box,Priority,Private,Profession,Referred By,Sensitivity,Spouse,User 1,User 2,Web Page"
	outlookComHeader = "First Name,Middle Name,Last Name,Title,Suffix,Nickname,Given Yomi,Surname Yomi,E-mail Address,E-mail 2 Address,E-mail 3 Address,Home Phone,Home Phone 2,Business Phone,Business Phone 2,Mobile Phone,Car Phone,Other Phone," +
		"Primary Phone,Pager,Business Fax,Home Fax,Other Fax,Company Main Phone,Callback,Radio Phone,Telex,TTY/TDD Phone,IMAddress,Job Title,Department,Company,Office Location,Manager's Name,Assistant's Name,Assistant's Phone,Company Yomi," +
		"Business Street,Business City,Business State,Business Postal Code,Business Country/Region,Home Street,Home City,Personal Web Page,Spouse,Schools,Hobby,Location,Web Page,Birthday,Anniversary,Notes"
	googleOutlookHeader = "First Name,Middle Name,Last Name,Title,Suffix,Initials,Web Page,Gender,Birthday,Anniversary,Location,Language,Internet Free Busy,Notes,E-mail Address,E-mail 2 Address,Primary Phone,Home Phone,Mobile Phone,Home Street,Home City,Company,Job Title"
	hubspotHeader       = "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Create Date,Last Modified Date,Lifecycle Stage,Original Source,Associated Company,Associated Company IDs,Marketing contact status,Last Activity Date"
	hubspotPairsHeader  = "Record ID - Contact,First Name,Last Name,Email,Phone Number,Record ID - Company,Associated Company"
	mailchimpHeader     = "Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS"
	linkedInHeader      = "First Name,Last Name,URL,Email Address,Company,Position,Connected On"
	thunderbirdHeader   = "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Home Phone,Fax Number,Pager Number,Mobile Number,Home Address,Home Address 2,Home City,Home State,Home ZipCode,Home Country," +
		"Work Address,Work Address 2,Work City,Work County,Work Post Code,Work Country,Job Title,Department,Organisation,Web Page 1,Web Page 2,Birth Year,Birth Month,Birth Day,Custom 1,Custom 2,Custom 3,Custom 4,Notes"
	salesforceHeader = "Lead Source,First Name,Last Name,Email,Phone,Company / Account Name,Mailing City,Mailing State/Province,Mailing Zip/Postal Code,Owner Alias,Created Date"
	systemeHeader    = "Email,First name,Surname,Phone number,Country,Tags,Date registered"
)

// TestLayouts reads a file of every program that is known, by the mapping that is
// suggested.
func TestLayouts(t *testing.T) {
	for _, c := range []struct {
		program, text string
		want          []string
	}{
		{"Google Contacts (since 2024)", file(t, googleHeader,
			`First Name=Ada; Middle Name=King; Last Name=Example; Name Prefix=Dr.; Organization Name=Example Ltd; Birthday=1980-05-04; Labels=Friends ::: * myContacts; E-mail 1 - Label=* Work; E-mail 1 - Value=ada@example.com ::: a.king@example.org; E-mail 2 - Value=ada@example.net; Phone 1 - Label=Mobile; Phone 1 - Value=+1 202-555-0101 ::: 202-555-0102; Address 1 - Formatted=1 Test Street\nSampletown; Address 1 - Street=1 Test Street; Address 1 - City=Sampletown; Address 2 - Street=2 Test Street; Address 2 - City=Sampletown`,
			`Organization Name=Example Ltd; E-mail 1 - Value=office@example.com`,
			`First Name=太郎; Last Name=例; Phone 1 - Value=+81 3-5555-0100`,
		), []string{
			"2: emails add ada@example.com | a.king@example.org | ada@example.net; phones add +1 202-555-0101 | 202-555-0102; names add Dr. Ada King Example; locations add 1 Test Street\nSampletown | 2 Test Street, Sampletown",
			"4: emails add office@example.com; names fill Example Ltd",
			"5: phones add +81 3-5555-0100; names add 例太郎",
		}},
		{"Google Contacts (before 2024)", file(t, oldGoogleHeader,
			`Name=Ada Example; Given Name=Ada; Family Name=Example; Group Membership=* myContacts; E-mail 1 - Type=Home; E-mail 1 - Value=ada@example.org; E-mail 2 - Type=* Work; E-mail 2 - Value=ada@example.com; Phone 1 - Type=Mobile; Phone 1 - Value=202-555-0101; Address 1 - Formatted=1 Test Street, Sampletown; Organization 1 - Name=Example Ltd; Location=nowhere`,
			`Given Name=Bo; Family Name=Sample; E-mail 1 - Value=bo@example.com`,
		), []string{
			"2: emails add ada@example.com | ada@example.org; phones add 202-555-0101; names add Ada Example; locations add 1 Test Street, Sampletown",
			"3: emails add bo@example.com; names fill Bo Sample",
		}},
		{"Outlook", file(t, outlookHeader,
			`Title=Ms.; First Name=Ada; Middle Name=K.; Last Name=Example; Suffix=Jr.; Company=Example Ltd; Business Street=1 Test Street; Business Street 2=Floor 2; Business City=Sampletown; Business State=EX; Business Postal Code=01234; Business Country/Region=Testland; Home Street=2 Test Street; Home City=Sampletown; Business Fax=202-555-0109; Business Phone=202-555-0101; Mobile Phone=202-555-0102; Company Main Phone=202-555-0100; Anniversary=0/0/00; Birthday=0/0/00; E-mail Address=ada@example.com; E-mail Type=SMTP; E-mail Display Name=Ada Example (ada@example.com); E-mail 2 Address=ada@example.org`,
			`Company=Example Ltd; E-mail Address=/o=ExchangeLabs/ou=Exchange/cn=Recipients/cn=x; E-mail Type=EX; Business Phone=202-555-0103`,
		), []string{
			"2: emails add ada@example.com | ada@example.org; phones add 202-555-0101 | 202-555-0102; names add Ms. Ada K. Example Jr.; locations add 1 Test Street, Floor 2, Sampletown, EX, 01234, Testland | 2 Test Street, Sampletown",
			"3: phones add 202-555-0103; names fill Example Ltd; left out E-mail Address: " + whyExchange,
		}},
		{"Outlook.com", file(t, outlookComHeader,
			`First Name=Ada; Last Name=Example; E-mail Address=ada@example.com; E-mail 3 Address=ada@example.org; Mobile Phone=202-555-0101; Home Street=1 Test Street; Home City=Sampletown; Location=here`,
		), []string{"2: emails add ada@example.com | ada@example.org; phones add 202-555-0101; names add Ada Example; locations add 1 Test Street, Sampletown"}},
		{"Google Contacts (as Outlook CSV)", file(t, googleOutlookHeader,
			`Title=Dr.; First Name=Ada; Last Name=Example; E-mail Address=ada@example.com; Home Phone=202-555-0101; Home Street=1 Test Street; Home City=Sampletown`,
		), []string{"2: emails add ada@example.com; phones add 202-555-0101; names add Dr. Ada Example; locations add 1 Test Street, Sampletown"}},
		{"HubSpot", file(t, hubspotHeader,
			`Record ID=751; First Name=Ada; Last Name=Example; Email=ada@example.com; Phone Number=(202) 555-0101; Contact owner=Bo Sample; Create Date=2025-01-02 10:11; Associated Company=Example Ltd`,
		), []string{"2: emails add ada@example.com; phones add (202) 555-0101; names add Ada Example"}},
		{"HubSpot", file(t, hubspotPairsHeader, `Record ID - Contact=751; First Name=Ada; Email=ada@example.com; Record ID - Company=3`),
			[]string{"2: emails add ada@example.com; names add Ada"}},
		{"Mailchimp", file(t, mailchimpHeader,
			`Email Address=ada@example.com; First Name=Ada; Last Name=Example; Address=1 Test Street  Sampletown  EX  01234; Phone Number=202-555-0101; MEMBER_RATING=2; OPTIN_TIME=2025-01-02 10:11:12; CC=us; REGION=ex; TAGS="a","b"`,
		), []string{"2: emails add ada@example.com; phones add 202-555-0101; names add Ada Example; locations add 1 Test Street  Sampletown  EX  01234"}},
		{"LinkedIn", "Notes:\n\"When exporting your connection data, you may notice that some of the emails are missing.\"\n\n" + file(t, linkedInHeader,
			`First Name=Ada; Last Name=Example; URL=https://www.example.com/in/ada; Company=Example Ltd; Position=Tester; Connected On=12 Mar 2025`,
			`URL=https://www.example.com/in/none; Connected On=13 Mar 2025`,
			`First Name=Bo; Last Name=Sample; Email Address=bo@example.com; Connected On=14 Mar 2025`,
		), []string{
			"5: names add Ada Example",
			"6: refused : No column of the mapping holds anything in this row.",
			"7: emails add bo@example.com; names add Bo Sample",
		}},
		{"Thunderbird", file(t, thunderbirdHeader,
			`First Name=Ada; Last Name=Example; Display Name=Ada K. Example; Primary Email=ada@example.com; Secondary Email=ada@example.org; Work Phone=202-555-0101; Fax Number=202-555-0109; Pager Number=202-555-0102; Home Address=1 Test Street; Home Address 2=Floor 2; Home City=Sampletown; Work Address=2 Test Street; Work City=Sampletown; Work Post Code=AB1 2CD; Birth Year=1980`,
			`First Name=Bo; Primary Email=bo@example.com`,
		), []string{
			"2: emails add ada@example.com | ada@example.org; phones add 202-555-0101 | 202-555-0102; names add Ada K. Example; locations add 1 Test Street, Floor 2, Sampletown | 2 Test Street, Sampletown, AB1 2CD",
			"3: emails add bo@example.com; names fill Bo",
		}},
		{"Salesforce", file(t, salesforceHeader,
			`Lead Source=Web; First Name=Ada; Last Name=Example; Email=ada@example.com; Phone=202-555-0101; Company / Account Name=Example Ltd; Mailing City=Sampletown; Mailing State/Province=EX; Mailing Zip/Postal Code=01234`,
		) + "\n\"All contacts\"\n\"Copyright (c) 2000-2025 Example\"\n", []string{
			"2: emails add ada@example.com; phones add 202-555-0101; names add Ada Example; locations add Sampletown, EX, 01234",
			"4: refused : The line is no row of the table: it has one cell.",
			"5: refused : The line is no row of the table: it has one cell.",
		}},
		{"systeme.io", file(t, systemeHeader, `Email=ada@example.com; First name=Ada; Surname=Example; Phone number=202-555-0101; Country=Testland; Tags=a,b; Date registered=2025-01-02`),
			[]string{"2: emails add ada@example.com; phones add 202-555-0101; names add Ada Example; locations add Testland"}},
		{carnet, file(t, "id,emails,phones,names,locations,profile_field_1,profile_field_16,profile_field_26",
			`id=7; emails=ada@example.com; phones=202-555-0101; names=Ada Example; locations=1 Test Street; profile_field_1= kept ; profile_field_16=12.5; profile_field_26=2025-01-02`,
		), []string{"2: id 7; emails add ada@example.com; phones add 202-555-0101; names add Ada Example; locations add 1 Test Street; profile_field_1 add  kept ; profile_field_16 add 12.5; profile_field_26 add 2025-01-02"}},
		{carnet, file(t, "id,email_1,email_2,phone_1,name_1,name_2,location_1,profile_field_1,profile_field_16,created_at",
			`id=7; email_1=ada@example.com; email_2=ada@example.org; phone_1=0301234567;7654321; name_1=Ada ::: Example; name_2=A; location_1=1 Test Street,; profile_field_1=  ; profile_field_16=1234.5; created_at=2025-01-02T03:04:05.000000Z`,
			`id=8; phone_1='+1 202-555-0101; name_1='=x`,
		), []string{
			"2: id 7; emails add ada@example.com | ada@example.org; phones add 0301234567;7654321; names add Ada ::: Example | A; locations add 1 Test Street,; profile_field_1 add   ; profile_field_16 add 1234.5",
			"3: id 8; names add '=x; refused phone_1: The phone number may have digits, spaces and + - ( ) . / # * , ; only.",
		}},
		{carnet, byteMark + file(t, "id,email_1,phone_1,name_1,location_1,profile_field_1,created_at", `id=8; phone_1='+1 202-555-0101; name_1='=x; profile_field_1='x`),
			[]string{"2: id 8; phones add +1 202-555-0101; names add =x; profile_field_1 add 'x"}},
	} {
		t.Run(c.program, func(t *testing.T) {
			f := opened(t, c.text, Recognised{})
			if f.Recognised.Program != c.program || f.Recognised.Format != CSV || f.Recognised.Delimiter != "," || f.Recognised.Encoding != "utf-8" {
				t.Errorf("recognised %+v", f.Recognised)
			}
			m := f.Suggest(contact.Labels{})
			if diff := cmp.Diff(c.want, rowsOf(t, f, m)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			namesAll(t, f, m)
		})
	}
}

// namesAll checks that a suggestion names each column, with a reason.
func namesAll(t *testing.T, f *File, m Mapping) {
	t.Helper()
	named := map[string]int{}
	for _, s := range m {
		for _, name := range s.From {
			named[name]++
		}
		if len(s.Why) == 0 {
			t.Errorf("%q are taken without a reason", s.From)
		}
	}
	for _, column := range f.Columns {
		if named[column.Name] != 1 {
			t.Errorf("column %q is named %d times", column.Name, named[column.Name])
		}
	}
}

// TestOtherLanguages reads files of which the program is not known.
func TestOtherLanguages(t *testing.T) {
	for name, c := range map[string]struct{ header, row, want string }{
		"German":   {"Anrede;Vorname;Nachname;Firma;E-Mail-Adresse;Telefon geschäftlich;Mobiltelefon;Straße geschäftlich;Postleitzahl geschäftlich;Ort geschäftlich", "Frau;Ada;Beispiel;Muster GmbH;ada@example.com;030 23125 001;0171 3920001;Teststraße 1;12345;Musterstadt", "emails add ada@example.com; phones add 030 23125 001 | 0171 3920001; names add Frau Ada Beispiel; locations add Teststraße 1, Musterstadt, 12345"},
		"French":   {"Prénom;Nom;Courriel;Téléphone;Société", "Ada;Exemple;ada@example.com;01 99 00 00 01;Essai", "emails add ada@example.com; phones add 01 99 00 00 01; names add Ada Exemple"},
		"Spanish":  {"Nombre,Apellidos,Correo electrónico,Teléfono móvil", "Ada,Ejemplo,ada@example.com,600 000 001", "emails add ada@example.com; phones add 600 000 001; names add Ada Ejemplo"},
		"Japanese": {"姓,名,メールアドレス,電話番号,住所", "例,太郎,taro@example.jp,03-5555-0100,東京都見本町1", "emails add taro@example.jp; phones add 03-5555-0100; names add 例太郎; locations add 東京都見本町1"},
		"Chinese":  {"姓名,手机,邮箱", "示例,139-0000-0001,li@example.cn", "emails add li@example.cn; phones add 139-0000-0001; names add 示例"},
		"Russian":  {"Имя;Фамилия;Телефон;Электронная почта", "Ада;Пример;+7 495 000-00-01;ada@example.com", "emails add ada@example.com; phones add +7 495 000-00-01; names add Ада Пример"},
	} {
		t.Run(name, func(t *testing.T) {
			f := opened(t, c.header+"\n"+c.row+"\n", Recognised{})
			if diff := cmp.Diff([]string{"2: " + c.want}, rowsOf(t, f, f.Suggest(contact.Labels{}))); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestByValues takes columns by what is in them, where their names say nothing.
func TestByValues(t *testing.T) {
	f := opened(t, "A1,B1,C1\nada@example.com,+1 202-555-0101,x\nbo@example.com,+1 202-555-0102,y\n", Recognised{})
	if diff := cmp.Diff([]string{
		"2: emails add ada@example.com; phones add +1 202-555-0101",
		"3: emails add bo@example.com; phones add +1 202-555-0102",
	}, rowsOf(t, f, f.Suggest(contact.Labels{}))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	bare := opened(t, "ada@example.com\nbo@example.com\n", Recognised{})
	if *bare.Recognised.Header || bare.Columns[0].Name != "Column 1" || len(bare.Warnings) != 1 {
		t.Errorf("%+v, %+v, %q", bare.Recognised, bare.Columns, bare.Warnings)
	}
	if diff := cmp.Diff([]string{"1: emails add ada@example.com", "2: emails add bo@example.com"}, rowsOf(t, bare, bare.Suggest(contact.Labels{}))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
