package record

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
)

// reader walks the JSON that the store itself wrote. It keeps the first error
// and then does nothing more, so that callers read on without checking. It is
// used again once end was called.
type reader struct {
	json bytes.Buffer
	dec  jsontext.Decoder
	err  error
}

var readers = sync.Pool{New: func() any { return new(reader) }}

func newReader(text []byte) *reader {
	r := readers.Get().(*reader)
	r.json, r.err = *bytes.NewBuffer(text), nil
	r.dec.Reset(&r.json, jsontext.AllowDuplicateNames(true))
	return r
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = errors.New(what)
	}
}

// token reads one token; its text is valid until the next read.
func (r *reader) token() jsontext.Token {
	if r.err != nil {
		return jsontext.Null
	}
	t, err := r.dec.ReadToken()
	if err != nil {
		r.err = err
		return jsontext.Null
	}
	return t
}

func (r *reader) peek() jsontext.Kind {
	if r.err != nil {
		return 0
	}
	return r.dec.PeekKind()
}

func (r *reader) expect(kind jsontext.Kind) jsontext.Token {
	t := r.token()
	if r.err == nil && t.Kind() != kind {
		r.fail("unexpected JSON: " + t.Kind().String())
	}
	return t
}

func (r *reader) text() string { return r.expect('"').String() }

func (r *reader) int() int64 {
	t := r.expect('0')
	if r.err != nil {
		return 0
	}
	n, err := t.Int()
	r.err = err
	return n
}

// array calls item until the array ends; item must read one value.
func (r *reader) array(item func()) {
	r.expect('[')
	for r.err == nil && r.peek() != ']' {
		item()
	}
	r.expect(']')
}

// object calls member with each name until the object ends; member must read
// one value.
func (r *reader) object(member func(name string)) {
	r.expect('{')
	for r.err == nil && r.peek() != '}' {
		member(r.name())
	}
	r.expect('}')
}

// names are those that this package writes, quoted, to what they are: reading
// one of them allocates nothing.
var names = func() map[string]string {
	m := map[string]string{}
	add := func(name string) { m[`"`+name+`"`] = name }
	for _, col := range contact.Collections {
		add(col.String())
	}
	for i := range contact.NumSlots {
		add(strconv.Itoa(i + 1))
	}
	for _, name := range []string{"from", "sets", "fields", "before", "after", "state", "link", "absorbed"} {
		add(name)
	}
	return m
}()

// name reads the name of a member.
func (r *reader) name() string {
	if r.peek() != '"' {
		return r.text() // which fails
	}
	quoted, err := r.dec.ReadValue()
	if err != nil {
		r.err = err
		return ""
	}
	if name, ok := names[string(quoted)]; ok {
		return name
	}
	text, err := jsontext.AppendUnquote(nil, quoted)
	if err != nil {
		r.err = err
	}
	return string(text)
}

// two reads two numbers written as [1,2].
func (r *reader) two() (a, b int64) {
	r.expect('[')
	a, b = r.int(), r.int()
	r.expect(']')
	return a, b
}

// pair reads an origin written as [contact,op].
func (r *reader) pair() contact.Origin {
	id, op := r.two()
	return contact.Origin{Contact: contact.ID(id), Op: contact.Seq(op)}
}

// whole reads one value of any kind as it stands.
func (r *reader) whole() jsontext.Value {
	if r.err != nil {
		return nil
	}
	v, err := r.dec.ReadValue()
	r.err = err
	return v.Clone()
}

// end makes sure that nothing follows, and gives the first error. Nobody may
// use the reader any more.
func (r *reader) end() error {
	if r.err == nil {
		if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
			r.fail("trailing data")
		}
	}
	err := r.err
	r.json = bytes.Buffer{} // which may be large
	readers.Put(r)
	return err
}
