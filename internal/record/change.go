package record

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// A change's row holds what it did as JSON:
//
//	{"from":[[1,3]],"emails":{"before":[["a@example.com",0]],"after":[0,"b@example.com"]},
//	 "fields":{"1":[["Free",0],"Pro"],"16":[null,"500"]},
//	 "state":[0,1],"link":[0,7],"absorbed":[[9,4]],"split":[9]}
//
// A value is its text where the write itself brought it to its own contact, else
// its text and its place in the pool of origins: see pool.go. In after, a number is
// the place of a value of before that stayed. null is an empty slot. state is
// that of the contact before and after, link what it was merged into; absorbed are
// the contacts that were merged into it, with the version that each had until
// then, split those that were split off from it. Members are left out where nothing changed. "erased":true
// before all of them says that what it did to values was erased for good.

// erased is what the edits begin with of which all that they did to values was erased.
const erased = `{"erased":true`

// Erased tells whether what the change did was erased for good (CONTRACT D35).
func (c *Change) Erased() bool { return bytes.HasPrefix(c.Edits, []byte(erased)) }

// EncodeChange gives the row of a change.
func EncodeChange(space contact.SpaceID, ch *contact.Change) (Change, error) {
	w := editsWriter{b: make([]byte, 0, usualRow), own: contact.Origin{Contact: ch.Contact, Op: ch.Op}}
	row := Change{
		Space: space, Seq: ch.Seq, Op: ch.Op, Contact: ch.Contact, Ref: ch.Ref, Version: ch.Version, Prev: ch.Prev,
		At: ch.At, Action: ch.Action, Reason: ch.Reason, RequestID: ch.RequestID, BatchID: ch.BatchID, Undoes: ch.Undoes,
		Edits: w.edits(&ch.Edits),
	}
	w.b = nil
	row.Actor = w.actor(ch.Actor)
	if ch.Snapshot != nil {
		var err error
		if row.Snapshot, err = appendSnapshot(ch.Snapshot); err != nil {
			return Change{}, err
		}
	}
	row.Seal()
	return row, w.err
}

// appendSnapshot writes a whole contact: its doc and origins as its own row has
// them, and what it was, where it was not live.
//
//	{"state":1,"parent":7,"doc":{…},"origins":{…}}
func appendSnapshot(c *contact.Contact) ([]byte, error) {
	b := []byte{'{'}
	if c.State != contact.Live {
		b = append(strconv.AppendInt(append(b, `"state":`...), int64(c.State), 10), ',')
	}
	if c.Parent != 0 {
		b = append(strconv.AppendInt(append(b, `"parent":`...), int64(c.Parent), 10), ',')
	}
	doc, err := appendDoc(nil, c)
	if err != nil {
		return nil, err
	}
	b = append(append(append(b, `"doc":`...), doc...), `,"origins":`...)
	return append(appendOrigins(b, c), '}'), nil
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
	if e.Erased {
		w.raw(erased[1:])
	}
	for _, col := range contact.Collections {
		if l := e.Values[col]; l != nil {
			w.member(col.String())
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
	if e.State != nil {
		w.member("state")
		w.pair(int64(e.State.Before), int64(e.State.After))
	}
	if e.Link != nil {
		w.member("link")
		w.pair(int64(e.Link.Before), int64(e.Link.After))
	}
	if len(e.Absorbed) > 0 {
		w.member("absorbed")
		w.raw("[")
		for _, a := range e.Absorbed {
			w.sep()
			w.pair(int64(a.ID), int64(a.Version))
		}
		w.raw("]")
	}
	if len(e.Split) > 0 {
		w.member("split")
		w.raw("[")
		for _, id := range e.Split {
			w.sep()
			w.int(int64(id))
		}
		w.raw("]")
	}
	w.raw("}")
	if len(w.from.from) == 0 && len(w.from.sets) == 0 {
		return w.b
	}
	return w.from.appendWith(nil, w.b)
}

func (w *editsWriter) member(name string) {
	w.sep()
	w.quote(name)
	w.raw(":")
}

func (w *editsWriter) pair(a, b int64) {
	w.raw("[")
	w.int(a)
	w.raw(",")
	w.int(b)
	w.raw("]")
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
	w.raw(",")
	w.int(int64(w.from.place(v.Origins)))
	w.raw("]")
}

// ActorOfKey gives what the actor of a change begins with, where it used this key:
// changes of a key are found by that.
func ActorOfKey(id int64) string { return `{"key_id":` + strconv.FormatInt(id, 10) + `,` }

func (w *editsWriter) actor(a contact.Actor) []byte {
	w.raw(ActorOfKey(a.KeyID))
	w.raw(`"key_name":`)
	w.quote(a.KeyName)
	w.raw(`,"name":`)
	w.quote(a.Name)
	if a.Import.ID != "" {
		w.raw(`,"import":[`)
		w.quote(a.Import.ID)
		w.raw(",")
		w.int(int64(a.Import.Line))
		if a.Import.FileName != "" {
			w.raw(",")
			w.quote(a.Import.FileName)
		}
		w.raw("]")
	}
	w.raw("}")
	return w.b
}

// DecodeChange is the inverse of EncodeChange. A row that is not as that wrote it
// is ErrDamaged.
func DecodeChange(row *Change) (contact.Change, error) {
	ch := contact.Change{
		Seq: row.Seq, Op: row.Op, Contact: row.Contact, Ref: row.Ref, Version: row.Version, Prev: row.Prev, At: row.At,
		Attribution: contact.Attribution{Reason: row.Reason, RequestID: row.RequestID, BatchID: row.BatchID},
		Action:      row.Action, Undoes: row.Undoes,
	}
	damaged := func(what string, err error) (contact.Change, error) {
		return ch, fmt.Errorf("%w: change %d: %s: %w", ErrDamaged, row.Seq, what, err)
	}
	if !row.Intact() {
		return ch, fmt.Errorf("%w: change %d: its checksum is another", ErrDamaged, row.Seq)
	}
	own := []contact.Origin{{Contact: row.Contact, Op: row.Op}}
	if err := readEdits(row.Edits, own, &ch.Edits); err != nil {
		return damaged("edits", err)
	}
	if err := readActor(row.Actor, &ch.Actor); err != nil {
		return damaged("actor", err)
	}
	if row.Snapshot != nil {
		c, err := readSnapshot(row)
		if err != nil {
			return damaged("snapshot", err)
		}
		ch.Snapshot = &c
	}
	return ch, nil
}

// DecodeSource reads of a change's row who made it, how and when, and nothing of
// what it did. A row that is not as EncodeChange wrote it is ErrDamaged.
func DecodeSource(row *Change) (contact.Source, error) {
	from := contact.Source{At: row.At, Action: row.Action}
	if !row.Intact() {
		return from, fmt.Errorf("%w: change %d: its checksum is another", ErrDamaged, row.Seq)
	}
	if err := readActor(row.Actor, &from.Actor); err != nil {
		return from, fmt.Errorf("%w: change %d: actor: %w", ErrDamaged, row.Seq, err)
	}
	return from, nil
}

func readEdits(text []byte, own []contact.Origin, e *contact.Edits) error {
	r := newReader(text)
	var from origins
	r.object(func(name string) {
		switch col, ok := contact.CollectionOf(name); {
		case ok:
			e.Values[col] = r.listEdit(own, &from)
		case r.member(name, &from):
		case name == "fields":
			r.object(func(slot string) {
				i, ok := slotIndex(slot)
				if !ok {
					r.fail("unknown slot")
					return
				}
				f := contact.FieldEdit{Slot: contact.SlotAt(i)}
				r.expect('[')
				f.Before, f.After = r.value(own, &from), r.value(own, &from)
				r.expect(']')
				e.Fields = append(e.Fields, f)
			})
		case name == "state":
			before, after := r.two()
			e.State = &contact.StateEdit{Before: contact.State(before), After: contact.State(after)}
		case name == "link":
			before, after := r.two()
			e.Link = &contact.LinkEdit{Before: contact.ID(before), After: contact.ID(after)}
		case name == "absorbed":
			r.array(func() {
				id, version := r.two()
				e.Absorbed = append(e.Absorbed, contact.Absorbed{ID: contact.ID(id), Version: contact.Version(version)})
			})
		case name == "erased":
			r.expect('t')
			e.Erased = true
		case name == "split":
			r.array(func() { e.Split = append(e.Split, contact.ID(r.int())) })
		default:
			r.fail("unknown member")
		}
	})
	return r.end()
}

func (r *reader) listEdit(own []contact.Origin, from *origins) *contact.ListEdit {
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
func (r *reader) value(own []contact.Origin, from *origins) contact.Value {
	switch r.peek() {
	case 'n':
		r.token()
		return contact.Value{}
	case '"':
		return contact.Value{Text: r.text(), Origins: own}
	}
	var v contact.Value
	r.expect('[')
	v.Text, v.Origins = r.text(), r.origin(from)
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
		case "import":
			r.expect('[')
			a.Import.ID, a.Import.Line = r.text(), int(r.int())
			if r.peek() != ']' {
				a.Import.FileName = r.text()
			}
			r.expect(']')
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
		case "state":
			c.State = contact.State(r.int())
		case "parent":
			c.Parent = contact.ID(r.int())
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
	err := readOrigins(origins, &c)
	return c, err
}
