package wire

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// Limits on a batch and on a plan (CONTRACT D33, D34).
const (
	MaxOperations    = 1000
	maxPlanned       = 100_000
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
	r := newBatchReader(from, "batch", MaxOperations, "operations", "atomic")
	var body BatchBody
	r.read(func(name string) {
		if name == "operations" {
			body.Operations = r.operations()
		} else {
			body.Atomic = r.boolean(name)
		}
	})
	if r.err == nil && !r.sent("operations") {
		r.add("operations", fault.CodeFieldMissing, operationsMissing)
	}
	if r.err != nil {
		return BatchBody{}, r.err
	}
	return body, fault.Problems(r.problems)
}

const operationsMissing = `Send operations, a list such as [{"method": "PUT", "id": 7, "body": { ... }}].`

// PlanBody is what the body of a plan says: what it does, what it does to all contacts
// that a filter finds, or what it takes back. One of the three is set.
type PlanBody struct {
	Operations []Span
	Where      *PlanWhere
	Undo       *PlanUndo
}

// ReadPlan reads what a plan is made of from a stream, as ReadBatch does.
func ReadPlan(from io.Reader, labels *contact.Labels) (PlanBody, error) {
	r := newBatchReader(from, "plan", maxPlanned, "operations", "where", "operation", "undo")
	var body PlanBody
	var where PlanWhere
	r.read(func(name string) {
		if name == "operations" {
			body.Operations = r.operations()
			return
		}
		text := r.value()
		if r.err != nil {
			return
		}
		var problems []fault.Problem
		switch name {
		case "undo":
			body.Undo, problems = readPlanUndo(text)
		case "where":
			where.Where, problems = ReadFilter(name, text, labels)
		default:
			problems = where.readEach(text)
		}
		r.problems = append(r.problems, problems...)
	})
	each := r.sent("where") || r.sent("operation")
	switch {
	case r.err != nil:
		return PlanBody{}, r.err
	case r.sent("operations") && r.sent("undo"), each && (r.sent("operations") || r.sent("undo")):
		r.add("undo", fault.CodeUnknownField, "Send operations, or where with operation, or undo, and no two of them.")
	case each && !r.sent("operation"):
		r.add("operation", fault.CodeFieldMissing, `Send with where what is to be done to each contact, such as {"method": "PATCH", "body": { ... }}.`)
	case each && !r.sent("where"):
		r.add("where", fault.CodeFieldMissing, "Send with operation the contacts that it is done to: where is "+filterForm+".")
	case each:
		body.Where = &where
	case !r.sent("operations") && !r.sent("undo"):
		r.add("operations", fault.CodeFieldMissing, operationsMissing+` Or send undo, such as {"batch_id": "..."}.`)
	}
	return body, fault.Problems(r.problems)
}

// batchReader walks the frame of a batch. As jsonReader does, it keeps the first thing
// that is wrong with the JSON itself, and then does nothing more.
type batchReader struct {
	limited  limited
	what     string   // it is: "batch"
	most     int      // operations
	known    []string // members
	seen     []string // those that there are
	dec      jsontext.Decoder
	err      error
	problems []fault.Problem
	unknown  int
}

func newBatchReader(from io.Reader, what string, most int, known ...string) *batchReader {
	r := &batchReader{limited: limited{from: from, most: maxOperationSize}, what: what, most: most, known: known}
	r.dec.Reset(&r.limited)
	return r
}

func (r *batchReader) sent(name string) bool { return slices.Contains(r.seen, name) }

// read reads an object whose known members member reads.
func (r *batchReader) read(member func(name string)) {
	if t := r.token(); r.err == nil && t.Kind() != '{' {
		r.err = bodyFault(fault.CodeJSONNotObject, `Send one JSON object: {"operations": [ ... ]}.`)
	}
	for r.err == nil && r.dec.PeekKind() != '}' {
		switch name := r.token().String(); {
		case r.err != nil:
		case slices.Contains(r.known, name):
			r.seen = append(r.seen, name)
			member(name)
		default:
			r.unknownMember(name)
		}
	}
	r.token()
	r.end()
}

func (r *batchReader) add(path string, code fault.Code, message string) {
	r.problems = append(r.problems, fault.Problem{Path: path, Code: code, Message: message})
}

func (r *batchReader) unknownMember(name string) {
	r.value()
	if r.unknown++; r.unknown <= maxUnknown {
		shown := ShowName(name)
		r.add("body."+shown, fault.CodeUnknownField, "Unknown field "+shown+"."+DidYouMean(Nearest(name, r.known)))
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
		if v := r.value(); r.err == nil && n < r.most {
			end := r.dec.InputOffset()
			list = append(list, Span{end - int64(len(v)), end})
		}
	}
	r.token()
	switch {
	case r.err != nil:
	case n == 0:
		r.add("operations", fault.CodeFieldMissing, "Send at least one operation.")
	case n > r.most:
		r.add("operations", fault.CodeTooManyItems, fmt.Sprintf("At most %d operations are done at once. Send the rest in another %s.", r.most, r.what))
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
