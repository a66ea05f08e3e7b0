package record

import (
	"fmt"

	"github.com/carnet-project/carnet/internal/contact"
)

// Export is a file of contacts as it is stored, without its bytes. Doc is JSON, as package
// book writes it.
type Export struct {
	Space   contact.SpaceID
	ID      string
	State   string
	Created contact.Time
	Ends    contact.Time // when all of it may go; 0 for never
	Weight  int64        // of its chunks, in octets
	Doc     []byte
	Sum     uint32 // CRC-32C over all the others
}

// Seal sets the checksum of the row to that of what it holds.
func (r *Export) Seal() { r.Sum = r.sum() }

// Check gives ErrDamaged where the row is not as it was when it was sealed.
func (r *Export) Check() error {
	if r.Sum != r.sum() {
		return fmt.Errorf("%w: an export: its checksum is another", ErrDamaged)
	}
	return nil
}

func (r *Export) sum() uint32 {
	s := newSum()
	s.number(int64(r.Space), int64(r.Created), int64(r.Ends), r.Weight)
	s.word(r.ID)
	s.word(r.State)
	s.text(r.Doc)
	return s.end()
}

// ExportChunk is a part of the file of an export, which is all of them behind each other.
type ExportChunk struct {
	Space  contact.SpaceID
	Export string
	N      int64 // from 1
	Data   []byte
	Sum    uint32 // CRC-32C over all the others
}

// Weight gives about how many octets the chunk holds.
func (r *ExportChunk) Weight() int { return len(r.Data) }

// Seal sets the checksum of the row to that of what it holds.
func (r *ExportChunk) Seal() { r.Sum = r.sum() }

// Check gives ErrDamaged where the row is not as it was when it was sealed.
func (r *ExportChunk) Check() error {
	if r.Sum != r.sum() {
		return fmt.Errorf("%w: chunk %d of an export: its checksum is another", ErrDamaged, r.N)
	}
	return nil
}

func (r *ExportChunk) sum() uint32 {
	s := newSum()
	s.number(int64(r.Space), r.N)
	s.word(r.Export)
	s.text(r.Data)
	return s.end()
}
