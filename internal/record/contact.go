package record

import (
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// A contact's row holds two JSON texts.
//
//	doc:     {"emails":["a@example.com"],"names":["Ada"],"fields":{"1":"Pro","16":"500"}}
//	origins: {"from":[[1,3],[1,9]],"sets":[[0,1]],"emails":[0],"names":[1],"fields":{"1":0,"16":-1}}
//
// Empty members are left out. Fields are keyed by slot; numbers stay text, so
// that no decimal ever passes through a float. origins has for every value of doc,
// in the same order, its place in the pool of origins: see pool.go. They are apart
// because most reads want the values alone.

// usualRow is room for the texts of most rows, in bytes: growing costs copies.
const usualRow = 1 << 10

// EncodeContact gives the row of a contact.
func EncodeContact(space contact.SpaceID, c *contact.Contact) (Contact, error) {
	doc, err := appendDoc(make([]byte, 0, usualRow), c)
	if err != nil {
		return Contact{}, err
	}
	row := Contact{
		Space: space, ID: c.ID, Version: c.Version, State: c.State, Parent: c.Parent,
		Created: c.Created, Head: c.Head, Depth: c.Depth, Doc: doc, Origins: appendOrigins(nil, c),
	}
	row.Seal()
	return row, nil
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
		return strconv.AppendInt(b, int64(from.place(v.Origins)), 10)
	})
	return from.appendWith(b, members)
}

// DecodeContact is the inverse of EncodeContact. A row that is not as that wrote
// it is ErrDamaged.
func DecodeContact(row *Contact) (contact.Contact, error) {
	c, err := DecodeValues(row)
	if err != nil {
		return c, err
	}
	if err := readOrigins(row.Origins, &c); err != nil {
		return c, fmt.Errorf("%w: contact %d: origins: %w", ErrDamaged, row.ID, err)
	}
	return c, nil
}

// DecodeValues leaves the origins of the values unread.
func DecodeValues(row *Contact) (contact.Contact, error) {
	c := contact.Contact{
		ID: row.ID, Version: row.Version, State: row.State, Parent: row.Parent,
		Created: row.Created, Head: row.Head, Depth: row.Depth,
	}
	if !row.Intact() {
		return c, fmt.Errorf("%w: contact %d: its checksum is another", ErrDamaged, row.ID)
	}
	if err := readDoc(row.Doc, &c); err != nil {
		return c, fmt.Errorf("%w: contact %d: doc: %w", ErrDamaged, row.ID, err)
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

func readOrigins(text []byte, c *contact.Contact) error {
	var from origins
	r := newReader(text)
	r.object(func(name string) {
		switch col, ok := contact.CollectionOf(name); {
		case ok:
			i := 0
			r.array(func() {
				if i < len(c.Values[col]) {
					c.Values[col][i].Origins = r.origin(&from)
				} else {
					r.fail("more origins than values")
				}
				i++
			})
		case r.member(name, &from):
		case name == "fields":
			r.object(func(slot string) {
				if i, ok := slotIndex(slot); ok {
					c.Fields[i].Origins = r.origin(&from)
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
