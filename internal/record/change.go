package record

import (
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// A change's row holds what it did as JSON:
//
//	{"from":[[1,3]],"emails":{"before":[["a@example.com",0]],"after":[0,"b@example.com"]},
//	 "fields":{"1":[["Free",0],"Pro"],"16":[null,"500"]},
//	 "link":[0,7],"absorbed":9}
//
// A value is its text where the change itself brought it to its own contact,
// else its text followed by the places of its origins in from, which lists each
// once as [contact, seq]. In after, a number is the place of a value of before
// that stayed. null is an empty slot. link is what the contact was merged into,
// before and after; absorbed is what was merged into it. Members are left out
// where nothing changed.

// EncodeChange gives the row of a change.
func EncodeChange(space contact.SpaceID, ch *contact.Change) (Change, error) {
	w := editsWriter{b: make([]byte, 0, usualRow), own: contact.Origin{Contact: ch.Contact, Seq: ch.Seq}}
	row := Change{
		Space: space, Seq: ch.Seq, Op: ch.Op, Contact: ch.Contact, Version: ch.Version, Prev: ch.Prev, Skip: ch.Skip,
		At: ch.At, Action: ch.Action, Reason: ch.Reason, RequestID: ch.RequestID,
		Edits: w.edits(&ch.Edits),
	}
	w.b = nil
	row.Actor = w.actor(ch.Actor)
	if ch.Snapshot != nil {
		doc, err := appendDoc(nil, ch.Snapshot)
		if err != nil {
			return Change{}, err
		}
		row.Snapshot = append(append([]byte(`{"doc":`), doc...), `,"origins":`...)
		row.Snapshot = append(appendOrigins(row.Snapshot, ch.Snapshot), '}')
	}
	return row, w.err
}

// editsWriter appends to b and keeps the first error.
type editsWriter struct {
	b    []byte
	own  contact.Origin
	from pool
	err  error
}

func (w *editsWriter) raw(s string) { w.b = append(w.b, s...) }

func (w *editsWriter) int(n int64) { w.b = strconv.AppendInt(w.b, n, 10) }

func (w *editsWriter) quote(s string) {
	b, err := jsontext.AppendQuote(w.b, s)
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("record: a value is not UTF-8")
	}
	w.b = b
}

// sep writes a comma unless it follows an opening bracket.
func (w *editsWriter) sep() {
	if last := w.b[len(w.b)-1]; last != '{' && last != '[' {
		w.raw(",")
	}
}

func (w *editsWriter) edits(e *contact.Edits) []byte {
	w.raw("{")
	for _, col := range contact.Collections {
		if l := e.Values[col]; l != nil {
			w.sep()
			w.quote(col.String())
			w.raw(":")
			w.list(l)
		}
	}
	if len(e.Fields) > 0 {
		w.sep()
		w.raw(`"fields":{`)
		for _, f := range e.Fields {
			w.sep()
			w.b = appendSlot(w.b, f.Slot.Index())
			w.raw(":[")
			w.field(f.Before)
			w.raw(",")
			w.field(f.After)
			w.raw("]")
		}
		w.raw("}")
	}
	if e.Link != nil {
		w.sep()
		w.raw(`"link":[`)
		w.int(int64(e.Link.Before))
		w.raw(",")
		w.int(int64(e.Link.After))
		w.raw("]")
	}
	if e.Absorbed != 0 {
		w.sep()
		w.raw(`"absorbed":`)
		w.int(int64(e.Absorbed))
	}
	w.raw("}")
	if len(w.from) == 0 {
		return w.b
	}
	return w.from.appendWith(nil, w.b)
}

func (w *editsWriter) list(l *contact.ListEdit) {
	w.raw(`{"before":[`)
	for _, v := range l.Before {
		w.sep()
		w.value(v)
	}
	w.raw(`],"after":[`)
	for _, v := range l.After {
		w.sep()
		if at := place(l.Before, v); at >= 0 {
			w.int(int64(at))
		} else {
			w.value(v)
		}
	}
	w.raw("]}")
}

// place finds a value that stayed as it was, origins included; -1 for none.
func place(in []contact.Value, v contact.Value) int {
	for i := range in {
		if in[i].Equal(v) {
			return i
		}
	}
	return -1
}

func (w *editsWriter) field(v contact.Value) {
	if v.Text == "" {
		w.raw("null")
		return
	}
	w.value(v)
}

func (w *editsWriter) value(v contact.Value) {
	if len(v.Origins) == 1 && v.Origins[0] == w.own {
		w.quote(v.Text)
		return
	}
	w.raw("[")
	w.quote(v.Text)
	for _, o := range v.Origins {
		w.raw(",")
		w.b = w.from.appendPlace(w.b, o)
	}
	w.raw("]")
}

func (w *editsWriter) actor(a contact.Actor) []byte {
	w.raw(`{"key_id":`)
	w.int(a.KeyID)
	w.raw(`,"key_name":`)
	w.quote(a.KeyName)
	w.raw(`,"name":`)
	w.quote(a.Name)
	w.raw("}")
	return w.b
}

// DecodeChange is the inverse of EncodeChange.
func DecodeChange(row *Change) (contact.Change, error) {
	ch := contact.Change{
		Seq: row.Seq, Op: row.Op, Contact: row.Contact, Version: row.Version, Prev: row.Prev, Skip: row.Skip,
		At: row.At, Action: row.Action, Reason: row.Reason, RequestID: row.RequestID,
	}
	own := []contact.Origin{{Contact: row.Contact, Seq: row.Seq}}
	if err := readEdits(row.Edits, own, &ch.Edits); err != nil {
		return ch, fmt.Errorf("record: change %d: edits: %w", row.Seq, err)
	}
	if err := readActor(row.Actor, &ch.Actor); err != nil {
		return ch, fmt.Errorf("record: change %d: actor: %w", row.Seq, err)
	}
	if row.Snapshot != nil {
		c, err := readSnapshot(row)
		if err != nil {
			return ch, fmt.Errorf("record: change %d: snapshot: %w", row.Seq, err)
		}
		ch.Snapshot = &c
	}
	return ch, nil
}

func readEdits(text []byte, own []contact.Origin, e *contact.Edits) error {
	r := newReader(text)
	var from pool
	r.object(func(name string) {
		switch col, ok := contact.CollectionOf(name); {
		case ok:
			e.Values[col] = r.listEdit(own, from)
		case name == "from":
			from = r.pool()
		case name == "fields":
			r.object(func(slot string) {
				i, ok := slotIndex(slot)
				if !ok {
					r.fail("unknown slot")
					return
				}
				f := contact.FieldEdit{Slot: contact.SlotAt(i)}
				r.expect('[')
				f.Before, f.After = r.value(own, from), r.value(own, from)
				r.expect(']')
				e.Fields = append(e.Fields, f)
			})
		case name == "link":
			o := r.pair()
			e.Link = &contact.LinkEdit{Before: o.Contact, After: contact.ID(o.Seq)}
		case name == "absorbed":
			e.Absorbed = contact.ID(r.int())
		default:
			r.fail("unknown member")
		}
	})
	return r.end()
}

func (r *reader) listEdit(own []contact.Origin, from pool) *contact.ListEdit {
	var l contact.ListEdit
	r.object(func(name string) {
		r.array(func() {
			switch {
			case name == "before":
				l.Before = append(l.Before, r.value(own, from))
			case r.peek() == '0':
				at := r.int()
				if at < 0 || at >= int64(len(l.Before)) {
					r.fail("no such value")
					return
				}
				l.After = append(l.After, l.Before[at])
			default:
				l.After = append(l.After, r.value(own, from))
			}
		})
	})
	return &l
}

// value reads what editsWriter.field and value write.
func (r *reader) value(own []contact.Origin, from pool) contact.Value {
	switch r.peek() {
	case 'n':
		r.token()
		return contact.Value{}
	case '"':
		return contact.Value{Text: r.text(), Origins: own}
	}
	var v contact.Value
	r.expect('[')
	v.Text = r.text()
	for r.err == nil && r.peek() != ']' {
		v.Origins = r.origin(from, v.Origins)
	}
	r.expect(']')
	return v
}

func readActor(text []byte, a *contact.Actor) error {
	r := newReader(text)
	r.object(func(name string) {
		switch name {
		case "key_id":
			a.KeyID = r.int()
		case "key_name":
			a.KeyName = r.text()
		case "name":
			a.Name = r.text()
		default:
			r.fail("unknown member")
		}
	})
	return r.end()
}

func readSnapshot(row *Change) (contact.Contact, error) {
	c := contact.Contact{ID: row.Contact, Version: row.Version, Head: row.Seq}
	r := newReader(row.Snapshot)
	var doc, origins jsontext.Value
	r.object(func(name string) {
		switch name {
		case "doc":
			doc = r.whole()
		case "origins":
			origins = r.whole()
		default:
			r.fail("unknown member")
		}
	})
	if err := r.end(); err != nil {
		return c, err
	}
	if err := readDoc(doc, &c); err != nil {
		return c, err
	}
	return c, readOrigins(origins, &c)
}
