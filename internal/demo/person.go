package demo

import (
	"slices"
	"strconv"
	"strings"

	"github.com/carnet-project/carnet/internal/contact"
)

// person is somebody on the way to becoming a patch.
type person struct {
	patch  contact.Patch
	latin  string // the whole name in Latin letters
	number string // the first phone, in international form; "" for none
}

// add appends a value to a collection, once.
func (p *person) add(c contact.Collection, text string) {
	list := &p.patch.Values[c]
	list.Sent = true
	if !slices.Contains(list.Texts, text) {
		list.Texts = append(list.Texts, text)
	}
}

// set fills a slot.
func (p *person) set(s contact.Slot, text string) {
	p.patch.Fields.Sent = true
	p.patch.Fields.Named[s.Index()] = true
	p.patch.Fields.Texts[s.Index()] = text
}

// person draws somebody new: mostly a full entry, at times only what a form or
// a missed call leaves behind.
func (m *maker) person() person {
	var p person
	c := m.culture()
	given, family := m.name(c)
	switch kind := m.IntN(100); {
	case kind < 4:
		m.addPhones(&p, c, pick(m, c.homes...), 1)
		return p
	case kind < 7:
		p.add(contact.Emails, m.email(given, family, ""))
		return p
	case kind < 9:
		p.add(contact.Names, c.write(given, family))
		return p
	}

	lives := c
	if m.chance(12) { // abroad
		lives = m.culture()
	}
	home := pick(m, lives.homes...)
	m.addNames(&p, c, given, family)
	firm := m.addStory(&p, given, lives)
	emails := pick(m, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4)
	for range emails {
		p.add(contact.Emails, m.email(given, family, firm))
	}
	if emails > 0 && c.domain != "" && m.chance(8) {
		p.add(contact.Emails, m.untaken(strings.ToLower(letters(given.native)), c.domain))
	}
	switch {
	case emails == 0:
		m.addPhones(&p, lives, home, m.between(1, 2))
	case lives.mobiles != nil || home.phone != "":
		m.addPhones(&p, lives, home, pick(m, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3))
	case m.chance(45): // no numbers for fiction in that country
		m.addPhones(&p, lives, home, 1)
	}
	if m.chance(75) {
		p.add(contact.Locations, pick(m, home.latin, home.native))
	}
	if m.chance(8) {
		p.add(contact.Locations, pick(m, c.homes...).native)
	}
	m.known = append(m.known, p)
	return p
}

// name draws a given and a family name that go together.
func (m *maker) name(c *culture) (given, family spelling) {
	if m.chance(50) {
		return pick(m, c.men...), pick(m, c.families...)
	}
	if c.womensFamilies != nil {
		return pick(m, c.women...), pick(m, c.womensFamilies...)
	}
	return pick(m, c.women...), pick(m, c.families...)
}

// addNames gives the name as its owner writes it and often in Latin letters
// too; some are known by the Latin one first.
func (m *maker) addNames(p *person, c *culture, given, family spelling) {
	native := c.write(given, family)
	p.latin = c.writeLatin(given, family)
	both := 15 // with diacritics
	if c.script != "" {
		both = 65
	}
	switch {
	case !m.chance(both):
		p.add(contact.Names, native)
	case m.chance(15):
		p.add(contact.Names, p.latin)
		p.add(contact.Names, native)
	default:
		p.add(contact.Names, native)
		p.add(contact.Names, p.latin)
	}
}

var mailDomains = []string{
	"example.com", "example.com", "example.org", "example.net",
	"mail.example.com", "mail.example.org", "post.example.net", "inbox.example.org",
}

// email makes an address that nobody has yet, at the firm where one is given.
func (m *maker) email(given, family spelling, firm string) string {
	g, f := strings.ToLower(letters(given.latin)), strings.ToLower(letters(family.latin))
	local := pick(m, g+"."+f, g+"."+f, g[:1]+f, g+"_"+f, g, f+"."+g, g+strconv.Itoa(m.between(61, 99)))
	if m.chance(4) {
		local += "+news"
	}
	if firm != "" && m.chance(50) {
		return m.untaken(local, firm+".example.com")
	}
	return m.untaken(local, pick(m, mailDomains...))
}

func (m *maker) untaken(local, domain string) string {
	address := local + "@" + domain
	for i := 2; m.taken[address]; i++ {
		address = local + strconv.Itoa(i) + "@" + domain
	}
	m.taken[address] = true
	return address
}

// letters drops what stands between the letters of a name: "O'Brien", "Seo-yeon".
func letters(name string) string { return lettersOnly.Replace(name) }

var lettersOnly = strings.NewReplacer(" ", "", "'", "", "-", "")
