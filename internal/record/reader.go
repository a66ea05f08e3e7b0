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
	for _, name := range []string{"from", "fields", "before", "after", "link", "absorbed"} {
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

// pair reads an origin written as [contact,seq].
func (r *reader) pair() contact.Origin {
	var n [2]int64
	i := 0
	r.array(func() {
		if i < 2 {
			n[i] = r.int()
		} else {
			r.fail("an origin is a pair")
		}
		i++
	})
	return contact.Origin{Contact: contact.ID(n[0]), Seq: contact.Seq(n[1])}
}

// pool reads a list of origins.
func (r *reader) pool() pool {
	var p pool
	r.array(func() { p = append(p, r.pair()) })
	return p
}

// origin reads a place in the pool and adds what stands there.
func (r *reader) origin(from pool, to []contact.Origin) []contact.Origin {
	at := r.int()
	if r.err != nil {
		return to
	}
	if at < 0 || at >= int64(len(from)) {
		r.fail("no such origin")
		return to
	}
	if to == nil {
		return from[at : at+1 : at+1] // most values have one
	}
	return append(to, from[at])
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
