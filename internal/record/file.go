package record

import (
	"fmt"

	"github.com/carnet-project/carnet/internal/contact"
)

// The kinds of files.
const (
	ExportFile  = "export"  // goes out
	ImportFile  = "import"  // came in
	MappingFile = "mapping" // says how one that comes in is read, and holds nothing of anybody
)

// FileKinds lists them.
var FileKinds = [...]string{ExportFile, ImportFile, MappingFile}

// File is a file of contacts as it is stored, without its bytes: one that goes out or came in. Doc is JSON, as package
// book writes it.
type File struct {
	Space   contact.SpaceID
	ID      string
	Kind    string
	State   string
	Created contact.Time
	Ends    contact.Time // when all of it may go; 0 for never
	Weight  int64        // of its chunks, in octets
	Doc     []byte
	Sum     uint32 // CRC-32C over all the others
}

// Seal sets the checksum of the row to that of what it holds.
func (r *File) Seal() { r.Sum = r.sum() }

// Check gives ErrDamaged where the row is not as it was when it was sealed.
func (r *File) Check() error {
	if r.Sum != r.sum() {
		return fmt.Errorf("%w: a file: its checksum is another", ErrDamaged)
	}
	return nil
}

func (r *File) sum() uint32 {
	s := newSum()
	s.number(int64(r.Space), int64(r.Created), int64(r.Ends), r.Weight)
	s.word(r.ID)
	s.word(r.State)
	s.text(r.Doc)
	if r.Kind != ExportFile { // all were exports once, and no kind was part of the row
		s.word(r.Kind)
	}
	return s.end()
}

// FileChunk is a part of a file, which is all of them behind each other.
type FileChunk struct {
	Space contact.SpaceID
	File  string
	N     int64 // from 1
	Data  []byte
	Sum   uint32 // CRC-32C over all the others
}

// Weight gives about how many octets the chunk holds.
func (r *FileChunk) Weight() int { return len(r.Data) }

// Seal sets the checksum of the row to that of what it holds.
func (r *FileChunk) Seal() { r.Sum = r.sum() }

// Check gives ErrDamaged where the row is not as it was when it was sealed.
func (r *FileChunk) Check() error {
	if r.Sum != r.sum() {
		return fmt.Errorf("%w: chunk %d of a file: its checksum is another", ErrDamaged, r.N)
	}
	return nil
}

func (r *FileChunk) sum() uint32 {
	s := newSum()
	s.number(int64(r.Space), r.N)
	s.word(r.File)
	s.text(r.Data)
	return s.end()
}
