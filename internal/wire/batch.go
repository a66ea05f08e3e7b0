package wire

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/fault"
)

// Limits on a batch (CONTRACT D33).
const (
	MaxOperations    = 1000
	maxOperationSize = 4<<20 + 4<<10 // a body as D5 allows it, and what goes around that
)

// BatchBody is what the body of a batch says. Its operations are told by where they
// stand in it, because they need not fit into memory together.
type BatchBody struct {
	Atomic     bool
	Operations []Span
}

// Span is a stretch of octets of a body: from Start, and before End.
type Span struct{ Start, End int64 }

// ReadBatch reads the frame of a batch from a stream: that it is JSON from its beginning
// to its end, and how many operations there are. What they say ReadOperation reads. It
// holds one operation at a time. An error of the stream comes back as it is.
func ReadBatch(from io.Reader) (BatchBody, error) {
	r := batchReader{limited: limited{from: from, most: maxOperationSize}}
	r.dec.Reset(&r.limited)
	body := r.read()
	if r.err != nil {
		return BatchBody{}, r.err
	}
	return body, fault.Problems(r.problems)
}

// batchReader walks the frame of a batch. As jsonReader does, it keeps the first thing
// that is wrong with the JSON itself, and then does nothing more.
type batchReader struct {
	limited  limited
	dec      jsontext.Decoder
	err      error
	problems []fault.Problem
	unknown  int
}

var batchMembers = []string{"operations", "atomic"}

func (r *batchReader) read() (body BatchBody) {
	if t := r.token(); r.err == nil && t.Kind() != '{' {
		r.err = bodyFault(fault.CodeJSONNotObject, `Send one JSON object: {"operations": [ ... ]}.`)
	}
	sent := false
	for r.err == nil && r.dec.PeekKind() != '}' {
		switch name := r.token().String(); {
		case r.err != nil:
		case name == "operations":
			sent = true
			body.Operations = r.operations()
		case name == "atomic":
			body.Atomic = r.boolean(name)
		default:
			r.unknownMember(name)
		}
	}
	r.token()
	r.end()
	if r.err == nil && !sent {
		r.add("operations", fault.CodeFieldMissing, `Send operations, a list such as [{"method": "PUT", "id": 7, "body": { ... }}].`)
	}
	return body
}

func (r *batchReader) add(path string, code fault.Code, message string) {
	r.problems = append(r.problems, fault.Problem{Path: path, Code: code, Message: message})
}

func (r *batchReader) unknownMember(name string) {
	r.value()
	if r.unknown++; r.unknown <= maxUnknown {
		shown := ShowName(name)
		r.add("body."+shown, fault.CodeUnknownField, "Unknown field "+shown+"."+DidYouMean(Nearest(name, batchMembers)))
	}
}

func (r *batchReader) boolean(path string) bool {
	switch v := r.value(); {
	case r.err != nil:
	case string(v) == "true":
		return true
	case string(v) != "false":
		r.add(path, fault.CodeWrongType, "Send "+path+" as true or false.")
	}
	return false
}

// operations finds where the operations stand.
func (r *batchReader) operations() (list []Span) {
	if r.dec.PeekKind() != '[' {
		r.value()
		r.add("operations", fault.CodeWrongType, "Send operations as an array of objects.")
		return nil
	}
	r.token()
	n := 0
	for ; r.err == nil && r.dec.PeekKind() != ']'; n++ {
		if v := r.value(); r.err == nil && n < MaxOperations {
			end := r.dec.InputOffset()
			list = append(list, Span{end - int64(len(v)), end})
		}
	}
	r.token()
	switch {
	case r.err != nil:
	case n == 0:
		r.add("operations", fault.CodeFieldMissing, "Send at least one operation.")
	case n > MaxOperations:
		r.add("operations", fault.CodeTooManyItems, fmt.Sprintf("At most %d operations are done at once. Send the rest in another batch.", MaxOperations))
	}
	return list
}

func (r *batchReader) token() jsontext.Token {
	if r.err != nil {
		return jsontext.Null
	}
	r.limited.upTo(r.dec.InputOffset())
	t, err := r.dec.ReadToken()
	if r.explain(err); r.err != nil {
		return jsontext.Null
	}
	return t
}

// value reads a value whole; it is good until the next read.
func (r *batchReader) value() jsontext.Value {
	if r.err != nil {
		return nil
	}
	r.limited.upTo(r.dec.InputOffset())
	v, err := r.dec.ReadValue()
	if r.explain(err); r.err != nil {
		return nil
	}
	return v
}

// end makes sure that nothing follows.
func (r *batchReader) end() {
	if r.err != nil {
		return
	}
	r.limited.upTo(r.dec.InputOffset())
	switch _, err := r.dec.ReadToken(); {
	case r.limited.err != nil: // it may have come with the last octets, and been passed over
		r.err = r.limited.err
	case err == io.EOF:
	default:
		r.err = bodyFault(fault.CodeJSONTrailingData, "Something follows after the JSON object; send one object alone.")
	}
}

// explain keeps the problem for an error of the decoder, by its place.
func (r *batchReader) explain(err error) {
	if err == nil {
		return
	}
	if r.limited.err != nil {
		r.err = r.limited.err
		return
	}
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case err == io.EOF: // nothing had begun
		r.err = bodyFault(fault.CodeBodyEmpty, "The body is empty; send a JSON object.")
	case !ok:
		r.err = err
	case errors.Is(err, jsontext.ErrDuplicateName):
		r.err = bodyFault(fault.CodeJSONDuplicateKey, `The member "`+ShowName(syntax.JSONPointer.LastToken())+`" appears twice in one object.`)
	case r.noText(syntax.ByteOffset):
		r.err = bodyFault(fault.CodeJSONInvalidUTF8, `The body is not valid UTF-8, or has half of a surrogate pair (\ud800 to \udfff), at byte `+strconv.FormatInt(syntax.ByteOffset, 10)+".")
	default:
		r.err = bodyFault(fault.CodeJSONSyntax, "Invalid JSON at byte "+strconv.FormatInt(syntax.ByteOffset, 10)+": the body must be JSON in UTF-8, without a byte order mark.")
	}
}

// noText tells whether what stands at a place is no character.
func (r *batchReader) noText(at int64) bool {
	text := r.dec.UnreadBuffer()
	if at -= r.dec.InputOffset(); at < 0 || at >= int64(len(text)) {
		return false
	}
	text = text[at:]
	sign, size := utf8.DecodeRune(text)
	return isSurrogate(text) || sign == utf8.RuneError && size == 1
}

// limited reads no more ahead than one operation may have.
type limited struct {
	from  io.Reader
	most  int64
	read  int64
	bound int64
	err   error // of the stream, or that there was too much
}

func (l *limited) upTo(offset int64) { l.bound = offset + l.most }

func (l *limited) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	room := l.bound - l.read
	if room <= 0 {
		l.err = fault.New(fault.TooLarge, fault.CodeBodyTooLarge, "An operation of the batch is larger than 4 MiB.")
		return 0, l.err
	}
	n, err := l.from.Read(p[:min(int64(len(p)), room)])
	l.read += int64(n)
	if err != nil && err != io.EOF {
		l.err = err
	}
	return n, err
}
