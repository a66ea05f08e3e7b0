package httpapi

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonText is a JSON answer while it is written, from its beginning on. It is all
// there is for that: it puts the commas, and it alone escapes. Each of its
// methods gives the text with something behind it, as append does.
type jsonText []byte

// next puts a comma where what is open has something already.
func (b jsonText) next() jsonText {
	if len(b) == 0 {
		return b
	}
	switch b[len(b)-1] {
	case '{', '[', ':': // a string that ends so has its quote behind it
		return b
	}
	return append(b, ',')
}

// open begins an object or a list, '{' or '['.
func (b jsonText) open(kind byte) jsonText { return append(b.next(), kind) }

// end ends it, '}' or ']'.
func (b jsonText) end(kind byte) jsonText { return append(b, kind) }

// reopen takes back the end of an object, so that more can follow.
func (b jsonText) reopen() jsonText { return b[:len(b)-1] }

// member begins a member of an object; its value follows.
func (b jsonText) member(name string) jsonText { return append(b.text(name), ':') }

// text writes a string. What is not UTF-8 becomes U+FFFD, but nothing such is
// stored.
func (b jsonText) text(s string) jsonText {
	out, _ := jsontext.AppendQuote([]byte(b.next()), s)
	return out
}

// textIf writes a string, or null where there is none.
func (b jsonText) textIf(s string, ok bool) jsonText {
	if !ok {
		return b.raw("null")
	}
	return b.text(s)
}

// texts writes a list of strings.
func (b jsonText) texts(list []string) jsonText {
	b = b.open('[')
	for _, s := range list {
		b = b.text(s)
	}
	return b.end(']')
}

func (b jsonText) integer(n int64) jsonText { return strconv.AppendInt(b.next(), n, 10) }

func (b jsonText) boolean(v bool) jsonText { return strconv.AppendBool(b.next(), v) }

// raw writes what is JSON already.
func (b jsonText) raw(s string) jsonText { return append(b.next(), s...) }
