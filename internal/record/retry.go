package record

import (
	"fmt"

	"github.com/carnet-project/carnet/internal/contact"
)

// Retry is what is kept of a write that may be sent again: enough to tell the
// repetition from another write, and to answer it (CONTRACT D32).
type Retry struct {
	Space       contact.SpaceID
	Key         string       // as the caller named the write
	Fingerprint []byte       // of all that was asked
	RequestID   string       // of the write that was done
	At          contact.Time // when
	Answer      []byte       // JSON, of whoever asked: what it was answered with
	Sum         uint32       // CRC-32C over all the others
}

// Weight gives about how many bytes the row holds.
func (r *Retry) Weight() int {
	return len(r.Key) + len(r.Fingerprint) + len(r.RequestID) + len(r.Answer)
}

// Seal sets the checksum of the row to that of what it holds.
func (r *Retry) Seal() { r.Sum = r.sum() }

// Check gives ErrDamaged where the row is not as it was sealed.
func (r *Retry) Check() error {
	if r.Sum != r.sum() {
		return fmt.Errorf("%w: a record of a retry: its checksum is another", ErrDamaged)
	}
	return nil
}

func (r *Retry) sum() uint32 {
	s := newSum()
	s.number(int64(r.Space), int64(r.At))
	s.word(r.Key)
	s.word(r.RequestID)
	s.text(r.Fingerprint)
	s.text(r.Answer)
	return s.end()
}
