package record

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// A contact's row holds two JSON texts.
//
//	doc:     {"emails":["a@example.com"],"names":["Ada"],"fields":{"1":"Pro","16":"500"}}
//	origins: {"from":[[1,3],[1,9]],"emails":[0],"names":[1],"fields":{"1":0,"16":[0,1]}}
//
// Empty members are left out. Fields are keyed by slot; numbers stay text, so
// that no decimal ever passes through a float. origins lists each origin once,
// as [contact, seq], and then for every value of doc, in the same order, the
// place of its origin in that list, or places where it has several. They are
// apart because most reads want the values alone.

// usualRow is room for the texts of most rows, in bytes: growing costs copies.
const usualRow = 1 << 10

// EncodeContact gives the row of a contact.
func EncodeContact(space contact.SpaceID, c *contact.Contact) (Contact, error) {
	doc, err := appendDoc(make([]byte, 0, usualRow), c)
	if err != nil {
		return Contact{}, err
	}
	return Contact{
		Space: space, ID: c.ID, Version: c.Version, State: c.State, Parent: c.Parent, Canonical: c.Canonical,
		Created: c.Created, Head: c.Head, Depth: c.Depth, Skip: c.Skip, Doc: doc, Origins: appendOrigins(nil, c),
	}, nil
}

func appendDoc(b []byte, c *contact.Contact) ([]byte, error) {
	var err error
	quote := func(b []byte, text string) []byte {
		out, quoteErr := jsontext.AppendQuote(b, text)
		if quoteErr != nil {
			err = fmt.Errorf("record: a value is not UTF-8")
		}
		return out
	}
	b = appendMembers(b, c, quote, func(b []byte, v contact.Value) []byte { return quote(b, v.Text) })
	return b, err
}

// appendMembers writes the frame that doc and origins share: a list for each
// collection, an object for the fields, and item for every value.
func appendMembers(b []byte, c *contact.Contact, quote func([]byte, string) []byte, item func([]byte, contact.Value) []byte) []byte {
	b = append(b, '{')
	start := len(b)
	open := func(name string, bracket byte) {
		if len(b) > start {
			b = append(b, ',')
		}
		b = append(append(quote(b, name), ':'), bracket)
	}
	for _, col := range contact.Collections {
		if len(c.Values[col]) == 0 {
			continue
		}
		open(col.String(), '[')
		for i, v := range c.Values[col] {
			if i > 0 {
				b = append(b, ',')
			}
			b = item(b, v)
		}
		b = append(b, ']')
	}
	first := true
	for i, v := range c.Fields {
		if v.Text == "" {
			continue
		}
		if first {
			open("fields", '{')
			first = false
		} else {
			b = append(b, ',')
		}
		b = append(appendSlot(b, i), ':')
		b = item(b, v)
	}
	if !first {
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendSlot(b []byte, index int) []byte {
	b = append(b, '"')
	b = strconv.AppendInt(b, int64(contact.SlotAt(index)), 10)
	return append(b, '"')
}

func appendOrigins(b []byte, c *contact.Contact) []byte {
	var from pool
	quote := func(b []byte, name string) []byte { return append(append(append(b, '"'), name...), '"') }
	members := appendMembers(make([]byte, 0, usualRow/4), c, quote, func(b []byte, v contact.Value) []byte {
		if len(v.Origins) == 1 {
			return from.appendPlace(b, v.Origins[0])
		}
		b = append(b, '[')
		for i, o := range v.Origins {
			if i > 0 {
				b = append(b, ',')
			}
			b = from.appendPlace(b, o)
		}
		return append(b, ']')
	})
	return from.appendWith(b, members)
}

// pool collects origins, each once: a contact's values mostly share a few.
type pool []contact.Origin

// appendPlace writes the place of an origin in the pool.
func (p *pool) appendPlace(b []byte, o contact.Origin) []byte {
	at := slices.Index(*p, o)
	if at < 0 {
		at = len(*p)
		*p = append(*p, o)
	}
	return strconv.AppendInt(b, int64(at), 10)
}

// appendWith writes the pool as the member from, in front of the members of an
// object that was written with its places.
func (p pool) appendWith(b, object []byte) []byte {
	b = append(b, `{"from":[`...)
	for i, o := range p {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(o.Contact), 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, int64(o.Seq), 10)
		b = append(b, ']')
	}
	b = append(b, ']')
	if len(object) > len("{}") {
		b = append(b, ',')
	}
	return append(b, object[1:]...)
}

// DecodeContact is the inverse of EncodeContact.
func DecodeContact(row *Contact) (contact.Contact, error) {
	c, err := DecodeValues(row)
	if err != nil {
		return c, err
	}
	if err := readOrigins(row.Origins, &c); err != nil {
		return c, fmt.Errorf("record: contact %d: origins: %w", row.ID, err)
	}
	return c, nil
}

// DecodeValues leaves the origins of the values unread.
func DecodeValues(row *Contact) (contact.Contact, error) {
	c := contact.Contact{
		ID: row.ID, Version: row.Version, State: row.State, Parent: row.Parent, Canonical: row.Canonical,
		Created: row.Created, Head: row.Head, Depth: row.Depth, Skip: row.Skip,
	}
	if err := readDoc(row.Doc, &c); err != nil {
		return c, fmt.Errorf("record: contact %d: doc: %w", row.ID, err)
	}
	return c, nil
}

func readDoc(doc []byte, c *contact.Contact) error {
	r := newReader(doc)
	r.object(func(name string) {
		if name == "fields" {
			r.object(func(slot string) {
				if i, ok := slotIndex(slot); ok {
					c.Fields[i].Text = r.text()
				} else {
					r.fail("unknown slot")
				}
			})
			return
		}
		col, ok := contact.CollectionOf(name)
		if !ok {
			r.fail("unknown member")
			return
		}
		r.array(func() { c.Values[col] = append(c.Values[col], contact.Value{Text: r.text()}) })
	})
	return r.end()
}

func readOrigins(origins []byte, c *contact.Contact) error {
	var from pool
	r := newReader(origins)
	read := func(v *contact.Value) {
		if r.peek() != '[' {
			v.Origins = r.origin(from, nil)
			return
		}
		r.array(func() { v.Origins = r.origin(from, v.Origins) })
	}
	r.object(func(name string) {
		switch col, ok := contact.CollectionOf(name); {
		case ok:
			i := 0
			r.array(func() {
				if i < len(c.Values[col]) {
					read(&c.Values[col][i])
				} else {
					r.fail("more origins than values")
				}
				i++
			})
		case name == "from":
			from = r.pool()
		case name == "fields":
			r.object(func(slot string) {
				if i, ok := slotIndex(slot); ok {
					read(&c.Fields[i])
				} else {
					r.fail("unknown slot")
				}
			})
		default:
			r.fail("unknown member")
		}
	})
	return r.end()
}

func slotIndex(key string) (int, bool) {
	n, err := strconv.Atoi(key)
	if err != nil || n < 1 || n > contact.NumSlots {
		return 0, false
	}
	return contact.Slot(n).Index(), true
}
