package record

import (
	"fmt"

	"github.com/carnet-project/carnet/internal/contact"
)

// Plan is a plan as it is stored: many writes that are looked at before they are done.
// Doc is JSON, as package book writes it.
type Plan struct {
	Space   contact.SpaceID
	ID      string
	State   string
	Created contact.Time
	Ends    contact.Time // when its state ends by itself, and all of it may go; 0 for never
	Weight  int64        // of its rows, in octets
	Doc     []byte
	Sum     uint32 // CRC-32C over all the others
}

// Seal sets the checksum of the row to that of what it holds.
func (r *Plan) Seal() { r.Sum = r.sum() }

// Check gives ErrDamaged where the row is not as it was when it was sealed.
func (r *Plan) Check() error {
	if r.Sum != r.sum() {
		return fmt.Errorf("%w: a plan: its checksum is another", ErrDamaged)
	}
	return nil
}

func (r *Plan) sum() uint32 {
	s := newSum()
	s.number(int64(r.Space), int64(r.Created), int64(r.Ends), r.Weight)
	s.word(r.ID)
	s.word(r.State)
	s.text(r.Doc)
	return s.end()
}

// PlanRow is one write of a plan as it is stored. Operation is as CONTRACT D33 spells
// it; Decided and Done are JSON, as package book writes them.
type PlanRow struct {
	Space     contact.SpaceID
	Plan      string
	N         int64 // from 1, in the order in which they are done
	Outcome   string
	Result    string
	Operation []byte
	Decided   []byte       // what it was found to do; nil while that is not known
	Done      []byte       // what became of it; nil until it was done
	Contacts  []contact.ID // that it was found to change: read again by these alone
	Sum       uint32       // CRC-32C over all the others but those contacts
}

// Weight gives about how many octets the row holds.
func (r *PlanRow) Weight() int {
	return len(r.Operation) + len(r.Decided) + len(r.Done) + contactWeight*len(r.Contacts)
}

// contactWeight is about how many octets it takes to find a row by a contact.
const contactWeight = 32

// Seal sets the checksum of the row to that of what it holds.
func (r *PlanRow) Seal() { r.Sum = r.sum() }

// Check gives ErrDamaged where the row is not as it was when it was sealed.
func (r *PlanRow) Check() error {
	if r.Sum != r.sum() {
		return fmt.Errorf("%w: row %d of a plan: its checksum is another", ErrDamaged, r.N)
	}
	return nil
}

func (r *PlanRow) sum() uint32 {
	s := newSum()
	s.number(int64(r.Space), r.N)
	s.word(r.Plan)
	s.word(r.Outcome)
	s.word(r.Result)
	s.text(r.Operation)
	s.text(r.Decided)
	s.text(r.Done)
	return s.end()
}

// EncodeEdits gives what a write of one contact did, or would do, as JSON: as in the row
// of a change.
func EncodeEdits(own contact.Origin, e *contact.Edits) ([]byte, error) {
	w := editsWriter{own: own}
	b := w.edits(e)
	return b, w.err
}

// DecodeEdits is the inverse of EncodeEdits.
func DecodeEdits(text []byte, own contact.Origin) (e contact.Edits, err error) {
	err = readEdits(text, []contact.Origin{own}, &e)
	return e, err
}
