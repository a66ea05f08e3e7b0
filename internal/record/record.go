// Package record is what a contact, a change and a match key look like as rows of
// a database, and the only one that reads and writes the JSON in them. It knows
// neither the database nor what a row means. docs/format.md describes each byte;
// the migrations of package sqlite have the reason for each table.
//
// Why rows look like this:
//
//   - A contact is one row, its values one JSON text, so that a PUT touches one page;
//     rows for each value would write many times as much. The origins of values are
//     what lets a merge be taken back later.
//   - The changes of one contact are chained rather than indexed, which would cost
//     every write. Every 32nd holds a snapshot, and those are indexed, so that any
//     version is one look-up and at most 32 changes away.
//   - Rows have a checksum: what is not as it was written is never given out, and
//     never built on.
//   - The counters of a Space, which every batch writes, lie apart from what people
//     set. Who changed settings and keys is told in the same transaction, by an
//     access.Entry.
//   - Ids of contacts are unique in the installation, so that a key of the wrong Space
//     can never hit another's contact, and are taken by Spaces in blocks. Times are
//     whole microseconds. Decimals stay text, and never pass through a float.
package record

import (
	"errors"

	"github.com/carnet-project/carnet/internal/contact"
)

// ErrDamaged says that a row is not as it was written: its checksum is another,
// or it does not read as what it should be. What it says must not be given out.
var ErrDamaged = errors.New("record: a stored row is damaged")

// Contact is a contact as it is stored. Doc and Origins are JSON: see
// contact.go.
type Contact struct {
	Space   contact.SpaceID
	ID      contact.ID
	Version contact.Version
	State   contact.State
	Parent  contact.ID // 0 for none
	Created contact.Time
	Head    contact.Seq
	Depth   int64
	Doc     []byte
	Origins []byte
	Sum     uint32 // CRC-32C over all the others
}

// Weight gives about how many bytes the row holds.
func (r *Contact) Weight() int { return len(r.Doc) + len(r.Origins) }

// Seal sets the checksum of the row to that of what it holds.
func (r *Contact) Seal() { r.Sum = r.sum() }

// Intact tells whether the row is as it was when it was sealed.
func (r *Contact) Intact() bool { return r.Sum == r.sum() }

func (r *Contact) sum() uint32 {
	s := newSum()
	s.number(int64(r.Space), int64(r.ID), int64(r.Version), int64(r.State), int64(r.Parent), int64(r.Created), int64(r.Head), r.Depth)
	s.text(r.Doc)
	s.text(r.Origins)
	return s.end()
}

// Change is an entry of history as it is stored. Actor, Edits and Snapshot
// are JSON: see change.go.
type Change struct {
	Space     contact.SpaceID
	Seq       contact.Seq
	Op        contact.Seq
	Contact   contact.ID
	Ref       contact.ID // 0 for none
	Version   contact.Version
	Prev      contact.Seq // 0 for none
	At        contact.Time
	Action    contact.Action
	Actor     []byte
	Reason    string
	RequestID string
	BatchID   string      // "" for none
	Undoes    contact.Seq // 0 for none
	Edits     []byte
	Snapshot  []byte // nil for none
	Sum       uint32 // CRC-32C over all the others
}

// Weight gives about how many bytes the row holds.
func (r *Change) Weight() int {
	return len(r.Actor) + len(r.Reason) + len(r.Edits) + len(r.Snapshot)
}

// Seal sets the checksum of the row to that of what it holds.
func (r *Change) Seal() { r.Sum = r.sum() }

// Intact tells whether the row is as it was when it was sealed.
func (r *Change) Intact() bool { return r.Sum == r.sum() }

func (r *Change) sum() uint32 {
	s := newSum()
	s.number(int64(r.Space), int64(r.Seq), int64(r.Op), int64(r.Contact), int64(r.Ref), int64(r.Version), int64(r.Prev), int64(r.At), int64(r.Undoes))
	s.word(string(r.Action))
	s.word(r.Reason)
	s.word(r.RequestID)
	s.word(r.BatchID)
	s.text(r.Actor)
	s.text(r.Edits)
	s.text(r.Snapshot)
	return s.end()
}

// Pair is a pair of distinct contacts as it is stored.
type Pair struct {
	Space contact.SpaceID
	contact.Pair
}

// MatchKey is a match key as it is stored.
type MatchKey struct {
	Space contact.SpaceID
	contact.MatchKey
	ID contact.ID
}
