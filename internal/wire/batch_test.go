package wire

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// CONTRACT D33: the frame of a batch is read as it comes, and its operations are where
// they stand in the body.
func TestReadBatch(t *testing.T) {
	for _, test := range []struct {
		body   string
		want   []string
		atomic bool
	}{
		{`{"operations":[{"a":1}]}`, []string{`{"a":1}`}, false},
		{" {\n\"atomic\" : true , \"operations\" : [ {\"a\":[1,2]} ,\t7, \"]\" , null ] } \n", []string{`{"a":[1,2]}`, "7", `"]"`, "null"}, true},
		{`{"operations":["é","\u00e9","😀"],"atomic":false}`, []string{`"é"`, `"\u00e9"`, `"😀"`}, false},
		{`{"operations":[` + strings.Repeat(`{},`, MaxOperations-1) + `{}]}`, strings.Split(strings.Repeat(`{},`, MaxOperations-1)+"{}", ","), false},
	} {
		for _, from := range []io.Reader{strings.NewReader(test.body), iotest.OneByteReader(strings.NewReader(test.body)), iotest.DataErrReader(strings.NewReader(test.body))} {
			got, err := ReadBatch(from)
			if err != nil || got.Atomic != test.atomic || len(got.Operations) != len(test.want) {
				t.Fatalf("%.60s: %v %v", test.body, got, err)
			}
			for i, at := range got.Operations {
				if text := test.body[at.Start:at.End]; text != test.want[i] {
					t.Errorf("%.60s: operation %d is %s, want %s", test.body, i, text, test.want[i])
				}
			}
		}
	}
}

func TestReadBatchRefuses(t *testing.T) {
	large := `{"operations":[{"x":"` + strings.Repeat("x", 4<<20+8<<10) + `"}]}`
	for body, code := range map[string]fault.Code{
		"":                                    fault.CodeBodyEmpty,
		" \n":                                 fault.CodeBodyEmpty,
		"\ufeff{}":                            fault.CodeJSONSyntax,
		"[]":                                  fault.CodeJSONNotObject,
		"null":                                fault.CodeJSONNotObject,
		"{}":                                  fault.CodeFieldMissing,
		`{"atomic":true}`:                     fault.CodeFieldMissing,
		`{"operations":[]}`:                   fault.CodeFieldMissing,
		`{"operations":null}`:                 fault.CodeWrongType,
		`{"operations":{}}`:                   fault.CodeWrongType,
		`{"operations":[1],"atomic":1}`:       fault.CodeWrongType,
		`{"operations":[1],"Atomic":true}`:    fault.CodeUnknownField,
		`{"operations":[1`:                    fault.CodeJSONSyntax,
		`{"operations":[1]`:                   fault.CodeJSONSyntax,
		`{"operations":[1,]}`:                 fault.CodeJSONSyntax,
		`{"operations":[1]}}`:                 fault.CodeJSONTrailingData,
		`{"operations":[1]} 1`:                fault.CodeJSONTrailingData,
		`{"operations":[1],"operations":[1]}`: fault.CodeJSONDuplicateKey,
		`{"operations":[{"a":1,"a":2}]}`:      fault.CodeJSONDuplicateKey,
		"{\"operations\":[\"\xff\"]}":         fault.CodeJSONInvalidUTF8,
		`{"operations":["\ud800"]}`:           fault.CodeJSONInvalidUTF8,
		"{\"operations\":[1],\"\xff\":1}":     fault.CodeJSONInvalidUTF8,
		`{"operations":[` + strings.Repeat("1,", MaxOperations) + `1]}`: fault.CodeTooManyItems,
		large: fault.CodeBodyTooLarge,
		`{"operations":[1],"x":"` + strings.Repeat("x", 4<<20+8<<10) + `"}`: fault.CodeBodyTooLarge,
	} {
		for _, from := range []io.Reader{strings.NewReader(body), iotest.HalfReader(strings.NewReader(body))} {
			got, err := ReadBatch(from)
			if err == nil || codeOf(err) != code || len(got.Operations) > 0 && fault.KindOf(err) != fault.Invalid {
				t.Errorf("%.60q: %v, want %s", body, err, code)
			}
		}
	}
}

// What the stream fails with comes back as it is, wherever that is.
func TestReadBatchStreamFails(t *testing.T) {
	const body = `{"operations":[{"method":"DELETE","id":7}]}`
	for cut := range len(body) + 1 {
		failed := io.ErrClosedPipe
		if _, err := ReadBatch(io.MultiReader(strings.NewReader(body[:cut]), iotest.ErrReader(failed))); err != failed {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
}

// It may fail with the very last octets.
func TestReadBatchStreamFailsAtItsEnd(t *testing.T) {
	for _, body := range []string{`{"operations":[1]}`, `{"operations":[1]} `, `{"operations":[1],"atomic":true}`} {
		if _, err := ReadBatch(&lastFails{body}); err != io.ErrClosedPipe {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// lastFails gives its text, and with the end of it an error, once.
type lastFails struct{ text string }

func (l *lastFails) Read(p []byte) (int, error) {
	if l.text == "" {
		return 0, io.EOF
	}
	n := copy(p, l.text)
	if l.text = l.text[n:]; l.text == "" {
		return n, io.ErrClosedPipe
	}
	return n, nil
}

// It never panics, and what it takes is what encoding/json reads there.
func FuzzReadBatch(f *testing.F) {
	for _, seed := range []string{
		`{"operations":[{"method":"POST","body":{"names":["A"]}},{"method":"UNDO","id":1,"change_id":"1-1","resolve":"theirs"}],"atomic":true}`,
		`{"operations":[{"method":"PUT","id":1,"if_match":"\"3\"","base_version":2,"body":{"emails":["a@example.com"]}}]}`,
		`{"operations":[{"method":"MERGE","id":1,"body":{"merged_ids":[2,3]}},{"method":"UNMERGE","id":1,"body":{"merged_id":2}}]}`,
		`{"operations":[1,[],"x",null,{"method":"DELETE","id":9007199254740991,"if_match":"*"}]}`, `{"operations":[{}]} x`, `{"operations":[{"a":1,"a":1}]}`,
		"{\"operations\":[\"\xff\"]}", `{"atomic":1}`, `[`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := ReadBatch(bytes.NewReader(body))
		slow, slowErr := ReadBatch(iotest.OneByteReader(bytes.NewReader(body)))
		// Which code a refusal has may depend on where the stream is cut: half a sign, where
		// a value should begin, is no UTF-8 to the decoder, and the whole sign is no JSON.
		if (err == nil) != (slowErr == nil) || len(got.Operations) != len(slow.Operations) {
			t.Fatalf("%v, and read slowly %v", err, slowErr)
		}
		if err != nil {
			if _, ok := err.(*fault.Error); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		var other struct {
			Operations []stdjson.RawMessage `json:"operations"`
			Atomic     bool                 `json:"atomic"`
		}
		if err := stdjson.Unmarshal(body, &other); err != nil {
			t.Fatalf("encoding/json: %v", err)
		}
		if len(other.Operations) != len(got.Operations) || other.Atomic != got.Atomic {
			t.Fatalf("%v, encoding/json has %d operations", got, len(other.Operations))
		}
		for i, at := range got.Operations {
			text := body[at.Start:at.End]
			if !bytes.Equal(text, other.Operations[i]) {
				t.Fatalf("operation %d: %s, encoding/json has %s", i, text, other.Operations[i])
			}
			checkOperation(t, text)
		}
	})
}

// checkOperation makes sure that an operation says what its text says.
func checkOperation(t *testing.T, text []byte) {
	t.Helper()
	whole := bytes.Clone(text)
	verb := ReadOperation(text, 1)
	if !bytes.Equal(whole, text) {
		t.Fatalf("the text was changed: %s", whole)
	}
	if refused, ok := verb.(*contact.Refused); ok {
		if e, ok := refused.Err.(*fault.Error); !ok || e.Kind != fault.Invalid {
			t.Fatalf("%s: %T %v", text, refused.Err, refused.Err)
		}
		return
	}
	var said struct {
		Method string             `json:"method"`
		ID     contact.ID         `json:"id"`
		Body   stdjson.RawMessage `json:"body"`
		Base   contact.Version    `json:"base_version"`
	}
	if err := stdjson.Unmarshal(text, &said); err != nil {
		t.Fatalf("%s was taken, and encoding/json: %v", text, err)
	}
	var id contact.ID
	var base contact.Version
	method := ""
	switch v := verb.(type) {
	case *contact.Create:
		method = "POST"
	case *contact.Put:
		method, id, base = "PUT", v.Ref, v.Base.Version
	case *contact.Amend:
		method, id, base = "PATCH", v.Ref, v.Base.Version
	case *contact.Delete:
		method, id = "DELETE", v.Ref
	case *contact.Merge:
		method, id = "MERGE", v.Survivor
	case *contact.Unmerge:
		method, id = "UNMERGE", v.Ref
	case *contact.Undo:
		method, id = "UNDO", v.Ref
	}
	if method != said.Method || id != said.ID || base != said.Base {
		t.Fatalf("%s was read as %s of %d from %d", text, method, id, base)
	}
}

// CONTRACT D33: if_match is the number, with the quotes of an ETag or without.
func TestOperationMatch(t *testing.T) {
	for text, want := range map[string]contact.Version{`3`: 3, `\"3\"`: 3, `9223372036854775807`: 9223372036854775807} {
		verb, ok := ReadOperation([]byte(`{"method":"DELETE","id":1,"if_match":"`+text+`"}`), 1).(*contact.Delete)
		if !ok || !verb.Match.Set || len(verb.Match.Versions) != 1 || verb.Match.Versions[0] != want {
			t.Errorf("%s: %+v", text, verb)
		}
	}
	if verb, ok := ReadOperation([]byte(`{"method":"DELETE","id":1,"if_match":"*"}`), 1).(*contact.Delete); !ok || !verb.Match.Any {
		t.Errorf("*: %+v", verb)
	}
	for _, text := range []string{``, `0`, `-1`, `+3`, `03`, `x`, `1.5`, `1e3`, `W/\"3\"`, `\"3`, `3\"`, `\"\"3\"\"`, `1, 2`, ` 3`, `\"*\"`, `9223372036854775808`} {
		if verb, ok := ReadOperation([]byte(`{"method":"DELETE","id":1,"if_match":"`+text+`"}`), 1).(*contact.Refused); !ok || codeOf(verb.Err) != fault.CodeETagInvalid {
			t.Errorf("%q was taken", text)
		}
	}
}

func codeOf(err error) fault.Code {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return ""
	}
	return e.Code
}
