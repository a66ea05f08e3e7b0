package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/carnet-project/carnet/api"
)

// batchFile is a file of operations, all of which have been looked at: what is not JSON
// is known before the first is sent. It holds where they stand, and not what they say.
type batchFile struct {
	*os.File
	name       string // for errors
	operations []place
	atomic     bool // the file says so itself
}

// place is where an operation stands: from start and before end, on a line from 1.
type place struct {
	start, end int64
	line       int
}

// largestOperation is as much as the server takes: a body of 4 MiB, and what goes around it.
const largestOperation = 4<<20 + 2<<10

// openBatch reads where the operations of a file stand. What cannot be read twice is
// kept in a file without a name.
func openBatch(name string, stdin *os.File) (*batchFile, error) {
	f := &batchFile{File: stdin, name: "standard input"}
	if name != "-" {
		var err error
		if f.File, err = os.Open(name); err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", cell(name), errors.Unwrap(err))
		}
		f.name = cell(name)
	}
	err := f.keep()
	if err == nil {
		err = f.scan()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// keep makes a file that can be read from any place of one that cannot.
func (f *batchFile) keep() error {
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		return nil
	}
	from := f.File
	kept, err := os.CreateTemp("", "carnet-")
	if err != nil {
		return err
	}
	f.File = kept
	_, err = io.Copy(kept, from)
	return errors.Join(err, os.Remove(kept.Name()), from.Close())
}

// wrong tells that what stands on a line is no operation.
func (f *batchFile) wrong(line int, what string) error {
	return fmt.Errorf("line %d of %s %s: nothing was sent", line, f.name, what)
}

// scan finds the operations, and refuses what the server would refuse all of.
func (f *batchFile) scan() error {
	from := func() *bufio.Reader { return bufio.NewReader(io.NewSectionReader(f, 0, 1<<62)) }
	head, err := from().Peek(4 << 10)
	if err != nil && err != io.EOF {
		return fmt.Errorf("%s cannot be read: %w", f.name, err)
	}
	if document.Match(head) {
		if err = f.scanDocument(from()); err == nil {
			err = f.number(from())
		}
	} else {
		err = f.scanLines(from())
	}
	if err == nil && len(f.operations) == 0 {
		err = fmt.Errorf("there is no operation in %s: write one a line, such as %s", f.name, `{"method": "DELETE", "id": 7}`)
	}
	return err
}

// scanLines finds an operation on each line that is not empty.
func (f *batchFile) scanLines(from io.Reader) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, largestOperation+2)
	at, line := int64(0), 0
	lines.Split(func(data []byte, atEOF bool) (advance int, token []byte, err error) {
		advance, token, err = bufio.ScanLines(data, atEOF)
		at += int64(advance)
		if token != nil {
			token = data[:advance] // so that its length leads back to where it begins
		}
		return advance, token, err
	})
	for lines.Scan() {
		line++
		whole := lines.Bytes()
		text := bytes.TrimLeft(whole, " \t\r\n")
		if len(text) == 0 {
			continue
		}
		start := at - int64(len(text))
		text = bytes.TrimRight(text, " \t\r\n")
		if what := notOperation(text); what != "" {
			return f.wrong(line, what)
		}
		f.operations = append(f.operations, place{start, start + int64(len(text)), line})
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return f.wrong(line+1, "is larger than the 4 MiB that an operation may be")
	}
	return lines.Err()
}

// notOperation tells what is wrong with a line that could be none; "" for nothing.
func notOperation(text []byte) string {
	dec := jsontext.NewDecoder(bytes.NewReader(text))
	v, err := dec.ReadValue()
	if err != nil {
		return notJSON(err)
	}
	if v.Kind() != '{' {
		return `is no operation: write {"method": ...}`
	}
	switch _, err = dec.ReadToken(); err {
	case io.EOF:
		return ""
	case nil:
		return "has more than one operation: write each on a line of its own"
	}
	return notJSON(err)
}

// notJSON says why something is no JSON, without showing it.
func notJSON(err error) string {
	syntax, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return "has a member twice in one object"
	case ok && !errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("is not JSON in UTF-8, at its byte %d", syntax.ByteOffset+1)
	}
	return "is not JSON: its end is missing"
}

// calls gives which operations go into one call, of so many at most: from and before, by
// their index. The same file always gives the same.
func (f *batchFile) calls(most int) (list [][2]int) {
	const around = 64 // octets of a body that are no operation
	from, size := 0, int64(around)
	for i, o := range f.operations {
		one := o.end - o.start + 1
		if i > from && (i-from == most || size+one > api.MaxBatchBody) {
			list = append(list, [2]int{from, i})
			from, size = i, around
		}
		size += one
	}
	return append(list, [2]int{from, len(f.operations)})
}

// read gives operations as they stand in the file.
func (f *batchFile) read(call [2]int) ([]api.Operation, error) {
	var list []api.Operation
	for _, o := range f.operations[call[0]:call[1]] {
		text := make([]byte, o.end-o.start)
		if _, err := f.ReadAt(text, o.start); err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w", f.name, err)
		}
		list = append(list, api.BatchRaw(text))
	}
	return list, nil
}
