// Package wire reads the JSON that clients send: bodies of writes, with every
// problem in them told at once, and ids. It knows the domain and no HTTP, and
// little else, so that it can be fuzzed by itself.
package wire

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/fault"
)

// maxDepth is how deep a body may nest (CONTRACT D5).
const maxDepth = 32

// jsonReader walks a body. It keeps the first thing that is wrong with the JSON
// itself and then does nothing more, so that callers read on without checking.
// Invalid UTF-8, lone surrogates and duplicate members are wrong.
type jsonReader struct {
	body []byte
	src  bytes.Buffer
	dec  jsontext.Decoder
	err  error
}

// start begins with a body, which must stay as it is while it is read. It
// returns false where there is no object to read.
func (r *jsonReader) start(body []byte) bool {
	r.body, r.err = body, checkStart(body)
	if r.err != nil {
		return false
	}
	r.src = *bytes.NewBuffer(body) // the decoder reads from it without a copy
	r.dec.Reset(&r.src)
	if t := r.token(); r.err == nil && t.Kind() != '{' {
		r.err = bodyFault(fault.CodeJSONNotObject, "Send one JSON object: { ... }.")
	}
	return r.err == nil
}

func bodyFault(code fault.Code, message string) error { return fault.At("body", code, message) }

// checkStart refuses what the decoder would describe less well.
func checkStart(body []byte) error {
	switch {
	case len(bytes.Trim(body, " \t\r\n")) == 0:
		return bodyFault(fault.CodeBodyEmpty, "The body is empty; send a JSON object.")
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return bodyFault(fault.CodeJSONSyntax, "Remove the byte order mark (the first three bytes).")
	case bytes.HasPrefix(body, []byte("\xff\xfe")), bytes.HasPrefix(body, []byte("\xfe\xff")),
		bytes.IndexByte(body[:min(4, len(body))], 0) >= 0: // UTF-16 or UTF-32
		return bodyFault(fault.CodeJSONSyntax, "Send the body in UTF-8.")
	case !utf8.Valid(body):
		return bodyFault(fault.CodeJSONInvalidUTF8, "The body is not valid UTF-8.")
	}
	return nil
}

// token reads one token; its text is valid until the next read.
func (r *jsonReader) token() jsontext.Token {
	if r.err != nil {
		return jsontext.Null
	}
	t, err := r.dec.ReadToken()
	if err != nil {
		r.err = r.explain(err)
		return jsontext.Null
	}
	if r.dec.StackDepth() > maxDepth {
		r.err = bodyFault(fault.CodeJSONTooDeep, "The body nests deeper than "+strconv.Itoa(maxDepth)+" levels.")
		return jsontext.Null
	}
	return t
}

// next reads a token within an object or an array, false at its end.
func (r *jsonReader) next() (jsontext.Token, bool) {
	t := r.token()
	return t, r.err == nil && t.Kind() != '}' && t.Kind() != ']'
}

// skip reads to the end of the value that began with a token of this kind.
func (r *jsonReader) skip(kind jsontext.Kind) {
	if kind != '{' && kind != '[' {
		return
	}
	for outer := r.dec.StackDepth() - 1; r.err == nil && r.dec.StackDepth() > outer; {
		r.token()
	}
}

// end makes sure that nothing follows.
func (r *jsonReader) end() {
	if r.err == nil && len(bytes.Trim(r.body[r.dec.InputOffset():], " \t\r\n")) > 0 {
		r.err = bodyFault(fault.CodeJSONTrailingData, "Something follows after the JSON object; send one object alone.")
	}
}

// explain gives the problem for an error of the decoder, by its place.
func (r *jsonReader) explain(err error) error {
	at := r.dec.InputOffset()
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return bodyFault(fault.CodeJSONDuplicateKey, `The member "`+ShowName(syntax.JSONPointer.LastToken())+`" appears twice.`)
		}
		at = syntax.ByteOffset
	}
	if isSurrogate(r.body[at:]) {
		return bodyFault(fault.CodeJSONInvalidUTF8, `The body has half of a surrogate pair (\ud800 to \udfff), which is no character.`)
	}
	return bodyFault(fault.CodeJSONSyntax, "Invalid JSON at byte "+strconv.FormatInt(at, 10)+".")
}

// isSurrogate tells whether text begins with an escaped surrogate.
func isSurrogate(text []byte) bool {
	if len(text) < 6 || string(text[:2]) != `\u` {
		return false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return err == nil && 0xd800 <= n && n <= 0xdfff
}
