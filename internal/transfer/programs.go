package transfer

import (
	"slices"
	"strings"
)

// carnet is our own name, as Recognised has it.
const carnet = "Carnet"

// program is one that writes files whose columns have names of its own.
type program struct {
	name string
	// sign are columns that a header must have, all of them: rare ones, so that
	// no other program is taken for it.
	sign []string
	// says is what columns mean here and not elsewhere, by their folded names.
	says map[string]meaning
	// rare are columns of which three are enough, where others may have been left out.
	rare []string
	// starred tells that a type such as "* Work" marks the first of several values.
	starred bool
}

// Programs names the programs whose files are known, each once.
func Programs() (names []string) {
	for _, p := range programs {
		if !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

// programs are those that are known, the more particular before those that have
// the same columns and fewer.
var programs = []program{
	{name: carnet, sign: []string{"id", "emails", "phones", "names", "locations"}},
	{name: carnet, sign: []string{"id", "email_1", "phone_1", "name_1", "location_1", "profile_field_1", "created_at"}},
	{name: carnet, sign: []string{"id", "email", "name", "phone", "location", "created_at"}},
	{
		name: "Google Contacts (since 2024)",
		sign: []string{"Phonetic First Name", "File As", "Organization Name", "Labels"},
		says: meanings("File As=", "Nickname=", "Phonetic First Name=", "Phonetic Middle Name=", "Phonetic Last Name=", "Organization Department="),
	},
	{
		name:    "Google Contacts (before 2024)",
		sign:    []string{"Given Name", "Family Name", "Yomi Name", "Group Membership"},
		says:    meanings("Location=", "Short Name=", "Maiden Name=", "Initials=", "Billing Information=", "Language="),
		starred: true,
	},
	{
		name: "Outlook",
		sign: []string{"E-mail Address", "E-mail Type", "E-mail Display Name", "Business Street"},
		says: meanings("Title=prefix", "Location=", "Office Location=", "Profession=job"),
	},
	{
		name: "Outlook.com",
		sign: []string{"Given Yomi", "Surname Yomi", "E-mail Address", "Business Street"},
		says: meanings("Title=prefix", "Location=", "Office Location="),
	},
	{
		name: "Google Contacts (as Outlook CSV)",
		sign: []string{"E-mail Address", "Internet Free Busy", "Web Page", "Home Street"},
		says: meanings("Title=prefix", "Location=", "Office Location="),
	},
	{
		name: "Outlook",
		rare: []string{"E-mail Address", "E-mail Type", "E-mail Display Name", "E-mail 2 Address", "E-mail 2 Type", "E-mail 2 Display Name", "Business Street", "Business Street 2",
			"Business Postal Code", "Business Country/Region", "Business Phone 2", "Business Address PO Box", "Home Address PO Box", "Other Address PO Box", "Company Main Phone",
			"TTY/TDD Phone", "Radio Phone", "Car Phone", "Callback", "Government ID Number", "Organizational ID Number", "Assistant's Phone", "Manager's Name", "Referred By"},
		says: meanings("Title=prefix", "Location=", "Office Location=", "Profession=job"),
	},
	{
		name: "HubSpot",
		sign: []string{"Record ID", "Lifecycle Stage"},
		says: meanings("Record ID=", "Associated Company=company"),
	},
	{
		name: "HubSpot",
		sign: []string{"Record ID", "Lead Status", "Associated Company"},
		says: meanings("Record ID=", "Associated Company=company"),
	},
	{
		name: "HubSpot",
		sign: []string{"Record ID - Contact"},
		says: meanings("Record ID - Contact=", "Record ID - Company=", "Associated Company=company"),
	},
	{
		name: "Mailchimp",
		sign: []string{"Email Address", "MEMBER_RATING", "LEID", "EUID"},
		says: meanings("CC=", "REGION="),
	},
	{
		name: "LinkedIn",
		sign: []string{"First Name", "Last Name", "URL", "Connected On"},
	},
	{
		name: "Thunderbird",
		sign: []string{"Display Name", "Primary Email", "Screen Name", "Birth Year"},
		says: meanings("Nickname=", "Screen Name="),
	},
	{
		name: "Salesforce",
		sign: []string{"Lead Source", "Owner Alias"},
	},
	{
		name: "Salesforce",
		sign: []string{"Mailing Street", "Mailing City", "Account Name"},
	},
	{
		name: "systeme.io",
		sign: []string{"Email", "First name", "Surname", "Date registered"},
	},
}

// vcards is what properties of vCards mean, whoever wrote them.
var vcards = program{
	name: "vCard",
	says: meanings("FN=name", "N=given", "EMAIL=email", "TEL=phone", "ADR=address", "ORG=company", "TITLE=job", "ROLE=job", "NOTE=note",
		"BDAY=birthday", "URL=page", "CATEGORIES=group", "NICKNAME=", "UID=", "REV=", "PRODID=", "LABEL=", "KIND=", "X-CARNET-ID=id", "GENDER=", "TZ=", "GEO=", "LANG="),
}

// meanings reads "Title=prefix". Nothing after the sign is for a column that a
// contact has no place for.
func meanings(all ...string) map[string]meaning {
	m := map[string]meaning{}
	for _, one := range all {
		name, of, _ := strings.Cut(one, "=")
		m[fold(name)] = meaning{concept: concept(of)}
	}
	return m
}

// programOf tells whose header it is, nil where it is nobody's in particular.
func programOf(header []string) *program {
	has := map[string]bool{}
	for _, name := range header {
		has[fold(name)] = true
	}
	for i := range programs {
		if programs[i].signed(has) {
			return &programs[i]
		}
	}
	return nil
}

func (p *program) signed(has map[string]bool) bool {
	if p.rare != nil {
		n := 0
		for _, name := range p.rare {
			if has[fold(name)] {
				n++
			}
		}
		return n > 2
	}
	for _, name := range p.sign {
		if !has[fold(name)] {
			return false
		}
	}
	return true
}

// named finds a program by its name, nil where it is none of ours, or none.
func named(name string, header []string) *program {
	if p := programOf(header); p != nil && p.name == name {
		return p
	}
	for i := range programs {
		if programs[i].name == name {
			return &programs[i]
		}
	}
	return nil
}

// meaning is what a column of the program's is about. told is whether the program alone tells.
func (p *program) meaning(header string) (m meaning, told bool) {
	if p != nil {
		if m, told = p.says[fold(header)]; told {
			return m, true
		}
	}
	return meaningOf(header), false
}
