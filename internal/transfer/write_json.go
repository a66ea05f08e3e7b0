package transfer

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// primaryNames are those of the primaries in a row of a list, in their order there
// (CONTRACT P4).
var primaryNames = [...]struct {
	col  contact.Collection
	name string
}{{contact.Emails, "email"}, {contact.Names, "name"}, {contact.Phones, "phone"}, {contact.Locations, "location"}}

// appendRow appends a row of a list, and when the contact was made (CONTRACT P6). A test of
// the API holds it against that list.
func (f *Form) appendRow(b []byte, it Item) []byte {
	b = appendID(b, it.Contact)
	for _, p := range primaryNames {
		text, ok := it.Primary(p.col)
		b = appendTextOrNull(appendMember(b, p.name), text, ok)
	}
	if f.AllEmails {
		b = appendValues(b, contact.Emails, it.Contact)
	}
	b = appendMember(b, "created_at")
	b = appendMoment(b, it.Created)
	return append(b, '}', '\n')
}

// appendWhole appends all of a contact, as a GET with its meta answers it.
func appendWhole(b []byte, it Item) []byte {
	b = appendID(b, it.Contact)
	for _, col := range contact.Collections {
		b = appendValues(b, col, it.Contact)
	}
	b = append(b, `,"custom_fields":{`...)
	for i := range it.Fields {
		slot, text := contact.SlotAt(i), it.Fields[i].Text
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, slot.String()), ':')
		if text != "" && slot.Kind() == contact.NumberField {
			b = append(b, text...) // stored as JSON writes it
			continue
		}
		b = appendTextOrNull(b, text, text != "")
	}
	b = append(b, `},"meta":{"version":`...)
	b = strconv.AppendInt(b, int64(it.Version), 10)
	b = appendMember(b, "created_at")
	b = appendMoment(b, it.Created)
	b = appendMember(b, "updated_at")
	b = appendMoment(b, it.Updated)
	return append(b, '}', '}', '\n')
}

func appendID(b []byte, c *contact.Contact) []byte {
	return strconv.AppendInt(append(b, `{"id":`...), int64(c.ID), 10)
}

// appendMember begins a member that is not the first.
func appendMember(b []byte, name string) []byte { return append(appendText(append(b, ','), name), ':') }

func appendValues(b []byte, col contact.Collection, c *contact.Contact) []byte {
	b = append(appendMember(b, col.String()), '[')
	for i, v := range c.Values[col] {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, v.Text)
	}
	return append(b, ']')
}

func appendText(b []byte, text string) []byte {
	b, _ = jsontext.AppendQuote(b, text) // what is stored is UTF-8
	return b
}

func appendTextOrNull(b []byte, text string, ok bool) []byte {
	if !ok {
		return append(b, "null"...)
	}
	return appendText(b, text)
}

func appendMoment(b []byte, t contact.Time) []byte { return appendText(b, moment(t)) }

// moment writes a time as the API does.
func moment(t contact.Time) string { return t.Std().Format("2006-01-02T15:04:05.000000Z") }
