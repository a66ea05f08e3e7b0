package httpapi

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/carnet-project/carnet/internal/access"
	"github.com/carnet-project/carnet/internal/book"
	"github.com/carnet-project/carnet/internal/contact"
	"github.com/carnet-project/carnet/internal/fault"
)

// A spool gives back what was written, from any place, and leaves no file that has a name.
func TestSpool(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for _, size := range []int{0, 1, spoolInMemory - 1, spoolInMemory, spoolInMemory + 1, 3*spoolInMemory + 7} {
		text := make([]byte, size)
		for i := range text {
			text[i] = byte(i * 31 >> 3)
		}
		var s Spool
		for rest := text; len(rest) > 0; { // in pieces that end before, at and behind what is held
			n := min(len(rest), 100_003)
			if m, err := s.Write(rest[:n]); m != n || err != nil {
				t.Fatal(m, err)
			}
			rest = rest[n:]
		}
		if (s.file != nil) != (size > spoolInMemory) || len(s.head) > spoolInMemory {
			t.Errorf("%d octets: file %v, %d held", size, s.file != nil, len(s.head))
		}
		if s.size != int64(size) {
			t.Errorf("%d octets are %d", size, s.size)
		}
		if got, err := io.ReadAll(io.NewSectionReader(&s, 0, s.size)); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%d octets: %d come back, %v", size, len(got), err)
		}
		for _, at := range []int{0, size / 2, spoolInMemory - 5, spoolInMemory, size - 10} {
			if at < 0 || at+10 > size {
				continue
			}
			var got [10]byte
			if n, err := s.ReadAt(got[:], int64(at)); n != 10 || err != nil && err != io.EOF || !bytes.Equal(got[:], text[at:at+10]) {
				t.Errorf("%d octets at %d: %d %v", size, at, n, err)
			}
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
			t.Errorf("%v %v", files, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// However much stands in the way of many operations, an answer has an end.
func TestBatchAnswerHasAnEnd(t *testing.T) {
	conflict := &contact.Refusal{Fault: fault.New(fault.Conflict, fault.CodeConflict, "Both."),
		Conflicts: []contact.Conflict{{Contact: 1, Field: "names", Base: []string{string(make([]byte, 1<<20))}}}}
	r := request{grant: access.Grant{Key: access.APIKey{Scopes: access.DefaultScopes}}}
	answer := batchAnswer{request: &r, text: jsonText{}.open('[')}
	for range 1000 {
		if err := answer.add(&book.Result{Err: conflict}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(answer.text); n < maxTold || n > maxTold+8<<20 {
		t.Errorf("%d octets", n)
	}
	if n := bytes.Count(answer.text, []byte(`"status":409`)); n != 1000 {
		t.Errorf("%d results", n)
	}
}
