package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// document is how a file begins that is one document, as the API takes it.
var document = regexp.MustCompile(`^\s*\{\s*("(operations|atomic)"|\})`)

// scanDocument finds the operations of a document.
func (f *batchFile) scanDocument(from io.Reader) error {
	dec := jsontext.NewDecoder(from)
	err := f.members(dec)
	if err == nil {
		if _, err = dec.ReadToken(); err == io.EOF {
			return nil
		}
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok || errors.Is(err, io.ErrUnexpectedEOF) {
		what := notJSON(err)
		if syntax != nil {
			what = strings.Replace(what, "its byte", "byte", 1)
		}
		return fmt.Errorf("%s %s: nothing was sent", f.name, what)
	}
	if err == nil {
		err = fmt.Errorf("something follows after the document in %s: nothing was sent", f.name)
	}
	return err
}

func (f *batchFile) members(dec *jsontext.Decoder) error {
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		switch name.String() {
		case "operations":
			err = f.list(dec)
		case "atomic":
			err = f.readAtomic(dec)
		default:
			err = fmt.Errorf("the document in %s has a member that is neither operations nor atomic: nothing was sent", f.name)
		}
		if err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

func (f *batchFile) readAtomic(dec *jsontext.Decoder) error {
	v, err := dec.ReadToken()
	switch {
	case err != nil:
		return err
	case v.Kind() != 't' && v.Kind() != 'f':
		return fmt.Errorf("write atomic in %s as true or false: nothing was sent", f.name)
	}
	f.atomic = v.Bool()
	return nil
}

func (f *batchFile) list(dec *jsontext.Decoder) error {
	t, err := dec.ReadToken()
	if err == nil && t.Kind() != '[' {
		err = fmt.Errorf("write operations in %s as an array of objects: nothing was sent", f.name)
	}
	if err != nil {
		return err
	}
	for dec.PeekKind() != ']' {
		v, err := dec.ReadValue()
		switch {
		case err != nil:
			return err
		case v.Kind() != '{':
			return fmt.Errorf("operation %d of %s is no object: nothing was sent", len(f.operations)+1, f.name)
		case len(v) > largestOperation:
			return fmt.Errorf("operation %d of %s is larger than the 4 MiB that it may be: nothing was sent", len(f.operations)+1, f.name)
		}
		end := dec.InputOffset()
		f.operations = append(f.operations, place{start: end - int64(len(v)), end: end})
	}
	_, err = dec.ReadToken()
	return err
}

// number finds out on which lines the operations of a document begin.
func (f *batchFile) number(from *bufio.Reader) error {
	at, line := int64(0), 1
	for i := range f.operations {
		for o := &f.operations[i]; ; at++ {
			if at == o.start {
				o.line = line
				break
			}
			b, err := from.ReadByte()
			if err != nil {
				return err
			}
			if b == '\n' {
				line++
			}
		}
	}
	return nil
}
