package transfer

import (
	"strings"
	"unicode/utf8"

	"github.com/carnet-project/carnet/internal/contact"
)

// appendCard appends a contact as a card of RFC 6350. A contact without a name has an empty
// FN, because a card must have one and none is to be made up. What a card has no property
// for is in properties of ours, that begin with X-CARNET-.
func appendCard(b []byte, it Item, labels *contact.Labels) []byte {
	b = appendProperty(b, "BEGIN", "VCARD")
	b = appendProperty(b, "VERSION", "4.0")
	b = appendProperty(b, "PRODID", "-//Carnet//EN")
	b = appendProperty(b, "X-CARNET-ID", it.ID.String())
	if len(it.Values[contact.Names]) == 0 {
		b = appendProperty(b, "FN", "")
	}
	b = appendEach(b, "FN", it.Contact, contact.Names, escaped)
	b = appendEach(b, "EMAIL", it.Contact, contact.Emails, escaped)
	b = appendEach(b, "TEL", it.Contact, contact.Phones, escaped)
	b = appendEach(b, "ADR", it.Contact, contact.Locations, inStreet)
	for i := range it.Fields {
		if value := it.Fields[i].Text; value != "" {
			b = appendProperty(b, slotProperty(contact.SlotAt(i))+labelParam(labels[i]), escaped(value))
		}
	}
	b = appendProperty(b, "X-CARNET-CREATED-AT", moment(it.Created))
	return appendProperty(b, "END", "VCARD")
}

// slotProperty is what the property of a slot is called: X-CARNET-PROFILE-FIELD-1.
func slotProperty(s contact.Slot) string {
	return "X-CARNET-" + strings.ToUpper(strings.ReplaceAll(s.String(), "_", "-"))
}

// labelParam writes the label of a slot, for people: with what RFC 6868 has for the signs
// that no parameter may hold.
func labelParam(label string) string {
	if label == "" {
		return ""
	}
	return `;X-LABEL="` + strings.NewReplacer("^", "^^", "\n", "^n", `"`, "^'", "\r", "").Replace(label) + `"`
}

// appendEach appends the values of a collection, in their order: the first is preferred.
func appendEach(b []byte, name string, c *contact.Contact, col contact.Collection, as func(string) string) []byte {
	for i, v := range c.Values[col] {
		if i == 0 {
			b = appendProperty(b, name+";PREF=1", as(v.Text))
			continue
		}
		b = appendProperty(b, name, as(v.Text))
	}
	return b
}

// escaped is a text as the value of a property that has no parts. A line break is one,
// whichever it was. A semicolon stays as it is, which is allowed there and read by more
// programs.
func escaped(text string) string { return escapes.Replace(text) }

var escapes = strings.NewReplacer(`\`, `\\`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// inStreet is a location as an address, all of it in one place: which part is which is not
// known.
func inStreet(text string) string {
	return ";;" + strings.ReplaceAll(escaped(text), ";", `\;`) + ";;;;"
}

// lineOctets is how long a line may be, without its break.
const lineOctets = 75

// appendProperty appends a property, folded.
func appendProperty(b []byte, name, value string) []byte {
	line := name + ":" + value
	for room := lineOctets; len(line) > room; room = lineOctets - 1 { // a line that goes on begins with a space
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		b = append(b, line[:cut]...)
		b = append(b, "\r\n "...)
		line = line[cut:]
	}
	b = append(b, line...)
	return append(b, '\r', '\n')
}
