package transfer

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxJSONLine  = 4 << 20 // octets of a line of NDJSON
	maxJSONDepth = 8       // how deep an object may nest
	maxInCell    = 10_000  // values of one column of one record
)

// ndjsonReader reads objects, one a line. Its columns are the members, those of
// objects within by the path to them ("custom_fields.profile_field_1"); a list gives its column several
// values.
type ndjsonReader struct {
	lines   lineReader
	columns *columnSet
	many    [][]string
	path    []string
}

func newNDJSONReader(text io.Reader, columns *columnSet) *ndjsonReader {
	return &ndjsonReader{lines: newLineReader(text, maxJSONLine), columns: columns}
}

func (r *ndjsonReader) next() (record, error) {
	for {
		line, long, err := r.lines.next()
		if err != nil {
			return record{}, err
		}
		at := r.lines.line
		line = bytes.TrimSpace(line)
		switch {
		case long:
			return record{line: at, wrong: "The line is longer than 4 MiB."}, nil
		case len(line) == 0:
			continue
		case !utf8.Valid(line):
			return record{line: at, wrong: "The line is not valid UTF-8."}, nil
		}
		r.many, r.path = make([][]string, len(r.columns.names)), r.path[:0]
		rec := record{line: at, wrong: r.object(line)}
		if rec.many = r.many; rec.many == nil {
			rec.many = [][]string{}
		}
		return rec, nil
	}
}

// object reads a line, and gives why it cannot, "" where it can.
func (r *ndjsonReader) object(line []byte) string {
	if line[0] != '{' {
		return "The line is no JSON object: { ... }."
	}
	dec := jsontext.NewDecoder(bytes.NewReader(line))
	why, err := r.value(dec)
	if err == nil && why == "" {
		if _, err = dec.ReadToken(); err == io.EOF {
			return ""
		}
		return "Something follows after the object. Send one object a line."
	}
	switch {
	case why != "":
		return why
	case errors.Is(err, jsontext.ErrDuplicateName):
		return "A member of the object appears twice."
	}
	return "The line is no valid JSON."
}

// value reads what stands at the path: a text, a number, a list of them, an object.
func (r *ndjsonReader) value(dec *jsontext.Decoder) (why string, err error) {
	t, err := dec.ReadToken()
	if err != nil {
		return "", err
	}
	switch t.Kind() {
	case '{', '[':
		if dec.StackDepth() > maxJSONDepth {
			return "The object nests too deep.", nil
		}
		if t.Kind() == '[' {
			return r.list(dec)
		}
		return r.members(dec)
	case 'n':
		return r.say(""), nil
	}
	return r.say(t.String()), nil
}

func (r *ndjsonReader) list(dec *jsontext.Decoder) (string, error) {
	empty := true
	for ; dec.PeekKind() != ']'; empty = false {
		if why, err := r.value(dec); why != "" || err != nil {
			return why, err
		}
	}
	_, err := dec.ReadToken()
	if err == nil && empty {
		return r.say(""), nil
	}
	return "", err
}

func (r *ndjsonReader) members(dec *jsontext.Decoder) (string, error) {
	empty := true
	for ; dec.PeekKind() != '}'; empty = false {
		t, err := dec.ReadToken()
		if err != nil {
			return "", err
		}
		r.path = append(r.path, shortName(t.String()))
		if why, err := r.value(dec); why != "" || err != nil {
			return why, err
		}
		r.path = r.path[:len(r.path)-1]
	}
	_, err := dec.ReadToken()
	if err == nil && empty && len(r.path) > 0 {
		return r.say(""), nil
	}
	return "", err
}

// say adds a text to the column of the path.
func (r *ndjsonReader) say(text string) string {
	column, ok := r.columns.of(strings.Join(r.path, "."))
	if !ok {
		return "The file has more than 1,000 members of different names."
	}
	for len(r.many) <= column {
		r.many = append(r.many, nil)
	}
	if len(r.many[column]) == maxInCell {
		return "The object has a list of more than 10,000 values."
	}
	r.many[column] = append(r.many[column], text)
	return ""
}

// isCarnets tells whether members or properties are those that Carnet writes: of
// contacts, of the rows of lists, of cards.
func isCarnets(columns []string) bool {
	has := func(names ...string) bool {
		for _, name := range names {
			if !slices.Contains(columns, name) {
				return false
			}
		}
		return true
	}
	return has("emails", "phones", "names", "locations") || has("id", "email", "name", "phone", "location") || has("X-CARNET-ID")
}
