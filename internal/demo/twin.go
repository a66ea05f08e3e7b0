package demo

import (
	"strings"
	"unicode"

	"github.com/carnet-project/carnet/internal/contact"
)

// twin enters somebody known a second time, as a colleague or a web form
// would: a slip in the name, the email in another case, the phone in another
// format. It is what looking for duplicates and merging have to find.
func (m *maker) twin() person {
	if len(m.known) == 0 {
		return m.person()
	}
	var t person
	first := pick(m, m.known...)
	t.add(contact.Names, pick(m, m.misspelt(first.latin), m.misspelt(first.latin), first.latin))
	if email, ok := primary(first, contact.Emails); ok {
		local, domain, _ := strings.Cut(email, "@")
		t.add(contact.Emails, pick(m,
			upper(email),
			upper(local[:1])+local[1:]+"@"+domain,
			local+"@"+strings.Replace(domain, "example", "Example", 1)))
	}
	if phone, ok := primary(first, contact.Phones); ok {
		other := compact(first.number)
		if phone == other {
			other = first.number
		}
		t.add(contact.Phones, other)
	}
	for _, s := range []contact.Slot{jobTitle, company} {
		if text := first.patch.Fields.Texts[s.Index()]; text != "" {
			t.set(s, text)
		}
	}
	return t
}

func primary(p person, c contact.Collection) (string, bool) {
	texts := p.patch.Values[c].Texts
	if len(texts) == 0 {
		return "", false
	}
	return texts[0], true
}

// misspelt drops or doubles a letter inside a name.
func (m *maker) misspelt(name string) string {
	for {
		i := m.between(1, len(name)-2)
		if !unicode.IsLower(rune(name[i])) {
			continue
		}
		if m.chance(50) {
			return name[:i] + name[i+1:]
		}
		return name[:i] + name[i:i+1] + name[i:]
	}
}

// upper is for the addresses that people type with caps lock on. Only ASCII
// letters compare without case (CONTRACT D9).
func upper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}
